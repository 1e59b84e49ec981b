//! Text into a number and a format, by the rules of Go's `resource.ParseQuantity`.

use std::fmt;

use super::QuantityFormat;
use super::large::Large;
use super::number::{Number, Small};

/// What a text says.
pub(super) struct Parsed {
    pub(super) number: Number,
    pub(super) format: QuantityFormat,
    /// Whether Kubernetes keeps the text as it is, though it is not the canonical one.
    pub(super) keeps_text: bool,
}

/// Text that is not a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseQuantityError {
    kind: QuantityErrorKind,
    text: String,
}

/// What is wrong with text that is not a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QuantityErrorKind {
    /// It is not a number with a suffix behind it.
    Malformed,
    /// There is no digit before the suffix.
    NoDigits,
    /// There is no such suffix.
    UnknownSuffix,
}

impl ParseQuantityError {
    /// What is wrong.
    pub fn kind(&self) -> QuantityErrorKind {
        self.kind
    }

    /// What is wrong, in the words of Kubernetes.
    pub fn reason(&self) -> &'static str {
        match self.kind {
            QuantityErrorKind::Malformed => {
                "quantities must match the regular expression \
                 '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            }
            QuantityErrorKind::NoDigits => "unable to parse numeric part of quantity",
            QuantityErrorKind::UnknownSuffix => "unable to parse quantity's suffix",
        }
    }
}

impl fmt::Display for ParseQuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a quantity such as 500m or 64Mi", self.text)?;
        match self.kind {
            QuantityErrorKind::Malformed => Ok(()),
            QuantityErrorKind::NoDigits => f.write_str(": it has no digits"),
            QuantityErrorKind::UnknownSuffix => f.write_str(": there is no such suffix"),
        }
    }
}

impl std::error::Error for ParseQuantityError {}

/// Reads what Kubernetes reads, without white space around it.
pub(super) fn parse(text: &str) -> Result<Parsed, ParseQuantityError> {
    if let Some(parsed) = parse_plain(text) {
        return Ok(parsed);
    }
    let parts = Parts::of(text);
    let parsed = parts.and_then(|parts| parts.evaluate());
    parsed.map_err(|kind| ParseQuantityError {
        kind,
        text: text.to_owned(),
    })
}

/// Reads what servers write: a few digits and a common suffix. Whatever it is unsure of is left to
/// the rules as a whole.
fn parse_plain(text: &str) -> Option<Parsed> {
    let bytes = text.as_bytes();
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let leading_zero = digits > 1 && bytes[0] == b'0';
    if digits == 0 || digits > PLAIN_DIGITS || leading_zero {
        return None;
    }
    let (digits, suffix) = bytes.split_at(digits);
    let (factor, exponent, format) = match suffix {
        b"" => (1, 0, QuantityFormat::DecimalSi),
        b"m" => (1, -3, QuantityFormat::DecimalSi),
        b"k" => (1, 3, QuantityFormat::DecimalSi),
        b"M" => (1, 6, QuantityFormat::DecimalSi),
        b"G" => (1, 9, QuantityFormat::DecimalSi),
        b"Ki" => (1 << 10, 0, QuantityFormat::BinarySi),
        b"Mi" => (1 << 20, 0, QuantityFormat::BinarySi),
        b"Gi" => (1 << 30, 0, QuantityFormat::BinarySi),
        _ => return None,
    };
    let mantissa = digits
        .iter()
        .fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
    Some(Parsed {
        number: Number::Small(Small {
            mantissa: mantissa * factor,
            exponent,
        }),
        format,
        keeps_text: false,
    })
}

/// As many digits fit into 64 bits with every suffix that [`parse_plain`] knows.
const PLAIN_DIGITS: usize = 9;

/// The powers of ten that suffixes stand for, in the decimal format.
pub(super) const DECIMAL: [(&str, i32); 10] = [
    ("", 0),
    ("m", -3),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
    ("E", 18),
    ("u", -6),
    ("n", -9),
];

