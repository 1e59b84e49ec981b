//! JSON into a tree and back: what is written is read as what is written in the same way, and embedded
//! JSON says what it said before. A number like `-0.0` is written as a whole one, `-0`, which is read as `0`, as in Go.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_codec::{Format, Value};
use pintle_codec::json::{self, Reader, Writer};
use pintle_fuzz::seeds;

fuzz_target!(init: seeds::write(seeds::objects(Format::Json)), |document: &[u8]| {
    let Ok(value) = json::parse(document) else {
        return;
    };
    let written = write(&value);
    let again = write(&read(&written));
    assert_eq!(write(&read(&again)), again);

    let text = std::str::from_utf8(document).expect("it was read");
    let mut reader = Reader::over(text);
    let raw = reader.raw().expect("it was read");
    reader.finish().expect("it was read");
    let mut embedded = Vec::new();
    Writer::new(&mut embedded).embed(raw);
    assert_eq!(write(&read(&embedded)), written);
});

fn write(value: &Value) -> Vec<u8> {
    let mut written = Vec::new();
    json::write(value, &mut written);
    written
}

fn read(written: &[u8]) -> Value {
    json::parse(written).expect("it was written as JSON")
}
