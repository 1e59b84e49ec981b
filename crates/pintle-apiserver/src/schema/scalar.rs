//! Values with a form of their own: what is accepted, and the form in which it is kept.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use pintle_codec::{Error, Object, Value, json};
use pintle_meta::{
    Duration, MicroTime, ParseDurationError, ParseQuantityError, ParseTimeError, Quantity, Time,
};

use super::Field;

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

/// JSON of any kind, its keys in the order in which they came.
pub(super) fn any(text: &[u8]) -> Result<Value, Error> {
    let mut value = json::parse(text)?;
    make_whole(&mut value);
    Ok(value)
}

/// JSON of any kind, its keys in alphabetical order.
pub(super) fn sorted(text: &[u8]) -> Result<Value, Error> {
    let mut value = any(text)?;
    value.sort();
    Ok(value)
}

/// Says of objects what they are.
pub(super) fn set_types(field: &Field, value: &mut Value) {
    let (Some(type_), Value::Array(objects)) = (field.object, value) else {
        return;
    };
    for object in objects.iter_mut().filter_map(Value::as_object_mut) {
        let mut entries = std::mem::take(object).into_entries();
        entries.retain(|(key, _)| !matches!(key.as_str(), "kind" | "apiVersion"));
        let type_ = [("kind", type_.kind), ("apiVersion", type_.api_version)];
        entries.splice(0..0, type_.map(|(key, value)| (key.into(), value.into())));
        *object = Object::from_entries(entries);
    }
}

/// Makes whole numbers of those that are whole when they are written: what is read from what was
/// written is then equal to what was read first.
fn make_whole(value: &mut Value) {
    match value {
        Value::Float(number) if number.fract() == 0.0 => {
            let mut text = Vec::new();
            json::Writer::new(&mut text).float(*number);
            let text = str::from_utf8(&text).unwrap_or_default();
            if let Ok(whole) = text.parse() {
                *value = Value::Int(whole);
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(make_whole),
        Value::Object(entries) => entries.iter_mut().for_each(|(_, value)| make_whole(value)),
        _ => {}
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
        assert_eq!(bytes(""), Ok(Value::from("")));
        assert_eq!(
            bytes("a*").unwrap_err(),
            "illegal base64 data at input byte 1"
        );
        assert!(bytes("aGk").is_err());
    }
}
