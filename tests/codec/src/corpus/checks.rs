//! What must hold of one kind's documents.

use pintle_codec::{Decoder, Format};

use super::files::{Case, Documents};
use crate::difference;
use crate::kinds::Kind;
use crate::object::Object;

/// What was done, and how it went or why it is wrong.
pub(super) type Outcome = (String, Result<(), String>);

/// Reads each document and writes it in each format, which must give what Kubernetes writes.
///
/// There are no files of CBOR: what is written in it must be what is read from it.
///
/// In the files, JSON is spread over lines, and the raw objects within it are too. As Kubernetes' own test of these
/// files does, it is read without its white space.
pub(super) fn check(kind: Kind, case: &Case) -> Vec<Outcome> {
    let Documents {
        json,
        yaml,
        protobuf,
    } = &case.before;
    let documents = [
        ("json", Ok((Format::Json, minify(json)))),
        ("protobuf", Ok((Format::Protobuf, protobuf.clone()))),
        ("yaml", from_yaml(yaml).map(|json| (Format::Json, json))),
    ];
    let expected_json = minify(unless_empty(&case.after.json, json));
    let expected_protobuf = unless_empty(&case.after.protobuf, protobuf);
    let mut outcomes = Vec::new();
    for (from, document) in documents {
        let object = document.and_then(|(format, document)| read(kind, format, &document));
        for (to, format, expected) in [
            ("json", Format::Json, &*expected_json),
            ("protobuf", Format::Protobuf, expected_protobuf),
        ] {
            let outcome = object.as_ref().map_err(Clone::clone);
            let outcome = outcome.and_then(|object| compare(kind, object, format, expected));
            outcomes.push((format!("{from} to {to}"), outcome));
        }
    }
    let through_cbor = read(kind, Format::Json, &minify(json))
        .and_then(|object| write(&object, Format::Cbor))
        .and_then(|cbor| read(kind, Format::Cbor, &cbor))
        .and_then(|object| compare(kind, &object, Format::Json, &expected_json));
    outcomes.push(("json through cbor".to_owned(), through_cbor));
    if case.after.json.is_empty() {
        // Everything in it comes back, so everything in it is known.
        let strictly = read_strictly(kind, &minify(json));
        outcomes.push(("json read strictly".to_owned(), strictly));
    }
    outcomes
}

fn read_strictly(kind: Kind, json: &[u8]) -> Result<(), String> {
    let mut decoder = Decoder::new().strict(true);
    Object::read(kind, Format::Json, json, &mut decoder).map_err(|error| error.to_string())?;
    match decoder.take_violations().first() {
        Some(violation) => Err(violation.to_string()),
        None => Ok(()),
    }
}

fn read(kind: Kind, format: Format, document: &[u8]) -> Result<Object, String> {
    Object::read(kind, format, document, &mut Decoder::new())
        .map_err(|error| format!("cannot read {format}: {error}"))
}

fn write(object: &Object, format: Format) -> Result<Vec<u8>, String> {
    let mut document = Vec::new();
    match object.write(format, &mut document) {
        Ok(()) => Ok(document),
        Err(error) => Err(format!("cannot write {format}: {error}")),
    }
}

fn compare(kind: Kind, object: &Object, format: Format, expected: &[u8]) -> Result<(), String> {
    let written = write(object, format)?;
    match written == expected {
        true => Ok(()),
        false => Err(difference::explain(kind, format, expected, &written)),
    }
}

fn unless_empty<'a>(document: &'a [u8], otherwise: &'a [u8]) -> &'a [u8] {
    if document.is_empty() {
        otherwise
    } else {
        document
    }
}

/// JSON without white space between its tokens.
fn minify(json: &[u8]) -> Vec<u8> {
    let (mut within_string, mut escaped) = (false, false);
    let mut minified = json.to_vec();
    minified.retain(|&byte| {
        if !within_string {
            within_string = byte == b'"';
            return !byte.is_ascii_whitespace();
        }
        within_string = escaped || byte != b'"';
        escaped = byte == b'\\' && !escaped;
        true
    });
    minified
}

/// The same document in JSON.
fn from_yaml(yaml: &[u8]) -> Result<Vec<u8>, String> {
    let yaml = str::from_utf8(yaml).map_err(|error| error.to_string())?;
    let value: serde_json::Value =
        serde_saphyr::from_str(yaml).map_err(|error| format!("cannot read it: {error}"))?;
    serde_json::to_vec(&value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_stays_in_strings_only() {
        let json = b"{\n  \"a b\": [1, \"\\\" \\\\\", { \"c\" : null }]\n}\n";
        let expected = br#"{"a b":[1,"\" \\",{"c":null}]}"#;
        assert_eq!(minify(json), expected);
    }

    #[test]
    fn yaml_becomes_the_same_document() {
        let json =
            from_yaml(b"a: \"1\"\nb: [1, 1.5, true, null]\nc:\n  \"y\": |\n    x\n").unwrap();
        let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let expected = serde_json::json!({"a": "1", "b": [1, 1.5, true, null], "c": {"y": "x\n"}});
        assert_eq!(value, expected);
    }
}
