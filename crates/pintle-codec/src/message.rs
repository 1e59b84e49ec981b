//! The description of a struct that every format interprets.
//!
//! The invariant: no format knows a struct, and no struct knows a format. A struct gives access to
//! its fields by index; a format walks the [`Table`] and reads or writes what it finds in a slot.
//! Only a [`Scalar`], a value such as a time, brings its own spelling in each format.

use std::any::Any;
use std::fmt;

use crate::json::{Reader, Writer};
use crate::{ByteString, Decoder, Error, List, Map, Str, Table, cbor, protobuf};

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

    /// The fields that may be set, a bit each: one whose bit is not set is absent, empty or zero.
    /// Most fields of most objects are, and need not be looked at.
    fn present(&self) -> u64 {
        u64::MAX
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

    /// Whether protobuf may pack a list of such values into one field: whether they are numbers.
    const IS_PACKABLE: bool = false;

    /// Whether it may be something else than absent, empty or zero.
    #[inline]
    fn is_present(&self) -> bool {
        true
    }
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

    /// Reads the value from the payload of the message that stands for it in protobuf. What is
    /// there is merged into: a field that does not come keeps its value.
    ///
    /// # Errors
    /// When the payload is malformed or holds no such value. The offset is that in the payload.
    fn decode_protobuf(&mut self, payload: &[u8]) -> Result<(), Error>;

    /// As [`Scalar::decode_json`], by a decoder that knows what it read before. The default does
    /// not ask it.
    ///
    /// # Errors
    /// As there.
    fn decode_json_with(
        &mut self,
        reader: &mut Reader<'_>,
        _decoder: &mut Decoder,
    ) -> Result<(), Error> {
        self.decode_json(reader)
    }

    /// As [`Scalar::decode_protobuf`], by a decoder that knows what it read before. The default
    /// does not ask it.
    ///
    /// # Errors
    /// As there.
    fn decode_protobuf_with(
        &mut self,
        payload: &[u8],
        _decoder: &mut Decoder,
    ) -> Result<(), Error> {
        self.decode_protobuf(payload)
    }

    /// Writes the payload of the message that stands for the value in protobuf: its fields, the
    /// last one first.
    fn encode_protobuf(&self, writer: &mut protobuf::Writer);

    /// Reads the value from an item of CBOR; `null` was handled before. The default reads what the
    /// item is in JSON.
    ///
    /// # Errors
    /// When the item is no such value. The offset is that in the item.
    fn decode_cbor(&mut self, item: cbor::Item<'_>) -> Result<(), Error> {
        let document = item.to_json()?;
        self.decode_json(&mut Reader::over(&document))
            .map_err(|error| Error::new(error.kind(), 0, error.detail().to_owned()))
    }

    /// Writes the value as an item of CBOR. The default writes what it is in JSON.
    fn encode_cbor(&self, writer: &mut cbor::Writer<'_>) {
        let mut document = Vec::new();
        self.encode_json(&mut Writer::new(&mut document));
        writer.json(&document);
    }

    /// The JSON Schema of the value, as Kubernetes' OpenAPI states it; that of any value, unless the
    /// type says otherwise.
    fn schema(&self) -> &'static str {
        "{}"
    }

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

    /// Makes room for exactly `additional` more elements.
    fn reserve(&mut self, additional: usize);

    /// Whether protobuf may have all elements in one field.
    fn is_packable(&self) -> bool;

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

    /// Makes room for exactly `additional` more entries.
    fn reserve(&mut self, additional: usize);

    /// Ends filling: restores the order of keys, the last of equal ones stays.
    fn settle(&mut self);
}

macro_rules! plain_elements {
    ($($type:ty => $slot:ident, $get:expr, $is_present:expr, $is_packable:literal;)*) => {$(
        impl Element for $type {
            const IS_PACKABLE: bool = $is_packable;

            #[inline]
            fn slot(&mut self) -> SlotMut<'_> {
                SlotMut::$slot(self)
            }

            #[inline]
            fn get(&self) -> SlotRef<'_> {
                let read: fn(&Self) -> SlotRef<'_> = $get;
                read(self)
            }

            #[inline]
            fn is_present(&self) -> bool {
                let test: fn(&Self) -> bool = $is_present;
                test(self)
            }
        }
    )*};
}

plain_elements! {
    Str => Str, |text| SlotRef::Str(text), |text| !text.is_empty(), false;
    bool => Bool, |truth| SlotRef::Bool(*truth), |truth| *truth, true;
    i32 => I32, |number| SlotRef::I32(*number), |number| *number != 0, true;
    i64 => I64, |number| SlotRef::I64(*number), |number| *number != 0, true;
    f64 => F64, |number| SlotRef::F64(*number), |_| true, false;
    ByteString => Bytes, |bytes| SlotRef::Bytes(bytes), |bytes| !bytes.is_empty(), false;
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

    #[inline]
    fn is_present(&self) -> bool {
        self.is_some()
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

    #[inline]
    fn is_present(&self) -> bool {
        (**self).is_present()
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

    #[inline]
    fn is_present(&self) -> bool {
        !self.is_empty()
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

    #[inline]
    fn is_present(&self) -> bool {
        !self.is_empty()
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
        self.push_frugally(E::default());
        self.last_mut().expect("an element was pushed").slot()
    }

    fn reserve(&mut self, additional: usize) {
        self.reserve_exact(additional);
    }

    fn is_packable(&self) -> bool {
        E::IS_PACKABLE
    }

    fn clear(&mut self) {
        *self = List::new();
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

    fn reserve(&mut self, additional: usize) {
        Map::reserve(self, additional);
    }

    fn settle(&mut self) {
        Map::settle(self);
    }
}

/// Implements [`Message`], [`Element`], `Debug` and `PartialEq` for a struct, and what
/// [`interop!`](crate::interop) does.
///
/// After the name comes what else there is to say of the table, such as `.of("v1")` for a kind (see
/// [`Table`]), then the fields, each with its index, JSON name, protobuf number and flags:
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
        $type:ident $name:literal $(.$attribute:ident($($value:literal)?))* {
            $($index:literal $field:ident $json:literal $number:literal [$($flag:ident)*],)*
        }
    )*) => {$(
        impl $crate::Message for $type {
            fn table(&self) -> &'static $crate::Table {
                const FIELDS: &[$crate::Field] = &[$($crate::Field::new(
                    $json,
                    $number,
                    $crate::FieldFlags::NONE$(.and($crate::FieldFlags::$flag))*,
                ),)*];
                const ORDER: [u8; $crate::numbered(FIELDS)] = $crate::by_number(FIELDS);
                const NAMES: [u8; $crate::named(FIELDS)] = $crate::by_name(FIELDS);
                static TABLE: $crate::Table = $crate::Table::new($name, FIELDS, &ORDER, &NAMES)
                    $(.$attribute($($value)?))*;
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

            fn present(&self) -> u64 {
                0 $(| u64::from($crate::Element::is_present(&self.$field)) << $index)*
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

        $crate::interop!($type);
    )*};
}
