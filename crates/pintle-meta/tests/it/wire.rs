//! The values with a form of their own, in the bytes that Go writes and reads.
//!
//! Each stands in a struct as its only field, and goes through the decoders and encoders as it does
//! in an object.

use pintle_codec::{Decoder, Error, Message, Value, cbor, json, message, protobuf};
use pintle_meta::{Duration, FieldsV1, IntOrString, MicroTime, Quantity, RawExtension, Time};

use proptest::prelude::*;

use crate::oracle::{Row, each, same};

#[test]
fn what_was_read_from_json_is_written_as_in_go() {
    let rows = include_str!("oracle/wire.jsonl");
    each(rows, 900, |row| {
        let mut value = holder(row.text(0));
        from_json(&mut *value, row.text(1)).map_err(|error| error.to_string())?;
        same("JSON", Some(to_json(&*value).as_str()), text(row, 2))?;
        same("protobuf", to_protobuf(&*value).as_str(), row.text(3))?;
        let Some(binary) = text(row, 4) else {
            // A number that Go can write into JSON and not into CBOR.
            return same("CBOR", to_cbor(&*value).as_str(), "f6");
        };
        same("CBOR", to_cbor(&*value).as_str(), binary)?;
        let mut back = holder(row.text(0));
        from_cbor(&mut *back, binary).map_err(|error| error.to_string())?;
        same(
            "JSON from CBOR",
            Some(to_json(&*back).as_str()),
            text(row, 5),
        )
    });
}

#[test]
fn payloads_are_read_and_refused_as_in_go() {
    let rows = include_str!("oracle/wire-decode.jsonl");
    each(rows, 600, |row| match (otherwise(row), compare(row)) {
        (None, compared) => compared,
        (Some(_), Err(_)) => Ok(()),
        (Some(why), Ok(())) => Err(format!("there is no difference any more: {why}")),
    });
}

fn compare(row: &Row) -> Result<(), String> {
    let (kind, format, payload) = (row.text(0), row.text(1), row.text(2));
    let mut value = holder(kind);
    let (read, written) = if format == "protobuf" {
        let read = from_protobuf(&mut *value, payload);
        (read, to_protobuf(&*value))
    } else {
        let read = from_cbor(&mut *value, payload);
        (read, to_cbor(&*value))
    };
    if row.len() == 4 {
        return same("is read", read.is_ok(), false);
    }
    let is_raw = matches!(kind, "FieldsV1" | "RawExtension");
    if is_raw && format == "cbor" {
        // Go keeps the bytes, here they become JSON; only where Go can say them in JSON too.
        return match text(row, 4) {
            Some(json) => read
                .map_err(|error| error.to_string())
                .and_then(|()| same("JSON", to_json(&*value).as_str(), json)),
            None => Ok(()),
        };
    }
    read.map_err(|error| error.to_string())?;
    same("written again", written.as_str(), row.text(3))?;
    // Where Go has no JSON for the value, ours is null.
    same(
        "JSON",
        to_json(&*value).as_str(),
        text(row, 4).unwrap_or("null"),
    )
}

/// Why the answer to a payload is not Go's, if it is not.
fn otherwise(row: &Row) -> Option<&'static str> {
    let (kind, payload) = (row.text(0), row.text(2));
    match (row.text(1), payload) {
        // The fields that Go does not look for it passes over too.
        ("protobuf", "0b0c") => Some("a group is passed over, whatever its number"),
        ("protobuf", "08ffffffffffffffffff7f") if row.len() > 4 => {
            Some("a number of more than 64 bits is refused, and not cut off")
        }
        ("protobuf", _) if kind == "IntOrString" && row.len() > 4 && row.get(4).is_none() => {
            Some("what is neither a number nor a text is refused before it cannot be written")
        }
        ("protobuf", "0a01ff" | "0a04a1416101") | ("protobuf", "0a07d9d9f7a1416101")
            if kind == "FieldsV1" =>
        {
            Some("fields that are not UTF-8 are refused: servers write them in JSON")
        }
        ("protobuf", "0a04a1416101") if kind == "RawExtension" => {
            Some("CBOR is known by its first byte, and need not say that it is CBOR")
        }
        ("cbor", "f6") if matches!(kind, "Duration" | "IntOrString") => {
            Some("null leaves a value of any kind as it is")
        }
        ("cbor", "f7") if kind == "IntOrString" => Some("undefined is read as null"),
        _ => None,
    }
}

