//! `metav1.Time`: a second in UTC. Its zero is Go's zero time.

/// Seconds since 0001-01-01T00:00:00Z, so that the default is what Go calls the zero time.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, PartialOrd, Ord)]
pub struct Time(i64);

impl Time {
    pub fn from_unix_seconds(seconds: i64) -> Self {
        Time(seconds + UNIX_EPOCH)
    }

    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// RFC 3339. A fraction is dropped, as `metav1.Time` drops it.
    pub fn parse(text: &str) -> Option<Self> {
        let b = text.as_bytes();
        let (fixed, zone) = b.split_at_checked(19)?;
        let fixed: &[u8; 19] = fixed.try_into().ok()?;
        let marks = [fixed[4], fixed[7], fixed[10], fixed[13], fixed[16]];
        if marks != *b"--T::" {
            return None;
        }
        let pair = |at: usize| -> Option<i64> {
            let (tens, ones) = (
                fixed[at].wrapping_sub(b'0'),
                fixed[at + 1].wrapping_sub(b'0'),
            );
            (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
        };
        let year = pair(0)? * 100 + pair(2)?;
        let (month, day) = (pair(5)?, pair(8)?);
        let (hour, minute, second) = (pair(11)?, pair(14)?, pair(17)?);
        if !(1..=12).contains(&month)
            || day < 1
            || day > days_in(year, month)
            || hour > 23
            || minute > 59
            || second > 59
        {
            return None;
        }
        let offset = if zone == b"Z" { 0 } else { parse_zone(zone)? };
        let seconds = days_before(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
        Some(Time(seconds - offset))
    }

    /// `2026-03-14T09:21:33Z`.
    pub fn format(self) -> [u8; 20] {
        let (days, rest) = (self.0.div_euclid(86_400), self.0.rem_euclid(86_400));
        let (year, month, day) = date_of(days);
        let mut out = *b"0000-00-00T00:00:00Z";
        let mut put = |at: usize, value: i64| {
            out[at] = b'0' + (value / 10 % 10) as u8;
            out[at + 1] = b'0' + (value % 10) as u8;
        };
        put(0, year / 100);
        put(2, year % 100);
        put(5, month);
        put(8, day);
        put(11, rest / 3600);
        put(14, rest / 60 % 60);
        put(17, rest % 60);
        out
    }
}

#[cold]
fn parse_zone(mut zone: &[u8]) -> Option<i64> {
    if let [b'.', fraction @ ..] = zone {
        let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        zone = &fraction[digits..];
    }
    match *zone {
        [b'Z'] => Some(0),
        [
            sign @ (b'+' | b'-'),
            h1 @ b'0'..=b'2',
            h2 @ b'0'..=b'9',
            b':',
            m1 @ b'0'..=b'5',
            m2 @ b'0'..=b'9',
        ] => {
            let value = |tens: u8, ones: u8| i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
            let offset = value(h1, h2) * 3600 + value(m1, m2) * 60;
            Some(if sign == b'-' { -offset } else { offset })
        }
        _ => None,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 0001-01-01 to this date. Years begin in March here, so that the leap day ends one.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    year * 365 + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (month * 153 + 2) / 5
        + day
        - 1
        - DAYS_TO_YEAR_ONE
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_YEAR_ONE;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (year_of_era * 365 + year_of_era / 4 - year_of_era / 100);
    let month = (day_of_year * 5 + 2) / 153;
    let day_of_month = day_of_year - (month * 153 + 2) / 5 + 1;
    let year = era * 400 + year_of_era;
    if month < 10 {
        (year, month + 3, day_of_month)
    } else {
        (year + 1, month - 9, day_of_month)
    }
}

/// From 0000-03-01 to 0001-01-01.
const DAYS_TO_YEAR_ONE: i64 = 306;
const UNIX_EPOCH: i64 = 62_135_596_800;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_it_was_read() {
        for text in [
            "0001-01-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59Z",
            "2026-03-14T09:21:33Z",
        ] {
            assert_eq!(
                Time::parse(text).map(Time::format).as_ref().map(|b| &b[..]),
                Some(text.as_bytes())
            );
        }
        assert_eq!(
            Time::parse("1970-01-01T00:00:00Z"),
            Some(Time::from_unix_seconds(0))
        );
        assert_eq!(
            Time::parse("1970-01-01T01:00:00.25+01:00"),
            Some(Time::from_unix_seconds(0))
        );
        assert_eq!(Time::parse("2023-02-29T00:00:00Z"), None);
    }
}
