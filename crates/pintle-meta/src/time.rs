//! [`Time`] and [`MicroTime`], points in time as Kubernetes writes them.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::num::NonZeroI64;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use pintle_codec::json::{Reader, Writer};
use pintle_codec::{Error, ErrorKind, cbor, protobuf};

use crate::rfc3339::{self, ParseTimeError, Precision, Spelling};
use crate::scalar::scalar;
use crate::wire;

/// A point in time, with a precision of seconds (`2024-02-29T12:00:00Z`).
///
/// The default is Go's zero time, which stands for "absent" and is written as `null`. What is read
/// may have a fraction of a second; as nothing in Kubernetes writes one, it is cut off.
///
/// ```
/// use pintle_meta::Time;
///
/// let created: Time = "2024-02-29T13:00:00+01:00".parse()?;
/// assert_eq!(created.to_string(), "2024-02-29T12:00:00Z");
/// assert_eq!(created.unix_seconds(), 1_709_208_000);
/// # Ok::<(), pintle_meta::ParseTimeError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Time(NonZeroI64);

/// A point in time, with a precision of microseconds (`2024-02-29T12:00:00.000000Z`).
///
/// The default is Go's zero time, which stands for "absent" and is written as `null`. The text must
/// have all six digits, as Kubernetes demands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MicroTime {
    seconds: i64,
    micros: u32,
}

impl Time {
    /// The time `seconds` after the start of the Unix epoch.
    pub const fn from_unix(seconds: i64) -> Self {
        match NonZeroI64::new(seconds ^ i64::MIN) {
            Some(stored) => Self(stored),
            // One second of 292 billion years ago has no place.
            None => Self(EARLIEST),
        }
    }

    /// Seconds since the start of the Unix epoch.
    pub const fn unix_seconds(self) -> i64 {
        self.0.get() ^ i64::MIN
    }

    fn spelling(self) -> Spelling {
        Spelling::new(self.unix_seconds(), 0, Precision::Seconds)
    }
}

impl MicroTime {
    /// The time `seconds` and `micros` after the start of the Unix epoch. Microseconds that make
    /// whole seconds are added to these.
    pub const fn from_unix(seconds: i64, micros: u32) -> Self {
        Self {
            seconds: seconds.saturating_add((micros / MICROS) as i64),
            micros: micros % MICROS,
        }
    }

    /// Whole seconds since the start of the Unix epoch, rounded towards the past.
    pub const fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// Microseconds after the last whole second.
    pub const fn subsecond_micros(self) -> u32 {
        self.micros
    }

    fn spelling(self) -> Spelling {
        Spelling::new(self.seconds, self.micros, Precision::Micros)
    }
}

impl From<Time> for MicroTime {
    fn from(time: Time) -> Self {
        Self::from_unix(time.unix_seconds(), 0)
    }
}

impl From<MicroTime> for Time {
    /// The last whole second.
    fn from(time: MicroTime) -> Self {
        Self::from_unix(time.seconds)
    }
}

