//! CBOR into a tree and back: what is written is the value that was read, and so is its JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_codec::{Format, cbor, json};
use pintle_fuzz::seeds;

fuzz_target!(init: seeds::write(seeds::objects(Format::Cbor)), |document: &[u8]| {
    let Ok(value) = cbor::parse(document) else {
        return;
    };
    let mut written = Vec::new();
    cbor::write(&value, &mut written);
    assert_eq!(cbor::parse(&written), Ok(value.clone()));

    let mut text = Vec::new();
    json::write(&value, &mut text);
    let mut again = Vec::new();
    json::write(&json::parse(&text).expect("it was written as JSON"), &mut again);
    assert_eq!(again, text);
});
