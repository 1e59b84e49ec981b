//! The description of a struct that every format interprets.
//!
//! The invariant: no format knows a struct, and no struct knows a format. A struct gives access to
//! its fields by index; a format walks the [`Table`] and reads or writes what it finds in a slot.
//! Only a [`Scalar`], a value such as a time, brings its own spelling in each format.

use std::any::Any;
use std::fmt;

use crate::json::{Reader, Writer};
use crate::{ByteString, Error, List, Map, Str};

/// A struct of the API, described once and interpreted by every format.
///
/// Implemented by [`message!`](crate::message), which generated code calls for each struct.
pub trait Message: Send + Sync {
    /// What the struct consists of.
    fn table(&self) -> &'static Table;

    /// The field at `index` in the table, made present if it was absent.
    ///
    /// # Panics
    /// When the table has no such field.
    fn slot(&mut self, index: usize) -> SlotMut<'_>;

    /// The field at `index` in the table.
    ///
    /// # Panics
    /// When the table has no such field.
    fn get(&self, index: usize) -> SlotRef<'_>;
}

/// What a struct consists of: its name and its fields in the order of the Go struct.
#[derive(Debug)]
pub struct Table {
    /// The name of the struct, as `core/v1.Pod`.
    pub name: &'static str,
    /// The fields.
    pub fields: &'static [Field],
}

/// One field of a struct.
#[derive(Debug)]
pub struct Field {
    /// The name in JSON; empty for a field whose own fields stand in its place.
    pub json: &'static str,
    /// The number in protobuf; 0 for a field that protobuf does not carry.
    pub number: u32,
    /// When it is written, and how.
    pub flags: FieldFlags,
}

/// When and how a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldFlags(u8);

impl FieldFlags {
    /// No flag.
    pub const NONE: Self = Self(0);
    /// Left out when it is an empty string, list or map, zero, or false (Go's `omitempty`).
    pub const OMIT_EMPTY: Self = Self(1);
    /// Left out when everything in it is zero (Go's `omitzero`).
    pub const OMIT_ZERO: Self = Self(1 << 1);
    /// A pointer in Go: present or absent whatever its value.
    pub const OPTIONAL: Self = Self(1 << 2);
    /// Its own fields stand in its place (Go's embedding).
    pub const INLINE: Self = Self(1 << 3);
    /// Holds a secret: never printed by `Debug`.
    pub const SECRET: Self = Self(1 << 4);
    /// Required by the API's schema.
    pub const REQUIRED: Self = Self(1 << 5);
    /// A list of strings that protobuf carries as a message of its own, the strings in its field 1
    /// (Go's `type ExtraValue []string`); on a map, each value is such a list.
    pub const WRAPPED: Self = Self(1 << 6);

