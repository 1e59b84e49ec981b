//! Calendar dates and seconds, both ways, for RFC 3339.
//!
//! Days are counted in the proleptic Gregorian calendar, as Go counts them. No time zone but UTC
//! is produced; offsets are read and applied.

/// Seconds from 0001-01-01T00:00:00Z, Go's zero time, to 1970-01-01T00:00:00Z.
pub(crate) const UNIX_EPOCH: i64 = 62_135_596_800;

const DAY: i64 = 86_400;
const DAYS_IN_400_YEARS: i64 = 146_097;

/// A point in time as a calendar shows it, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

/// The calendar's view of `seconds` since 0001-01-01.
pub(crate) fn from_seconds(seconds: i64) -> Civil {
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    // A year that starts in March has its leap day at its end, which makes it regular. Day 0 is
    // 0000-03-01, which is 306 days before 0001-01-01.
    let days = days + 306;
    let era = days.div_euclid(DAYS_IN_400_YEARS);
    let of_era = days.rem_euclid(DAYS_IN_400_YEARS);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    Civil {
        year: era * 400 + year_of_era + i64::from(month <= 2),
        month,
        day: of_year - (153 * march_month + 2) / 5 + 1,
        hour: rest / 3_600,
        minute: rest / 60 % 60,
        second: rest % 60,
    }
}

/// The seconds since 0001-01-01 of a calendar's view, which must be one that exists.
pub(crate) fn to_seconds(civil: Civil) -> i64 {
    let march_year = civil.year - i64::from(civil.month <= 2);
    let era = march_year.div_euclid(400);
    let year_of_era = march_year.rem_euclid(400);
    let march_month = if civil.month > 2 {
        civil.month - 3
    } else {
        civil.month + 9
    };
    let of_year = (153 * march_month + 2) / 5 + civil.day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    let days = era * DAYS_IN_400_YEARS + of_era - 306;
    days * DAY + civil.hour * 3_600 + civil.minute * 60 + civil.second
}

/// Reads RFC 3339: seconds since 0001-01-01 and nanoseconds, or `None` if it is malformed.
pub(crate) fn parse(text: &str) -> Option<(i64, u32)> {
    let bytes = text.as_bytes();
    let number = |from: usize, digits: usize| -> Option<i64> {
        bytes
            .get(from..from + digits)?
            .iter()
            .try_fold(0, |number, digit| {
                digit
                    .is_ascii_digit()
                    .then(|| number * 10 + i64::from(digit - b'0'))
            })
    };
    let mark = |at: usize, wanted: u8| (bytes.get(at) == Some(&wanted)).then_some(());
    let civil = Civil {
        year: number(0, 4)?,
        month: number(5, 2)?,
        day: number(8, 2)?,
        hour: number(11, 2)?,
        minute: number(14, 2)?,
        second: number(17, 2)?,
    };
    mark(4, b'-')?;
    mark(7, b'-')?;
    mark(10, b'T')?;
    mark(13, b':')?;
    mark(16, b':')?;
    let exists = (1..=12).contains(&civil.month)
        && (1..=days_in_month(civil.year, civil.month)).contains(&civil.day)
        && civil.hour < 24
        && civil.minute < 60
        && civil.second < 60;
    if !exists {
        return None;
    }
    let mut at = 19;
    let mut nanos = 0;
    if bytes.get(at) == Some(&b'.') {
        let digits = bytes[at + 1..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if digits == 0 {
            return None;
        }
        // Digits beyond nanoseconds are cut off, as in Go.
        for place in 0..9 {
            nanos = nanos * 10
                + if place < digits {
                    u32::from(bytes[at + 1 + place] - b'0')
                } else {
                    0
                };
        }
        at += 1 + digits;
    }
    let offset = match (bytes.get(at)?, bytes.len() - at) {
        (b'Z', 1) => 0,
        (sign @ (b'+' | b'-'), 6) => {
            mark(at + 3, b':')?;
            let (hours, minutes) = (number(at + 1, 2)?, number(at + 4, 2)?);
            if hours > 24 || minutes >= 60 {
                return None;
            }
            let offset = hours * 3_600 + minutes * 60;
            if *sign == b'+' { offset } else { -offset }
        }
        _ => return None,
    };
    Some((to_seconds(civil) - offset, nanos))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Civil, UNIX_EPOCH, from_seconds, parse, to_seconds};

    #[test]
    fn known_days() {
        let day = |year, month, day| Civil {
            year,
            month,
            day,
            hour: 0,
            minute: 0,
            second: 0,
        };
        assert_eq!(to_seconds(day(1, 1, 1)), 0);
        assert_eq!(to_seconds(day(1970, 1, 1)), UNIX_EPOCH);
        // 2000-03-01 is day 11,017 of the Unix epoch.
        assert_eq!(to_seconds(day(2000, 3, 1)), UNIX_EPOCH + 11_017 * 86_400);
        assert_eq!(from_seconds(UNIX_EPOCH + 11_016 * 86_400), day(2000, 2, 29));
    }

    #[test]
    fn what_is_malformed_or_does_not_exist_is_refused() {
        for text in [
            "",
            "2024-01-01",
            "2024-02-30T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:60Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00.Z",
            "2024-01-01t00:00:00Z",
            "2024-01-01T00:00:00+0100",
            "2024-01-01T00:00:00Zx",
            "٢024-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn offsets_and_fractions_are_read() {
        let noon = to_seconds(Civil {
            year: 2024,
            month: 2,
            day: 29,
            hour: 12,
            minute: 0,
            second: 0,
        });
        assert_eq!(parse("2024-02-29T12:00:00Z"), Some((noon, 0)));
        assert_eq!(parse("2024-02-29T13:30:00+01:30"), Some((noon, 0)));
        assert_eq!(parse("2024-02-29T12:00:00.25Z"), Some((noon, 250_000_000)));
        assert_eq!(
            parse("2024-02-29T12:00:00.1234567899Z"),
            Some((noon, 123_456_789))
        );
    }

    proptest! {
        #[test]
        fn days_come_back(seconds in 0i64..(10_000 * 366 * 86_400)) {
            prop_assert_eq!(to_seconds(from_seconds(seconds)), seconds);
        }

        #[test]
        fn consecutive_days_follow_the_calendar(day in 0i64..3_652_000) {
            let (today, tomorrow) = (from_seconds(day * 86_400), from_seconds((day + 1) * 86_400));
            let next_day = tomorrow.day == today.day + 1 && tomorrow.month == today.month;
            let next_month = tomorrow.day == 1 && tomorrow.month == today.month + 1;
            let next_year = (tomorrow.day, tomorrow.month) == (1, 1) && tomorrow.year == today.year + 1;
            prop_assert!(next_day || next_month || next_year);
            prop_assert!(today.day <= super::days_in_month(today.year, today.month));
        }
    }
}
