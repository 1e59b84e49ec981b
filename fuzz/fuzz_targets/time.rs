//! Points in time: what is written is what was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_fuzz::seeds;
use pintle_meta::{MicroTime, Time};

fuzz_target!(init: seeds::write(seeds::asked(RECORD)), |text: &str| {
    match text.parse::<Time>() {
        // A time zone may take it beyond the years that have four digits.
        Ok(time) if time.to_string().len() > 20 => {}
        Ok(time) => assert_eq!(time.to_string().parse(), Ok(time)),
        Err(error) => drop((error.to_string(), error.reason())),
    }
    match text.parse::<MicroTime>() {
        Ok(time) if time.to_string().len() > 27 => {}
        Ok(time) => assert_eq!(time.to_string().parse(), Ok(time)),
        Err(error) => drop((error.to_string(), error.reason())),
    }
});

const RECORD: &str = include_str!("../../crates/pintle-meta/tests/it/oracle/time.jsonl");
