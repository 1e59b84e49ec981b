//! The steps that try schedules by the hundred thousand, and interleavings one and all.

use std::process::Command;

use super::outcome::Cases;
use super::rust::passed_tests;
use crate::command;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
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
    Ok(Some(passed_tests(&output)))
}
