//! What must hold of one kind's documents.

use std::fmt;

use pintle_codec::{Decoder, Format};

use super::files::Case;
use crate::difference;
use crate::kinds::Kind;
use crate::object::Object;

/// What was done, and how it went or why it is wrong.
pub(super) type Outcome = (String, Result<(), String>);

/// Reads each document and writes it in each notation, which must give what Kubernetes writes.
///
/// There are no files of CBOR: what is written in it must be what is read from it.
///
/// In the files, JSON is spread over lines, and the raw objects within it are too. As Kubernetes' own test of these
/// files does, it is read without its white space.
pub(super) fn check(kind: Kind, case: &Case) -> Vec<Outcome> {
    let Case { before, after, .. } = case;
    let json = minify(&before.json);
    let documents = [
        (JSON, &json, minify(unless_empty(&after.json, &before.json))),
        (
            YAML,
            &before.yaml,
            unless_empty(&after.yaml, &before.yaml).to_vec(),
        ),
        (
            PROTOBUF,
            &before.protobuf,
            unless_empty(&after.protobuf, &before.protobuf).to_vec(),
        ),
    ];
    let mut outcomes = Vec::new();
    for (from, document, _) in &documents {
        let object = read(kind, *from, document);
        for (to, _, expected) in &documents {
            let outcome = object.as_ref().map_err(Clone::clone);
            let outcome = outcome.and_then(|object| compare(kind, object, *to, expected));
            outcomes.push((format!("{from} to {to}"), outcome));
        }
    }
    let [(_, _, expected), ..] = &documents;
    let through_cbor = read(kind, JSON, &json)
        .and_then(|object| write(&object, CBOR))
        .and_then(|cbor| read(kind, CBOR, &cbor))
        .and_then(|object| compare(kind, &object, JSON, expected));
    outcomes.push((format!("{JSON} through {CBOR}"), through_cbor));
    if after.json.is_empty() {
        // Everything in it comes back, so everything in it is known.
        outcomes.push((format!("{JSON} read strictly"), read_strictly(kind, &json)));
    }
    outcomes
}

/// How a document is written down: in a format of the API, or in that of tools.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Notation {
    Format(Format),
    Yaml,
}

const JSON: Notation = Notation::Format(Format::Json);
const PROTOBUF: Notation = Notation::Format(Format::Protobuf);
const CBOR: Notation = Notation::Format(Format::Cbor);
const YAML: Notation = Notation::Yaml;

impl fmt::Display for Notation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(format) => format.fmt(f),
            Self::Yaml => f.write_str("YAML"),
        }
    }
}

fn read(kind: Kind, notation: Notation, document: &[u8]) -> Result<Object, String> {
    let decoder = &mut Decoder::new();
    let object = match notation {
        Notation::Format(format) => {
            Object::read(kind, format, document, decoder).map_err(|error| error.to_string())
        }
        Notation::Yaml => str::from_utf8(document)
            .map_err(|error| error.to_string())
            .and_then(|text| {
                Object::read_yaml(kind, text, decoder).map_err(|error| error.to_string())
            }),
    };
    object.map_err(|error| format!("cannot read {notation}: {error}"))
}

fn write(object: &Object, notation: Notation) -> Result<Vec<u8>, String> {
    let mut document = Vec::new();
    match notation {
        Notation::Format(format) => object
            .write(format, &mut document)
            .map_err(|error| format!("cannot write {notation}: {error}"))?,
        Notation::Yaml => document = object.write_yaml().into_bytes(),
    }
    Ok(document)
}

fn compare(kind: Kind, object: &Object, notation: Notation, expected: &[u8]) -> Result<(), String> {
    let written = write(object, notation)?;
    if written == expected {
        return Ok(());
    }
    Err(match notation {
        Notation::Format(format) => difference::explain(kind, format, expected, &written),
        Notation::Yaml => difference::explain_lines(expected, &written),
    })
}

fn read_strictly(kind: Kind, json: &[u8]) -> Result<(), String> {
    let mut decoder = Decoder::new().strict(true);
    Object::read(kind, Format::Json, json, &mut decoder).map_err(|error| error.to_string())?;
    match decoder.take_violations().first() {
        Some(violation) => Err(violation.to_string()),
        None => Ok(()),
    }
}

pub(super) fn unless_empty<'a>(document: &'a [u8], otherwise: &'a [u8]) -> &'a [u8] {
    if document.is_empty() {
        otherwise
    } else {
        document
    }
}

/// JSON without white space between its tokens.
pub(super) fn minify(json: &[u8]) -> Vec<u8> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_stays_in_strings_only() {
        let json = b"{\n  \"a b\": [1, \"\\\" \\\\\", { \"c\" : null }]\n}\n";
        let expected = br#"{"a b":[1,"\" \\",{"c":null}]}"#;
        assert_eq!(minify(json), expected);
    }
}
