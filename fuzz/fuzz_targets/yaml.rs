//! YAML: what is written is the value that was read, and any text stays the text that it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_codec::yaml::{self, Documents};
use pintle_codec::{Format, Value, json};
use pintle_fuzz::seeds;

fuzz_target!(
    init: {
        let objects = seeds::objects(Format::Json).into_iter();
        let values = objects.filter_map(|object| json::parse(&object).ok());
        seeds::write(values.map(|value| yaml::write(&value)).chain(SEEDS.map(str::to_owned)));
    },
    |text: &str| {
        if let Ok(value) = yaml::parse(text) {
            assert_eq!(yaml::parse(&yaml::write(&value)), Ok(value));
        }
        for document in Documents::new(text).refuse_duplicates().take(100) {
            let _ = document.map(|document| document.to_value());
        }
        let object = [("key", Value::from(text)), (text, Value::Null)];
        let value = Value::Array(vec![Value::Object(object.into_iter().collect())]);
        assert_eq!(yaml::parse(&yaml::write(&value)), Ok(value));
    }
);

const SEEDS: [&str; 4] = [
    "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: yes}\n---\n- 0o17\n- 0644\n- 1_000\n- .inf\n",
    "text: |+\n  one\n\n  two\n\nfolded: >-\n  three\n  four\n\"quoted\\n\": 'it''s'\n? complex\n: ~\n",
    "!!binary aGk=: 2001-12-14t21:59:43.10-05:00\n\u{feff}x: !!str 1\n",
    "# comment\n%YAML 1.1\n---\n- - - a\n  - b: [c, {d: e}]\n...\n",
];
