//! The text of points in time: what Go's `time.Parse` reads, and what its `Format` writes.
//!
//! What servers write is read by the places of its digits. Everything else goes through a reader
//! that follows Go element by element, so that it accepts what Go accepts and says what Go says.

use std::fmt;

use crate::civil::{Civil, days_in_month};
use crate::quote;

/// Whether, and with how many digits, parts of a second are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// `2024-02-29T12:00:00Z`. Any number of digits is read.
    Seconds,
    /// `2024-02-29T12:00:00.000000Z`. Exactly six digits are read.
    Micros,
}

/// Text that is not a time in the form that the field has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseTimeError {
    text: String,
    precision: Precision,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    /// Not this part of the example of a time that Go calls a layout, at this byte.
    Mismatch(&'static str, usize),
    /// This part has a value that it cannot have.
    OutOfRange(&'static str),
    /// Text behind the time, at this byte.
    Extra(usize),
}

impl ParseTimeError {
    /// What is wrong, in the words of Kubernetes.
    pub fn reason(&self) -> String {
        let text = quote::ascii(&self.text);
        let rest = |at: usize| quote::ascii(&self.text[at..]);
        match self.problem {
            Problem::Mismatch(element, at) => format!(
                "parsing time {text} as {}: cannot parse {} as {}",
                quote::ascii(self.precision.layout()),
                rest(at),
                quote::ascii(element),
            ),
            Problem::OutOfRange(part) => format!("parsing time {text}: {part} out of range"),
            Problem::Extra(at) => format!("parsing time {text}: extra text: {}", rest(at)),
        }
    }
}

impl fmt::Display for ParseTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let example = self.precision.example();
        write!(f, "{:?} is not a time such as {example}", self.text)?;
        match self.problem {
            Problem::Mismatch(_, at) => write!(f, ": it differs at byte {at}"),
            Problem::OutOfRange(part) => write!(f, ": its {part} is out of range"),
            Problem::Extra(at) => write!(f, ": it goes on at byte {at}"),
        }
    }
}

impl std::error::Error for ParseTimeError {}

impl Precision {
    fn example(self) -> &'static str {
        match self {
            Self::Seconds => "2024-02-29T12:00:00Z",
            Self::Micros => "2024-02-29T12:00:00.000000Z",
        }
    }

    /// Go's example, in which each part has a value of its own.
    fn layout(self) -> &'static str {
        match self {
            Self::Seconds => "2006-01-02T15:04:05Z07:00",
            Self::Micros => "2006-01-02T15:04:05.000000Z07:00",
        }
    }
}

/// Reads a time: seconds since the Unix epoch, and microseconds.
#[inline]
pub(crate) fn parse(text: &str, precision: Precision) -> Result<(i64, u32), ParseTimeError> {
    let usual = match precision {
        Precision::Seconds => usual_seconds(text.as_bytes()),
        Precision::Micros => usual_micros(text.as_bytes()),
    };
    usual.map_or_else(|| parse_as_go(text, precision), Ok)
}

/// Reads `2024-02-29T12:00:00Z`.
#[inline]
fn usual_seconds(text: &[u8]) -> Option<(i64, u32)> {
    let text: &[u8; 20] = text.try_into().ok()?;
    let seconds = usual_start(text.first_chunk()?)?;
    (text[19] == b'Z').then_some((seconds, 0))
}

/// Reads `2024-02-29T12:00:00.000000Z`.
fn usual_micros(text: &[u8]) -> Option<(i64, u32)> {
    let text: &[u8; 27] = text.try_into().ok()?;
    let seconds = usual_start(text.first_chunk()?)?;
    let micros = text[20..26].iter().try_fold(0, |micros, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| micros * 10 + u32::from(digit))
    })?;
    (text[19] == b'.' && text[26] == b'Z').then_some((seconds, micros))
}

