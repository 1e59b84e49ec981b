//! A number and a format into text, as Go's `Quantity.CanonicalizeBytes`.

use super::QuantityFormat;
use super::large::{Large, REACH};
use super::number::{Number, Small};
use super::parse::{BINARY, DECIMAL};

/// The canonical text of a quantity.
pub(super) enum Spelling {
    /// Most texts: at the end of a buffer, so that digits can be written from the last one on.
    Short {
        buffer: [u8; ROOM],
        start: usize,
    },
    Long(String),
}

/// Enough for a sign, 20 digits, and an exponent with its sign.
const ROOM: usize = 36;

impl Spelling {
    /// Spells a number; `None` stands for the format of an amount that was never set.
    pub(super) fn of(number: &Number, format: QuantityFormat) -> Self {
        match number {
            Number::Small(small) => Self::of_small(*small, format),
            Number::Large(large) => Self::Long(spell_large(large, format)),
        }
    }

    pub(super) fn of_small(small: Small, format: QuantityFormat) -> Self {
        let Small { mantissa, exponent } = small;
        if mantissa == 0 {
            return Self::short(false, 0, "", None);
        }
        if format == QuantityFormat::BinarySi
            && let Some(whole) = Number::Small(small).as_i64()
            && whole.unsigned_abs() >= 1_024
        {
            let times = whole.trailing_zeros() as usize / 10;
            let suffix = if times == 0 { "" } else { BINARY[times - 1].0 };
            return Self::short(
                whole < 0,
                whole.unsigned_abs() >> (10 * times),
                suffix,
                None,
            );
        }
        // Kubernetes makes the exponent a multiple of three, as large as it can be.
        let spare = exponent.rem_euclid(3);
        let digits = mantissa
            .unsigned_abs()
            .checked_mul(10_u64.pow(spare as u32));
        let (Some(mut digits), false) =
            (digits, format == QuantityFormat::BinarySi && exponent > 0)
        else {
            let large = Large::from_i128(mantissa.into(), exponent.into());
            let large = large.expect("it is not zero");
            return Self::Long(spell_large(&large, format));
        };
        let mut exponent = exponent - spare;
        while digits % 1_000 == 0 && exponent < MOST_EXPONENT {
            digits /= 1_000;
            exponent += 3;
        }
        match suffix(exponent.into(), format) {
            Some(suffix) => Self::short(mantissa < 0, digits, suffix, None),
            None => Self::short(mantissa < 0, digits, "e", Some(exponent)),
        }
    }

    fn short(negative: bool, digits: u64, suffix: &str, exponent: Option<i32>) -> Self {
        let mut buffer = [0; ROOM];
        let mut start = ROOM;
        if let Some(exponent) = exponent {
            start = put(&mut buffer, start, exponent.unsigned_abs().into());
            if exponent < 0 {
                start -= 1;
                buffer[start] = b'-';
            }
        }
        let end = start;
        start -= suffix.len();
        buffer[start..end].copy_from_slice(suffix.as_bytes());
        start = put(&mut buffer, start, digits);
        if negative {
            start -= 1;
            buffer[start] = b'-';
        }
        Self::Short { buffer, start }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { buffer, start } => &buffer[*start..],
            Self::Long(text) => text.as_bytes(),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).expect("digits and suffixes are ASCII")
    }
}

/// The largest exponent that is a multiple of three and can be read back.
const MOST_EXPONENT: i32 = i32::MAX - 1;

/// Writes digits so that they end before `end`, and says where they start.
fn put(buffer: &mut [u8; ROOM], end: usize, mut number: u64) -> usize {
    let mut start = end;
    loop {
        start -= 1;
        buffer[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return start;
        }
    }
}

/// The suffix of a power of ten; `None` if it is written as an exponent.
fn suffix(exponent: i64, format: QuantityFormat) -> Option<&'static str> {
    if format == QuantityFormat::DecimalExponent {
        return (exponent == 0).then_some("");
    }
    let mut suffixes = DECIMAL.iter();
    let found = suffixes.find(|(_, power)| i64::from(*power) == exponent);
    found.map(|(suffix, _)| *suffix)
}

fn spell_large(large: &Large, format: QuantityFormat) -> String {
    let mut text = String::with_capacity(large.digits().len() + 16);
    text.extend(large.is_negative().then_some('-'));
    if format == QuantityFormat::BinarySi
        && large.exponent() >= 0
        && (4..REACH).contains(&large.top())
    {
        let mut whole = large.digits().to_vec();
        whole.resize(large.top() as usize, 0);
        if whole.len() > 4 || whole.as_slice() >= &[1, 0, 2, 4] {
            push_binary(&mut text, whole);
            return text;
        }
    }
    let most = i64::from(MOST_EXPONENT);
    let exponent = (large.exponent() - large.exponent().rem_euclid(3)).min(most);
    push_digits(&mut text, large.digits());
    text.extend((exponent..large.exponent()).map(|_| '0'));
    match suffix(exponent, format) {
        Some(suffix) => text.push_str(suffix),
        None => {
            text.push('e');
            text.push_str(&exponent.to_string());
        }
    }
    text
}

/// Appends a whole number with the largest binary suffix that divides it.
fn push_binary(text: &mut String, mut whole: Vec<u8>) {
    let mut suffix = "";
    for (next, _) in BINARY {
        let mut rest = 0;
        let divide = |digit: &u8| {
            rest = rest * 10 + u32::from(*digit);
            let quotient = rest / 1_024;
            rest %= 1_024;
            quotient as u8
        };
        let divided: Vec<u8> = whole.iter().map(divide).collect();
        if rest != 0 {
            break;
        }
        (whole, suffix) = (divided, next);
    }
    let first = whole.iter().position(|digit| *digit != 0).unwrap_or(0);
    push_digits(text, &whole[first..]);
    text.push_str(suffix);
}

fn push_digits(text: &mut String, digits: &[u8]) {
    text.extend(digits.iter().map(|digit| char::from(b'0' + digit)));
}
