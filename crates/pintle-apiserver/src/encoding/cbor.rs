//! Trees as CBOR.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pintle_codec::{Object, Value, cbor::Writer};

use crate::schema::{Cardinality, Field, Shape, Struct, Tree};

/// Writes an object, its keys in the order that CBOR has, without the mark of a document.
///
/// It is what is written of the tree of its JSON, but that binary data is marked as such.
pub(crate) fn object(tree: &Tree, out: &mut Vec<u8>) {
    structure(tree.object(), Some(tree.schema()), &mut Writer::new(out));
}

fn structure(object: &Object, schema: Option<&'static Struct>, writer: &mut Writer<'_>) {
    let mut entries: Vec<_> = object.iter().collect();
    // Keys are encoded with their length before them.
    entries.sort_unstable_by_key(|(key, _)| (key.len(), *key));
    writer.begin_map(entries.len());
    for (key, value) in entries {
        writer.string(key);
        let mut fields = schema.into_iter().flat_map(|schema| schema.fields);
        match fields.find(|field| field.json == key) {
            Some(field) => many(field, field.cardinality, value, writer),
            None => writer.value(value),
        }
    }
}

fn many(field: &Field, cardinality: Cardinality, value: &Value, writer: &mut Writer<'_>) {
    match (cardinality, value) {
        (Cardinality::One, value) => one(field.shape, value, writer),
        (_, Value::Array(elements)) => {
            writer.begin_array(elements.len());
            for element in elements {
                one(field.shape, element, writer);
            }
        }
        (_, Value::Object(object)) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| (key.len(), *key));
            writer.begin_map(entries.len());
            for (key, value) in entries {
                writer.string(key);
                match cardinality {
                    Cardinality::MapOfLists => many(field, Cardinality::List, value, writer),
                    _ => one(field.shape, value, writer),
                }
            }
        }
        (_, value) => writer.value(value),
    }
}

fn one(shape: Shape, value: &Value, writer: &mut Writer<'_>) {
    match (shape, value) {
        (Shape::Struct(schema), Value::Object(object)) => structure(object, Some(schema), writer),
        (Shape::StructOr(schema, _), Value::Object(object)) => {
            structure(object, Some(schema), writer);
        }
        (Shape::StructOr(schema, _), Value::Array(elements)) => {
            writer.begin_array(elements.len());
            for element in elements {
                one(Shape::Struct(schema), element, writer);
            }
        }
        (Shape::Bytes, Value::String(text)) => match STANDARD.decode(text.as_str()) {
            Ok(data) => writer.bytes(&data),
            Err(_) => writer.string(text),
        },
        (_, value) => writer.value(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{generated::core_v1::SECRET, schema::decode};

    // The bytes of Go's encoder are in the codec's tests; these are the ones that need a schema.
    #[test]
    fn binary_data_is_marked() {
        let json = br#"{"data":{"bb":"AQI=","a":""},"stringData":{"k":"AQI="}}"#;
        let tree = Tree::new(decode(json, &SECRET).unwrap().object, &SECRET);
        let mut out = Vec::new();
        object(&tree, &mut out);
        let expected = b"\xa3\x44data\xa2\x41a\xd6\x40\x42bb\xd6\x42\x01\x02\
                         \x48metadata\xa0\x4astringData\xa1\x41k\x44AQI=";
        assert_eq!(out, expected);
    }
}