#[inline]
fn usual_start(text: &[u8; 19]) -> Option<i64> {
    let mut foreign = false;
    let mut pair = |at: usize| {
        let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        foreign |= tens > 9 || ones > 9;
        tens.wrapping_mul(10).wrapping_add(ones)
    };
    let year = i64::from(pair(0)) * 100 + i64::from(pair(2));
    let civil = Civil {
        year,
        month: pair(5),
        day: pair(8),
        hour: pair(11),
        minute: pair(14),
        second: pair(17),
    };
    let marks = [text[4], text[7], text[10], text[13], text[16]] == *b"--T::";
    let exists = marks
        && !foreign
        && (1..=12).contains(&civil.month)
        && (1..=days_in_month(year, civil.month)).contains(&civil.day)
        && civil.hour < 24
        && civil.minute < 60
        && civil.second < 60;
    exists.then(|| civil.to_unix())
}

/// Reads a time as Go does, element by element.
#[cold]
fn parse_as_go(text: &str, precision: Precision) -> Result<(i64, u32), ParseTimeError> {
    let mut elements = Elements { text, at: 0 };
    elements.time(precision).map_err(|problem| ParseTimeError {
        text: text.to_owned(),
        precision,
        problem,
    })
}

struct Elements<'a> {
    text: &'a str,
    at: usize,
}

impl Elements<'_> {
    fn time(&mut self, precision: Precision) -> Result<(i64, u32), Problem> {
        let year = self.year()?;
        self.mark("-")?;
        let month = self.pair("01")?;
        in_range(month, 1..=12, "month")?;
        self.mark("-")?;
        let day = self.pair("02")?;
        self.mark("T")?;
        let hour = self.hour()?;
        self.mark(":")?;
        let minute = self.pair("04")?;
        in_range(minute, 0..=59, "minute")?;
        self.mark(":")?;
        let second = self.pair("05")?;
        in_range(second, 0..=59, "second")?;
        let micros = match precision {
            Precision::Seconds => {
                self.skip_fraction();
                0
            }
            Precision::Micros => self.six_digits()?,
        };
        let offset = self.offset()?;
        if self.at < self.text.len() {
            return Err(Problem::Extra(self.at));
        }
        in_range(day, 1..=days_in_month(year, month), "day")?;
        let civil = Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
        };
        Ok((civil.to_unix() - offset, micros))
    }

    fn year(&mut self) -> Result<i64, Problem> {
        let digits = |year, place| Some(year * 10 + i64::from(self.digit(place)?));
        let year = (0..4).try_fold(0, digits);
        let year = year.ok_or(Problem::Mismatch("2006", self.at))?;
        self.at += 4;
        Ok(year)
    }

    fn pair(&mut self, element: &'static str) -> Result<u8, Problem> {
        let (Some(tens), Some(ones)) = (self.digit(0), self.digit(1)) else {
            return Err(Problem::Mismatch(element, self.at));
        };
        self.at += 2;
        Ok(tens * 10 + ones)
    }

    /// The hour alone may have one digit.
    fn hour(&mut self) -> Result<u8, Problem> {
        let first = self.digit(0).ok_or(Problem::Mismatch("15", self.at))?;
        let hour = match self.digit(1) {
            Some(second) => first * 10 + second,
            None => first,
        };
        in_range(hour, 0..=23, "hour")?;
        self.at += 1 + usize::from(self.digit(1).is_some());
        Ok(hour)
    }

    fn mark(&mut self, mark: &'static str) -> Result<(), Problem> {
        if !self.text[self.at..].starts_with(mark) {
            return Err(Problem::Mismatch(mark, self.at));
        }
        self.at += 1;
        Ok(())
    }

    /// A fraction of any length, which does not count.
    fn skip_fraction(&mut self) {
        if self.separates() && self.digit(1).is_some() {
            self.at += 1;
            while self.digit(0).is_some() {
                self.at += 1;
            }
        }
    }

    /// A fraction of six digits, of which Go lets the first be a sign.
    fn six_digits(&mut self) -> Result<u32, Problem> {
        const ELEMENT: &str = ".000000";
        let mismatch = Problem::Mismatch(ELEMENT, self.at);
        let bytes = self.text.as_bytes().get(self.at..self.at + ELEMENT.len());
        let bytes = bytes.filter(|_| self.separates()).ok_or(mismatch)?;
        let (negative, digits) = match bytes[1] {
            sign @ (b'+' | b'-') => (sign == b'-', &bytes[2..]),
            _ => (false, &bytes[1..]),
        };
        let mut micros = 0;
        for byte in digits {
            if !byte.is_ascii_digit() {
                return Err(mismatch);
            }
            micros = micros * 10 + u32::from(byte - b'0');
        }
        if negative && micros > 0 {
            return Err(Problem::OutOfRange("fractional second"));
        }
        self.at += ELEMENT.len();
        Ok(micros)
    }

    /// How many seconds the time zone is ahead of UTC.
    fn offset(&mut self) -> Result<i64, Problem> {
        if self.byte(0) == Some(b'Z') {
            self.at += 1;
            return Ok(0);
        }
        let mismatch = Problem::Mismatch("Z07:00", self.at);
        let (Some(b':'), Some(_)) = (self.byte(3), self.byte(5)) else {
            return Err(mismatch);
        };
        let pair = |tens: usize| Some(self.digit(tens)? * 10 + self.digit(tens + 1)?);
        let (hours, minutes) = (pair(1), pair(4));
        // The range comes before whatever else is wrong. Go lets people write 24 hours and 60
        // minutes.
        let minutes = hours.and(minutes);
        in_range(minutes.unwrap_or(0), 0..=60, "time zone offset minute")?;
        in_range(hours.unwrap_or(0), 0..=24, "time zone offset hour")?;
        let (Some(hours), Some(minutes)) = (hours, minutes) else {
            return Err(mismatch);
        };
        let offset = (i64::from(hours) * 60 + i64::from(minutes)) * 60;
        let offset = match self.byte(0) {
            Some(b'+') => offset,
            Some(b'-') => -offset,
            _ => return Err(mismatch),
        };
        self.at += 6;
        Ok(offset)
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn digit(&self, ahead: usize) -> Option<u8> {
        let digit = self.byte(ahead)?.wrapping_sub(b'0');
        (digit <= 9).then_some(digit)
    }

    fn separates(&self) -> bool {
        matches!(self.byte(0), Some(b'.' | b','))
    }
}

