//! Frames of a watch and items of a list in any format: the same however their bytes arrive.
//!
//! The first byte chooses the format, the second the size of the pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_codec::Format;
use pintle_fuzz::{seeds, streams};

fuzz_target!(
    init: {
        let lists = FORMATS.iter().enumerate().flat_map(|(index, format)| {
            let start = [index as u8, 7];
            seeds::lists(*format).into_iter().map(move |list| [&start, &list[..]].concat())
        });
        seeds::write(lists);
    },
    |data: &[u8]| {
        if let [format, piece, stream @ ..] = data {
            let format = FORMATS[usize::from(*format) % FORMATS.len()];
            streams::frames(format, stream, usize::from(*piece));
            streams::list(format, stream, usize::from(*piece));
        }
    }
);

const FORMATS: [Format; 3] = [Format::Json, Format::Protobuf, Format::Cbor];
