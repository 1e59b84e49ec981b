//! The shapes of names as apimachinery's validation has them.

use pintle_codec::Value;
use pintle_meta::names;

use crate::oracle::{each, same};

#[test]
fn what_is_wrong_with_a_name_is_what_go_finds() {
    let rows = include_str!("oracle/names.jsonl");
    each(rows, 120, |row| {
        let name = row.text(0);
        let found = [
            names::label_key(name),
            names::label_value(name),
            names::dns_label(name),
            names::dns_subdomain(name),
        ];
        for (at, problems) in found.into_iter().enumerate() {
            let problems = Value::Array(problems.into_iter().map(Value::from).collect());
            same(&format!("shape {at}"), Some(&problems), row.get(at + 1))?;
        }
        Ok(())
    });
}
