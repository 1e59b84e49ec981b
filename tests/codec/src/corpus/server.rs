//! The same documents through the embedded server's tables, which know no type of pintle's.

use pintle_apiserver::documents::{Document, Kind};
use pintle_codec::{Decoder, Format};

use super::checks::{Outcome, minify, unless_empty};
use super::files::Case;
use crate::difference;
use crate::kinds;
use crate::object::Object;

/// Reads each format and writes JSON, protobuf and CBOR, which must give what Kubernetes writes. Nothing is said of a kind that the
/// server has no resource of.
pub(super) fn check(kind: kinds::Kind, case: &Case) -> Vec<Outcome> {
    let (group, version, name) = case.names();
    let Some(server) = Kind::find(group, version, name) else {
        return Vec::new();
    };
    let (before, after) = (&case.before, &case.after);
    let json = minify(&before.json);
    let expected_json = completed(minify(unless_empty(&after.json, &before.json)));
    let expected_protobuf = unless_empty(&after.protobuf, &before.protobuf);
    let compare = |format, expected: &[u8], found: Vec<u8>| {
        if found == expected {
            return Ok(());
        }
        Err(difference::explain(kind, format, expected, &found))
    };
    let to_json = |read: Document| compare(Format::Json, &expected_json, read.to_json());
    let to_protobuf =
        |read: Document| compare(Format::Protobuf, expected_protobuf, read.to_protobuf());
    // There are no files of CBOR; what pintle's types make of it is compared with Go elsewhere.
    let expected_cbor = cbor(kind, &expected_json);
    let to_cbor = |read: Document| compare(Format::Cbor, &expected_cbor, read.to_cbor());
    // What is stored has no field that is unknown today.
    let direct = server.stored_to_json(expected_protobuf);
    let mut outcomes = vec![(
        "stored to JSON".to_owned(),
        direct.and_then(|json| compare(Format::Json, &expected_json, json)),
    )];
    let documents: [(&str, &[u8]); 4] = [
        ("json", &json),
        ("yaml", &before.yaml),
        ("protobuf", &before.protobuf),
        ("cbor", &expected_cbor),
    ];
    for (format, document) in documents {
        let read = server.read(format, document);
        outcomes.push((format!("{format} to JSON"), read.clone().and_then(to_json)));
        outcomes.push((
            format!("{format} to protobuf"),
            read.clone().and_then(to_protobuf),
        ));
        outcomes.push((format!("{format} to CBOR"), read.and_then(to_cbor)));
    }
    if after.json.is_empty() {
        let strictly = server
            .excess("json", &json)
            .and_then(|excess| match excess.first() {
                None => Ok(()),
                Some(excess) => Err(excess.clone()),
            });
        outcomes.push(("JSON read strictly".to_owned(), strictly));
    }
    let named = |(what, outcome)| (format!("the server's {what}"), outcome);
    outcomes.into_iter().map(named).collect()
}

/// A JSON document in CBOR, by pintle's types.
fn cbor(kind: kinds::Kind, json: &[u8]) -> Vec<u8> {
    let mut document = Vec::new();
    // What cannot be read is told by those who are to read it.
    let read = Object::read(kind, Format::Json, json, &mut Decoder::new());
    _ = read.and_then(|object| object.write(Format::Cbor, &mut document));
    document
}

/// The one thing that the server adds, as kube-apiserver does when it converts a StatefulSet.
fn completed(json: Vec<u8>) -> Vec<u8> {
    const TEMPLATES: &str = r#""volumeClaimTemplates":[{"#;
    const SAYING: &str = r#""kind":"PersistentVolumeClaim","apiVersion":"v1","#;
    match String::from_utf8(json) {
        Ok(text) => text
            .replace(TEMPLATES, &format!("{TEMPLATES}{SAYING}"))
            .into_bytes(),
        Err(error) => error.into_bytes(),
    }
}
