//! Properties of the three ways between JSON, trees and protobuf, over documents made at random for
//! every struct that the server knows. That the bytes are Go's is for the corpus to say.

use pintle_codec::{
    Object, Value, json,
    protobuf::{Payload, Reader, Writer},
};
use pintle_env::{Random, SeededRandom};

use super::{decode_protobuf, encode_protobuf, protobuf_to_json};
use crate::{
    generated::{
        apiextensions_v1::CUSTOM_RESOURCE_DEFINITION,
        apps_v1::STATEFUL_SET,
        core_v1::{POD, SECRET},
        resources::RESOURCES,
    },
    schema::{Alternative, Cardinality, Field, OnWire, Shape, Struct, Wire, decode},
};

/// Documents of all structs, each read from JSON.
fn documents() -> impl Iterator<Item = (&'static Struct, u64, Object)> {
    let structs = RESOURCES.iter().flat_map(|resource| {
        let subresources = resource.subresources.iter().map(|sub| sub.schema);
        [resource.schema].into_iter().chain(subresources)
    });
    let seeds = structs.flat_map(|schema| (0..12).map(move |seed| (schema, seed)));
    seeds.map(|(schema, seed)| {
        let random = SeededRandom::new(seed);
        let mut text = Vec::new();
        json::write(&Document(&random).structure(schema, 0), &mut text);
        let decoded = decode(&text, schema).unwrap_or_else(|error| {
            panic!(
                "{}: {error} in {}",
                schema.name,
                String::from_utf8_lossy(&text)
            )
        });
        assert_eq!(decoded.excess, [""; 0]);
        (schema, seed, decoded.object)
    })
}

fn encoded(object: &Object, schema: &'static Struct) -> Vec<u8> {
    let mut writer = Writer::new();
    encode_protobuf(object, schema, &mut writer);
    writer.written().to_vec()
}

fn text(object: &Object) -> String {
    let mut text = Vec::new();
    json::write(&object.clone().into(), &mut text);
    String::from_utf8(text).unwrap()
}

#[test]
fn what_was_read_from_json_comes_back_from_protobuf() {
    for (schema, seed, object) in documents() {
        let message = encoded(&object, schema);
        let back = decode_protobuf(&message, schema).unwrap();
        assert_eq!(text(&back), text(&object), "{} {seed}", schema.name);
        assert_eq!(back, object, "{} {seed}", schema.name);
        assert_eq!(encoded(&back, schema), message);
    }
}

#[test]
fn json_without_a_tree_is_that_of_the_tree() {
    for (schema, seed, object) in documents() {
        let message = encoded(&object, schema);
        let mut direct = Vec::new();
        protobuf_to_json(&message, schema, None, &mut direct).unwrap();
        let direct = String::from_utf8(direct).unwrap();
        assert_eq!(direct, text(&object), "{} {seed}", schema.name);
    }
}

/// Other writers need not keep the order, may send a message in parts, and know fields that we do not.
#[test]
fn the_order_and_the_parts_of_a_message_do_not_matter() {
    for (schema, seed, object) in documents() {
        let random = SeededRandom::new(seed);
        let message = encoded(&object, schema);
        let mixed = mixed(&message, schema, schema.wire, &random);
        let back = decode_protobuf(&mixed, schema).unwrap();
        assert_eq!(text(&back), text(&object), "{} {seed}", schema.name);
    }
}

/// A field is looked for before the place that its number would have if all were taken.
#[test]
fn every_number_is_found() {
    fn check(wire: &'static [Wire], name: &str) {
        assert!(
            wire.is_sorted_by(|one, other| one.number < other.number),
            "{name}"
        );
        for Wire { what, .. } in wire {
            if let OnWire::Embedded(wire) = what {
                check(wire, name);
            }
        }
    }
    for (schema, ..) in documents().step_by(12) {
        check(schema.wire, schema.name);
    }
}

