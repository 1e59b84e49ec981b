//! What scalars mean by the rules of YAML 1.1, as Kubernetes' tools apply them.

use crate::Value;
use crate::float::Digits;

/// What a scalar without quotes and tag means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meaning {
    Null,
    Bool(bool),
    Int(i64),
    /// A whole number beyond those with a sign.
    Unsigned(u64),
    Float(f64),
    /// A date, which is text to Kubernetes but not to every reader.
    Timestamp,
    /// The key that merges mappings; elsewhere it is text.
    Merge,
    Text,
}

/// What a scalar without quotes and tag means.
pub(super) fn meaning(text: &str) -> Meaning {
    let first = text.bytes().next();
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Meaning::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Meaning::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Meaning::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" => return Meaning::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Meaning::Float(f64::INFINITY);
        }
        "-.inf" | "-.Inf" | "-.INF" => return Meaning::Float(f64::NEG_INFINITY),
        "<<" => return Meaning::Merge,
        _ => {}
    }
    match first {
        Some(b'.') if separates_digits(text) => {
            float(&text.replace('_', "")).map_or(Meaning::Text, Meaning::Float)
        }
        Some(b'0'..=b'9' | b'+' | b'-') => {
            if is_timestamp(text) {
                return Meaning::Timestamp;
            }
            number(&text.replace('_', ""))
        }
        _ => Meaning::Text,
    }
}

/// Whether YAML 1.1 takes it for a number in base 60, such as `1:30`. Nobody reads it so any more,
/// but it is written so that those who do read text.
pub(super) fn is_sexagesimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = unsigned.split(':');
    let Some(first) = parts.next() else {
        return false;
    };
    let digits = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    if !first.starts_with(|first: char| first.is_ascii_digit()) || !digits(first) {
        return false;
    }
    let mut parts = parts.peekable();
    let mut any = false;
    while let Some(part) = parts.next() {
        any = true;
        let (part, fraction) = match part.split_once('.') {
            Some((part, fraction)) if parts.peek().is_none() => (part, fraction),
            _ => (part, ""),
        };
        let is_sixtieth = matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
        if !is_sixtieth || !digits(fraction) {
            return false;
        }
    }
    any
}

/// A number as it is once it went through JSON, or nothing if it cannot: a float that is whole is
/// a whole number there.
pub(super) fn through_json(number: f64) -> Option<Value> {
    if !number.is_finite() {
        return None;
    }
    let digits = Digits::of(number);
    let whole = match digits.exponent() {
        -6..21 => digits.plain().parse().ok(),
        _ => None,
    };
    Some(whole.map_or(Value::Float(number), Value::Int))
}

/// A float as YAML is written: `1.5`, `1e+06`.
pub(super) fn spell_float(number: f64) -> String {
    match number {
        _ if number.is_nan() => ".nan".to_owned(),
        f64::INFINITY => ".inf".to_owned(),
        f64::NEG_INFINITY => "-.inf".to_owned(),
        _ => spell(&Digits::of(number)),
    }
}

/// A float as the key of a mapping: with the precision of 32 bits.
pub(super) fn spell_key(number: f64) -> String {
    let narrow = number as f32;
    if narrow.is_finite() {
        spell(&Digits::of_narrow(narrow))
    } else {
        spell_float(narrow.into())
    }
}

/// As Go's `%g`.
fn spell(digits: &Digits) -> String {
    match digits.exponent() {
        -4..6 => digits.plain(),
        _ => digits.scientific(2),
    }
}

/// Whether every underscore is between digits.
fn separates_digits(text: &str) -> bool {
    let mut parts = text.split('_').peekable();
    let mut first = true;
    while let Some(part) = parts.next() {
        let begins = part.starts_with(|digit: char| digit.is_ascii_digit());
        let ends = part.ends_with(|digit: char| digit.is_ascii_digit());
        if !first && !begins || parts.peek().is_some() && !ends {
            return false;
        }
        first = false;
    }
    true
}

