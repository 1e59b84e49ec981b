//! Times as meta/v1's `Time` and `MicroTime` read and write them.

use std::str::FromStr;

use pintle_codec::json::Writer;
use pintle_codec::{Scalar, Value};
use pintle_meta::{MicroTime, ParseTimeError, Time};

use crate::oracle::{each, same};

#[test]
fn text_is_read_and_written_as_in_go() {
    let rows = include_str!("oracle/time.jsonl");
    each(rows, 1_200, |row| {
        let second = answer(row.text(0), |time: Time| vec![time.unix_seconds()]);
        same("seconds", Some(&second), row.get(1))?;
        let micro = answer(row.text(0), |time: MicroTime| {
            vec![time.unix_seconds(), time.subsecond_micros().into()]
        });
        same("microseconds", Some(&micro), row.get(2))
    });
}

/// The numbers of a time and its JSON, or why the text is none.
fn answer<T>(text: &str, numbers: impl Fn(T) -> Vec<i64>) -> Value
where
    T: Scalar + FromStr<Err = ParseTimeError> + Copy,
{
    match text.parse::<T>() {
        Ok(time) => {
            let mut json = Vec::new();
            time.encode_json(&mut Writer::new(&mut json));
            let numbers = numbers(time).into_iter().map(Value::from);
            let json = String::from_utf8(json).expect("JSON is UTF-8");
            Value::Array(numbers.chain([json.into()]).collect())
        }
        Err(error) => error.reason().into(),
    }
}
