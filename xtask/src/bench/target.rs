//! What is to be reached.

use std::fmt;

use serde::Serialize;

/// A figure that must not be greater than a limit.
#[derive(Clone, Serialize)]
pub(super) struct Target {
    pub(super) what: String,
    pub(super) limit: f64,
    pub(super) found: f64,
    /// The smallest and the greatest value of a round, where there were several.
    pub(super) range: Option<(f64, f64)>,
    /// A ratio of times, by the CPU time of whole processes.
    pub(super) by_cpu: Option<f64>,
}

impl Target {
    pub(super) fn is_met(&self) -> bool {
        // What was not found is not met.
        self.found <= self.limit
    }
}

/// How many are met, and how many are not.
pub(super) fn count(targets: &[Target]) -> (usize, usize) {
    let met = targets.iter().filter(|target| target.is_met()).count();
    (met, targets.len() - met)
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_met() { "met" } else { "MISSED" })
    }
}