/// What comes of digits without underscores.
fn number(text: &str) -> Meaning {
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let signed = text.len() > unsigned.len();
    let (radix, digits) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &unsigned[2..]),
        [b'0', b'o' | b'O', ..] => (8, &unsigned[2..]),
        [b'0', b'b' | b'B', ..] => (2, &unsigned[2..]),
        [b'0', _, ..] => (8, &unsigned[1..]),
        _ => (10, unsigned),
    };
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain && let Ok(size) = u64::from_str_radix(digits, radix) {
        let whole = match negative {
            true => 0_i64.checked_sub_unsigned(size),
            false => i64::try_from(size).ok(),
        };
        if let Some(whole) = whole {
            return Meaning::Int(whole);
        }
        if !signed {
            return Meaning::Unsigned(size);
        }
    }
    // Go's YAML lets the sign stand behind the prefix, too.
    if let Some(Ok(whole)) = text
        .strip_prefix("0b")
        .map(|digits| i64::from_str_radix(digits, 2))
    {
        return Meaning::Int(whole);
    }
    match is_decimal(unsigned) {
        true => float(text).map_or(Meaning::Text, Meaning::Float),
        false => Meaning::Text,
    }
}

/// Whether it is digits, a point, digits and an exponent, some of which may be missing.
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let mut rest = &text[whole..];
    let mut fraction = 0;
    if let Some(behind) = rest.strip_prefix('.') {
        fraction = digits(behind);
        rest = &behind[fraction..];
    }
    if whole + fraction == 0 {
        return false;
    }
    if let Some(behind) = rest.strip_prefix(['e', 'E']) {
        let exponent = behind.strip_prefix(['+', '-']).unwrap_or(behind);
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    // What Rust calls a number, `.inf` apart, is decimal.
    let number = is_decimal(unsigned).then(|| text.parse::<f64>().ok())??;
    number.is_finite().then_some(number)
}

/// Whether it is a date, or a date and a time, in one of the forms that Go's YAML knows.
fn is_timestamp(text: &str) -> bool {
    let mut rest = text.as_bytes();
    let Some(year) = digits(&mut rest, 4, 4) else {
        return false;
    };
    let Some(rest) = date(year, rest) else {
        return false;
    };
    match rest {
        [] => true,
        [b'T' | b't', time @ ..] => clock(time).is_some_and(is_zone),
        [b' ', time @ ..] => {
            let time = time.trim_ascii_start();
            clock(time).is_some_and(<[u8]>::is_empty)
        }
        _ => false,
    }
}

/// What follows a month and a day.
fn date(year: u32, mut rest: &[u8]) -> Option<&[u8]> {
    literal(&mut rest, b"-")?;
    let month = digits(&mut rest, 1, 2)?;
    literal(&mut rest, b"-")?;
    let day = digits(&mut rest, 1, 2)?;
    let exists = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    exists.then_some(rest)
}

/// What follows a time of day.
fn clock(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    let hour = digits(&mut rest, 1, 2)?;
    literal(&mut rest, b":")?;
    let minute = digits(&mut rest, 1, 2)?;
    literal(&mut rest, b":")?;
    let second = digits(&mut rest, 1, 2)?;
    if let [b'.' | b',', fraction @ ..] = rest {
        let count = fraction
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if count > 0 {
            rest = &fraction[count..];
        }
    }
    (hour < 24 && minute < 60 && second < 60).then_some(rest)
}

fn is_zone(text: &[u8]) -> bool {
    match text {
        b"Z" => true,
        [b'+' | b'-', offset @ ..] => is_offset(offset).is_some(),
        _ => false,
    }
}

fn is_offset(mut rest: &[u8]) -> Option<()> {
    let hours = digits(&mut rest, 2, 2)?;
    literal(&mut rest, b":")?;
    let minutes = digits(&mut rest, 2, 2)?;
    (hours <= 24 && minutes <= 60 && rest.is_empty()).then_some(())
}

fn digits(rest: &mut &[u8], least: usize, most: usize) -> Option<u32> {
    let is_digit = |byte: &&u8| byte.is_ascii_digit();
    let count = rest.iter().take(most).take_while(is_digit).count();
    let (read, left) = rest.split_at(count);
    *rest = left;
    let value = read
        .iter()
        .fold(0, |n, byte| n * 10 + u32::from(byte - b'0'));
    (count >= least).then_some(value)
}

fn literal(rest: &mut &[u8], text: &[u8]) -> Option<()> {
    *rest = rest.strip_prefix(text)?;
    Some(())
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