    /// These flags and `other`.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all flags of `other` are set.
    #[inline]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A field, to be filled.
///
/// Exhaustive: a format must handle every kind, and a new kind is a change of every format.
pub enum SlotMut<'a> {
    /// A string.
    Str(&'a mut Str),
    /// A truth value.
    Bool(&'a mut bool),
    /// A whole number of 32 bits.
    I32(&'a mut i32),
    /// A whole number of 64 bits.
    I64(&'a mut i64),
    /// A floating-point number.
    F64(&'a mut f64),
    /// Binary data.
    Bytes(&'a mut ByteString),
    /// A value with a form of its own in each format.
    Scalar(&'a mut dyn Scalar),
    /// A struct.
    Message(&'a mut dyn Message),
    /// A list.
    List(&'a mut dyn Repeated),
    /// A map from strings.
    Map(&'a mut dyn Mapped),
}

/// A field, to be read.
///
/// Exhaustive for the same reason as [`SlotMut`].
#[derive(Clone, Copy)]
pub enum SlotRef<'a> {
    /// A pointer that is nil.
    Absent,
    /// A string.
    Str(&'a str),
    /// A truth value.
    Bool(bool),
    /// A whole number of 32 bits.
    I32(i32),
    /// A whole number of 64 bits.
    I64(i64),
    /// A floating-point number.
    F64(f64),
    /// Binary data.
    Bytes(&'a [u8]),
    /// A value with a form of its own in each format.
    Scalar(&'a dyn Scalar),
    /// A struct.
    Message(&'a dyn Message),
    /// A list.
    List(&'a dyn Repeated),
    /// A map from strings.
    Map(&'a dyn Mapped),
}

/// What can stand in a field: the uniform access that [`message!`](crate::message) relies on.
pub trait Element: Send + Sync {
    /// The value, to be filled; an absent one becomes present.
    fn slot(&mut self) -> SlotMut<'_>;

    /// The value, to be read.
    fn get(&self) -> SlotRef<'_>;
}

/// A value with a form of its own in each format: a time, a quantity, raw data.
pub trait Scalar: Any + Send + Sync {
    /// Reads the value; `null` was handled before.
    ///
    /// # Errors
    /// When what comes next is not such a value.
    fn decode_json(&mut self, reader: &mut Reader<'_>) -> Result<(), Error>;

    /// Writes the value.
    fn encode_json(&self, writer: &mut Writer<'_>);

    /// The value as a query parameter; `None`, the default, if it has no form there.
    fn query(&self) -> Option<String> {
        None
    }

    /// Whether it is Go's zero value.
    fn is_zero(&self) -> bool;

    /// Whether it equals another value, which may be of another type.
    fn equals(&self, other: &dyn Scalar) -> bool;

    /// Prints the value for a developer.
    fn format_debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// A list, its element type hidden.
pub trait Repeated: Send + Sync {
    /// The number of elements.
    fn len(&self) -> usize;

    /// Whether there is no element.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at `index`.
    ///
    /// # Panics
    /// When there is no such element.
    fn at(&self, index: usize) -> SlotRef<'_>;

    /// Appends a zero element and gives it to be filled.
    fn push(&mut self) -> SlotMut<'_>;

    /// Removes all elements.
    fn clear(&mut self);

    /// Ends filling: gives back spare room.
    fn settle(&mut self);
}

/// A map from strings, its value type hidden.
pub trait Mapped: Send + Sync {
    /// The number of entries.
    fn len(&self) -> usize;

    /// Whether there is no entry.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key and value at `index`, in the order of keys.
    ///
    /// # Panics
    /// When there is no such entry.
    fn at(&self, index: usize) -> (&str, SlotRef<'_>);

    /// Adds an entry with a zero value and gives the value to be filled.
    fn push(&mut self, key: Str) -> SlotMut<'_>;

    /// Ends filling: restores the order of keys, the last of equal ones stays.
    fn settle(&mut self);
}

macro_rules! plain_elements {
    ($($type:ty => $slot:ident, $get:expr;)*) => {$(
        impl Element for $type {
            #[inline]
            fn slot(&mut self) -> SlotMut<'_> {
                SlotMut::$slot(self)
            }

            #[inline]
            fn get(&self) -> SlotRef<'_> {
                let read: fn(&Self) -> SlotRef<'_> = $get;
                read(self)
            }
        }
    )*};
}

plain_elements! {
    Str => Str, |text| SlotRef::Str(text);
    bool => Bool, |truth| SlotRef::Bool(*truth);
    i32 => I32, |number| SlotRef::I32(*number);
    i64 => I64, |number| SlotRef::I64(*number);
    f64 => F64, |number| SlotRef::F64(*number);
    ByteString => Bytes, |bytes| SlotRef::Bytes(bytes);
}

impl<E: Element + Default> Element for Option<E> {
    #[inline]
    fn slot(&mut self) -> SlotMut<'_> {
        self.get_or_insert_default().slot()
    }

    #[inline]
    fn get(&self) -> SlotRef<'_> {
        match self {
            Some(element) => element.get(),
            None => SlotRef::Absent,
        }
    }
}

impl<E: Element> Element for Box<E> {
    #[inline]
    fn slot(&mut self) -> SlotMut<'_> {
        (**self).slot()
    }

    #[inline]
    fn get(&self) -> SlotRef<'_> {
        (**self).get()
    }
}

impl<E: Element + Default> Element for List<E> {
    #[inline]
    fn slot(&mut self) -> SlotMut<'_> {
        SlotMut::List(self)
    }

    #[inline]
    fn get(&self) -> SlotRef<'_> {
        SlotRef::List(self)
    }
}

impl<E: Element + Default> Element for Map<E> {
    #[inline]
    fn slot(&mut self) -> SlotMut<'_> {
        SlotMut::Map(self)
    }

    #[inline]
    fn get(&self) -> SlotRef<'_> {
        SlotRef::Map(self)
    }
}

impl<E: Element + Default> Repeated for List<E> {
    fn len(&self) -> usize {
        self.as_ref().len()
    }

    fn at(&self, index: usize) -> SlotRef<'_> {
        self[index].get()
    }

    fn push(&mut self) -> SlotMut<'_> {
        List::push(self, E::default());
        self.last_mut().expect("an element was pushed").slot()
    }

    fn clear(&mut self) {
        List::clear(self);
    }

    fn settle(&mut self) {
        self.shrink_to_fit();
    }
}

impl<E: Element + Default> Mapped for Map<E> {
    fn len(&self) -> usize {
        Map::len(self)
    }

    fn at(&self, index: usize) -> (&str, SlotRef<'_>) {
        let (key, value) = self.entry_at(index);
        (key, value.get())
    }

    fn push(&mut self, key: Str) -> SlotMut<'_> {
        self.append(key, E::default()).slot()
    }

    fn settle(&mut self) {
        Map::settle(self);
    }
}

/// Implements [`Message`], [`Element`], `Debug` and `PartialEq` for a struct.
///
/// After the name come the fields, each with its index, JSON name, protobuf number and flags:
///
/// ```
/// use pintle_codec::{List, Str, json, message};
///
/// #[derive(Clone, Default)]
/// struct Volume {
///     name: Str,
///     modes: List<i32>,
/// }
///
/// message! {
///     Volume "example/v1.Volume" {
///         0 name "name" 1 [],
///         1 modes "modes" 2 [OMIT_EMPTY],
///     }
/// }
///
/// let mut volume = Volume::default();
/// json::decode(br#"{"name":"data","modes":[420]}"#, &mut volume)?;
/// assert_eq!(volume.name, "data");
/// assert_eq!(*volume.modes, [420]);
/// # Ok::<(), pintle_codec::Error>(())
/// ```
#[macro_export]
macro_rules! message {
    ($(
        $type:ident $name:literal {
            $($index:literal $field:ident $json:literal $number:literal [$($flag:ident)*],)*
        }
    )*) => {$(
        impl $crate::Message for $type {
            fn table(&self) -> &'static $crate::Table {
                static TABLE: $crate::Table = $crate::Table {
                    name: $name,
                    fields: &[$($crate::Field {
                        json: $json,
                        number: $number,
                        flags: $crate::FieldFlags::NONE$(.and($crate::FieldFlags::$flag))*,
                    },)*],
                };
                &TABLE
            }

            fn slot(&mut self, index: usize) -> $crate::SlotMut<'_> {
                match index {
                    $($index => $crate::Element::slot(&mut self.$field),)*
                    _ => unreachable!("the table has no such field"),
                }
            }

            fn get(&self, index: usize) -> $crate::SlotRef<'_> {
                match index {
                    $($index => $crate::Element::get(&self.$field),)*
                    _ => unreachable!("the table has no such field"),
                }
            }
        }

        impl $crate::Element for $type {
            #[inline]
            fn slot(&mut self) -> $crate::SlotMut<'_> {
                $crate::SlotMut::Message(self)
            }

            #[inline]
            fn get(&self) -> $crate::SlotRef<'_> {
                $crate::SlotRef::Message(self)
            }
        }

        impl ::core::fmt::Debug for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::format_debug(self, f)
            }
        }

        impl ::core::cmp::PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                $crate::equal(self, other)
            }
        }
    )*};
}
