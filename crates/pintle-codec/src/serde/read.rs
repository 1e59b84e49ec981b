//! What stands in a field, from any format of serde.

use std::fmt;

use serde_core::Deserializer;
use serde_core::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::values::Tree;
use crate::choice::{self, Sort, Unfit, choose};
use crate::json::{self, MAX_DEPTH};
use crate::key::{Found, find};
use crate::{Mapped, Message, Repeated, Scalar, SlotMut, Str, TypeMeta};

/// Fills a field, as [`json::decode`] does: unknown fields are passed over, and `null` leaves a
/// field as it is.
///
/// # Errors
/// When the deserializer fails, a value does not fit its field, or the document says that it is of
/// another kind.
#[doc(hidden)]
pub fn deserialize<'de, D: Deserializer<'de>>(
    slot: SlotMut<'_>,
    deserializer: D,
) -> Result<(), D::Error> {
    match slot {
        SlotMut::Message(message) => {
            let expected = message.table().type_meta();
            deserialize_message(message, &expected, deserializer, 0)
        }
        slot => Fill { slot, depth: 0 }.deserialize(deserializer),
    }
}

fn deserialize_message<'de, D: Deserializer<'de>>(
    message: &mut dyn Message,
    expected: &TypeMeta,
    deserializer: D,
    depth: usize,
) -> Result<(), D::Error> {
    if message.table().is_choice() {
        return deserializer.deserialize_any(ChoiceVisitor { message, depth });
    }
    deserializer.deserialize_map(MessageVisitor {
        message,
        expected,
        depth,
    })
}

/// Fills a slot from the value that comes.
struct Fill<'a> {
    slot: SlotMut<'a>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Fill<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let depth = self.depth + 1;
        if depth > MAX_DEPTH {
            return Err(D::Error::custom("values are nested too deeply"));
        }
        match self.slot {
            SlotMut::Str(text) => deserializer.deserialize_str(StrVisitor(text)),
            SlotMut::Bool(truth) => {
                *truth = serde_core::Deserialize::deserialize(deserializer)?;
                Ok(())
            }
            SlotMut::I32(number) => {
                *number = serde_core::Deserialize::deserialize(deserializer)?;
                Ok(())
            }
            SlotMut::I64(number) => {
                *number = serde_core::Deserialize::deserialize(deserializer)?;
                Ok(())
            }
            SlotMut::F64(number) => {
                *number = serde_core::Deserialize::deserialize(deserializer)?;
                Ok(())
            }
            SlotMut::Bytes(bytes) => {
                *bytes = serde_core::Deserialize::deserialize(deserializer)?;
                Ok(())
            }
            SlotMut::Scalar(scalar) => fill_scalar(scalar, deserializer, depth),
            // As for the other formats, what an object within another says that it is, is not
            // looked at.
            SlotMut::Message(message) => {
                deserialize_message(message, &TypeMeta::default(), deserializer, depth)
            }
            SlotMut::List(list) => deserializer.deserialize_seq(ListVisitor { list, depth }),
            SlotMut::Map(map) => deserializer.deserialize_map(MapVisitor { map, depth }),
        }
    }
}

/// A scalar knows its spelling in JSON, so what comes takes that form first.
fn fill_scalar<'de, D: Deserializer<'de>>(
    scalar: &mut dyn Scalar,
    deserializer: D,
    depth: usize,
) -> Result<(), D::Error> {
    let value = Tree { depth }.deserialize(deserializer)?;
    if value.is_null() {
        return Ok(());
    }
    let mut text = Vec::new();
    json::write(&value, &mut text);
    let read = json::Reader::new(&text).and_then(|mut reader| scalar.decode_json(&mut reader));
    // Where in its own JSON a scalar is wrong is of no use to who reads the whole document.
    read.map_err(|error| D::Error::custom(error.detail()))
}

/// Fills what stands at a place, unless `null` comes.
struct FillAt<'a> {
    place: Place<'a>,
    depth: usize,
}

enum Place<'a> {
    Slot(SlotMut<'a>),
    /// A field, which becomes present when it is filled.
    Field(&'a mut dyn Message, Found),
    /// A new element of a list, be it `null`.
    Next(&'a mut dyn Repeated),
}

impl<'de> DeserializeSeed<'de> for FillAt<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let place = match self.place {
            Place::Next(list) => Place::Slot(list.push()),
            place => place,
        };
        deserializer.deserialize_option(Self { place, ..self })
    }
}

