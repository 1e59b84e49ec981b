//! When files are looked at again whose content may have been replaced.

use std::time::Duration;

use pintle_env::Instant;

/// Says that something is due, and then not again until so much time has passed.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    every: Duration,
    last: Instant,
}

impl Schedule {
    /// What was done at `now` is done again `every` so much time, or later.
    pub(crate) fn new(every: Duration, now: Instant) -> Self {
        Self { every, last: now }
    }

    /// Whether it is due at `now`. If it is, the time until it is due again begins.
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        let due = now.saturating_since(self.last) >= self.every;
        if due {
            self.last = now;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_once_in_its_time_however_often_it_is_asked() {
        let at = |seconds| Instant::from_origin(Duration::from_secs(seconds));
        let mut schedule = Schedule::new(Duration::from_secs(300), at(10));
        let due: Vec<u64> = (10..=1000)
            .filter(|now| schedule.is_due(at(*now)))
            .collect();
        assert_eq!(due, [310, 610, 910]);
        // Nobody asked for a long time: it is due once, not for each time that was missed.
        assert!(schedule.is_due(at(9000)));
        assert!(!schedule.is_due(at(9001)));
    }
}
