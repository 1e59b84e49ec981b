//! How long ago something was, in two or three significant figures.

use std::time::Duration;

use pintle_env::Timestamp;
use pintle_meta::Time;

use crate::schema::Tree;

/// The cell of the age column.
pub(super) fn age(object: &Tree, now: Timestamp) -> String {
    since(object.metadata_text("creationTimestamp"), now)
}

/// How long ago a written time was.
pub(super) fn since(time: &str, now: Timestamp) -> String {
    let Ok(time) = time.parse::<Time>() else {
        return "<unknown>".to_owned();
    };
    match now.unix_seconds() - time.unix_seconds() {
        // Clocks differ a little; more than that is an error that should be seen.
        ..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        seconds => human(Duration::from_secs(seconds.unsigned_abs())),
    }
}

fn human(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let (days, years) = (hours / 24, hours / 24 / 365);
    let two = |large: u64, unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{large}{unit}"),
        small => format!("{large}{unit}{small}{small_unit}"),
    };
    match (seconds, minutes, hours) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short() {
        let shown = |seconds| human(Duration::from_secs(seconds));
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
        ] {
            assert_eq!(shown(seconds), text);
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
}
