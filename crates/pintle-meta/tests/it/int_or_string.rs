//! Numbers, texts and percentages as Go's package `intstr` has them.

use pintle_meta::IntOrString;

use crate::oracle::{each, same};

#[test]
fn percentages_are_scaled_as_in_go() {
    let rows = include_str!("oracle/int-or-string.jsonl");
    each(rows, 700, |row| {
        let is_int = row.bool(1);
        let value = if is_int {
            IntOrString::parse(row.text(0))
        } else {
            IntOrString::from(row.text(0))
        };
        same("parsed", matches!(value, IntOrString::Int(_)), is_int)?;
        // Go has a zero where there is no number.
        same("number", value.as_i64().unwrap_or(0), row.int(2))?;
        let total = row.int(3);
        let answer = (value.scaled_up(total).ok(), value.scaled_down(total).ok());
        match row.get(4) {
            Some(_) => same("answer", answer, (None, None)),
            None => same("answer", answer, (Some(row.int(5)), Some(row.int(6)))),
        }
    });
}
