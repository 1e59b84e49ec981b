//! Values with a form of their own: what is accepted, and the form in which it is kept.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use pintle_codec::Value;
use pintle_meta::{MicroTime, Time};

use crate::quote::Quoted;

/// A date with a precision of seconds.
pub(super) fn time(text: &str) -> Result<Value, String> {
    let time: Time = text
        .parse()
        .map_err(|_| not_a_time(text, "2006-01-02T15:04:05Z07:00"))?;
    Ok(if time.is_zero() {
        Value::Null
    } else {
        Value::from(time.to_string())
    })
}

/// A date with a precision of microseconds.
pub(super) fn micro_time(text: &str) -> Result<Value, String> {
    let time: MicroTime = text
        .parse()
        .map_err(|_| not_a_time(text, "2006-01-02T15:04:05.000000Z07:00"))?;
    Ok(if time.is_zero() {
        Value::Null
    } else {
        Value::from(time.to_string())
    })
}

/// An amount: a signed decimal number and a suffix. It is kept as it was written.
pub(super) fn quantity(text: &str) -> Result<Value, String> {
    const MALFORMED: &str = "quantities must match the regular expression \
        '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    const SUFFIXES: [&str; 16] = [
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
    ];
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let end = unsigned.find(|c| !is_number(c)).unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let has_digit = number.bytes().any(|byte| byte.is_ascii_digit());
    if !has_digit || number.matches('.').count() > 1 {
        return Err(MALFORMED.to_owned());
    }
    let exponent = suffix.strip_prefix(['e', 'E']).map(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    if SUFFIXES.contains(&suffix) || exponent == Some(true) {
        Ok(Value::from(text))
    } else if suffix
        .bytes()
        .all(|byte| b"eEinumkKMGTP+-0123456789".contains(&byte))
    {
        Err("unable to parse quantity's suffix".to_owned())
    } else {
        Err(MALFORMED.to_owned())
    }
}

/// A length of time: decimal numbers with units. It is kept as it was written.
pub(super) fn duration(text: &str) -> Result<Value, String> {
    let invalid = || format!("time: invalid duration {}", Quoted(text));
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return Ok(Value::from("0s"));
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    while !rest.is_empty() {
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        let end = rest.find(|c| !is_number(c)).ok_or_else(invalid)?;
        let (number, behind) = rest.split_at(end);
        let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        let unit = units.into_iter().find(|unit| behind.starts_with(unit));
        let well_formed =
            number.bytes().any(|byte| byte.is_ascii_digit()) && number.matches('.').count() <= 1;
        match unit {
            Some(unit) if well_formed => rest = &behind[unit.len()..],
            _ => return Err(invalid()),
        }
    }
    Ok(Value::from(text))
}

/// Binary data.
pub(super) fn bytes(text: &str) -> Result<Value, String> {
    let clean: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    match STANDARD.decode(&clean) {
        Ok(data) if data.is_empty() => Ok(Value::Null),
        Ok(_) => Ok(Value::from(clean)),
        Err(_) => {
            let good = STANDARD_NO_PAD.decode(clean.trim_end_matches('=')).is_ok();
            let alphabet = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
            let at = clean.find(|c| !alphabet(c)).unwrap_or(clean.len());
            let at = if good { clean.len() } else { at };
            Err(format!("illegal base64 data at input byte {at}"))
        }
    }
}

fn not_a_time(text: &str, layout: &str) -> String {
    let (shown, layout) = (Quoted(text), Quoted(layout));
    format!("parsing time {shown} as {layout}: cannot parse {shown} as \"2006\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_kept_in_utc() {
        let kept = time("2026-01-01T01:00:00+01:00").unwrap();
        assert_eq!(kept, Value::from("2026-01-01T00:00:00Z"));
        assert_eq!(
            time("zzz").unwrap_err(),
            "parsing time \"zzz\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"zzz\" as \"2006\""
        );
    }

    #[test]
    fn quantities_are_numbers_with_a_suffix() {
        for good in ["1", "-1.5Gi", "+100m", ".5", "1e3", "1E-3", "0.1k", "1E"] {
            assert_eq!(quantity(good), Ok(Value::from(good)));
        }
        for bad in ["", "x", "1.2.3", ".", "-", "1 Gi"] {
            assert!(
                quantity(bad)
                    .unwrap_err()
                    .starts_with("quantities must match"),
                "{bad}"
            );
        }
        for bad in ["1KM", "1e", "1i"] {
            assert_eq!(
                quantity(bad).unwrap_err(),
                "unable to parse quantity's suffix",
                "{bad}"
            );
        }
    }

    #[test]
    fn durations_are_numbers_with_units() {
        for good in ["1s", "1h30m", "-1.5ms", "10µs"] {
            assert_eq!(duration(good), Ok(Value::from(good)));
        }
        for bad in ["", "1", "s", "1x", "1s2", "1.2.3s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn binary_data_is_base64() {
        assert_eq!(bytes("aGk=\n"), Ok(Value::from("aGk=")));
        assert_eq!(bytes(""), Ok(Value::Null));
        assert_eq!(
            bytes("a*").unwrap_err(),
            "illegal base64 data at input byte 1"
        );
        assert!(bytes("aGk").is_err());
    }
}
