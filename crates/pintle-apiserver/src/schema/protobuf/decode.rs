//! Protobuf into a value tree.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pintle_codec::{
    Error, ErrorKind, Object, Scalar, Str, Value,
    json::MAX_DEPTH,
    protobuf::{Payload, Reader},
};
use pintle_meta::{Duration, IntOrString, MicroTime, Quantity, Time};

use crate::schema::{
    Alternative, Cardinality, Field, OnWire, Places, Shape, Struct, Wire, scalar,
    zero::{absent, element_zero, is_unset},
};

type Result<T> = std::result::Result<T, Error>;

/// Reads a message without an envelope as an object of a struct, in schema order.
pub(crate) fn decode_protobuf(message: &[u8], schema: &'static Struct) -> Result<Object> {
    Decoder { depth: 0 }.structure(message, schema)
}

struct Decoder {
    depth: usize,
}

/// What was found of a field.
enum Slot<'m> {
    Nothing,
    One(Value),
    /// A message, which may come in parts: it is read once all of it is there.
    Message(Cow<'m, [u8]>),
    List(Vec<Value>),
    Map(Vec<(Str, Value)>),
}

/// What was found of a struct.
struct Found<'m> {
    /// The bits of the fields that were met.
    places: u64,
    /// Each of them once, as they were met.
    slots: Vec<(usize, Slot<'m>)>,
}

impl<'m> Found<'m> {
    /// Nothing yet, with room for as many fields as most objects have set.
    fn within(schema: &Struct) -> Self {
        Self {
            places: 0,
            slots: Vec::with_capacity(schema.wire.len().min(12)),
        }
    }

    /// What was found of the field in a place.
    fn slot(&mut self, place: usize) -> &mut Slot<'m> {
        let bit = 1 << place;
        let at = if self.places & bit == 0 {
            self.places |= bit;
            self.slots.push((place, Slot::Nothing));
            self.slots.len() - 1
        } else {
            // Mostly it is the last one: the elements of a list follow each other.
            let met = self.slots.iter().rposition(|(met, _)| *met == place);
            met.expect("its bit is set where it is pushed")
        };
        &mut self.slots[at].1
    }

    /// All of it, in the order of the fields.
    fn in_order(mut self) -> impl Iterator<Item = (usize, Slot<'m>)> {
        if !self.slots.is_sorted_by_key(|(place, _)| *place) {
            self.slots.sort_unstable_by_key(|(place, _)| *place);
        }
        self.slots.into_iter()
    }
}

impl Decoder {
    fn structure(&mut self, message: &[u8], schema: &'static Struct) -> Result<Object> {
        if self.depth == MAX_DEPTH {
            let detail = "messages nested deeper than 512 levels";
            return Err(Error::new(ErrorKind::TooDeep, 0, detail));
        }
        self.depth += 1;
        let mut found = Found::within(schema);
        self.fields(message, schema, schema.wire, &mut found)?;
        let written = Places::new(found.places | schema.unset.written);
        let mut entries = Vec::with_capacity(written.len());
        let mut found = found.in_order().peekable();
        for place in written {
            let field = &schema.fields[place];
            let value = match found.next_if(|(found, _)| *found == place) {
                Some((_, slot)) => self.settle(field, slot)?,
                None => None,
            };
            let value = value.filter(|value| !is_unset(field, value));
            if let Some(value) = value.or_else(|| absent(field)) {
                entries.push((Str::from_static(field.json), value));
            }
        }
        self.depth -= 1;
        Ok(Object::from_distinct_entries(entries))
    }

