//! [`Time`] and [`MicroTime`], points in time as Kubernetes writes them.

use std::fmt;
use std::str::FromStr;

use pintle_codec::json::{Reader, Writer};
use pintle_codec::protobuf::{self, Payload};
use pintle_codec::{Error, ErrorKind};

use crate::civil::{self, UNIX_EPOCH};
use crate::scalar::scalar;

/// A point in time, written with a precision of seconds (`2024-02-29T12:00:00Z`).
///
/// The default is Go's zero time, which stands for "absent" and is written as `null`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(Instant);

/// A point in time, written with a precision of microseconds (`2024-02-29T12:00:00.000000Z`).
///
/// The default is Go's zero time, which stands for "absent" and is written as `null`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MicroTime(Instant);

/// Since 0001-01-01T00:00:00Z, so that the default is Go's zero time.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Instant {
    seconds: i64,
    nanos: u32,
}

/// Text that is not a time in the form of RFC 3339.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseTimeError(String);

macro_rules! times {
    ($($time:ident $precision:literal)*) => {$(
        impl $time {
            /// The time `seconds` and `nanos` after the start of the Unix epoch.
            pub fn from_unix(seconds: i64, nanos: u32) -> Self {
                Self(Instant { seconds: seconds.saturating_add(UNIX_EPOCH), nanos })
            }

            /// Whole seconds since the start of the Unix epoch.
            pub fn unix_seconds(self) -> i64 {
                self.0.seconds.saturating_sub(UNIX_EPOCH)
            }

            /// Nanoseconds after the last whole second.
            pub fn subsecond_nanos(self) -> u32 {
                self.0.nanos
            }

            /// Whether it is Go's zero time, which stands for "absent".
            pub fn is_zero(self) -> bool {
                self.0 == Instant::default()
            }
        }

        impl fmt::Display for $time {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, $precision)
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
                match civil::parse(text) {
                    Some((seconds, nanos)) => Ok(Self(Instant { seconds, nanos })),
                    None => Err(ParseTimeError(text.to_owned())),
                }
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
                if self.is_zero() { writer.null() } else { writer.string(&self.to_string()) }
            }

            fn decode_protobuf(&mut self, payload: &[u8]) -> Result<(), Error> {
                // Go's zero time is an empty message.
                let (mut seconds, mut nanos) = (None, 0);
                let mut reader = protobuf::Reader::new(payload);
                while let Some(field) = reader.next_field()? {
                    match field {
                        (1, Payload::Varint(value)) => seconds = Some(value as i64),
                        (2, Payload::Varint(value)) => nanos = value as u32,
                        _ => {}
                    }
                }
                if let Some(seconds) = seconds {
                    *self = Self::from_unix(seconds, nanos);
                }
                Ok(())
            }

            fn encode_protobuf(&self, writer: &mut protobuf::Writer) {
                if !self.is_zero() {
                    writer.varint(2, self.subsecond_nanos().into());
                    writer.varint(1, self.unix_seconds() as u64);
                }
            }

            fn query(&self) -> Option<String> {
                // Go's zero time is present and empty, where it is pointed to.
                Some(if self.is_zero() { String::new() } else { self.to_string() })
            }

            fn is_zero(&self) -> bool {
                $time::is_zero(*self)
            }
        });
    )*};
}

times! {
    Time 0
    MicroTime 6
}

impl Instant {
    fn write(self, f: &mut fmt::Formatter<'_>, digits: u32) -> fmt::Result {
        let at = civil::from_seconds(self.seconds);
        let (year, month, day) = (at.year, at.month, at.day);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
            at.hour, at.minute, at.second
        )?;
        if digits > 0 {
            let fraction = self.nanos / 10_u32.pow(9 - digits);
            write!(f, ".{fraction:0width$}", width = digits as usize)?;
        }
        f.write_str("Z")
    }
}

impl fmt::Display for ParseTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a time such as 2024-02-29T12:00:00Z", self.0)
    }
}

impl std::error::Error for ParseTimeError {}

#[cfg(test)]
mod tests {
    use super::{MicroTime, Time};

    #[test]
    fn is_written_in_utc_at_its_precision() {
        let time: Time = "2024-02-29T13:00:00.5+01:00".parse().unwrap();
        assert_eq!(time.to_string(), "2024-02-29T12:00:00Z");
        let time: MicroTime = "2024-02-29T12:00:00.0000019Z".parse().unwrap();
        assert_eq!(time.to_string(), "2024-02-29T12:00:00.000001Z");
    }

    #[test]
    fn the_default_is_gos_zero_time() {
        assert!(Time::default().is_zero());
        assert_eq!(Time::default().to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(Time::from_unix(0, 0).to_string(), "1970-01-01T00:00:00Z");
        assert!(Time::from_unix(0, 0) > Time::default());
        assert!(
            "yesterday"
                .parse::<Time>()
                .unwrap_err()
                .to_string()
                .contains("yesterday")
        );
    }
}
