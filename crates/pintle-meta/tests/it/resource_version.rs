//! Versions as apimachinery's package `resourceversion` compares them.

use pintle_meta::ResourceVersion;

use crate::oracle::{each, same};

#[test]
fn versions_compare_as_in_go() {
    let rows = include_str!("oracle/resource-version.jsonl");
    each(rows, 900, |row| {
        let (a, b) = (ResourceVersion::from(row.text(0)), row.text(1).into());
        let order = a.compare(&b).map(|order| order as i64);
        match row.get(2) {
            Some(_) => same("order", order, None),
            None => same("order", order, Some(row.int(3))),
        }
    });
}
