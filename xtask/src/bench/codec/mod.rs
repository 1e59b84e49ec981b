//! The benchmark `codec`: objects in JSON and protobuf, in pintle and in its peers.
//!
//! All peers read the same bytes in one run, a request at a time, in rounds that begin with another peer each
//! time; each round starts every peer anew. What a peer writes is checked before any is timed.

mod inputs;
mod measure;
mod programs;
mod report;
mod targets;

use serde::Serialize;

use super::Verdict;
use super::figures::Figure;
use super::peer::Format;
use super::target::{self, Target};
use crate::error::Result;
use crate::interrupt::Interrupt;
use inputs::Input;
use programs::Programs;

/// What was found.
#[derive(Serialize)]
pub(super) struct Results {
    inputs: Vec<Input>,
    checks: Vec<Check>,
    times: Vec<Time>,
    memory: Vec<Memory>,
    targets: Vec<Target>,
    /// The load average when all was over.
    load: String,
}

/// A peer, and one of its ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Subject {
    peer: String,
    /// Empty for the peer's ordinary way.
    variant: String,
}

/// Whether what a subject wrote is what it was given.
#[derive(Serialize)]
struct Check {
    subject: Subject,
    format: Format,
    input: String,
    objects: u64,
    /// How many of them are Go's very bytes; `None` if one is not what was given. Then nothing is timed.
    identical: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Operation {
    Decode,
    /// Decode, and look at every field.
    Walk,
    /// After an edit.
    Encode,
}

/// What an object costs.
#[derive(Serialize)]
struct Time {
    subject: Subject,
    format: Format,
    operation: Operation,
    input: String,
    /// Microseconds an object, of the thread that reads or writes it: what a clock would show if nothing else
    /// ran on the machine.
    thread: Figure,
    /// As the clock shows.
    wall: Figure,
    /// Of the whole process, its garbage collector included.
    cpu: Figure,
    /// An object; a reallocation counts as one. Not counted of a walk.
    allocations: Option<f64>,
}

/// What an object holds.
#[derive(Serialize)]
struct Memory {
    subject: Subject,
    format: Format,
    input: String,
    /// Without managedFields.
    pruned: bool,
    /// Live bytes an object, in the allocator's own units.
    bytes: f64,
}

/// How much is measured.
struct Extent {
    rounds: usize,
    pods: usize,
    /// How long each measurement of the reference pod, and of any other single object, takes at least.
    reference_millis: u64,
    object_millis: u64,
}

pub(super) fn run(quick: bool, interrupt: &Interrupt) -> Result<Results> {
    let extent = if quick {
        Extent {
            rounds: 2,
            pods: 1_000,
            reference_millis: 20,
            object_millis: 5,
        }
    } else {
        Extent {
            rounds: 5,
            pods: 20_000,
            reference_millis: 200,
            object_millis: 50,
        }
    };
    let programs = Programs::build(interrupt)?;
    let (directory, inputs) = inputs::prepare(&programs, extent.pods, interrupt)?;
    let checks = measure::check(&programs, &directory, &inputs, interrupt)?;
    let plan = measure::Plan {
        programs: &programs,
        directory: &directory,
        inputs: &inputs,
        checks: &checks,
    };
    let mut times = plan.time(&extent, interrupt)?;
    let memory = plan.count(&mut times, interrupt)?;
    let mut results = Results {
        inputs,
        checks,
        times,
        memory,
        targets: Vec::new(),
        load: super::machine::load(),
    };
    results.targets = targets::all(&results);
    Ok(results)
}

impl Results {
    /// Prints the tables.
    pub(super) fn print(&self) -> Verdict {
        println!("{}", report::Report(self));
        let (met, missed) = target::count(&self.targets);
        let wrong = self.checks.iter().filter(|check| check.is_wrong()).count();
        Verdict {
            name: "codec",
            checked: self.checks.len(),
            wrong,
            met,
            missed,
        }
    }

    fn time(
        &self,
        subject: &Subject,
        format: Format,
        operation: Operation,
        input: &str,
    ) -> Option<&Time> {
        self.times.iter().find(|time| {
            time.subject == *subject
                && (time.format, time.operation) == (format, operation)
                && time.input == input
        })
    }

    /// The bytes that an object holds.
    fn bytes(&self, subject: &Subject, format: Format, input: &str, pruned: bool) -> Option<f64> {
        let found = self.memory.iter().find(|memory| {
            memory.subject == *subject
                && (memory.format, memory.pruned) == (format, pruned)
                && memory.input == input
        });
        found.map(|memory| memory.bytes)
    }
}

impl Check {
    fn is_wrong(&self) -> bool {
        self.identical.is_none()
    }
}

impl Subject {
    fn new(peer: &str, variant: &str) -> Self {
        Self {
            peer: peer.to_owned(),
            variant: variant.to_owned(),
        }
    }
}

const PINTLE: &str = "pintle";
/// One decoder for all objects of an input.
const KEPT: &str = "kept";
/// Objects kept as bytes, decoded when somebody looks beyond their metadata.
const LAZY: &str = "lazy";

const REFERENCE: &str = "reference-pod";
/// The seeded pods as a server lists them: those of a workload one after the other.
const PODS: &str = "pods";
/// The same pods as events of a watch come.
const PODS_IN_ANY_ORDER: &str = "pods-in-any-order";

/// The inputs that targets are about.
const MAIN: [&str; 3] = [REFERENCE, PODS, PODS_IN_ANY_ORDER];
