//! `sinceTime`, the option of logs that is a time.

use pintle_meta::Time;

use crate::{http::query::Query, quote::Quoted, status::Failure};

/// The time, if it is asked for. An empty one is the first of all.
pub(super) fn read(query: Query<'_>) -> Result<Option<Time>, Failure> {
    let Some(text) = query.all("sinceTime").next() else {
        return Ok(None);
    };
    if text.is_empty() {
        return Ok(Some(Time::default()));
    }
    let time = text.parse();
    time.map(Some)
        .map_err(|_| Failure::bad_request(format!("parsing time {}", why_not(&text))))
}

/// A time as kubelets read it.
pub(super) fn write(time: Time) -> String {
    if time.is_zero() {
        "0001-01-01T00:00:00Z".to_owned()
    } else {
        time.to_string()
    }
}

/// Why a text is no time, as Go says it.
fn why_not(text: &str) -> String {
    let mut rest = text;
    let unlike = |rest: &str, part: &str| {
        let (text, rest, part) = (Quoted(text), Quoted(rest), Quoted(part));
        format!("{text} as \"2006-01-02T15:04:05Z07:00\": cannot parse {rest} as {part}")
    };
    for (part, name, most) in PARTS {
        let digits = rest.bytes().take(part.len());
        let digits = digits.take_while(u8::is_ascii_digit).count();
        if name.is_empty() {
            match rest.strip_prefix(part) {
                Some(behind) => rest = behind,
                None => return unlike(rest, part),
            }
            continue;
        }
        // Hours alone may have one digit.
        if digits != part.len() && !(name == "hour" && digits == 1) {
            return unlike(rest, part);
        }
        let (number, behind) = rest.split_at(digits);
        if number.parse::<u32>().is_ok_and(|number| number > most)
            || (name, number) == ("month", "00")
        {
            return format!("{}: {name} out of range", Quoted(text));
        }
        rest = behind;
    }
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let behind = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
        if behind.len() < fraction.len() {
            rest = behind;
        }
    }
    let zone = match rest.as_bytes() {
        [b'Z', ..] => 1,
        [b'+' | b'-', h0, h1, b':', m0, m1, ..]
            if [h0, h1, m0, m1].iter().all(|digit| digit.is_ascii_digit()) =>
        {
            6
        }
        _ => return unlike(rest, "Z07:00"),
    };
    let (zone, extra) = rest.split_at(zone);
    let text = Quoted(text);
    if zone.get(1..3).is_some_and(|hour| hour > "24") {
        format!("{text}: time zone offset hour out of range")
    } else if zone.get(4..6).is_some_and(|minute| minute > "60") {
        format!("{text}: time zone offset minute out of range")
    } else if extra.is_empty() {
        format!("{text}: day out of range")
    } else {
        format!("{text}: extra text: {}", Quoted(extra))
    }
}

/// The parts of a time, what their numbers are called, and the largest of them.
const PARTS: [(&str, &str, u32); 11] = [
    ("2006", "year", 9999),
    ("-", "", 0),
    ("01", "month", 12),
    ("-", "", 0),
    // It depends on the month.
    ("02", "day", 99),
    ("T", "", 0),
    ("15", "hour", 23),
    (":", "", 0),
    ("04", "minute", 59),
    (":", "", 0),
    ("05", "second", 59),
];

#[cfg(test)]
mod tests {
    use super::*;

    // What Go's time.Parse says, behind "parsing time ".
    #[test]
    fn what_is_no_time_is_explained_as_go_does() {
        let unlike = |text: &str, rest: &str, part: &str| {
            format!("{text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {rest:?} as {part:?}")
        };
        for (text, rest, part) in [
            ("nope", "nope", "2006"),
            ("2024", "", "-"),
            ("2024-1-01T00:00:00Z", "1-01T00:00:00Z", "01"),
            ("2024-02-29", "", "T"),
            ("2024-02-29t12:00:00Z", "t12:00:00Z", "T"),
            ("2024-02-29T12:00:00", "", "Z07:00"),
            ("2024-02-29T12:00:00X", "X", "Z07:00"),
            ("2024-02-29T12:00:00.Z", ".Z", "Z07:00"),
            ("2024-02-29T12:00:00+0100", "+0100", "Z07:00"),
            ("a\"b", "a\"b", "2006"),
        ] {
            assert_eq!(why_not(text), unlike(text, rest, part));
        }
        for (text, why) in [
            ("2024-13-01T00:00:00Z", "month out of range"),
            ("2024-02-30T00:00:00Z", "day out of range"),
            ("2024-02-29T25:00:00Z", "hour out of range"),
            ("2024-02-29T12:61:00Z", "minute out of range"),
            ("2024-02-29T12:00:61Z", "second out of range"),
            ("2024-02-29T12:00:00Zx", "extra text: \"x\""),
            (
                "2024-02-29T12:00:00+25:00",
                "time zone offset hour out of range",
            ),
        ] {
            assert_eq!(why_not(text), format!("{text:?}: {why}"));
        }
    }

    #[test]
    fn texts_of_any_kind_do_no_harm() {
        for text in [
            "€",
            "2024-02-29T12:00:00€",
            "2024-02-29T12:00:00+€€€",
            "2024-€",
        ] {
            why_not(text);
        }
    }
}
