//! What a struct says of itself: a slot to write a field into, a view of a field, and a table.

use design_repr::{IntOrString, List, Map, Quantity, RawJson, Str, Time};

/// A generated struct.
pub trait Message {
    fn table(&self) -> &'static Table;
    /// Where to put the value of a field, which is made if it is a pointer.
    fn slot(&mut self, field: usize) -> Slot<'_>;
    fn view(&self, field: usize) -> View<'_>;
}

pub struct Table {
    /// `"kind":"…","apiVersion":"…"` of a top-level object, or nothing.
    pub type_meta: &'static str,
    /// In Go's order, inlined structs flattened.
    pub fields: &'static [Field],
    /// From a protobuf number to a field, to `GROUP` plus a group, or to `UNKNOWN`.
    pub by_number: &'static [u8],
    /// Go's inlined structs, which protobuf does not inline.
    pub groups: &'static [Group],
}

pub struct Field {
    pub name: &'static str,
    /// `,"name":`
    pub key: &'static str,
    pub omit: Omit,
    pub wire: u8,
}

pub struct Group {
    pub by_number: &'static [u8],
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Omit {
    Never,
    /// A pointer that is nil.
    Absent,
    /// A value that is Go's zero, structs excepted.
    Empty,
}

pub enum Slot<'a> {
    Str(&'a mut Str),
    Bool(&'a mut bool),
    Int32(&'a mut i32),
    Int64(&'a mut i64),
    Time(&'a mut Time),
    Quantity(&'a mut Quantity),
    IntOrString(&'a mut IntOrString),
    Raw(&'a mut RawJson),
    Message(&'a mut dyn Message),
    Items(&'a mut dyn Items),
    Entries(&'a mut dyn Entries),
}

pub enum View<'a> {
    Absent,
    Str(&'a str),
    Bool(bool),
    Int32(i32),
    Int64(i64),
    Time(Time),
    Quantity(&'a Quantity),
    IntOrString(&'a IntOrString),
    Raw(&'a RawJson),
    Message(&'a dyn Message),
    Items(&'a dyn Items),
    Entries(&'a dyn Entries),
}

/// What can be a field, an item or an entry's value.
pub trait Element: Default {
    fn slot(&mut self) -> Slot<'_>;
    fn view(&self) -> View<'_>;
}

/// A list, whatever of.
#[expect(
    clippy::len_without_is_empty,
    reason = "an interpreter asks for the length alone"
)]
pub trait Items {
    fn len(&self) -> usize;
    fn item(&self, at: usize) -> View<'_>;
    fn grow(&mut self) -> Slot<'_>;
    fn reserve_exact(&mut self, more: usize);
    fn fit(&mut self);
}

/// A map with string keys, whatever of.
#[expect(
    clippy::len_without_is_empty,
    reason = "an interpreter asks for the length alone"
)]
pub trait Entries {
    fn len(&self) -> usize;
    fn entry(&self, at: usize) -> (&str, View<'_>);
    fn slot(&mut self, key: Str) -> Slot<'_>;
    fn reserve_exact(&mut self, more: usize);
    fn fit(&mut self);
}

impl Table {
    pub const UNKNOWN: u8 = 255;
    pub const GROUP: u8 = 240;
}

macro_rules! leaf {
    ($type:ty, $variant:ident, $view:expr) => {
        impl Element for $type {
            #[inline]
            fn slot(&mut self) -> Slot<'_> {
                Slot::$variant(self)
            }

            #[inline]
            fn view(&self) -> View<'_> {
                View::$variant($view(self))
            }
        }
    };
}

leaf!(Str, Str, Str::as_str);
leaf!(bool, Bool, |v: &bool| *v);
leaf!(i32, Int32, |v: &i32| *v);
leaf!(i64, Int64, |v: &i64| *v);
leaf!(Time, Time, |v: &Time| *v);
leaf!(Quantity, Quantity, std::convert::identity);
leaf!(IntOrString, IntOrString, std::convert::identity);
leaf!(RawJson, Raw, std::convert::identity);

impl<T: Element> Element for Option<T> {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        self.get_or_insert_default().slot()
    }

    #[inline]
    fn view(&self) -> View<'_> {
        self.as_ref().map_or(View::Absent, T::view)
    }
}

impl<T: Element> Element for Box<T> {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        (**self).slot()
    }

    #[inline]
    fn view(&self) -> View<'_> {
        (**self).view()
    }
}

impl<T: Element> Element for List<T> {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::Items(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::Items(self)
    }
}

impl<V: Element> Element for Map<V> {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::Entries(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::Entries(self)
    }
}

impl<T: Element> Items for List<T> {
    fn len(&self) -> usize {
        <[T]>::len(self)
    }

    fn item(&self, at: usize) -> View<'_> {
        self[at].view()
    }

    fn grow(&mut self) -> Slot<'_> {
        List::grow(self).slot()
    }

    fn reserve_exact(&mut self, more: usize) {
        List::reserve_exact(self, more);
    }

    fn fit(&mut self) {
        List::fit(self);
    }
}

impl<V: Element> Entries for Map<V> {
    fn len(&self) -> usize {
        Map::len(self)
    }

    fn entry(&self, at: usize) -> (&str, View<'_>) {
        let (key, value) = self.entry_at(at);
        (key, value.view())
    }

    fn slot(&mut self, key: Str) -> Slot<'_> {
        Map::slot(self, key).slot()
    }

    fn reserve_exact(&mut self, more: usize) {
        Map::reserve_exact(self, more);
    }

    fn fit(&mut self) {
        Map::fit(self);
    }
}
