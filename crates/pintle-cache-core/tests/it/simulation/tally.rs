//! What the schedules met: phases of the reflector beside faults, and what subscribers were told.
//!
//! The cells that there must be are written down here from what client-go does, not from what was seen. One that stays
//! empty and one that should be are both failures.

use std::fmt;

use pintle_cache_core::{Phase, Warning};

/// What befell a request or its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// The connection breaks.
    Cut,
    /// Nothing comes any more.
    Stall,
    /// An item or an event comes twice.
    Duplicate,
    /// The answer ends too early, properly as far as HTTP goes.
    Truncate,
    /// Seconds pass before the next part comes.
    Slow,
    /// A watch ends at once.
    ShortEnd,
    /// 410 instead of an answer.
    GoneStatus,
    /// 410 for a page of a list that had begun.
    GonePage,
    /// 410 in a watch.
    GoneEvent,
    /// 429, with a time to wait.
    BusyStatus,
    /// 429 in a watch.
    BusyEvent,
    /// 500 and the like.
    ErrorStatus,
    /// The same in a watch.
    ErrorEvent,
    /// Nobody listens.
    Refused,
    /// 401.
    Unauthorized,
    /// 422 for a watch that is to begin with all objects.
    NoInitialEvents,
    /// 504, the version is too large.
    TooLarge,
    /// An object cannot be read but for its name.
    Unreadable,
    /// An object cannot be read at all.
    Nameless,
}

/// How often everything happened.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) steps: u64,
    /// By the phase before, that after, and the fault.
    cells: [[[u64; FAULTS.len()]; PHASES.len()]; PHASES.len()],
    warnings: [u64; 3],
    /// By the number of the delivery and that of what was told.
    pub(super) told: [[u64; TOLD.len()]; DELIVERIES.len()],
    /// Objects that functions of indexes have failed on.
    pub(super) index_errors: u64,
}

impl Tally {
    pub(super) fn note(&mut self, before: Phase, after: Phase, fault: Fault) {
        self.cells[number(before)][number(after)][fault as usize] += 1;
    }

    pub(super) fn warn(&mut self, warning: Warning) {
        let number = match warning {
            Warning::InitialEventsAreLate { .. } => 0,
            Warning::WatchWasVeryShort => 1,
            Warning::Stalled => 2,
            other => panic!("what is {other:?}?"),
        };
        self.warnings[number] += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.index_errors += other.index_errors;
        let cells = self.cells.iter_mut().flatten().flatten();
        let others = other.cells.iter().flatten().flatten();
        let warnings = self.warnings.iter_mut().zip(&other.warnings);
        let told = self.told.iter_mut().flatten();
        let told = told.zip(other.told.iter().flatten());
        for (sum, one) in cells.zip(others).chain(warnings).chain(told) {
            *sum += one;
        }
    }

    /// What should have been met and was not, and what was met and should not have been.
    pub(super) fn surprises(&self) -> Vec<String> {
        let mut surprises = Vec::new();
        for fault in FAULTS {
            for before in PHASES {
                for after in PHASES {
                    let is_met = self.cells[number(before)][number(after)][fault as usize] > 0;
                    let is_expected = expected(fault).contains(&(before, after));
                    if is_met != is_expected {
                        let what = if is_met { "was met" } else { "was not met" };
                        surprises.push(format!("{before:?} → {after:?} by {fault:?} {what}"));
                    }
                }
            }
        }
        for (name, count) in WARNINGS.iter().zip(self.warnings) {
            if count == 0 {
                surprises.push(format!("nobody was warned: {name}"));
            }
        }
        for (delivery, told) in DELIVERIES.iter().zip(self.told) {
            for (what, count) in TOLD.iter().zip(told) {
                // A key says neither.
                let is_told = !delivery.starts_with("keys") || !matches!(*what, "missed" | "again");
                if count == 0 && is_told {
                    surprises.push(format!("a subscriber to {delivery} was never told: {what}"));
                }
            }
        }
        if self.index_errors == 0 {
            surprises.push("no function of an index failed".to_owned());
        }
        surprises
    }
}

/// The matrix: a line for each transition between phases, a column for each fault.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (column, fault) in FAULTS.iter().enumerate() {
            writeln!(f, "{column:>2} {fault:?}")?;
        }
        write!(f, "\n{:36}", "")?;
        for column in 0..FAULTS.len() {
            write!(f, "{column:>9}")?;
        }
        writeln!(f)?;
        for before in PHASES {
            for after in PHASES {
                let cells = &self.cells[number(before)][number(after)];
                if cells.iter().all(|count| *count == 0) {
                    continue;
                }
                let transition = format!("{before:?} → {after:?}");
                write!(f, "{transition:36}")?;
                for (fault, count) in FAULTS.iter().zip(cells) {
                    match expected(*fault).contains(&(before, after)) {
                        true => write!(f, "{count:>9}")?,
                        false => write!(f, "{:>9}", "·")?,
                    }
                }
                writeln!(f)?;
            }
        }
        writeln!(f)?;
        for (name, count) in WARNINGS.iter().zip(self.warnings) {
            writeln!(f, "{count:>12} warnings: {name}")?;
        }
        write!(f, "\n{:36}", "")?;
        TOLD.iter().try_for_each(|what| write!(f, "{what:>13}"))?;
        writeln!(f)?;
        for (delivery, told) in DELIVERIES.iter().zip(self.told) {
            write!(f, "{delivery:36}")?;
            told.iter().try_for_each(|count| write!(f, "{count:>13}"))?;
            writeln!(f)?;
        }
        write!(f, "\n{:>12} steps", self.steps)
    }
}