fn in_range(
    number: u8,
    range: std::ops::RangeInclusive<u8>,
    part: &'static str,
) -> Result<(), Problem> {
    if range.contains(&number) {
        Ok(())
    } else {
        Err(Problem::OutOfRange(part))
    }
}

/// The text of a time, between double quotes.
pub(crate) struct Spelling {
    buffer: [u8; ROOM],
    end: usize,
}

/// Enough for the quotes and a year of twelve digits with a sign.
const ROOM: usize = 48;

impl Spelling {
    /// Spells the time `seconds` and `micros` after the Unix epoch.
    pub(crate) fn new(seconds: i64, micros: u32, precision: Precision) -> Self {
        let civil = Civil::from_unix(seconds);
        let mut spelling = Self {
            buffer: [0; ROOM],
            end: 0,
        };
        spelling.put(b"\"");
        if let Ok(year) = u16::try_from(civil.year)
            && year <= 9_999
        {
            spelling.pair((year / 100) as u8);
            spelling.pair((year % 100) as u8);
        } else {
            spelling
                .put(format!("{:0width$}", civil.year, width = year_width(civil.year)).as_bytes());
        }
        let parts = [
            (b'-', civil.month),
            (b'-', civil.day),
            (b'T', civil.hour),
            (b':', civil.minute),
            (b':', civil.second),
        ];
        for (mark, number) in parts {
            spelling.put(&[mark]);
            spelling.pair(number);
        }
        if precision == Precision::Micros {
            spelling.put(b".");
            for part in [micros / 10_000, micros / 100, micros] {
                spelling.pair((part % 100) as u8);
            }
        }
        spelling.put(b"Z\"");
        spelling
    }

    /// The text with its quotes.
    pub(crate) fn quoted(&self) -> &[u8] {
        &self.buffer[..self.end]
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        let text = &self.buffer[1..self.end - 1];
        std::str::from_utf8(text).expect("digits and marks are ASCII")
    }

    fn put(&mut self, bytes: &[u8]) {
        self.buffer[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    fn pair(&mut self, number: u8) {
        self.put(&[b'0' + number / 10, b'0' + number % 10]);
    }
}

/// Four digits, and a sign before the year 0.
fn year_width(year: i64) -> usize {
    if year < 0 { 5 } else { 4 }
}
