//! What a struct says of itself: how to fill a field, how to hand one out, which are there, and a
//! table.

use design_repr::{IntOrString, List, Map, Quantity, RawJson, Str, Time};

pub use design_repr::{Failed, Read};

/// A generated struct.
pub trait Message {
    fn table(&self) -> &'static Table;
    /// Has a field read from the source. A pointer's value is made.
    fn fill(&mut self, field: usize, source: &mut dyn Source) -> Read<()>;
    /// Hands a field to the sink.
    fn emit(&self, field: usize, sink: &mut dyn Sink);
    /// The fields that Go would write, as bits.
    fn present(&self) -> u64;
}

/// One value of one format, about to be read.
pub trait Source {
    fn str(&mut self, value: &mut Str) -> Read<()>;
    fn bool(&mut self, value: &mut bool) -> Read<()>;
    fn int32(&mut self, value: &mut i32) -> Read<()>;
    fn int64(&mut self, value: &mut i64) -> Read<()>;
    fn time(&mut self, value: &mut Time) -> Read<()>;
    fn quantity(&mut self, value: &mut Quantity) -> Read<()>;
    fn int_or_string(&mut self, value: &mut IntOrString) -> Read<()>;
    fn raw(&mut self, value: &mut RawJson) -> Read<()>;
    fn message(&mut self, value: &mut dyn Message) -> Read<()>;
    fn items(&mut self, value: &mut dyn Items) -> Read<()>;
    fn entries(&mut self, value: &mut dyn Entries) -> Read<()>;
}

/// Where values go.
pub trait Sink {
    fn absent(&mut self);
    fn str(&mut self, value: &str);
    fn bool(&mut self, value: bool);
    fn int32(&mut self, value: i32);
    fn int64(&mut self, value: i64);
    fn time(&mut self, value: Time);
    fn quantity(&mut self, value: &Quantity);
    fn int_or_string(&mut self, value: &IntOrString);
    fn raw(&mut self, value: &RawJson);
    fn message(&mut self, value: &dyn Message);
    fn items(&mut self, value: &dyn Items);
    fn entries(&mut self, value: &dyn Entries);
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
    /// The first eight bytes of `"name":`, zeros after its end.
    pub head: u64,
    /// Which of those bytes count.
    pub mask: u64,
    /// `,"name":`
    pub key: &'static str,
    pub wire: u8,
}

pub struct Group {
    pub by_number: &'static [u8],
}

/// What can be a field, an item or an entry's value.
pub trait Element: Default {
    fn fill(&mut self, source: &mut dyn Source) -> Read<()>;
    fn emit(&self, sink: &mut dyn Sink);

    /// Whether `omitempty` lets it be written. It never leaves out a struct.
    fn is_present(&self) -> bool {
        true
    }
}

/// A list, whatever of.
#[expect(
    clippy::len_without_is_empty,
    reason = "an interpreter asks for the length alone"
)]
pub trait Items {
    fn len(&self) -> usize;
    fn emit(&self, at: usize, sink: &mut dyn Sink);
    /// Appends an item, read from the source if there is one.
    fn grow(&mut self, source: Option<&mut dyn Source>) -> Read<()>;
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
    fn key(&self, at: usize) -> &str;
    fn emit(&self, at: usize, sink: &mut dyn Sink);
    /// Makes an entry, read from the source if there is one.
    fn entry(&mut self, key: Str, source: Option<&mut dyn Source>) -> Read<()>;
    fn reserve_exact(&mut self, more: usize);
    fn fit(&mut self);
}

impl Table {
    pub const UNKNOWN: u8 = 255;
    pub const GROUP: u8 = 240;
}

impl Field {
    /// `key` is `,"name":`.
    pub const fn new(key: &'static str, wire: u8) -> Self {
        let bytes = key.as_bytes();
        let (mut head, mut mask, mut at) = (0, 0, 1);
        while at < bytes.len() && at <= 8 {
            head |= (bytes[at] as u64) << (8 * (at - 1));
            mask |= 0xff << (8 * (at - 1));
            at += 1;
        }
        Field {
            head,
            mask,
            key,
            wire,
        }
    }
}

