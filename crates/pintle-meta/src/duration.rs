//! [`Duration`], a length of time as Kubernetes writes it.

use std::fmt;
use std::str::FromStr;
use std::time;

use pintle_codec::json::{Reader, Writer};
use pintle_codec::{Error, ErrorKind, protobuf};

use crate::quote;
use crate::scalar::scalar;
use crate::wire;

/// A length of time in whole nanoseconds, which may be negative (`1h2m3.5s`).
///
/// It is what meta/v1's `Duration` is, and reaches 292 years. Text is read and written as Go does:
/// numbers with the units `ns`, `us`, `ms`, `s`, `m` and `h`, one behind the other.
///
/// ```
/// use pintle_meta::Duration;
///
/// let period: Duration = "90s".parse()?;
/// assert_eq!(period.to_string(), "1m30s");
/// assert_eq!(std::time::Duration::try_from(period).ok(), Some(std::time::Duration::from_secs(90)));
/// # Ok::<(), pintle_meta::ParseDurationError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

/// Text that is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseDurationError {
    problem: Problem,
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    /// Malformed, or too long.
    Invalid,
    MissingUnit,
    UnknownUnit(String),
}

impl Duration {
    /// A length of that many nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// A length of that many seconds, which stops at 292 years.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// The length in nanoseconds.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }
}

impl From<time::Duration> for Duration {
    /// The same length, which stops at 292 years.
    fn from(duration: time::Duration) -> Self {
        Self(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl TryFrom<Duration> for time::Duration {
    type Error = std::num::TryFromIntError;

    /// The same length, unless it is negative.
    fn try_from(duration: Duration) -> Result<Self, Self::Error> {
        u64::try_from(duration.0).map(Self::from_nanos)
    }
}

impl FromStr for Duration {
    type Err = ParseDurationError;

    /// Reads what Go's `time.ParseDuration` reads.
    fn from_str(text: &str) -> Result<Self, ParseDurationError> {
        let nanos = parse(text).map_err(|problem| ParseDurationError {
            problem,
            text: text.to_owned(),
        })?;
        Ok(Self(nanos))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Spelling::new(self.0).as_str())
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

scalar!(Duration {
    fn decode_json(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        let start = reader.offset();
        *self = reader.string()?.parse().map_err(|error: ParseDurationError| {
            Error::new(ErrorKind::InvalidValue, start, error.to_string())
        })?;
        Ok(())
    }

    fn encode_json(&self, writer: &mut Writer<'_>) {
        writer.string(Spelling::new(self.0).as_str());
    }

    fn decode_protobuf(&mut self, payload: &[u8]) -> Result<(), Error> {
        let mut fields = protobuf::Reader::new(payload);
        while let Some((number, payload)) = fields.next_field()? {
            if number == 1 {
                self.0 = wire::number(payload, &fields)? as i64;
            }
        }
        Ok(())
    }

    fn encode_protobuf(&self, writer: &mut protobuf::Writer) {
        writer.varint(1, self.0 as u64);
    }

    fn schema(&self) -> &'static str {
        r#"{"type":"string"}"#
    }

    fn is_zero(&self) -> bool {
        self.0 == 0
    }
});

impl ParseDurationError {
    /// What is wrong, in the words of Kubernetes.
    pub fn reason(&self) -> String {
        let text = quote::ascii(&self.text);
        match &self.problem {
            Problem::Invalid => format!("time: invalid duration {text}"),
            Problem::MissingUnit => format!("time: missing unit in duration {text}"),
            Problem::UnknownUnit(unit) => {
                format!(
                    "time: unknown unit {} in duration {text}",
                    quote::ascii(unit)
                )
            }
        }
    }
}

impl fmt::Display for ParseDurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a duration such as 1h30m or 1.5s", self.text)?;
        match &self.problem {
            Problem::Invalid => Ok(()),
            Problem::MissingUnit => f.write_str(": a unit is missing"),
            Problem::UnknownUnit(unit) => write!(f, ": there is no unit {unit:?}"),
        }
    }
}

impl std::error::Error for ParseDurationError {}

/// A micro may be a micro sign or a Greek mu.
const UNITS: [(&str, u64); 8] = [
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ns", 1),
];

/// As far as a negative length goes.
const MOST: u64 = 1 << 63;

fn parse(text: &str) -> Result<i64, Problem> {
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(Problem::Invalid);
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let part;
        (part, rest) = parse_part(rest)?;
        total = within(total.checked_add(part))?;
    }
    match i64::try_from(total) {
        Ok(nanos) if negative => Ok(-nanos),
        Ok(nanos) => Ok(nanos),
        Err(_) if negative => Ok(i64::MIN),
        Err(_) => Err(Problem::Invalid),
    }
}

