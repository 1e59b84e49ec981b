//! What is to be reached.

use std::fmt;

use serde::Serialize;

use super::figures::{Cost, Figure};
use super::table::Table;

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
    /// Of a figure that was found once.
    pub(super) fn single(what: String, limit: f64, found: f64) -> Self {
        Self {
            what,
            limit,
            found,
            range: None,
            by_cpu: None,
        }
    }

    /// Of a figure that was found in each round.
    pub(super) fn of(what: String, limit: f64, figure: &Figure) -> Self {
        Self {
            range: Some((figure.min(), figure.max())),
            ..Self::single(what, limit, figure.median())
        }
    }

    /// Of what something costs over what another costs, by the clock.
    pub(super) fn of_cost(what: String, limit: f64, cost: &Cost, other: &Cost) -> Self {
        let by_cpu = cost.cpu.over(&other.cpu).median();
        Self {
            by_cpu: (!by_cpu.is_nan()).then_some(by_cpu),
            ..Self::of(what, limit, &cost.wall.over(&other.wall))
        }
    }

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

/// Targets with what was found.
pub(super) fn table(targets: &[Target]) -> Table {
    let mut table = Table::new(["", "at most", "found", "least–most", "by CPU", ""]);
    for target in targets {
        let range = target
            .range
            .map(|(least, most)| format!("{least:.3}–{most:.3}"));
        let by_cpu = target.by_cpu.map(|ratio| format!("{ratio:.3}"));
        table.row([
            target.what.clone(),
            format!("{:.3}", target.limit),
            format!("{:.3}", target.found),
            range.unwrap_or_default(),
            by_cpu.unwrap_or_default(),
            target.to_string(),
        ]);
    }
    table
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_met() { "met" } else { "MISSED" })
    }
}
