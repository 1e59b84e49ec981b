//! Field selectors: what is printed selects what was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_fuzz::seeds;
use pintle_meta::FieldSelector;

fuzz_target!(init: seeds::write(seeds::asked(RECORD)), |text: &str| {
    let selector: FieldSelector = match text.parse() {
        Ok(selector) => selector,
        Err(error) => {
            assert!(error.offset() <= text.len());
            drop((error.to_string(), error.reason()));
            return;
        }
    };
    let again: FieldSelector = selector.to_string().parse().expect("it was printed");
    // The order is that of the text, in which `==` counts; the requirements are the same.
    let in_order = |selector: &FieldSelector| {
        let mut requirements = selector.requirements().to_vec();
        requirements.sort_by_key(|one| (one.field.clone(), one.equals, one.value.clone()));
        requirements
    };
    assert_eq!(in_order(&again), in_order(&selector));
    assert_eq!(again.to_string().parse(), Ok(again));
});

const RECORD: &str = include_str!("../../crates/pintle-meta/tests/it/oracle/field-selector.jsonl");