impl<'de> Visitor<'de> for FillAt<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let slot = match self.place {
            Place::Slot(slot) => slot,
            Place::Field(message, found) => found.slot(message),
            Place::Next(list) => list.push(),
        };
        let depth = self.depth;
        Fill { slot, depth }.deserialize(deserializer)
    }
}

struct StrVisitor<'a>(&'a mut Str);

impl Visitor<'_> for StrVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        *self.0 = text.into();
        Ok(())
    }
}

struct MessageVisitor<'a> {
    message: &'a mut dyn Message,
    /// What the document is to say that it is; empty if that does not count.
    expected: &'a TypeMeta,
    depth: usize,
}

impl<'de> Visitor<'de> for MessageVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.table().name())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self {
            message,
            expected,
            depth,
        } = self;
        let top_level = !expected.kind.is_empty();
        while let Some(found) = map.next_key_seed(Key {
            message: &*message,
            top_level,
        })? {
            match found {
                Found::Field(_) | Found::Inline(..) => {
                    let place = Place::Field(&mut *message, found);
                    map.next_value_seed(FillAt { place, depth })?;
                }
                Found::Kind => check_kind(map.next_value()?, &expected.kind)?,
                Found::ApiVersion => check_kind(map.next_value()?, &expected.api_version)?,
                Found::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Checks what a document says of its kind, if it says something.
///
/// # Errors
/// When it is not what is expected.
#[doc(hidden)]
pub fn check_kind<E: Error>(found: Option<String>, expected: &str) -> Result<(), E> {
    match found.as_deref() {
        None | Some("") => Ok(()),
        Some(found) if found == expected => Ok(()),
        Some(found) => Err(E::custom(format_args!(
            "expected an object of {expected}, found one of {found}"
        ))),
    }
}

/// Says which field a key names.
struct Key<'a> {
    message: &'a dyn Message,
    top_level: bool,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, key: &str) -> Result<Found, E> {
        Ok(find(self.message, key, self.top_level))
    }
}

/// Fills the one field that stands for a struct.
struct ChoiceVisitor<'a> {
    message: &'a mut dyn Message,
    depth: usize,
}

impl<'a> ChoiceVisitor<'a> {
    /// The field that takes a value of a sort; `None` if the value is to be passed over.
    fn chosen<E: Error>(self, sort: Sort) -> Result<Option<SlotMut<'a>>, E> {
        match choose(self.message, sort) {
            Ok(slot) => Ok(Some(slot)),
            Err(Unfit::Ignored) => Ok(None),
            Err(Unfit::Refused) => Err(E::custom(format_args!("expected {}", choice::EXPECTED))),
        }
    }

    fn other<E: Error>(self) -> Result<(), E> {
        self.chosen(Sort::Other).map(drop)
    }
}

impl<'de> Visitor<'de> for ChoiceVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.table().name())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let depth = self.depth;
        if let Some(SlotMut::Message(message)) = self.chosen(Sort::Struct)? {
            let expected = &TypeMeta::default();
            return MessageVisitor {
                message,
                expected,
                depth,
            }
            .visit_map(map);
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let depth = self.depth;
        if let Some(SlotMut::List(list)) = self.chosen(Sort::List)? {
            return ListVisitor { list, depth }.visit_seq(seq);
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<(), E> {
        if let Some(SlotMut::Bool(slot)) = self.chosen(Sort::Bool)? {
            *slot = truth;
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.other()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.other()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.other()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.other()
    }
}

struct ListVisitor<'a> {
    list: &'a mut dyn Repeated,
    depth: usize,
}

impl<'de> Visitor<'de> for ListVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { list, depth } = self;
        list.clear();
        loop {
            let place = Place::Next(&mut *list);
            if seq.next_element_seed(FillAt { place, depth })?.is_none() {
                break;
            }
        }
        list.settle();
        Ok(())
    }
}

struct MapVisitor<'a> {
    map: &'a mut dyn Mapped,
    depth: usize,
}

impl<'de> Visitor<'de> for MapVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Self { map, depth } = self;
        while let Some(key) = entries.next_key::<Str>()? {
            let place = Place::Slot(map.push(key));
            entries.next_value_seed(FillAt { place, depth })?;
        }
        map.settle();
        Ok(())
    }
}
