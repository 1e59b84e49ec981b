//! Values with a form of their own: what is accepted, and the form in which it is kept.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use pintle_codec::Value;
use pintle_meta::{
    Duration, MicroTime, ParseDurationError, ParseQuantityError, ParseTimeError, Quantity, Time,
};

/// A date with a precision of seconds.
pub(super) fn time(text: &str) -> Result<Value, String> {
    let time: Time = text
        .parse()
        .map_err(|error: ParseTimeError| error.reason())?;
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
        .map_err(|error: ParseTimeError| error.reason())?;
    Ok(if time.is_zero() {
        Value::Null
    } else {
        Value::from(time.to_string())
    })
}

/// An amount, in its canonical form.
pub(super) fn quantity(text: &str) -> Result<Value, String> {
    let amount: Quantity = text
        .parse()
        .map_err(|error: ParseQuantityError| error.reason().to_owned())?;
    Ok(Value::from(amount.to_string()))
}

/// A length of time, in its canonical form.
pub(super) fn duration(text: &str) -> Result<Value, String> {
    let duration: Duration = text
        .parse()
        .map_err(|error: ParseDurationError| error.reason())?;
    Ok(Value::from(duration.to_string()))
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
    fn quantities_and_durations_are_kept_in_canonical_form() {
        for (sent, kept) in [
            ("1.5Gi", "1536Mi"),
            ("0.5", "500m"),
            ("1E-3", "1E-3"),
            ("1000", "1k"),
        ] {
            assert_eq!(quantity(sent), Ok(Value::from(kept)));
        }
        assert_eq!(duration("90m"), Ok(Value::from("1h30m0s")));
        for (sent, told) in [
            (
                "1 Gi",
                "quantities must match the regular expression \
                 '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ),
            ("1KM", "unable to parse quantity's suffix"),
            ("Ei", "unable to parse numeric part of quantity"),
        ] {
            assert_eq!(quantity(sent).unwrap_err(), told);
        }
        assert_eq!(
            duration("1x").unwrap_err(),
            "time: unknown unit \"x\" in duration \"1x\""
        );
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
