//! JSON into a tree and back: what is written is the value that was read, and embedded JSON says
//! what it said before.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_codec::Format;
use pintle_codec::json::{self, Reader, Writer};
use pintle_fuzz::seeds;

fuzz_target!(init: seeds::write(seeds::objects(Format::Json)), |document: &[u8]| {
    let Ok(value) = json::parse(document) else {
        return;
    };
    let mut written = Vec::new();
    json::write(&value, &mut written);
    assert_eq!(json::parse(&written), Ok(value.clone()));

    let text = std::str::from_utf8(document).expect("it was read");
    let mut reader = Reader::over(text);
    let raw = reader.raw().expect("it was read");
    reader.finish().expect("it was read");
    let mut embedded = Vec::new();
    Writer::new(&mut embedded).embed(raw);
    assert_eq!(json::parse(&embedded), Ok(value));
});
