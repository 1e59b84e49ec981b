//! What a simulated container writes: a line now and then, for as long as it runs.
//!
//! Invariant: the line of a number is always the same, whenever it is read.

use percent_encoding::percent_decode_str;
use pintle_meta::Time;

/// The log of a container. Times are seconds since 1970.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Log {
    pub(super) image: String,
    pub(super) since: i64,
    /// Nothing while it runs.
    pub(super) until: Option<i64>,
}

/// Which part of a log is asked for, and how, in the parameters of a kubelet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Part {
    pub(super) follow: bool,
    pub(super) previous: bool,
    timestamps: bool,
    tail: Option<u64>,
    since_seconds: Option<i64>,
    since: Option<i64>,
    pub(super) most_bytes: Option<usize>,
}

impl Part {
    /// Reads a query. What makes no sense is left out: the API server has looked at it already.
    pub(super) fn read(query: &str) -> Self {
        let mut part = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "follow" => part.follow = value == "true",
                "previous" => part.previous = value == "true",
                "timestamps" => part.timestamps = value == "true",
                "tailLines" => part.tail = value.parse().ok(),
                "sinceSeconds" => part.since_seconds = value.parse().ok(),
                "sinceTime" => {
                    let time = percent_decode_str(value).decode_utf8_lossy();
                    part.since = time.parse().ok().map(Time::unix_seconds);
                }
                "limitBytes" => part.most_bytes = value.parse().ok(),
                _ => {}
            }
        }
        part
    }

    /// The number of the first line that is asked for.
    pub(super) fn first(&self, log: &Log, now: i64) -> u64 {
        let length = log.length(now);
        let tail = self.tail.map_or(0, |tail| length.saturating_sub(tail));
        let since = self
            .since_seconds
            .map(|seconds| now.saturating_sub(seconds))
            .or(self.since);
        let since = since.map_or(0, |since| {
            let after = since.saturating_sub(log.since);
            let lines = after.saturating_add(PERIOD - 1).max(0) / PERIOD;
            lines.unsigned_abs()
        });
        tail.max(since)
    }

    /// A line as it is asked for.
    pub(super) fn line(&self, log: &Log, number: u64) -> String {
        let line = log.line(number);
        match self.timestamps {
            true => format!("{} {line}", Time::from_unix(log.time(number))),
            false => line,
        }
    }
}

impl Log {
    /// How many lines there are.
    pub(super) fn length(&self, now: i64) -> u64 {
        let ran = self.until.map_or(now, |until| until.min(now)) - self.since;
        match ran {
            0.. => ran.unsigned_abs() / PERIOD.unsigned_abs() + 1,
            _ => 0,
        }
    }

    fn time(&self, number: u64) -> i64 {
        self.since + i64::try_from(number).unwrap_or(i64::MAX / PERIOD) * PERIOD
    }

    fn line(&self, number: u64) -> String {
        match number {
            0 => format!("simulated by pintle: {} would run here\n", self.image),
            _ => {
                // As varied as it has to be to be looked at.
                let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
                format!("request {number} answered in {} ms\n", mixed % 90 + 4)
            }
        }
    }
}

/// Seconds between two lines.
const PERIOD: i64 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(query: &str, until: Option<i64>, now: i64) -> Vec<u64> {
        let log = Log {
            image: "shop/web".to_owned(),
            since: 1_000,
            until,
        };
        (Part::read(query).first(&log, now)..log.length(now)).collect()
    }

    #[test]
    fn a_log_grows_while_its_container_runs() {
        assert!(lines("", None, 999).is_empty());
        assert_eq!(lines("", None, 1_000), [0]);
        assert_eq!(lines("", None, 1_005), [0, 1, 2]);
        assert_eq!(lines("", Some(1_002), 1_005), [0, 1]);
    }

    #[test]
    fn the_part_that_is_asked_for_is_read() {
        assert_eq!(lines("tailLines=2", None, 1_009), [3, 4]);
        assert!(lines("tailLines=0", None, 1_009).is_empty());
        assert_eq!(lines("sinceSeconds=3", None, 1_009), [3, 4]);
        assert_eq!(lines("sinceSeconds=300", None, 1_004), [0, 1, 2]);
        let time = "sinceTime=1970-01-01T00%3a16%3A46Z";
        assert_eq!(lines(time, None, 1_009), [3, 4]);
        assert!(lines(&format!("sinceSeconds={}", i64::MIN), None, 1_009).is_empty());
        let part = Part::read("follow=true&limitBytes=9&previous=true&tailLines=x");
        assert_eq!(
            (part.follow, part.previous, part.tail, part.most_bytes),
            (true, true, None, Some(9))
        );
    }

    #[test]
    fn a_line_says_when_it_was_written_if_that_is_asked_for() {
        let log = Log {
            image: "shop/web:1".to_owned(),
            since: 0,
            until: None,
        };
        let line = Part::read("timestamps=true").line(&log, 0);
        assert_eq!(
            line,
            "1970-01-01T00:00:00Z simulated by pintle: shop/web:1 would run here\n"
        );
        let line = Part::read("").line(&log, 1);
        assert!(line.starts_with("request 1 answered in "), "{line}");
    }
}
