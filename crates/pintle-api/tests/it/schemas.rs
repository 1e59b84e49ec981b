//! Types of apiextensions.k8s.io/v1 that have a form of their own.

use pintle_api::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use pintle_codec::{Message, cbor, json, protobuf};

/// `schemas.txt` says what Go makes of each document.
#[test]
fn a_schema_is_what_it_is_to_go_in_every_format() {
    let cases = include_str!("schemas.txt");
    let mut count = 0;
    for case in cases.split("\n\n").skip(1) {
        let lines: Vec<&str> = case.lines().collect();
        let mut schema = JSONSchemaProps::default();
        let read = json::decode(lines[0].as_bytes(), &mut schema);
        count += 1;
        let [input, as_json, as_protobuf, as_cbor] = *lines else {
            assert_eq!(lines[1], "error");
            assert!(read.is_err(), "{case}");
            continue;
        };
        read.unwrap();
        assert_eq!(in_json(&schema), as_json, "{input}");
        assert_eq!(hex(&in_protobuf(&schema)), as_protobuf, "{input}");
        let written = in_cbor(&schema);
        assert_eq!(hex(&written), as_cbor, "{input}");

        let mut decoder = pintle_codec::Decoder::new();
        let mut from_protobuf = JSONSchemaProps::default();
        let document = in_protobuf(&schema);
        decoder
            .decode_protobuf_item(&document, &mut from_protobuf)
            .unwrap();
        assert_eq!(from_protobuf, schema, "{input}");
        let mut from_cbor = JSONSchemaProps::default();
        decoder.decode_cbor(&written, &mut from_cbor).unwrap();
        // A `null` that stands for a pointer is read as none, in CBOR as in JSON.
        let mut from_json = JSONSchemaProps::default();
        json::decode(as_json.as_bytes(), &mut from_json).unwrap();
        assert_eq!(in_cbor(&from_cbor), in_cbor(&from_json), "{input}");
    }
    assert_eq!(count, 20);
}

/// Go writes the elements and passes the schema over, or the schema and passes `allows` over.
#[test]
fn where_a_choice_has_both_the_list_and_the_schema_count() {
    let typed = |type_: &str| JSONSchemaProps {
        type_: type_.into(),
        ..JSONSchemaProps::default()
    };
    let schema = JSONSchemaProps {
        items: Some(Box::new(JSONSchemaPropsOrArray {
            schema: Some(Box::new(typed("a"))),
            json_schemas: [typed("b")].into(),
        })),
        additional_properties: Some(Box::new(JSONSchemaPropsOrBool {
            allows: false,
            schema: Some(Box::new(typed("a"))),
        })),
        ..JSONSchemaProps::default()
    };
    assert_eq!(
        in_json(&schema),
        r#"{"items":[{"type":"b"}],"additionalProperties":{"type":"a"}}"#
    );
    let mut back = JSONSchemaProps::default();
    let mut decoder = pintle_codec::Decoder::new();
    let document = in_protobuf(&schema);
    decoder.decode_protobuf_item(&document, &mut back).unwrap();
    assert_eq!(back, schema);
}

#[test]
fn schemas_that_nest_without_end_are_refused() {
    const DEPTH: usize = 100_000;
    let mut decoder = pintle_codec::Decoder::new();
    let mut schema = JSONSchemaProps::default();
    for (open, close) in [
        (r#"{"items":["#, "]}"),
        (r#"{"not":"#, "}"),
        (r#"{"properties":{"p":"#, "}}"),
    ] {
        let document = format!("{}{{}}{}", open.repeat(DEPTH), close.repeat(DEPTH));
        assert!(json::decode(document.as_bytes(), &mut schema).is_err());
    }
    // `items` of `schema` of `items` …, from the inside out.
    let mut document = Vec::new();
    while document.len() < 20_000 {
        for tag in [&b"\x0a"[..], b"\xc2\x01"] {
            let mut outer = tag.to_vec();
            let mut length = document.len();
            while length > 0x7f {
                outer.push(length as u8 | 0x80);
                length >>= 7;
            }
            outer.push(length as u8);
            outer.append(&mut document);
            document = outer;
        }
    }
    assert!(
        decoder
            .decode_protobuf_item(&document, &mut schema)
            .is_err()
    );
    let document = [&b"\xa1\x45items"[..]].concat().repeat(DEPTH);
    assert!(decoder.decode_cbor(&document, &mut schema).is_err());
}

fn in_json(message: &dyn Message) -> String {
    let mut out = Vec::new();
    json::encode(message, &mut out);
    String::from_utf8(out).unwrap()
}

fn in_protobuf(message: &dyn Message) -> Vec<u8> {
    let mut writer = protobuf::Writer::new();
    protobuf::encode(message, &mut writer);
    writer.written().to_vec()
}

fn in_cbor(message: &dyn Message) -> Vec<u8> {
    let mut out = Vec::new();
    cbor::encode(message, &mut out);
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
