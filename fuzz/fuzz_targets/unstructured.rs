//! Objects of kinds that nobody knows, in JSON: as they came, and as trees.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_codec::Format;
use pintle_fuzz::{objects, seeds};

fuzz_target!(
    init: seeds::write(seeds::objects(Format::Json)),
    |document: &[u8]| objects::unstructured(Format::Json, document)
);
