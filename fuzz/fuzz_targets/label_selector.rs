//! Label selectors: what is printed is what was read, and stands in an object if it can.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_codec::Map;
use pintle_fuzz::seeds;
use pintle_meta::LabelSelector;

fuzz_target!(init: seeds::write(seeds::asked(RECORD)), |text: &str| {
    let selector = match LabelSelector::parse(text) {
        Ok(selector) => selector,
        Err(error) => {
            assert!(error.offset() <= text.len());
            return;
        }
    };
    assert_eq!(LabelSelector::parse(&selector.to_string()).as_ref(), Ok(&selector));
    let labels = Map::from([("a", "b".into()), ("app", "web".into()), ("n", "3".into())]);
    if let Ok(object) = selector.to_object() {
        let again = LabelSelector::from_object(Some(&object)).expect("it was a selector");
        assert_eq!(again.matches(&labels), selector.matches(&labels));
    }
});

const RECORD: &str = include_str!("../../crates/pintle-meta/tests/it/oracle/label-selector.jsonl");
