//! Protobuf into a value tree.

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

/// Which fields of a struct a message has, each the bit in its place.
#[derive(Clone, Copy, Default)]
struct Met {
    places: u64,
    /// Messages that come in parts: they are read once, from all of them together.
    parted: u64,
}

/// The entries of an object that comes to be: each is in its place from the beginning, so that nothing has to
/// be moved or sorted in whatever order the fields come.
struct Entries {
    /// The bits of the places that have an entry.
    places: u64,
    parted: u64,
    entries: Vec<(Str, Value)>,
    /// Maps, whose keys may yet come again, and their places.
    maps: Vec<(u8, Vec<(Str, Value)>)>,
}

impl Met {
    /// Walks a message without looking into what it holds.
    fn note(
        &mut self,
        message: &[u8],
        schema: &'static Struct,
        wire: &'static [Wire],
    ) -> Result<()> {
        let mut reader = Reader::new(message);
        while let Some((number, payload)) = reader.next_field()? {
            match find(wire, number) {
                Some(OnWire::Field(place)) => {
                    let bit = 1 << place;
                    if self.places & bit != 0 {
                        self.note_again(&schema.fields[usize::from(*place)], bit);
                    } else if schema.unset.zero & bit == 0
                        || !is_zero(schema.fields[usize::from(*place)].shape, payload)
                    {
                        self.places |= bit;
                    }
                }
                Some(OnWire::Embedded(wire)) => self.note(bytes(payload)?, schema, wire)?,
                None => {}
            }
        }
        Ok(())
    }

    fn note_again(&mut self, field: &'static Field, bit: u64) {
        if field.cardinality == Cardinality::One && is_message(field.shape) {
            self.parted |= bit;
        }
    }
}

impl Entries {
    /// Room for what was met, and for what is written though it was not.
    fn of(met: Met, schema: &'static Struct) -> Self {
        let places = met.places | schema.unset.written;
        let entry = |place: usize| (Str::from_static(schema.fields[place].json), Value::Null);
        Self {
            places,
            parted: met.parted,
            entries: Places::new(places).map(entry).collect(),
            maps: Vec::new(),
        }
    }

    /// The value in a place.
    fn at(&mut self, place: u8) -> &mut Value {
        let before = self.places & ((1 << place) - 1);
        &mut self.entries[before.count_ones() as usize].1
    }

    /// Puts an entry into the map in a place, behind the first of which there come so many.
    fn push(&mut self, place: u8, entry: (Str, Value), more: impl FnOnce() -> usize) {
        match self.maps.iter_mut().find(|(met, _)| *met == place) {
            Some((_, map)) => map.push(entry),
            None => {
                let mut map = Vec::with_capacity(1 + more());
                map.push(entry);
                self.maps.push((place, map));
            }
        }
    }

    /// Puts the maps in their places.
    fn close(&mut self) {
        for (place, mut entries) in std::mem::take(&mut self.maps) {
            let map = if entries.is_sorted_by(|(one, _), (other, _)| one < other) {
                Object::from_distinct_entries(entries)
            } else {
                // A stable sort: of equal keys the last one stays.
                entries.sort_by(|(one, _), (other, _)| one.cmp(other));
                Object::from_entries(entries)
            };
            *self.at(place) = Value::Object(map);
        }
    }
}

impl Decoder {
    fn structure(&mut self, message: &[u8], schema: &'static Struct) -> Result<Object> {
        if self.depth == MAX_DEPTH {
            let detail = "messages nested deeper than 512 levels";
            return Err(Error::new(ErrorKind::TooDeep, 0, detail));
        }
        self.depth += 1;
        let mut met = Met::default();
        met.note(message, schema, schema.wire)?;
        let mut entries = Entries::of(met, schema);
        self.fields(message, schema, schema.wire, &mut entries)?;
        for place in Places::new(met.parted) {
            let mut whole = Vec::new();
            collect_parts(message, schema.wire, place, &mut whole)?;
            let place = place as u8;
            let shape = schema.fields[usize::from(place)].shape;
            *entries.at(place) = self.value(shape, Payload::Bytes(&whole))?;
        }
        self.depth -= 1;
        entries.close();
        let (mut places, mut entries) = (Places::new(entries.places), entries.entries);
        entries.retain_mut(|(_, value)| {
            let place = places.next().expect("an entry for each place");
            let field = &schema.fields[place];
            let is_met = met.places & 1 << place != 0;
            if is_met && says_something(field, value) {
                return true;
            }
            let unset = absent(field);
            let is_written = unset.is_some();
            *value = unset.unwrap_or_default();
            is_written
        });
        Ok(Object::from_distinct_entries(entries))
    }

