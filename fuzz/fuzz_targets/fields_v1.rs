//! The fields that managers own: any JSON is a set of fields, or none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_fuzz::seeds;
use pintle_meta::{FieldSet, FieldsV1};

fuzz_target!(init: seeds::write(SEEDS), |document: &str| {
    if let Ok(fields) = FieldsV1::from_json(document) {
        let _ = FieldSet::try_from(&fields);
    }
});

const SEEDS: [&str; 3] = [
    r#"{"f:metadata":{"f:labels":{".":{},"f:app":{}}}}"#,
    r#"{"f:spec":{"f:containers":{"k:{\"name\":\"a\",\"n\":1.5}":{".":{},"f:image":{}}}}}"#,
    r#"{"f:a":{"v:1":{},"v:\"x\"":{},"i:0":{}}}"#,
];
