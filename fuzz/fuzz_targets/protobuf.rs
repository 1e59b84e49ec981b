//! Objects of any kind in protobuf: what is written is what was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_codec::Format;
use pintle_fuzz::{objects, seeds};

fuzz_target!(
    init: seeds::write(seeds::objects(Format::Protobuf)),
    |document: &[u8]| objects::round_trip(Format::Protobuf, document)
);
