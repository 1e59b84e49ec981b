//! Parts cut out of objects in CBOR: what is left is what a decoder reads that leaves them out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_codec::Format;
use pintle_fuzz::{objects, seeds};

fuzz_target!(
    init: seeds::write(seeds::objects(Format::Cbor)),
    |document: &[u8]| objects::cut(Format::Cbor, document)
);