macro_rules! times {
    ($($time:ident $precision:expr;)*) => {$(
        impl $time {
            /// Whether it is Go's zero time, which stands for "absent".
            pub fn is_zero(self) -> bool {
                self == Self::default()
            }

            /// How much time passed since an earlier time; none, if that is later.
            pub fn duration_since(self, earlier: Self) -> Duration {
                let micros = u128::try_from(self.total_micros() - earlier.total_micros());
                duration(micros.unwrap_or(0))
            }

            /// The time as the standard library has it, if it can.
            pub fn to_system_time(self) -> Option<SystemTime> {
                let micros = self.total_micros();
                let distance = duration(micros.unsigned_abs());
                if micros < 0 {
                    SystemTime::UNIX_EPOCH.checked_sub(distance)
                } else {
                    SystemTime::UNIX_EPOCH.checked_add(distance)
                }
            }
        }

        impl Default for $time {
            fn default() -> Self {
                Self::from(GO_ZERO)
            }
        }

        impl From<SystemTime> for $time {
            /// The time without what is less than the precision.
            fn from(time: SystemTime) -> Self {
                let micros = match time.duration_since(SystemTime::UNIX_EPOCH) {
                    Ok(since) => since.as_micros() as i128,
                    Err(error) => -(error.duration().as_nanos().div_ceil(1_000) as i128),
                };
                Self::from_total_micros(micros)
            }
        }

        /// A later time. It stops at the end of all time, 292 billion years from now.
        impl Add<Duration> for $time {
            type Output = Self;

            fn add(self, duration: Duration) -> Self {
                let micros = i128::try_from(duration.as_micros()).unwrap_or(i128::MAX);
                Self::from_total_micros(self.total_micros().saturating_add(micros))
            }
        }

        /// An earlier time. It stops at the start of all time, 292 billion years ago.
        impl Sub<Duration> for $time {
            type Output = Self;

            fn sub(self, duration: Duration) -> Self {
                let micros = i128::try_from(duration.as_micros()).unwrap_or(i128::MAX);
                Self::from_total_micros(self.total_micros().saturating_sub(micros))
            }
        }

        impl fmt::Display for $time {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.spelling().as_str())
            }
        }

        impl fmt::Debug for $time {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $time {
            type Err = ParseTimeError;

            fn from_str(text: &str) -> Result<Self, ParseTimeError> {
                let (seconds, micros) = rfc3339::parse(text, $precision)?;
                Ok(Self::from(MicroTime::from_unix(seconds, micros)))
            }
        }

        scalar!($time {
            fn decode_json(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
                let start = reader.offset();
                *self = reader.string()?.parse().map_err(|error: ParseTimeError| {
                    Error::new(ErrorKind::InvalidValue, start, error.to_string())
                })?;
                Ok(())
            }

            fn encode_json(&self, writer: &mut Writer<'_>) {
                if self.is_zero() { writer.null() } else { writer.raw(self.spelling().quoted()) }
            }

            // Not what it is in JSON: a tag there makes text of a number.
            fn decode_cbor(&mut self, item: cbor::Item<'_>) -> Result<(), Error> {
                if let Some(text) = item.text()? {
                    *self = text.parse().map_err(|error: ParseTimeError| {
                        Error::new(ErrorKind::InvalidValue, 0, error.to_string())
                    })?;
                }
                Ok(())
            }

            fn encode_cbor(&self, writer: &mut cbor::Writer<'_>) {
                if self.is_zero() { writer.null() } else { writer.string(self.spelling().as_str()) }
            }

            fn decode_protobuf(&mut self, payload: &[u8]) -> Result<(), Error> {
                if payload.is_empty() {
                    *self = Self::default();
                    return Ok(());
                }
                let (mut seconds, mut nanos) = (0, 0);
                let mut fields = protobuf::Reader::new(payload);
                while let Some((number, payload)) = fields.next_field()? {
                    match number {
                        1 => seconds = wire::number(payload, &fields)? as i64,
                        2 => nanos = wire::number(payload, &fields)? as i32,
                        _ => {}
                    }
                }
                // Go cuts off what is less than a microsecond towards zero.
                let micros = i128::from(nanos / 1_000);
                *self = Self::from_total_micros(i128::from(seconds) * i128::from(MICROS) + micros);
                Ok(())
            }

            fn encode_protobuf(&self, writer: &mut protobuf::Writer) {
                if !self.is_zero() {
                    let time = MicroTime::from(*self);
                    writer.varint(2, u64::from(time.micros) * 1_000);
                    writer.varint(1, time.seconds as u64);
                }
            }

            fn query(&self) -> Option<String> {
                // Go's zero time is present and empty, where it is pointed to.
                Some(if self.is_zero() { String::new() } else { self.to_string() })
            }

            fn schema(&self) -> &'static str {
                r#"{"type":"string","format":"date-time"}"#
            }

            fn is_zero(&self) -> bool {
                $time::is_zero(*self)
            }
        });
    )*};
}

times! {
    Time Precision::Seconds;
    MicroTime Precision::Micros;
}

impl Time {
    fn total_micros(self) -> i128 {
        MicroTime::from(self).total_micros()
    }

    fn from_total_micros(micros: i128) -> Self {
        Self::from(MicroTime::from_total_micros(micros))
    }
}

impl MicroTime {
    fn total_micros(self) -> i128 {
        i128::from(self.seconds) * i128::from(MICROS) + i128::from(self.micros)
    }