    fn fields<'m>(
        &mut self,
        message: &'m [u8],
        schema: &'static Struct,
        wire: &'static [Wire],
        found: &mut Found<'m>,
    ) -> Result<()> {
        let mut reader = Reader::new(message);
        // Writers keep the order of the numbers: the next field is mostly the one after the last, or
        // that one again, if it is a list or a map.
        let mut expected = 0;
        while let Some((number, payload)) = reader.next_field()? {
            let (before, after) = wire.split_at(expected);
            let is_next = |wire: &Wire| wire.number == number;
            let at = match after.iter().position(is_next) {
                Some(at) => expected + at,
                None => match before.iter().position(is_next) {
                    Some(at) => at,
                    None => continue,
                },
            };
            expected = at;
            match wire[at].what {
                OnWire::Field(place) => {
                    let place = usize::from(place);
                    self.field(&schema.fields[place], payload, found.slot(place))?;
                }
                OnWire::Embedded(wire) => self.fields(bytes(payload)?, schema, wire, found)?,
            }
        }
        Ok(())
    }

    fn field<'m>(
        &mut self,
        field: &'static Field,
        payload: Payload<'m>,
        slot: &mut Slot<'m>,
    ) -> Result<()> {
        let shape = field.shape;
        match (field.cardinality, slot) {
            (Cardinality::One, Slot::Message(first)) => {
                first.to_mut().extend_from_slice(bytes(payload)?);
            }
            (Cardinality::One, slot) => {
                *slot = if is_message(shape) {
                    Slot::Message(bytes(payload)?.into())
                } else {
                    Slot::One(self.value(shape, payload)?)
                };
            }
            (Cardinality::List, Slot::List(elements)) => self.element(shape, payload, elements)?,
            (Cardinality::List, slot) => {
                let mut elements = Vec::new();
                self.element(shape, payload, &mut elements)?;
                *slot = Slot::List(elements);
            }
            (_, Slot::Map(entries)) => entries.push(self.entry(field, bytes(payload)?)?),
            (_, slot) => *slot = Slot::Map(vec![self.entry(field, bytes(payload)?)?]),
        }
        Ok(())
    }

    /// The value that a field has, once all of its message was looked at.
    fn settle(&mut self, field: &'static Field, slot: Slot<'_>) -> Result<Option<Value>> {
        Ok(match slot {
            Slot::Nothing => None,
            Slot::One(value) => Some(value),
            Slot::Message(message) => {
                let value = self.value(field.shape, Payload::Bytes(&message))?;
                // Of a pointer to no time nothing is left.
                let is_time = matches!(field.shape, Shape::Time | Shape::MicroTime);
                let is_nothing = field.pointer && is_time && value.is_null();
                (!is_nothing).then_some(value)
            }
            Slot::List(elements) => {
                let mut list = Value::Array(elements);
                scalar::set_types(field, &mut list);
                Some(list)
            }
            Slot::Map(mut entries) => {
                if entries.is_sorted_by(|(one, _), (other, _)| one < other) {
                    return Ok(Some(Value::Object(Object::from_distinct_entries(entries))));
                }
                // A stable sort: of equal keys the last one stays.
                entries.sort_by(|(one, _), (other, _)| one.cmp(other));
                Some(Value::Object(Object::from_entries(entries)))
            }
        })
    }

    /// An element of a list, or many: numbers may be packed.
    fn element(
        &mut self,
        shape: Shape,
        payload: Payload<'_>,
        elements: &mut Vec<Value>,
    ) -> Result<()> {
        match (shape, payload) {
            (Shape::Bool | Shape::Int32 | Shape::Int64, Payload::Bytes(packed)) => {
                for number in unpack(packed)? {
                    elements.push(self.value(shape, Payload::Varint(number))?);
                }
            }
            _ => elements.push(self.value(shape, payload)?),
        }
        Ok(())
    }

    fn entry(&mut self, field: &'static Field, entry: &[u8]) -> Result<(Str, Value)> {
        let (mut key, mut value) = (Str::new(), None);
        let mut reader = Reader::new(entry);
        while let Some((number, payload)) = reader.next_field()? {
            match number {
                1 => key = text(payload)?,
                2 if field.cardinality == Cardinality::MapOfLists => {
                    let mut elements = Vec::new();
                    let mut reader = Reader::new(bytes(payload)?);
                    while let Some((number, payload)) = reader.next_field()? {
                        if number == 1 {
                            self.element(field.shape, payload, &mut elements)?;
                        }
                    }
                    value = (!elements.is_empty()).then_some(Value::Array(elements));
                }
                2 => value = Some(self.value(field.shape, payload)?),
                _ => {}
            }
        }
        let nothing = || match field.cardinality {
            Cardinality::MapOfLists => Value::Null,
            _ => element_zero(field.shape),
        };
        Ok((key, value.unwrap_or_else(nothing)))
    }

    fn value(&mut self, shape: Shape, payload: Payload<'_>) -> Result<Value> {
        Ok(match shape {
            Shape::String => Value::String(text(payload)?),
            Shape::Bool => Value::Bool(number(payload)? != 0),
            // A number of 32 bits is spelt with 64, and the upper ones do not count.
            Shape::Int32 => Value::Int(i64::from(number(payload)? as i32)),
            Shape::Int64 => Value::Int(number(payload)? as i64),
            Shape::Float64 => match payload {
                Payload::Fixed64(bits) => Value::Float(f64::from_bits(bits)),
                _ => return Err(mismatch()),
            },
            Shape::Bytes => Value::String(STANDARD.encode(bytes(payload)?).into()),
            Shape::Time => {
                let time: Time = read(payload)?;
                if time.is_zero() {
                    Value::Null
                } else {
                    time.to_string().into()
                }
            }
            Shape::MicroTime => {
                let time: MicroTime = read(payload)?;
                if time.is_zero() {
                    Value::Null
                } else {
                    time.to_string().into()
                }
            }
            Shape::Duration => read::<Duration>(payload)?.to_string().into(),
            Shape::Quantity => read::<Quantity>(payload)?.to_string().into(),
            Shape::IntOrString => match read(payload)? {
                IntOrString::Int(number) => Value::Int(number.into()),
                IntOrString::String(text) => Value::String(text),
            },
            Shape::Any => raw(payload, scalar::any)?,
            Shape::Json => raw(payload, scalar::sorted)?,
            Shape::Struct(schema) => Value::Object(self.structure(bytes(payload)?, schema)?),
            Shape::StructOr(schema, other) => self.struct_or(schema, other, bytes(payload)?)?,
        })
    }

    /// Of the alternatives, a list that has elements stands before a struct, and that before a truth
    /// value.
    fn struct_or(
        &mut self,
        schema: &'static Struct,
        other: Alternative,
        message: &[u8],
    ) -> Result<Value> {
        let (mut structure, mut elements, mut truth) = (None, Vec::new(), false);
        let mut reader = Reader::new(message);
        while let Some((number, payload)) = reader.next_field()? {
            match (other, number) {
                (Alternative::Bool, 1) => truth = self::number(payload)? != 0,
                (Alternative::Bool, 2) | (_, 1) => {
                    structure = Some(self.value(Shape::Struct(schema), payload)?);
                }
                (Alternative::List, 2) => {
                    elements.push(self.value(Shape::Struct(schema), payload)?);
                }
                (Alternative::Strings, 2) => elements.push(self.value(Shape::String, payload)?),
                _ => {}
            }
        }
        Ok(match (elements.is_empty(), structure) {
            (false, _) => Value::Array(elements),
            (true, Some(structure)) => structure,
            (true, None) if other == Alternative::Bool => Value::Bool(truth),
            (true, None) => Value::Null,
        })
    }
}

