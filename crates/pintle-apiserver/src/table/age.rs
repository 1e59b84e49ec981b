//! How long ago something was, in two or three significant figures.

use pintle_env::Timestamp;
use pintle_meta::{MicroTime, Time};

/// How long ago a written time was.
pub(super) fn since(time: &str, now: Timestamp) -> String {
    match nanoseconds(time) {
        Some(time) => human(of(now) - time),
        None => "<unknown>".to_owned(),
    }
}

/// How long it took from one written time to another.
pub(super) fn between(start: &str, end: &str) -> String {
    match (nanoseconds(start), nanoseconds(end)) {
        (Some(start), Some(end)) => human(end - start),
        _ => "<unknown>".to_owned(),
    }
}

/// A length of time in seconds.
pub(super) fn seconds(seconds: i64) -> String {
    human(i128::from(seconds) * SECOND)
}

/// A length of time in nanoseconds.
fn human(elapsed: i128) -> String {
    // What Go cannot measure is as long as it can.
    let seconds = elapsed.min(i64::MAX.into()) / SECOND;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let (days, years) = (hours / 24, hours / 24 / 365);
    let two = |large: i128, unit: &str, small: i128, small_unit: &str| match small {
        0 => format!("{large}{unit}"),
        small => format!("{large}{unit}{small}{small_unit}"),
    };
    match (seconds, minutes, hours) {
        // Clocks differ a little; more than that is an error that should be seen.
        (..-1, ..) => "<invalid>".to_owned(),
        (-1, ..) => "0s".to_owned(),
        (..120, ..) => format!("{seconds}s"),
        (_, ..10, _) => two(minutes, "m", seconds % 60, "s"),
        (_, ..180, _) => format!("{minutes}m"),
        (.., ..8) => two(hours, "h", minutes % 60, "m"),
        (.., ..48) => format!("{hours}h"),
        (.., ..192) => two(days, "d", hours % 24, "h"),
        _ if years < 2 => format!("{days}d"),
        _ if years < 8 => two(years, "y", days % 365, "d"),
        _ => format!("{years}y"),
    }
}

/// The nanoseconds since the epoch of a written time, if it is one.
fn nanoseconds(time: &str) -> Option<i128> {
    let since_epoch =
        |seconds: i64, micros: u32| i128::from(seconds) * SECOND + i128::from(micros) * 1000;
    match time.parse::<MicroTime>() {
        Ok(time) => Some(since_epoch(time.unix_seconds(), time.subsecond_micros())),
        Err(_) => Some(since_epoch(time.parse::<Time>().ok()?.unix_seconds(), 0)),
    }
}

/// The nanoseconds since the epoch.
fn of(time: Timestamp) -> i128 {
    i128::from(time.unix_seconds()) * SECOND + i128::from(time.subsecond_nanoseconds())
}

/// In nanoseconds.
const SECOND: i128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short() {
        let (minute, hour, day, year) = (60, 3600, 86_400, 31_536_000);
        for (seconds, text) in [
            (0, "0s"),
            (119, "119s"),
            (2 * minute, "2m"),
            (9 * minute + 59, "9m59s"),
            (10 * minute + 1, "10m"),
            (179 * minute, "179m"),
            (3 * hour, "3h"),
            (3 * hour + 5 * minute, "3h5m"),
            (47 * hour, "47h"),
            (2 * day, "2d"),
            (2 * day + 3 * hour, "2d3h"),
            (8 * day + 3 * hour, "8d"),
            (400 * day, "400d"),
            (2 * year, "2y"),
            (3 * year + 2 * day, "3y2d"),
            (9 * year + 2 * day, "9y"),
            // Go's durations end here.
            (2000 * year, "292y"),
        ] {
            assert_eq!(super::seconds(seconds), text);
        }
    }

    #[test]
    fn the_future_and_the_unknown_are_told() {
        let now = Timestamp::from_unix(1_767_225_600, 0);
        assert_eq!(since("2026-01-01T00:00:00Z", now), "0s");
        assert_eq!(since("2026-01-01T00:00:01Z", now), "0s");
        assert_eq!(since("2026-01-01T00:00:02Z", now), "<invalid>");
        assert_eq!(since("2025-12-31T23:59:00Z", now), "60s");
        assert_eq!(since("", now), "<unknown>");
    }

    #[test]
    fn parts_of_seconds_count_and_are_cut_off() {
        let now = Timestamp::from_unix(1_767_225_600, 500_000_000);
        assert_eq!(since("2025-12-31T23:59:59.600000Z", now), "0s");
        assert_eq!(since("2025-12-31T23:59:59.400000Z", now), "1s");
        assert_eq!(since("2026-01-01T00:00:02Z", now), "0s");
        assert_eq!(
            between("2026-01-01T00:00:00Z", "2026-01-01T00:02:10Z"),
            "2m10s"
        );
    }
}