proptest! {
    #[test]
    fn any_payload_is_read_or_refused(
        kind in prop::sample::select(&KINDS[..]),
        payload in prop::collection::vec(any::<u8>(), 0..24),
        text in r#"[-+0-9.eEmKMGi:TZh%{}"]{0,12}"#,
        starts in any::<[bool; 2]>(),
    ) {
        let payload = match starts {
            [true, true] => [&[0x0a, text.len() as u8], text.as_bytes()].concat(),
            [true, false] => [&[0x08], &payload[..]].concat(),
            [false, _] => payload,
        };
        let mut value = holder(kind);
        if from_protobuf(&mut *value, &hex(&payload)).is_ok() {
            let written = to_protobuf(&*value);
            let mut back = holder(kind);
            from_protobuf(&mut *back, &written).expect("what is written can be read");
            prop_assert_eq!(to_protobuf(&*back), written);
            prop_assert_eq!(to_json(&*back), to_json(&*value));
            let mut again = holder(kind);
            match from_json(&mut *again, &to_json(&*value)) {
                Ok(()) => prop_assert_eq!(to_json(&*again), to_json(&*value)),
                // As in Go, a year of five digits can be written and not read.
                Err(error) => prop_assert!(kind.ends_with("Time"), "{}", error),
            }
        }
        if from_cbor(&mut *value, &hex(&payload)).is_ok() {
            let written = to_cbor(&*value);
            from_cbor(&mut *value, &written).expect("what is written can be read");
            prop_assert_eq!(to_cbor(&*value), written);
        }
    }
}

macro_rules! holders {
    ($($holder:ident $kind:literal $type:ty;)*) => {
        $(
            #[derive(Clone, Default)]
            struct $holder {
                value: $type,
            }

            message! {
                $holder "test/v1.Holder" {
                    0 value "value" 1 [VALUE],
                }
            }
        )*

        const KINDS: [&str; 7] = [$($kind),*];

        /// A struct that holds a zero value of a kind.
        fn holder(kind: &str) -> Box<dyn Message> {
            match kind {
                $($kind => Box::new($holder::default()),)*
                other => panic!("no kind of value is called {other}"),
            }
        }
    };
}

holders! {
    HoldsQuantity "Quantity" Quantity;
    HoldsDuration "Duration" Duration;
    HoldsTime "Time" Time;
    HoldsMicroTime "MicroTime" MicroTime;
    HoldsIntOrString "IntOrString" IntOrString;
    HoldsFields "FieldsV1" FieldsV1;
    HoldsRaw "RawExtension" RawExtension;
}

fn text(row: &Row, at: usize) -> Option<&str> {
    row.get(at).and_then(Value::as_str)
}

fn from_json(holder: &mut dyn Message, value: &str) -> Result<(), Error> {
    let document = format!(r#"{{"value":{value}}}"#);
    Decoder::new()
        .decode_json(document.as_bytes(), holder)
        .map(drop)
}

fn to_json(holder: &dyn Message) -> String {
    let mut out = Vec::new();
    json::encode(holder, &mut out);
    let document = String::from_utf8(out).expect("JSON is UTF-8");
    let value = document.strip_prefix(r#"{"value":"#);
    let value = value.and_then(|value| value.strip_suffix('}'));
    value.expect("the struct has one field").to_owned()
}

fn from_protobuf(holder: &mut dyn Message, payload: &str) -> Result<(), Error> {
    let mut writer = protobuf::Writer::new();
    writer.bytes(1, &bytes(payload));
    Decoder::new().decode_protobuf_item(writer.written(), holder)
}

fn to_protobuf(holder: &dyn Message) -> String {
    let mut writer = protobuf::Writer::new();
    protobuf::encode(holder, &mut writer);
    let mut fields = protobuf::Reader::new(writer.written());
    match fields.next_field() {
        Ok(Some((1, protobuf::Payload::Bytes(payload)))) => hex(payload),
        other => panic!("the struct has one field, not {other:?}"),
    }
}

fn from_cbor(holder: &mut dyn Message, item: &str) -> Result<(), Error> {
    let document = [CBOR_START, &bytes(item)].concat();
    Decoder::new().decode_cbor(&document, holder).map(drop)
}

fn to_cbor(holder: &dyn Message) -> String {
    let mut out = Vec::new();
    cbor::encode(holder, &mut out);
    hex(out
        .strip_prefix(CBOR_START)
        .expect("the struct has one field"))
}

/// A map of one pair, and its key.
const CBOR_START: &[u8] = b"\xa1\x45value";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16).expect("a hexadecimal digit") as u8;
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}