/// The powers of two that suffixes stand for, in the binary format.
pub(super) const BINARY: [(&str, u32); 6] = [
    ("Ki", 10),
    ("Mi", 20),
    ("Gi", 30),
    ("Ti", 40),
    ("Pi", 50),
    ("Ei", 60),
];

/// Nothing counts less than 10^-9.
pub(super) const NANO: i32 = -9;

/// The pieces of a text.
struct Parts<'a> {
    /// What stands before the first digit that is not a zero.
    start: &'a str,
    /// The digits before the point, without leading zeros.
    whole: &'a str,
    /// The digits behind the point, if there is one.
    fraction: Option<&'a str>,
    suffix: &'a str,
}

enum Unit {
    Ten(i32),
    Two(u32),
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Result<Self, QuantityErrorKind> {
        let bytes = text.as_bytes();
        if bytes.is_empty() {
            return Err(QuantityErrorKind::Malformed);
        }
        let run = |from: usize, belongs: fn(&u8) -> bool| {
            let rest = &bytes[from..];
            from + rest
                .iter()
                .position(|byte| !belongs(byte))
                .unwrap_or(rest.len())
        };
        let sign = usize::from(matches!(bytes[0], b'+' | b'-'));
        let first = run(sign, |byte| *byte == b'0');
        let point = run(first, u8::is_ascii_digit);
        let (fraction, end) = if bytes.get(point) == Some(&b'.') {
            let end = run(point + 1, u8::is_ascii_digit);
            (Some(&text[point + 1..end]), end)
        } else {
            (None, point)
        };
        let letters = run(end, |byte| b"eEinumkKMGTP".contains(byte));
        let signed = letters + usize::from(matches!(bytes.get(letters), Some(b'+' | b'-')));
        if run(signed, u8::is_ascii_digit) < bytes.len() {
            return Err(QuantityErrorKind::Malformed);
        }
        Ok(Self {
            start: &text[..first],
            whole: &text[first..point],
            fraction,
            suffix: &text[end..],
        })
    }

    fn evaluate(&self) -> Result<Parsed, QuantityErrorKind> {
        let (unit, format) = self.unit().ok_or(QuantityErrorKind::UnknownSuffix)?;
        let fraction = self.fraction.unwrap_or_default();
        // Where there is no digit before the point, Kubernetes counts a zero.
        let whole_digits = self.whole.len().max(1);
        let digits = whole_digits.saturating_add(fraction.len());
        let places = fraction.len() as i32;
        let (exponent, factor) = match unit {
            // Exponents beyond 32 bits go round, as in Kubernetes.
            Unit::Ten(exponent) => (exponent.wrapping_sub(places), 1),
            Unit::Two(exponent) => (places.wrapping_neg(), 1_i64 << exponent),
        };
        // Kubernetes has a short way for short numbers. What comes out is the same, but for texts
        // without digits, and for texts that it keeps.
        let short = match unit {
            Unit::Ten(_) => digits <= 18 && exponent >= NANO,
            Unit::Two(power) => fraction.is_empty() && digits + power as usize * 3 / 10 <= 14,
        };
        let has_digits =
            !(self.whole.is_empty() && fraction.is_empty() && !self.start.ends_with('0'));
        if !short && !has_digits {
            return Err(QuantityErrorKind::NoDigits);
        }
        let number = self.number(fraction, factor, exponent).rounded_up(NANO);
        if let Unit::Ten(suffix) = unit {
            let kept = short && self.is_kept_decimal(fraction, exponent);
            return Ok(Parsed {
                number,
                format,
                keeps_text: kept && !(self.is_plain() && self.spells(suffix, format)),
            });
        }
        let number = capped(number);
        Ok(Parsed {
            // What is less than one has no binary suffix.
            format: if is_fraction(&number) {
                QuantityFormat::DecimalSi
            } else {
                format
            },
            keeps_text: short && self.is_kept_binary() && !self.is_plain(),
            number,
        })
    }

