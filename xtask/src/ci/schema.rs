//! The steps about facts: that they are up to date, and what is generated from them.

use super::outcome::{Cases, proof};
use super::rust::xtask;
use crate::error::Result;
use crate::interrupt::Interrupt;

pub(super) fn codegen(interrupt: &Interrupt) -> Result<Cases> {
    proof(&mut xtask(&["codegen", "--check"]), interrupt)
}

pub(super) fn fresh(interrupt: &Interrupt) -> Result<Cases> {
    proof(&mut xtask(&["schema", "--check"]), interrupt)
}

pub(super) fn documents(interrupt: &Interrupt) -> Result<Cases> {
    proof(&mut xtask(&["documents", "--check"]), interrupt)
}