    fn from_total_micros(micros: i128) -> Self {
        let per_second = i128::from(MICROS);
        let seconds = micros.div_euclid(per_second);
        let bound = if micros < 0 { i64::MIN } else { i64::MAX };
        Self {
            seconds: i64::try_from(seconds).unwrap_or(bound),
            micros: micros.rem_euclid(per_second) as u32,
        }
    }
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Time {}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> Ordering {
        self.unix_seconds().cmp(&other.unix_seconds())
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Time {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Go's zero time, 0001-01-01T00:00:00Z.
const GO_ZERO: Time = Time::from_unix(-62_135_596_800);

/// The earliest time but one.
const EARLIEST: NonZeroI64 = NonZeroI64::new(1).expect("one is not zero");

const MICROS: u32 = 1_000_000;

/// A duration of that many microseconds, which stops at the longest there is.
fn duration(micros: u128) -> Duration {
    let per_second = u128::from(MICROS);
    match u64::try_from(micros / per_second) {
        Ok(seconds) => Duration::new(seconds, (micros % per_second) as u32 * 1_000),
        Err(_) => Duration::MAX,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use proptest::prelude::*;

    use super::{MicroTime, Time};

    #[test]
    fn an_absent_time_takes_no_room() {
        assert_eq!(size_of::<Option<Time>>(), 8);
    }

    #[test]
    fn is_written_in_utc_at_its_precision() {
        let time: Time = "2024-02-29T13:00:00.5+01:00".parse().unwrap();
        assert_eq!(time.to_string(), "2024-02-29T12:00:00Z");
        let time: MicroTime = "2024-02-29T12:00:00.000001+00:00".parse().unwrap();
        assert_eq!(time.to_string(), "2024-02-29T12:00:00.000001Z");
    }

    #[test]
    fn the_default_is_gos_zero_time() {
        assert!(Time::default().is_zero());
        assert_eq!(Time::default().to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(Time::from_unix(0).to_string(), "1970-01-01T00:00:00Z");
        assert!(Time::from_unix(0) > Time::default());
        assert!(Time::from_unix(-1) < Time::from_unix(0));
    }

    #[test]
    fn what_is_wrong_with_a_text_is_told() {
        let told = |text: &str| text.parse::<MicroTime>().unwrap_err().to_string();
        assert_eq!(
            told("2024-02-29T12:00:00Z"),
            "\"2024-02-29T12:00:00Z\" is not a time such as 2024-02-29T12:00:00.000000Z: \
             it differs at byte 19"
        );
        assert!(told("2024-02-30T12:00:00.000000Z").ends_with(": its day is out of range"));
    }

    #[test]
    fn time_passes() {
        let time: MicroTime = "1969-12-31T23:59:59.750000Z".parse().unwrap();
        let later = time + Duration::from_millis(500);
        assert_eq!(later.to_string(), "1970-01-01T00:00:00.250000Z");
        assert_eq!(later - Duration::from_millis(500), time);
        assert_eq!(later.duration_since(time), Duration::from_millis(500));
        assert_eq!(time.duration_since(later), Duration::ZERO);
        assert_eq!(Time::from(time), Time::from_unix(-1));
        let end = Time::from_unix(i64::MAX) + Duration::MAX;
        assert_eq!(end.unix_seconds(), i64::MAX);
        let start = Time::from_unix(i64::MIN) - Duration::MAX;
        assert_eq!(start.unix_seconds(), i64::MIN + 1);
    }

    #[test]
    fn the_times_of_the_standard_library_convert() {
        let nanos = Duration::from_nanos(1_500);
        let after = MicroTime::from(SystemTime::UNIX_EPOCH + nanos);
        let before = MicroTime::from(SystemTime::UNIX_EPOCH - nanos);
        assert_eq!((after.unix_seconds(), after.subsecond_micros()), (0, 1));
        assert_eq!(
            (before.unix_seconds(), before.subsecond_micros()),
            (-1, 999_998)
        );
        assert_eq!(MicroTime::from(before.to_system_time().unwrap()), before);
    }

    proptest! {
        #[test]
        fn text_comes_back(seconds in -62_167_219_200i64..253_402_300_800, micros in 0u32..1_000_000) {
            let (time, micro) = (Time::from_unix(seconds), MicroTime::from_unix(seconds, micros));
            prop_assert_eq!(time.to_string().parse::<Time>().unwrap(), time);
            prop_assert_eq!(micro.to_string().parse::<MicroTime>().unwrap(), micro);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[-0-9TZ:.,+ é]{0,30}", seconds in any::<i64>()) {
            let _ = (text.parse::<Time>(), text.parse::<MicroTime>());
            let _ = MicroTime::from_unix(seconds, 0).to_string();
        }
    }
}