/// The fields of a message in another order: elements of a list keep theirs.
fn mixed(
    message: &[u8],
    schema: &'static Struct,
    wire: &'static [Wire],
    random: &SeededRandom,
) -> Vec<u8> {
    let mut fields: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut reader = Reader::new(message);
    let mut writer = Writer::new();
    loop {
        let start = reader.offset();
        let Some((number, payload)) = reader.next_field().unwrap() else {
            break;
        };
        let whole = &message[start..reader.offset()];
        let known = wire.iter().find(|wire| wire.number == number).unwrap();
        let one_struct = match &known.what {
            OnWire::Embedded(wire) => Some((schema, *wire)),
            OnWire::Field(place) => match &schema.fields[usize::from(*place)] {
                Field {
                    cardinality: Cardinality::One,
                    shape: Shape::Struct(schema),
                    ..
                } => Some((*schema, schema.wire)),
                _ => None,
            },
        };
        let (Some((schema, wire)), Payload::Bytes(inner)) = (one_struct, payload) else {
            fields.push((
                u64::from(number) << 32 | fields.len() as u64,
                whole.to_vec(),
            ));
            continue;
        };
        // A struct comes in two parts, of which the second has nothing that the first could have.
        let inner = mixed(inner, schema, wire, random);
        let mut inner_reader = Reader::new(&inner);
        inner_reader.next_field().unwrap();
        let parts = inner.split_at(inner_reader.offset());
        for part in [parts.0, parts.1] {
            writer.clear();
            writer.bytes(number, part);
            fields.push((
                u64::from(number) << 32 | fields.len() as u64,
                writer.written().to_vec(),
            ));
        }
    }
    writer.clear();
    writer.bytes(19_999, b"unknown");
    fields.push((0, writer.written().to_vec()));
    // Sorted by a hash of the number, then by place.
    let salt = random.below(u64::MAX);
    fields.sort_by_key(|(key, _)| ((key >> 32 ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15), *key));
    fields.into_iter().flat_map(|(_, field)| field).collect()
}

#[test]
fn objects_within_an_object_say_what_they_are() {
    let json = br#"{"spec":{"volumeClaimTemplates":[{"kind":"X","metadata":{"name":"a"}}]}}"#;
    let object = decode(json, &STATEFUL_SET).unwrap().object;
    let message = encoded(&object, &STATEFUL_SET);
    let back = decode_protobuf(&message, &STATEFUL_SET).unwrap();
    assert_eq!(back, object);
    let claim = r#"[{"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"a"},"#;
    assert!(text(&back).contains(claim), "{}", text(&back));
    let mut direct = Vec::new();
    protobuf_to_json(&message, &STATEFUL_SET, None, &mut direct).unwrap();
    assert_eq!(String::from_utf8(direct).unwrap(), text(&back));
}

#[test]
fn what_is_no_message_of_the_struct_is_refused() {
    for message in [
        &b"\x0a"[..],
        b"\x0a\x05a",
        b"\x08\x01",
        b"\x12\x02\x10\x01",
        b"\x0a\x04\x32\x02a",
    ] {
        assert!(decode_protobuf(message, &POD).is_err(), "{message:x?}");
    }
    // A schema in a schema in a schema: no client may exhaust the stack.
    let mut deep = Writer::new();
    let mut inner = Vec::new();
    for _ in 0..100_000 {
        deep.clear();
        deep.bytes(28, &inner);
        inner = deep.written().to_vec();
        if inner.len() > 20_000 {
            break;
        }
    }
    let mut definition = Writer::new();
    definition.message(2, |spec| {
        spec.message(7, |version| {
            version.message(4, |schema| schema.message(1, |schema| schema.raw(&inner)));
        });
    });
    let refused = decode_protobuf(definition.written(), &CUSTOM_RESOURCE_DEFINITION);
    assert!(refused.unwrap_err().to_string().contains("nested deeper"));
}

#[test]
fn damaged_messages_are_refused_or_read_and_never_worse() {
    let random = SeededRandom::new(7);
    for (schema, _, object) in documents().step_by(5) {
        let mut message = encoded(&object, schema);
        for _ in 0..20 {
            let at = random.below(message.len().max(1) as u64) as usize;
            let Some(byte) = message.get_mut(at) else {
                break;
            };
            *byte = random.below(256) as u8;
            let read = decode_protobuf(&message, schema);
            if let Ok(object) = read {
                encoded(&object, schema);
            }
            protobuf_to_json(&message, schema, None, &mut Vec::new()).ok();
        }
    }
}

// What kube-apiserver 1.36.3 answers to a Secret with such data, after its storage.
#[test]
fn no_data_in_a_map_is_empty_data() {
    let json = br#"{"data":{"a":null,"b":"","c":"eA=="}}"#;
    let object = decode(json, &SECRET).unwrap().object;
    let back = decode_protobuf(&encoded(&object, &SECRET), &SECRET).unwrap();
    assert_eq!(
        text(&back),
        r#"{"metadata":{},"data":{"a":"","b":"","c":"eA=="}}"#
    );
}