/// The transitions that a fault leads to, the end of the wait that may follow it included.
fn expected(fault: Fault) -> &'static [(Phase, Phase)] {
    use Phase::{
        Initial as I, Listing as L, OpeningWatch as OW, OpeningWatchList as OL, Waiting as W,
        Watching as S,
    };
    match fault {
        Fault::None => &[
            (W, OL),
            (W, L),
            (L, L),
            (L, OW),
            (OL, I),
            (I, I),
            (I, S),
            (I, W),
            (OW, S),
            (S, S),
            (S, OW),
        ],
        Fault::Cut => &[
            (OL, L),
            (L, W),
            (OW, W),
            (I, L),
            (I, W),
            (S, OW),
            (S, W),
            (W, OL),
            (W, L),
        ],
        Fault::Stall => &[(OL, L), (L, W), (OW, W), (I, W), (S, OW), (W, OL), (W, L)],
        Fault::Duplicate => &[(L, L), (I, I), (I, S), (S, S)],
        Fault::Truncate => &[(L, W), (I, L), (I, W), (S, OW), (S, W), (W, OL), (W, L)],
        Fault::Slow => &[(OL, I), (OW, S), (L, L), (L, OW), (I, I), (I, S), (S, S)],
        Fault::ShortEnd => &[(I, L), (S, W), (W, OL), (W, L)],
        // The latest version at once; after a watch from a version, everything, after a wait.
        Fault::GoneStatus => &[(OL, OL), (OL, L), (L, L), (L, W), (OW, W), (W, OL), (W, L)],
        Fault::GonePage => &[(L, L)],
        Fault::GoneEvent => &[(I, OL), (I, L), (S, W), (W, OL), (W, L)],
        // What was refused for the time being is asked for again, a watch without a list.
        Fault::BusyStatus | Fault::Refused => &[(OL, W), (L, W), (OW, W), (W, OL), (W, L), (W, OW)],
        Fault::BusyEvent => &[(I, W), (S, W), (W, OL), (W, OW)],
        Fault::ErrorStatus | Fault::Unauthorized => &[(OL, L), (L, W), (OW, W), (W, OL), (W, L)],
        Fault::ErrorEvent => &[(I, L), (S, W), (W, OL), (W, L)],
        Fault::NoInitialEvents => &[(OL, L)],
        Fault::TooLarge => &[(OL, OL), (OL, L), (L, L), (L, W), (W, OL), (W, L)],
        Fault::Unreadable => &[(L, L), (I, I), (S, S)],
        // A watch goes on, unless it says that one is gone; all objects cannot be known without one that may be any.
        Fault::Nameless => &[(L, W), (I, L), (S, S), (S, W), (W, OL), (W, L)],
    }
}

fn number(phase: Phase) -> usize {
    PHASES.iter().position(|it| *it == phase).unwrap()
}

const PHASES: [Phase; 6] = [
    Phase::Waiting,
    Phase::Listing,
    Phase::OpeningWatchList,
    Phase::OpeningWatch,
    Phase::Initial,
    Phase::Watching,
];

const FAULTS: [Fault; 20] = [
    Fault::None,
    Fault::Cut,
    Fault::Stall,
    Fault::Duplicate,
    Fault::Truncate,
    Fault::Slow,
    Fault::ShortEnd,
    Fault::GoneStatus,
    Fault::GonePage,
    Fault::GoneEvent,
    Fault::BusyStatus,
    Fault::BusyEvent,
    Fault::ErrorStatus,
    Fault::ErrorEvent,
    Fault::Refused,
    Fault::Unauthorized,
    Fault::NoInitialEvents,
    Fault::TooLarge,
    Fault::Unreadable,
    Fault::Nameless,
];

const WARNINGS: [&str; 3] = [
    "the objects with which a watch begins are late",
    "a watch was very short",
    "nothing came any more",
];

/// How subscribers are told, and when they came.
pub(super) const DELIVERIES: [&str; 8] = [
    "everything, from the beginning",
    "everything, late",
    "bounded, from the beginning",
    "bounded, late",
    "latest, from the beginning",
    "latest, late",
    "keys, from the beginning",
    "keys, late",
];

/// What they are told, and that they were removed.
pub(super) const TOLD: [&str; 8] = [
    "initial", "added", "updated", "deleted", "missed", "again", "synced", "removed",
];
