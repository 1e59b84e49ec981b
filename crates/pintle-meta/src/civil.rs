//! Calendar dates and seconds, both ways.
//!
//! Days are counted in the proleptic Gregorian calendar and without leap seconds, as Go counts
//! them, before and after the Unix epoch. There is no time zone but UTC.

/// A point in time as a calendar shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
}

impl Civil {
    /// The calendar's view of `seconds` since the Unix epoch.
    pub(crate) fn from_unix(seconds: i64) -> Self {
        let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        // A year that starts in March has its leap day at its end, which makes it regular.
        let days = days + MARCH_OF_YEAR_0;
        let era = days.div_euclid(DAYS_IN_400_YEARS);
        let of_era = days.rem_euclid(DAYS_IN_400_YEARS);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let (month, next_year) = if march_month < 10 {
            (march_month + 3, 0)
        } else {
            (march_month - 9, 1)
        };
        Self {
            year: era * 400 + year_of_era + next_year,
            month: month as u8,
            day: (of_year - (153 * march_month + 2) / 5 + 1) as u8,
            hour: (rest / 3_600) as u8,
            minute: (rest / 60 % 60) as u8,
            second: (rest % 60) as u8,
        }
    }

    /// The seconds since the Unix epoch. The date must exist.
    #[inline]
    pub(crate) fn to_unix(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let march_year = self.year - i64::from(month <= 2);
        let era = march_year.div_euclid(400);
        let year_of_era = march_year.rem_euclid(400);
        let march_month = if month > 2 { month - 3 } else { month + 9 };
        let of_year = (153 * march_month + 2) / 5 + day - 1;
        let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
        let days = era * DAYS_IN_400_YEARS + of_era - MARCH_OF_YEAR_0;
        let of_day =
            i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second);
        days * DAY + of_day
    }
}

/// How many days a month has.
#[inline]
pub(crate) fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const DAY: i64 = 86_400;
const DAYS_IN_400_YEARS: i64 = 146_097;

/// Days from 0000-03-01 to the Unix epoch.
const MARCH_OF_YEAR_0: i64 = 719_468;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Civil, days_in_month};

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
        assert_eq!(day(1970, 1, 1).to_unix(), 0);
        // Go's zero time.
        assert_eq!(day(1, 1, 1).to_unix(), -62_135_596_800);
        // 2000-03-01 is day 11,017 of the Unix epoch.
        assert_eq!(day(2000, 3, 1).to_unix(), 11_017 * 86_400);
        assert_eq!(Civil::from_unix(11_016 * 86_400), day(2000, 2, 29));
    }

    proptest! {
        #[test]
        fn days_come_back(seconds in any::<i64>()) {
            prop_assert_eq!(Civil::from_unix(seconds).to_unix(), seconds);
        }

        #[test]
        fn consecutive_days_follow_the_calendar(day in -800_000i64..3_000_000) {
            let (today, tomorrow) = (Civil::from_unix(day * 86_400), Civil::from_unix((day + 1) * 86_400));
            let next_day = tomorrow.day == today.day + 1 && tomorrow.month == today.month;
            let next_month = tomorrow.day == 1 && tomorrow.month == today.month + 1;
            let next_year = (tomorrow.day, tomorrow.month) == (1, 1) && tomorrow.year == today.year + 1;
            prop_assert!(next_day || next_month || next_year);
            prop_assert!(today.day <= days_in_month(today.year, today.month));
        }
    }
}
