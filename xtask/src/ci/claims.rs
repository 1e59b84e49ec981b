//! The step about the tables of clauses.

use super::outcome::{Cases, proof};
use super::rust::xtask;
use crate::error::Result;
use crate::interrupt::Interrupt;

/// Looks for a test or a reason for every clause; the cases are the clauses that have one.
pub(super) fn claims(interrupt: &Interrupt) -> Result<Cases> {
    proof(&mut xtask(&["claims"]), interrupt)
}