fn is_message(shape: Shape) -> bool {
    match shape {
        Shape::String | Shape::Bool | Shape::Int32 | Shape::Int64 | Shape::Float64 => false,
        Shape::Bytes => false,
        Shape::Time | Shape::MicroTime | Shape::Duration | Shape::Quantity => true,
        Shape::IntOrString | Shape::Any | Shape::Json => true,
        Shape::Struct(_) | Shape::StructOr(..) => true,
    }
}

fn unpack(packed: &[u8]) -> Result<Vec<u64>> {
    let (mut numbers, mut number, mut shift) = (Vec::new(), 0, 0);
    for byte in packed {
        if shift > 63 {
            return Err(Error::new(
                ErrorKind::Syntax,
                0,
                "a number of more than 64 bits",
            ));
        }
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if *byte < 0x80 {
            numbers.push(std::mem::take(&mut number));
            shift = 0;
        }
    }
    if shift > 0 {
        return Err(Error::new(
            ErrorKind::UnexpectedEnd,
            0,
            "a number ends early",
        ));
    }
    Ok(numbers)
}

/// JSON in the first field of a message; nothing if there is none.
fn raw(payload: Payload<'_>, parse: fn(&[u8]) -> Result<Value>) -> Result<Value> {
    let mut raw: &[u8] = &[];
    let mut reader = Reader::new(bytes(payload)?);
    while let Some((number, payload)) = reader.next_field()? {
        if number == 1 {
            raw = bytes(payload)?;
        }
    }
    if raw.is_empty() {
        Ok(Value::Null)
    } else {
        parse(raw)
    }
}

pub(super) fn read<S: Scalar + Default>(payload: Payload<'_>) -> Result<S> {
    let mut scalar = S::default();
    scalar.decode_protobuf(bytes(payload)?)?;
    Ok(scalar)
}

fn text(payload: Payload<'_>) -> Result<Str> {
    Ok(String::from_utf8_lossy(bytes(payload)?).into())
}

pub(super) fn bytes<'p>(payload: Payload<'p>) -> Result<&'p [u8]> {
    match payload {
        Payload::Bytes(bytes) => Ok(bytes),
        _ => Err(mismatch()),
    }
}

pub(super) fn number(payload: Payload<'_>) -> Result<u64> {
    match payload {
        Payload::Varint(number) => Ok(number),
        _ => Err(mismatch()),
    }
}

#[cold]
pub(super) fn mismatch() -> Error {
    let detail = "the field has another type on the wire";
    Error::new(ErrorKind::TypeMismatch, 0, detail)
}
