//! JSON into a [`Message`].

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::{Number, Reader, Token};
use crate::{
    ByteString, Error, ErrorKind, Field, FieldFlags, Mapped, Message, Repeated, SlotMut, SlotRef,
    Str,
};

/// What an object says of its own type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeMeta {
    /// `apiVersion`: group and version; empty if the object does not say.
    pub api_version: Str,
    /// `kind`; empty if the object does not say.
    pub kind: Str,
}

/// Fills `message` from a JSON object. Unknown fields are passed over; `null` leaves a field as it
/// is.
///
/// # Errors
/// When the document is not one well-formed object, or a value does not fit its field.
pub fn decode(document: &[u8], message: &mut dyn Message) -> Result<(), Error> {
    decode_object(document, message).map(drop)
}

/// As [`decode`], and also says what `kind` and `apiVersion` the object claims to be.
///
/// # Errors
/// As [`decode`].
pub fn decode_object(document: &[u8], message: &mut dyn Message) -> Result<TypeMeta, Error> {
    let mut reader = Reader::new(document)?;
    let mut type_meta = TypeMeta::default();
    decode_message(&mut reader, message, Some(&mut type_meta))?;
    reader.finish()?;
    Ok(type_meta)
}

enum Found {
    Field(usize),
    /// In the struct that is inlined at the first index, or in one inlined there.
    Inline(usize, Box<Found>),
    Kind,
    ApiVersion,
    Unknown,
}

fn decode_message(
    reader: &mut Reader<'_>,
    message: &mut dyn Message,
    mut type_meta: Option<&mut TypeMeta>,
) -> Result<(), Error> {
    reader.begin_object()?;
    let fields = message.table().fields;
    let mut first = true;
    // Writers keep the order of the struct, so the next key is mostly the field after the last.
    let mut expected = 0;
    while reader.begin_key(&mut first)? {
        let found = match known_key(reader, fields, expected) {
            Some(index) => Found::Field(index),
            None => {
                let key = reader.key()?;
                find(&*message, key, type_meta.is_some())
            }
        };
        match (found, type_meta.as_deref_mut()) {
            (Found::Field(index), _) => {
                expected = index + 1;
                if !reader.null()? {
                    decode_slot(reader, message.slot(index))
                        .map_err(|error| error.within_field(fields[index].json))?;
                }
            }
            (found @ Found::Inline(..), _) => {
                if !reader.null()? {
                    let (slot, name) = descend(message, found);
                    decode_slot(reader, slot).map_err(|error| error.within_field(name))?;
                }
            }
            (Found::Kind, Some(type_meta)) if reader.peek()? == Token::String => {
                type_meta.kind = reader.string()?.into();
            }
            (Found::ApiVersion, Some(type_meta)) if reader.peek()? == Token::String => {
                type_meta.api_version = reader.string()?.into();
            }
            _ => reader.skip()?,
        }
    }
    Ok(())
}

/// Reads the next key if it is a field's name as writers spell it, and says which field's.
#[inline]
fn known_key(reader: &mut Reader<'_>, fields: &[Field], expected: usize) -> Option<usize> {
    // An inlined field has no name of its own.
    let mut spells = |field: &Field| !field.json.is_empty() && reader.key_if(field.json);
    let (before, after) = fields.split_at(expected);
    match after.iter().position(&mut spells) {
        Some(index) => Some(expected + index),
        None => before.iter().position(spells),
    }
}

/// What a key stands for, however it was spelt.
fn find(message: &dyn Message, key: &str, top_level: bool) -> Found {
    if let Some(found) = find_field(message, key) {
        return found;
    }
    match key {
        "kind" if top_level => Found::Kind,
        "apiVersion" if top_level => Found::ApiVersion,
        _ => Found::Unknown,
    }
}

fn find_field(message: &dyn Message, key: &str) -> Option<Found> {
    // An inlined field has no name of its own.
    if key.is_empty() {
        return None;
    }
    let fields = message.table().fields;
    if let Some(index) = fields.iter().position(|field| field.json == key) {
        return Some(Found::Field(index));
    }
    let inlined = |(_, field): &(usize, &Field)| field.flags.has(FieldFlags::INLINE);
    fields
        .iter()
        .enumerate()
        .filter(inlined)
        .find_map(|(outer, _)| match message.get(outer) {
            SlotRef::Message(inner) => {
                find_field(inner, key).map(|found| Found::Inline(outer, Box::new(found)))
            }
            _ => None,
        })
}

fn descend(message: &mut dyn Message, found: Found) -> (SlotMut<'_>, &'static str) {
    match found {
        Found::Inline(outer, inner) => match message.slot(outer) {
            SlotMut::Message(message) => descend(message, *inner),
            _ => unreachable!("an inlined field is a struct"),
        },
        Found::Field(index) => {
            let name = message.table().fields[index].json;
            (message.slot(index), name)
        }
        _ => unreachable!("only fields are inlined"),
    }
}

fn decode_slot(reader: &mut Reader<'_>, slot: SlotMut<'_>) -> Result<(), Error> {
    match slot {
        SlotMut::Str(text) => *text = reader.string()?.into(),
        SlotMut::Message(message) => return decode_message(reader, message, None),
        SlotMut::Bool(truth) => *truth = reader.boolean()?,
        SlotMut::I32(number) => {
            let wide = reader.integer()?;
            *number = i32::try_from(wide).map_err(|_| {
                reader.error(
                    ErrorKind::InvalidValue,
                    format!("{wide} does not fit into 32 bits"),
                )
            })?;
        }
        SlotMut::I64(number) => *number = reader.integer()?,
        SlotMut::F64(number) => {
            *number = match reader.number()? {
                Number::Int(whole) => whole as f64,
                Number::Float(number) => number,
            }
        }
        SlotMut::Bytes(bytes) => *bytes = decode_bytes(reader)?,
        SlotMut::Scalar(scalar) => return scalar.decode_json(reader),
        SlotMut::List(list) => return decode_list(reader, list),
        SlotMut::Map(map) => return decode_map(reader, map),
    }
    Ok(())
}

fn decode_list(reader: &mut Reader<'_>, list: &mut dyn Repeated) -> Result<(), Error> {
    reader.begin_array()?;
    list.clear();
    let mut first = true;
    while reader.next_element(&mut first)? {
        let index = list.len();
        let slot = list.push();
        if !reader.null()? {
            decode_slot(reader, slot).map_err(|error| error.within_index(index))?;
        }
    }
    list.settle();
    Ok(())
}

fn decode_map(reader: &mut Reader<'_>, map: &mut dyn Mapped) -> Result<(), Error> {
    reader.begin_object()?;
    let mut first = true;
    while let Some(key) = reader.next_key(&mut first)? {
        let key = Str::from(key);
        let slot = map.push(key.clone());
        if !reader.null()? {
            decode_slot(reader, slot).map_err(|error| error.within_field(String::from(key)))?;
        }
    }
    map.settle();
    Ok(())
}

fn decode_bytes(reader: &mut Reader<'_>) -> Result<ByteString, Error> {
    let start = reader.offset();
    let text = reader.string()?;
    // Go's decoder accepts line breaks within base64.
    let decoded = if text.contains(['\n', '\r']) {
        BASE64.decode(text.replace(['\n', '\r'], ""))
    } else {
        BASE64.decode(text)
    };
    match decoded {
        Ok(bytes) => Ok(bytes.into()),
        Err(_) => Err(Error::new(
            ErrorKind::InvalidValue,
            start,
            "malformed base64",
        )),
    }
}

/// As Go's `StdEncoding`, which does not mind bits that no byte needs.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);