    fn fields(
        &mut self,
        message: &[u8],
        schema: &'static Struct,
        wire: &'static [Wire],
        entries: &mut Entries,
    ) -> Result<()> {
        let mut reader = Reader::new(message);
        while let Some((number, payload)) = reader.next_field()? {
            match find(wire, number) {
                Some(OnWire::Field(place)) => {
                    let bit = 1 << place;
                    if entries.places & bit != 0 && entries.parted & bit == 0 {
                        self.field(schema, *place, (number, payload), &reader, entries)?;
                    }
                }
                Some(OnWire::Embedded(wire)) => {
                    self.fields(bytes(payload)?, schema, wire, entries)?;
                }
                None => {}
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        schema: &'static Struct,
        place: u8,
        (number, payload): (u32, Payload<'_>),
        rest: &Reader<'_>,
        entries: &mut Entries,
    ) -> Result<()> {
        let field = &schema.fields[usize::from(place)];
        let shape = field.shape;
        match field.cardinality {
            Cardinality::One => *entries.at(place) = self.value(shape, payload)?,
            Cardinality::List => match entries.at(place) {
                Value::Array(elements) => self.element(shape, payload, elements)?,
                found => {
                    let mut elements = Vec::with_capacity(1 + run(rest, number));
                    self.element(shape, payload, &mut elements)?;
                    *found = Value::Array(elements);
                }
            },
            Cardinality::Map | Cardinality::MapOfLists => {
                let entry = self.entry(field, bytes(payload)?)?;
                entries.push(place, entry, || run(rest, number));
            }
        }
        Ok(())
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

/// What has a number. As each has one of its own, it is where it would be if all numbers were taken, or before.
fn find(wire: &'static [Wire], number: u32) -> Option<&'static OnWire> {
    let last = wire.len().min(number as usize);
    let not_behind = wire[..last].iter().rev();
    let mut not_behind = not_behind.skip_while(|wire| wire.number > number);
    let found = not_behind.next().filter(|wire| wire.number == number);
    found.map(|wire| &wire.what)
}

/// How many fields of this number come next: the elements of a list mostly follow each other.
fn run(rest: &Reader<'_>, number: u32) -> usize {
    let mut rest = rest.clone();
    let is_next = || matches!(rest.next_field(), Ok(Some((next, _))) if next == number);
    std::iter::repeat_with(is_next)
        .take_while(|is_next| *is_next)
        .count()
}

/// Whether a number, a truth value or a text is spelt as zero, false or empty.
fn is_zero(shape: Shape, payload: Payload<'_>) -> bool {
    match payload {
        Payload::Varint(0) => !matches!(shape, Shape::String),
        Payload::Bytes([]) => matches!(shape, Shape::String),
        _ => false,
    }
}

/// Whether a value that was read is one; if it is, it is made what it is to be.
fn says_something(field: &'static Field, value: &mut Value) -> bool {
    if value.is_null() && field.pointer && matches!(field.shape, Shape::Time | Shape::MicroTime) {
        // Of a pointer to no time nothing is left.
        return false;
    }
    if field.cardinality == Cardinality::List {
        scalar::set_types(field, value);
    }
    !is_unset(field, value)
}

/// The parts in which the message of a field comes, one behind the other: they are read as one.
fn collect_parts(
    message: &[u8],
    wire: &'static [Wire],
    wanted: usize,
    parts: &mut Vec<u8>,
) -> Result<()> {
    let mut reader = Reader::new(message);
    while let Some((number, payload)) = reader.next_field()? {
        match find(wire, number) {
            Some(OnWire::Field(place)) if usize::from(*place) == wanted => {
                parts.extend_from_slice(bytes(payload)?);
            }
            Some(OnWire::Embedded(wire)) => {
                collect_parts(bytes(payload)?, wire, wanted, parts)?;
            }
            _ => {}
        }
    }
    Ok(())
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
    let bytes = bytes(payload)?;
    Ok(match str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(bytes).into(),
    })
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
