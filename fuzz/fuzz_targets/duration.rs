//! Lengths of time: what is written is what was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_fuzz::seeds;
use pintle_meta::Duration;

fuzz_target!(init: seeds::write(seeds::asked(RECORD)), |text: &str| {
    match text.parse::<Duration>() {
        Ok(duration) => assert_eq!(duration.to_string().parse(), Ok(duration)),
        Err(error) => drop((error.to_string(), error.reason())),
    }
});

const RECORD: &str = include_str!("../../crates/pintle-meta/tests/it/oracle/duration.jsonl");
