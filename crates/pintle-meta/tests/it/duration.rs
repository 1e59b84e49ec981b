//! Lengths of time as Go's `time.ParseDuration` reads them and `Duration.String` writes them.

use pintle_meta::Duration;

use crate::oracle::{each, same};

#[test]
fn text_is_read_and_written_as_in_go() {
    let rows = include_str!("oracle/duration.jsonl");
    each(rows, 1_500, |row| {
        let parsed = row.text(0).parse::<Duration>();
        if row.get(1).is_some() {
            let reason = parsed.map_err(|error| error.reason());
            return same("answer", reason, Err(row.text(1).to_owned()));
        }
        let duration = parsed.map_err(|error| error.to_string())?;
        same("nanoseconds", duration.as_nanos(), row.int(2))?;
        same("text", duration.to_string().as_str(), row.text(3))
    });
}
