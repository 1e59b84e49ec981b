//! The steps that try schedules by the hundred thousand, interleavings one and all, and mutants.

use std::process::Command;

use pintle_env::{Clock as _, SystemClock};

use super::outcome::Cases;
use crate::command;
use crate::defects;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::mutants;
use crate::sim::{Subject, sim};
use crate::workspace;

/// A million schedules of a work queue, beside its models.
pub(super) fn queue(interrupt: &Interrupt) -> Result<Cases> {
    sim(Subject::Queue, 0, 1_000_000, interrupt).map(Some)
}

/// A hundred thousand schedules of leader election.
pub(super) fn leader(interrupt: &Interrupt) -> Result<Cases> {
    sim(Subject::Leader, 0, 100_000, interrupt).map(Some)
}

/// An eighth of the mutants of what is pure, each night another one.
pub(super) fn mutants(interrupt: &Interrupt) -> Result<Cases> {
    let today = SystemClock::new().timestamp().unix_seconds() / 86_400;
    let shard = format!("{}/{SHARDS}", today.rem_euclid(SHARDS));
    let (caught, _) = mutants::mutants(&mutants::SUBJECTS, Some(&shard), interrupt)?;
    Ok(Some(caught))
}

/// Every face of the defects that other clients have.
pub(super) fn defects(interrupt: &Interrupt) -> Result<Cases> {
    defects::defects("", interrupt).map(Some)
}

/// Twenty thousand schedules of a cache.
pub(super) fn cache(interrupt: &Interrupt) -> Result<Cases> {
    sim(Subject::Cache, 0, 20_000, interrupt).map(Some)
}

/// Every interleaving of a few tasks at a work queue.
pub(super) fn interleavings(interrupt: &Interrupt) -> Result<Cases> {
    let mut test = Command::new("cargo");
    test.current_dir(workspace::root().join("fuzz/interleavings"))
        .args(["test", "--release", "--locked"])
        .env("RUSTFLAGS", "--cfg loom");
    let (status, output) = command::tee(&mut test, interrupt)?;
    if !status.success() {
        return Err(Error::new(format!("an interleaving failed ({status})")));
    }
    Ok(Some(command::passed_tests(&output)))
}

/// In how many nights all mutants have had their turn.
const SHARDS: i64 = 8;
