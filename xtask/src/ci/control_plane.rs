//! The steps that need a real control plane.

use super::outcome::{Cases, proof};
use super::rust::xtask;
use crate::conformance::on_real;
use crate::error::Result;
use crate::interrupt::Interrupt;

/// Runs the conformance scenarios on a real kube-apiserver.
pub(super) fn conformance(interrupt: &Interrupt) -> Result<Cases> {
    on_real("", interrupt)
}

/// Compares tables with those of a real kube-apiserver.
pub(super) fn tables(interrupt: &Interrupt) -> Result<Cases> {
    proof(&mut xtask(&["tables", "--check"]), interrupt)
}