macro_rules! leaf {
    ($type:ty, $method:ident, $value:expr, $present:expr) => {
        impl Element for $type {
            #[inline]
            fn fill(&mut self, source: &mut dyn Source) -> Read<()> {
                source.$method(self)
            }

            #[inline]
            fn emit(&self, sink: &mut dyn Sink) {
                sink.$method($value(self));
            }

            #[inline]
            fn is_present(&self) -> bool {
                $present(self)
            }
        }
    };
}

leaf!(Str, str, Str::as_str, |v: &Str| !v.is_empty());
leaf!(bool, bool, |v: &bool| *v, |v: &bool| *v);
leaf!(i32, int32, |v: &i32| *v, |v: &i32| *v != 0);
leaf!(i64, int64, |v: &i64| *v, |v: &i64| *v != 0);
leaf!(Time, time, |v: &Time| *v, |v: &Time| !v.is_zero());
leaf!(Quantity, quantity, std::convert::identity, |_| true);
leaf!(IntOrString, int_or_string, std::convert::identity, |_| true);
leaf!(RawJson, raw, std::convert::identity, |_| true);

impl<T: Element> Element for Option<T> {
    #[inline]
    fn fill(&mut self, source: &mut dyn Source) -> Read<()> {
        self.get_or_insert_default().fill(source)
    }

    #[inline]
    fn emit(&self, sink: &mut dyn Sink) {
        match self {
            Some(value) => value.emit(sink),
            None => sink.absent(),
        }
    }

    #[inline]
    fn is_present(&self) -> bool {
        self.is_some()
    }
}

impl<T: Element> Element for Box<T> {
    #[inline]
    fn fill(&mut self, source: &mut dyn Source) -> Read<()> {
        (**self).fill(source)
    }

    #[inline]
    fn emit(&self, sink: &mut dyn Sink) {
        (**self).emit(sink);
    }
}

impl<T: Element> Element for List<T> {
    #[inline]
    fn fill(&mut self, source: &mut dyn Source) -> Read<()> {
        source.items(self)
    }

    #[inline]
    fn emit(&self, sink: &mut dyn Sink) {
        sink.items(self);
    }

    #[inline]
    fn is_present(&self) -> bool {
        !self.is_empty()
    }
}

impl<V: Element> Element for Map<V> {
    #[inline]
    fn fill(&mut self, source: &mut dyn Source) -> Read<()> {
        source.entries(self)
    }

    #[inline]
    fn emit(&self, sink: &mut dyn Sink) {
        sink.entries(self);
    }

    #[inline]
    fn is_present(&self) -> bool {
        !self.is_empty()
    }
}

impl<T: Element> Items for List<T> {
    fn len(&self) -> usize {
        <[T]>::len(self)
    }

    fn emit(&self, at: usize, sink: &mut dyn Sink) {
        self[at].emit(sink);
    }

    fn grow(&mut self, source: Option<&mut dyn Source>) -> Read<()> {
        let item = List::grow(self);
        match source {
            Some(source) => item.fill(source),
            None => Ok(()),
        }
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

    fn key(&self, at: usize) -> &str {
        self.entry_at(at).0
    }

    fn emit(&self, at: usize, sink: &mut dyn Sink) {
        self.entry_at(at).1.emit(sink);
    }

    fn entry(&mut self, key: Str, source: Option<&mut dyn Source>) -> Read<()> {
        let value = self.slot(key);
        match source {
            Some(source) => value.fill(source),
            None => Ok(()),
        }
    }

    fn reserve_exact(&mut self, more: usize) {
        Map::reserve_exact(self, more);
    }

    fn fit(&mut self) {
        Map::fit(self);
    }
}
