//! When a certificate is valid, and how X.509 writes it.

use std::fmt;

use crate::{Error, der};

/// From when until when a certificate is valid, in seconds since the Unix epoch, both ends included.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    not_before: i64,
    not_after: i64,
}

impl Validity {
    /// Valid from `not_before` until `not_after`.
    ///
    /// # Errors
    ///
    /// When it ends before it begins, or leaves the years 1950 to 9999, which are all that X.509 can write.
    pub fn new(not_before: i64, not_after: i64) -> Result<Self, Error> {
        if not_after < not_before || not_before < YEAR_1950 || not_after >= YEAR_10000 {
            return Err(Error::validity(not_before, not_after));
        }
        Ok(Self {
            not_before,
            not_after,
        })
    }

    /// The first second at which the certificate is valid.
    pub fn not_before(self) -> i64 {
        self.not_before
    }

    /// The last second at which the certificate is valid.
    pub fn not_after(self) -> i64 {
        self.not_after
    }

    pub(crate) fn to_der(self) -> Vec<u8> {
        der::sequence(&[&time(self.not_before), &time(self.not_after)])
    }
}

impl fmt::Debug for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |seconds| {
            let Civil {
                year,
                month,
                day,
                hour,
                minute,
                second,
            } = Civil::at(seconds);
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
        };
        write!(
            f,
            "Validity({} to {})",
            text(self.not_before),
            text(self.not_after)
        )
    }
}

/// A time as X.509 wants it: two digits for the year until 2049, four from then on.
fn time(seconds: i64) -> Vec<u8> {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = Civil::at(seconds);
    let rest = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    if year < 2050 {
        der::utc_time(&format!("{:02}{rest}", year % 100))
    } else {
        der::generalized_time(&format!("{year:04}{rest}"))
    }
}

/// A moment in the Gregorian calendar, UTC.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Civil {
    fn at(seconds: i64) -> Self {
        let (days, time) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // Years are counted from March of the year 0, so that a leap day is the last of its year, and in
        // eras of 400 years, which all have the same number of days.
        let days = days + DAYS_TO_EPOCH;
        let (era, day_of_era) = (days.div_euclid(DAYS_IN_ERA), days.rem_euclid(DAYS_IN_ERA));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        // Months from March on have 31, 30, 31, 30, 31 days, and again: 153 in five.
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        Self {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: time / 3_600,
            minute: time / 60 % 60,
            second: time % 60,
        }
    }
}

const DAYS_IN_ERA: i64 = 146_097;
/// From the first of March of the year 0 to the first of January 1970.
const DAYS_TO_EPOCH: i64 = 719_468;
const YEAR_1950: i64 = -631_152_000;
const YEAR_10000: i64 = 253_402_300_800;

#[cfg(test)]
mod tests {
    use super::*;

    fn text(not_before: i64, not_after: i64) -> String {
        format!("{:?}", Validity::new(not_before, not_after).unwrap())
    }

    #[test]
    fn calendar_knows_leap_years_and_the_ends_of_its_range() {
        assert_eq!(
            text(0, 951_782_400),
            "Validity(1970-01-01T00:00:00Z to 2000-02-29T00:00:00Z)"
        );
        assert_eq!(
            text(1_709_164_799, 4_107_542_400),
            "Validity(2024-02-28T23:59:59Z to 2100-03-01T00:00:00Z)"
        );
        assert_eq!(
            text(YEAR_1950, YEAR_10000 - 1),
            "Validity(1950-01-01T00:00:00Z to 9999-12-31T23:59:59Z)"
        );
    }

    #[test]
    fn years_from_2050_are_written_with_four_digits() {
        assert_eq!(time(2_524_607_999), der::utc_time("491231235959Z"));
        assert_eq!(
            time(2_524_608_000),
            der::generalized_time("20500101000000Z")
        );
    }

    #[test]
    fn validity_outside_x509_or_backwards_is_refused() {
        for (not_before, not_after) in [
            (1, 0),
            (YEAR_1950 - 1, 0),
            (0, YEAR_10000),
            (i64::MIN, i64::MAX),
        ] {
            let error = Validity::new(not_before, not_after).unwrap_err();
            assert!(error.to_string().contains("validity"), "{error}");
        }
    }
}
