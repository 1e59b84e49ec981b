//! What stands in a field, into any format of serde.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_core::ser::{Error as _, SerializeMap};
use serde_core::{Serialize, Serializer};

use crate::choice::chosen;
use crate::json;
use crate::walk::is_written;
use crate::{FieldFlags, Message, SlotRef, TypeMeta, Value};

/// Writes what stands in a slot; a kind with `kind` and `apiVersion` first.
///
/// # Errors
/// When the serializer fails.
#[doc(hidden)]
pub fn serialize<S: Serializer>(slot: SlotRef<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    match slot {
        SlotRef::Message(message) => {
            serialize_message(message, &message.table().type_meta(), serializer)
        }
        slot => Slot(slot).serialize(serializer),
    }
}

fn serialize_message<S: Serializer>(
    message: &dyn Message,
    type_meta: &TypeMeta,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if message.table().is_choice() {
        return Slot(chosen(message)).serialize(serializer);
    }
    let mut fields = Vec::new();
    if !type_meta.kind.is_empty() {
        fields.push(("kind", SlotRef::Str(&type_meta.kind)));
        fields.push(("apiVersion", SlotRef::Str(&type_meta.api_version)));
        written(message, FieldFlags::TYPE_META, &mut fields);
    } else {
        written(message, FieldFlags::NOTE, &mut fields);
    }
    // Some formats want to know the number before.
    let mut map = serializer.serialize_map(Some(fields.len()))?;
    for (name, slot) in fields {
        map.serialize_entry(name, &Slot(slot))?;
    }
    map.end()
}

/// The fields of a message that are written but those with the flags `besides`; those of inlined
/// structs in their place.
fn written<'a>(
    message: &'a dyn Message,
    besides: FieldFlags,
    out: &mut Vec<(&'static str, SlotRef<'a>)>,
) {
    for (index, field) in message.table().fields().iter().enumerate() {
        let slot = message.get(index);
        if field.flags().has(FieldFlags::INLINE) {
            if let SlotRef::Message(inlined) = slot
                && !field.flags().has(besides)
            {
                written(inlined, FieldFlags::NOTE, out);
            }
        } else if is_written(field, slot) {
            let slot = match slot {
                // Empty data or an empty map was never set: Go writes its nil as null.
                SlotRef::Bytes([]) => SlotRef::Absent,
                SlotRef::Map(map) if map.is_empty() => SlotRef::Absent,
                slot => slot,
            };
            out.push((field.json(), slot));
        }
    }
}

struct Slot<'a>(SlotRef<'a>);

impl Serialize for Slot<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            SlotRef::Absent => serializer.serialize_none(),
            SlotRef::Str(text) => serializer.serialize_str(text),
            SlotRef::Bool(truth) => serializer.serialize_bool(truth),
            SlotRef::I32(number) => serializer.serialize_i32(number),
            SlotRef::I64(number) => serializer.serialize_i64(number),
            SlotRef::F64(number) => Value::Float(number).serialize(serializer),
            SlotRef::Bytes(bytes) => serializer.serialize_str(&STANDARD.encode(bytes)),
            SlotRef::Scalar(scalar) => {
                let mut text = Vec::new();
                scalar.encode_json(&mut json::Writer::new(&mut text));
                let value = json::parse(&text).map_err(S::Error::custom)?;
                value.serialize(serializer)
            }
            SlotRef::Message(message) => {
                serialize_message(message, &TypeMeta::default(), serializer)
            }
            SlotRef::List(list) => {
                serializer.collect_seq((0..list.len()).map(|index| Slot(list.at(index))))
            }
            SlotRef::Map(map) => {
                let entries = (0..map.len()).map(|index| map.at(index));
                serializer.collect_map(entries.map(|(key, value)| (key, Slot(value))))
            }
        }
    }
}
