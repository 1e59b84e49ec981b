//! Points in time that tags mark as such, which in JSON are text in the form of RFC 3339.
//!
//! Kubernetes writes no such tags, but reads them: what `time.Parse` and `time.Time.MarshalText`
//! do in Go.

use std::fmt::Write as _;

/// A time in the form of RFC 3339, as Go accepts it, the way Go writes it.
pub(super) fn normalize(text: &[u8]) -> Option<String> {
    let mut rest = text;
    let year = digits(&mut rest, 4, 4)?;
    literal(&mut rest, b'-')?;
    let month = digits(&mut rest, 2, 2)?;
    literal(&mut rest, b'-')?;
    let day = digits(&mut rest, 2, 2)?;
    literal(&mut rest, b'T')?;
    let hour = digits(&mut rest, 1, 2)?;
    literal(&mut rest, b':')?;
    let minute = digits(&mut rest, 2, 2)?;
    literal(&mut rest, b':')?;
    let second = digits(&mut rest, 2, 2)?;
    let nanos = fraction(&mut rest);
    let offset = offset(&mut rest)?;
    let exists = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
        && rest.is_empty();
    if !exists {
        return None;
    }
    let mut out = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    write_nanos(nanos, &mut out);
    match offset {
        0 => out.push('Z'),
        _ => {
            let sign = if offset < 0 { '-' } else { '+' };
            let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
            // `write!` to a string cannot fail.
            let _ = write!(out, "{sign}{hours:02}:{minutes:02}");
        }
    }
    Some(out)
}

/// The time so many seconds after the start of 1970.
pub(super) fn from_seconds(seconds: i64, nanos: u32) -> Option<String> {
    let (days, second) = (
        seconds.div_euclid(DAY_SECONDS),
        seconds.rem_euclid(DAY_SECONDS),
    );
    if !(FIRST_DAY..=LAST_DAY).contains(&days) {
        return None;
    }
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let mut out = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    write_nanos(nanos, &mut out);
    out.push('Z');
    Some(out)
}

/// The time so many seconds after the start of 1970.
pub(super) fn from_fraction(seconds: f64) -> Option<String> {
    let whole = seconds.trunc();
    let nanos = ((seconds - whole) * 1e9) as i64;
    // What does not fit saturates, and is no year that can be said.
    let carried = (whole as i64).saturating_add(nanos.div_euclid(1_000_000_000));
    from_seconds(carried, nanos.rem_euclid(1_000_000_000) as u32)
}

/// A number of at least and at most so many digits.
fn digits(rest: &mut &[u8], least: usize, most: usize) -> Option<u32> {
    let count = rest
        .iter()
        .take(most)
        .take_while(|byte| byte.is_ascii_digit());
    let count = count.count();
    let (read, left) = rest.split_at(count);
    *rest = left;
    let value = read
        .iter()
        .fold(0, |n, byte| n * 10 + u32::from(byte - b'0'));
    (count >= least).then_some(value)
}

fn literal(rest: &mut &[u8], byte: u8) -> Option<()> {
    *rest = rest.strip_prefix(&[byte])?;
    Some(())
}

/// Nanoseconds after a point or a comma; digits beyond them are dropped.
fn fraction(rest: &mut &[u8]) -> u32 {
    let [b'.' | b',', b'0'..=b'9', ..] = rest else {
        return 0;
    };
    *rest = &rest[1..];
    let mut nanos = 0;
    let mut unit = 100_000_000;
    while let [digit @ b'0'..=b'9', left @ ..] = rest {
        nanos += u32::from(digit - b'0') * unit;
        unit /= 10;
        *rest = left;
    }
    nanos
}

/// The minutes by which the local time is ahead.
fn offset(rest: &mut &[u8]) -> Option<i32> {
    let sign = match rest {
        [b'Z', left @ ..] => {
            *rest = left;
            return Some(0);
        }
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    *rest = &rest[1..];
    let hours = digits(rest, 2, 2)?;
    literal(rest, b':')?;
    let minutes = digits(rest, 2, 2)?;
    let total = hours * 60 + minutes;
    // Go reads an offset of 60 minutes, and writes none of 24 hours.
    (minutes <= 60 && total < 24 * 60).then_some(sign * total as i32)
}

fn write_nanos(nanos: u32, out: &mut String) {
    if nanos > 0 {
        let digits = format!("{nanos:09}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The date so many days after the start of 1970.
fn date(days: i64) -> (i64, i64, i64) {
    // Years that begin in March end with the day that some do not have.
    let days = days - FIRST_MARCH;
    let (era, day) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year + carry, month, day)
}

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// 400 years, after which the calendar repeats.
const ERA_DAYS: i64 = 146_097;

/// 0000-03-01, 0000-01-01 and 9999-12-31, in days after the start of 1970.
const FIRST_MARCH: i64 = -719_468;
const FIRST_DAY: i64 = FIRST_MARCH - 60;
const LAST_DAY: i64 = 2_932_896;
