//! The benchmark `cache`: informers beside client-go's and kube-rs's, fed by one server that copies bytes.
//!
//! A peer is a process that does one thing and ends. Rounds begin with another peer each time, and a ratio is
//! taken within a round. What a peer holds in the end is compared with what the server has.

mod canned;
mod follow;
mod memory;
mod programs;
mod reads;
mod relist;
mod scale;

use clap::ValueEnum;
use serde::Serialize;

use super::Verdict;
use super::table::Table;
use super::target::{self, Target};
use crate::error::Result;
use crate::interrupt::Interrupt;

pub(super) use canned::{Canned, State};
pub(super) use programs::Programs;

/// A part of the benchmark.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Part {
    /// From a list to synced, then events to a handler
    Follow,
    /// From a watch that begins with everything to synced
    WatchList,
    /// What pods weigh in each storage, and how long a get takes
    Memory,
    /// What it takes to begin anew when a tenth has changed
    Relist,
    /// Gets beside a writer at full speed
    Reads,
    /// 100,000 pods by index, and a million pods
    Scale,
}

/// What was found.
#[derive(Default, Serialize)]
pub(super) struct Results {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    follow: Vec<follow::Lane>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    memory: Vec<memory::Weight>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gets: Vec<memory::Gets>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relist: Vec<relist::Lane>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reads: Vec<reads::Lane>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scale: Option<scale::Results>,
    checked: Checked,
    targets: Vec<Target>,
}

/// Results that were compared with what they should be, and those that differ.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Checked {
    pub(super) all: usize,
    pub(super) wrong: usize,
}

impl Checked {
    /// Takes note of a result, and says so if it is wrong.
    pub(super) fn note<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: T, is: T) {
        self.all += 1;
        if found != is {
            self.wrong += 1;
            eprintln!("wrong: {what} has {found:?}, which is {is:?}");
        }
    }
}

pub(super) fn run(quick: bool, only: Option<Part>, interrupt: &Interrupt) -> Result<Results> {
    let programs = Programs::build(interrupt)?;
    let wanted = |part| only.is_none_or(|only| only == part);
    let mut results = Results::default();
    let pods = if quick { 2_000 } else { 20_000 };
    let inputs = programs.inputs(pods, interrupt)?;
    let canned = Canned::start(&programs, &inputs, 1)?;
    if wanted(Part::Follow) {
        let how = follow::LIST;
        follow::run(&programs, &canned, how, quick, &mut results, interrupt)?;
    }
    if wanted(Part::WatchList) {
        let how = follow::WATCH_LIST;
        follow::run(&programs, &canned, how, quick, &mut results, interrupt)?;
    }
    if wanted(Part::Memory) {
        memory::run(&programs, &canned, quick, &mut results, interrupt)?;
    }
    if wanted(Part::Relist) {
        relist::run(&programs, &canned, &mut results, interrupt)?;
    }
    if wanted(Part::Reads) {
        reads::run(&programs, &canned, quick, &mut results, interrupt)?;
    }
    drop(canned);
    if wanted(Part::Scale) {
        scale::run(&programs, quick, &mut results, interrupt)?;
    }
    Ok(results)
}

impl Results {
    /// Prints the tables.
    pub(super) fn print(&self) -> Verdict {
        println!("\n## cache\n");
        if !self.follow.is_empty() {
            println!("{}", follow::table(&self.follow));
        }
        if !self.memory.is_empty() {
            println!("{}", memory::weights(&self.memory));
            println!("{}", memory::gets(&self.gets));
        }
        if !self.relist.is_empty() {
            println!("{}", relist::table(&self.relist));
        }
        if !self.reads.is_empty() {
            println!("{}", reads::table(&self.reads));
        }
        if let Some(scale) = &self.scale {
            println!("{}", scale.table());
        }
        println!("{}", target::table(&self.targets));
        let (met, missed) = target::count(&self.targets);
        Verdict {
            name: "cache",
            checked: self.checked.all,
            wrong: self.checked.wrong,
            met,
            missed,
        }
    }
}