    fn unit(&self) -> Option<(Unit, QuantityFormat)> {
        if let Some((_, power)) = DECIMAL.iter().find(|(suffix, _)| *suffix == self.suffix) {
            return Some((Unit::Ten(*power), QuantityFormat::DecimalSi));
        }
        if let Some((_, power)) = BINARY.iter().find(|(suffix, _)| *suffix == self.suffix) {
            return Some((Unit::Two(*power), QuantityFormat::BinarySi));
        }
        let exponent: i64 = self.suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
        // Kubernetes looks at the lower 32 bits.
        Some((Unit::Ten(exponent as i32), QuantityFormat::DecimalExponent))
    }

    fn number(&self, fraction: &str, factor: i64, exponent: i32) -> Number {
        let negative = self.start.starts_with('-');
        let digits = self.whole.bytes().chain(fraction.bytes());
        if self.whole.len() + fraction.len() <= 18 {
            let mantissa =
                digits.fold(0, |mantissa, digit| mantissa * 10 + i64::from(digit - b'0'));
            let mantissa = i128::from(mantissa) * i128::from(factor);
            return Number::from_i128(if negative { -mantissa } else { mantissa }, exponent.into());
        }
        let digits: Vec<u8> = digits.map(|digit| digit - b'0').collect();
        let large = Large::new(negative, &digits, exponent.into());
        Number::from_large(large.and_then(|large| large.times(factor)))
    }

    /// Whether Kubernetes keeps the text of a short decimal number: the one test it makes for being
    /// canonical, which lets a few texts pass that are not.
    fn is_kept_decimal(&self, fraction: &str, exponent: i32) -> bool {
        let mut last = self.whole.bytes().chain(fraction.bytes()).rev();
        exponent % 3 == 0 && !self.whole.is_empty() && !(0..3).all(|_| last.next() == Some(b'0'))
    }

    /// The same for a short binary number.
    fn is_kept_binary(&self) -> bool {
        // A number is divisible by eight if its last three digits are.
        let last = &self.whole[self.whole.len().saturating_sub(3)..];
        last.bytes()
            .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
            % 8
            != 0
    }

    /// Whether there is nothing but an optional minus, digits and the suffix.
    fn is_plain(&self) -> bool {
        matches!(self.start, "" | "-") && self.fraction.is_none()
    }

    /// Whether the suffix is the canonical one for its power of ten.
    fn spells(&self, power: i32, format: QuantityFormat) -> bool {
        format == QuantityFormat::DecimalSi
            || power != 0 && self.suffix.strip_prefix('e') == Some(power.to_string().as_str())
    }
}

/// A number of the binary format within its bounds.
fn capped(number: Number) -> Number {
    let (least, most) = (Number::whole(-i64::MAX), Number::whole(i64::MAX));
    number.clamp(least, most)
}

/// Whether a number lies between -1 and 1 and is not zero.
fn is_fraction(number: &Number) -> bool {
    !number.is_zero() && *number < Number::whole(1) && *number > Number::whole(-1)
}

#[cfg(test)]
mod tests {
    use super::{Number, Parts, Small, parse_plain};

    #[test]
    fn the_short_way_gives_what_the_rules_give() {
        let mut compared = 0;
        for digits in [
            "0",
            "1",
            "8",
            "16",
            "100",
            "1000",
            "128000",
            "999999999",
            "00",
            "01",
        ] {
            for suffix in ["", "m", "k", "M", "G", "Ki", "Mi", "Gi", "Ti", "n", "e3"] {
                let text = format!("{digits}{suffix}");
                let Some(plain) = parse_plain(&text) else {
                    continue;
                };
                let parsed = Parts::of(&text).and_then(|parts| parts.evaluate());
                let parsed = parsed.unwrap_or_else(|_| panic!("{text} is a quantity"));
                let pieces = |number: &Number| match number {
                    Number::Small(Small { mantissa, exponent }) => (*mantissa, *exponent),
                    Number::Large(_) => panic!("{text} is a small number"),
                };
                assert_eq!(pieces(&plain.number), pieces(&parsed.number), "{text}");
                assert_eq!(plain.format, parsed.format, "{text}");
                assert_eq!(plain.keeps_text, parsed.keeps_text, "{text}");
                compared += 1;
            }
        }
        assert_eq!(compared, 8 * 8);
    }
}