/// Reads a number with its unit, and says what follows.
fn parse_part(text: &str) -> Result<(u64, &str), Problem> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, behind) = text.split_at(digits(text));
    let (fraction, behind) = match behind.strip_prefix('.') {
        Some(behind) => behind.split_at(digits(behind)),
        None => ("", behind),
    };
    let value = match whole {
        "" => 0,
        whole => whole
            .parse()
            .ok()
            .filter(|value| *value <= MOST)
            .ok_or(Problem::Invalid)?,
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(Problem::Invalid);
    }
    let end = behind.find(|char: char| char == '.' || char.is_ascii_digit());
    let (unit, behind) = behind.split_at(end.unwrap_or(behind.len()));
    if unit.is_empty() {
        return Err(Problem::MissingUnit);
    }
    let Some((_, nanos)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(Problem::UnknownUnit(unit.to_owned()));
    };
    let whole = within(value.checked_mul(*nanos))?;
    let part = within(Some(whole + fraction_of(fraction, *nanos)))?;
    Ok((part, behind))
}

fn within(nanos: Option<u64>) -> Result<u64, Problem> {
    nanos.filter(|nanos| *nanos <= MOST).ok_or(Problem::Invalid)
}

/// A fraction of a unit, by the same floating-point arithmetic as Go's.
fn fraction_of(digits: &str, unit: u64) -> u64 {
    let (mut number, mut scale) = (0_u64, 1.0);
    for digit in digits.bytes() {
        if number > (MOST - 1) / 10 {
            // What follows is too small to matter.
            break;
        }
        number = number * 10 + u64::from(digit - b'0');
        scale *= 10.0;
    }
    (number as f64 * (unit as f64 / scale)) as u64
}

/// The text of a length of time, written from its end.
struct Spelling {
    buffer: [u8; ROOM],
    start: usize,
}

/// `-2562047h47m16.854775808s`
const ROOM: usize = 25;

impl Spelling {
    fn new(nanos: i64) -> Self {
        let mut spelling = Self {
            buffer: [0; ROOM],
            start: ROOM,
        };
        let rest = nanos.unsigned_abs();
        spelling.put("s");
        match rest {
            0 => spelling.put("0"),
            1..1_000 => {
                spelling.put("n");
                spelling.number(rest);
            }
            1_000..1_000_000 => {
                spelling.put("\u{b5}");
                spelling.fraction(rest, 3);
            }
            1_000_000..1_000_000_000 => {
                spelling.put("m");
                spelling.fraction(rest, 6);
            }
            _ => spelling.seconds(rest),
        }
        if nanos < 0 {
            spelling.put("-");
        }
        spelling
    }

    fn seconds(&mut self, nanos: u64) {
        const MINUTE: u64 = 60_000_000_000;
        self.fraction(nanos % MINUTE, 9);
        let minutes = nanos / MINUTE;
        if minutes > 0 {
            self.put("m");
            self.number(minutes % 60);
        }
        if minutes >= 60 {
            self.put("h");
            self.number(minutes / 60);
        }
    }

    /// Writes `number` / 10^`places`.
    fn fraction(&mut self, mut number: u64, places: u32) {
        let mut any = false;
        for _ in 0..places {
            let digit = (number % 10) as u8;
            any |= digit != 0;
            if any {
                self.digit(digit);
            }
            number /= 10;
        }
        if any {
            self.put(".");
        }
        self.number(number);
    }

    fn number(&mut self, mut number: u64) {
        loop {
            self.digit((number % 10) as u8);
            number /= 10;
            if number == 0 {
                break;
            }
        }
    }

    fn digit(&mut self, digit: u8) {
        self.start -= 1;
        self.buffer[self.start] = b'0' + digit;
    }

    fn put(&mut self, text: &str) {
        let end = self.start;
        self.start -= text.len();
        self.buffer[self.start..end].copy_from_slice(text.as_bytes());
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.buffer[self.start..]).expect("digits and units are UTF-8")
    }
}

#[cfg(test)]
mod tests {
    use std::time;

    use proptest::prelude::*;

    use super::Duration;

    #[test]
    fn the_durations_of_the_standard_library_convert() {
        let hour = time::Duration::from_secs(3_600);
        assert_eq!(Duration::from(hour).to_string(), "1h0m0s");
        assert_eq!(
            time::Duration::try_from(Duration::from_secs(3_600)),
            Ok(hour)
        );
        assert!(time::Duration::try_from(Duration::from_nanos(-1)).is_err());
        assert_eq!(Duration::from(time::Duration::MAX).as_nanos(), i64::MAX);
    }

    #[test]
    fn what_is_wrong_with_a_text_is_told() {
        let told = |text: &str| text.parse::<Duration>().unwrap_err().to_string();
        assert_eq!(
            told("1d"),
            "\"1d\" is not a duration such as 1h30m or 1.5s: there is no unit \"d\""
        );
        assert!(told("90").ends_with(": a unit is missing"));
    }

    proptest! {
        #[test]
        fn text_comes_back(nanos in any::<i64>(), down in 0u32..63) {
            let duration = Duration::from_nanos(nanos >> down);
            prop_assert_eq!(duration.to_string().parse::<Duration>().unwrap(), duration);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[-+0-9.nuµμmsh é]{0,16}") {
            let _ = text.parse::<Duration>();
        }
    }
}