/// Makes documents at random.
struct Document<'r>(&'r SeededRandom);

impl Document<'_> {
    fn structure(&self, schema: &'static Struct, depth: usize) -> Value {
        let mut fields = Vec::new();
        for (place, field) in schema.fields.iter().enumerate() {
            // The deeper, the less.
            if in_protobuf(schema.wire, place) && self.0.below(2 + depth as u64) < 2 {
                fields.push((field.json.into(), self.field(field, depth)));
            }
        }
        Object::from_entries(fields).into()
    }

    fn field(&self, field: &'static Field, depth: usize) -> Value {
        let count = self
            .0
            .below(4)
            .max(u64::from(field.cardinality == Cardinality::MapOfLists));
        let value = |shape| self.value(shape, depth + 1);
        let key = |_| ["a", "b", "\u{e9}<", "", "kubernetes.io/x"][self.0.below(5) as usize];
        match field.cardinality {
            Cardinality::One => value(field.shape),
            Cardinality::List => (0..count)
                .map(|_| value(field.shape))
                .collect::<Vec<_>>()
                .into(),
            Cardinality::Map => {
                let entries = (0..count).map(|at| (key(at), value(field.shape)));
                entries.collect::<Object>().into()
            }
            Cardinality::MapOfLists => {
                let list = || (0..count).map(|_| value(field.shape)).collect::<Vec<_>>();
                let entries = (0..count).map(|at| (key(at), list().into()));
                entries.collect::<Object>().into()
            }
        }
    }

    fn value(&self, shape: Shape, depth: usize) -> Value {
        let pick =
            |values: &[&str]| Value::from(values[self.0.below(values.len() as u64) as usize]);
        match shape {
            Shape::String => pick(&[
                "",
                "a",
                "v\u{1f600}\"\\\u{2028}&",
                "a longer text than fits",
            ]),
            Shape::Bool => (self.0.below(2) == 1).into(),
            Shape::Int32 => [0, 1, -1, 300, i64::from(i32::MIN)][self.0.below(5) as usize].into(),
            Shape::Int64 => [0, 1, -1, 300, i64::MIN, i64::MAX][self.0.below(6) as usize].into(),
            Shape::Float64 => Value::Float([0.0, 1.0, -0.5, 1e300, 3.25][self.0.below(5) as usize]),
            Shape::Bytes => pick(&["", "AA==", "aGVsbG8="]),
            Shape::Time => pick(&["2024-02-29T12:00:00Z", "1969-12-31T23:59:59Z"]),
            Shape::MicroTime => {
                pick(&["2024-02-29T12:00:00.000001Z", "1969-12-31T23:59:59.500000Z"])
            }
            Shape::Duration => pick(&["0s", "1m30s"]),
            Shape::Quantity => pick(&["0", "500m", "64Mi", "1.5", "1e3", "1000000000000000000000"]),
            Shape::IntOrString => match self.0.below(2) {
                0 => pick(&["", "http", "25%"]),
                _ => [0, 80, -1][self.0.below(3) as usize].into(),
            },
            Shape::Any | Shape::Json => {
                let number = [Value::from(1), Value::Float(1.0), Value::Float(0.1)];
                let number = &number[self.0.below(3) as usize];
                match self.0.below(5) {
                    0 => pick(&["x"]),
                    1 => number.clone(),
                    2 => Value::Array(vec![Value::Null, number.clone(), false.into()]),
                    3 => Value::Float(1_234_567_890_123_456_789.0),
                    _ => Object::from([("b<", number.clone()), ("a", Object::new().into())]).into(),
                }
            }
            Shape::Struct(schema) => self.structure(schema, depth),
            Shape::StructOr(schema, other) => match (other, self.0.below(3)) {
                (Alternative::Bool, 0) => (self.0.below(2) == 1).into(),
                (Alternative::List, 0) => vec![self.structure(schema, depth); 2].into(),
                (Alternative::Strings, 0) => vec![Value::from("a"), "".into()].into(),
                (Alternative::List | Alternative::Strings, 1) => vec![].into(),
                _ => self.structure(schema, depth),
            },
        }
    }
}

fn in_protobuf(wire: &[Wire], place: usize) -> bool {
    wire.iter().any(|wire| match wire.what {
        OnWire::Field(other) => usize::from(other) == place,
        OnWire::Embedded(wire) => in_protobuf(wire, place),
    })
}
