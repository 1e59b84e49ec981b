//! Pods kept as bytes, in any format: what they say undecoded and decoded.
//!
//! The first byte chooses the format, and whether parts are left out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_codec::Format;
use pintle_fuzz::{objects, seeds};

fuzz_target!(
    init: {
        let pods = FORMATS.iter().enumerate().flat_map(|(index, format)| {
            let pods = seeds::pods(*format).into_iter();
            pods.map(move |pod| [&[index as u8], &pod[..]].concat())
        });
        seeds::write(pods);
    },
    |data: &[u8]| {
        if let [choice, pod @ ..] = data {
            let format = FORMATS[usize::from(*choice) % FORMATS.len()];
            objects::lazy(format, pod, *choice > 127);
        }
    }
);

const FORMATS: [Format; 3] = [Format::Json, Format::Protobuf, Format::Cbor];
