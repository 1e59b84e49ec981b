//! The steps that hold pintle's codecs, and its records of what Go answers, against Go.

use super::outcome::{Cases, proof};
use super::rust::xtask;
use crate::error::Result;
use crate::interrupt::Interrupt;

pub(super) fn oracle(interrupt: &Interrupt) -> Result<Cases> {
    proof(&mut xtask(&["oracle", "--check"]), interrupt)
}

pub(super) fn corpus(interrupt: &Interrupt) -> Result<Cases> {
    proof(&mut xtask(&["corpus"]), interrupt)
}

pub(super) fn exchange(interrupt: &Interrupt) -> Result<Cases> {
    proof(&mut xtask(&["exchange", "--per-kind=1000"]), interrupt)
}

/// Ten times as many objects as [`exchange`], and others.
pub(super) fn exchange_more(interrupt: &Interrupt) -> Result<Cases> {
    let arguments = ["exchange", "--per-kind=10000", "--seed=2"];
    proof(&mut xtask(&arguments), interrupt)
}
