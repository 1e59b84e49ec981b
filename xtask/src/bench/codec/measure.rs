//! The measurements, in the order in which they are made: what a peer gets wrong is not measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::inputs::Input;
use super::programs::Programs;
use super::{Check, Extent, Memory, Operation, PODS, PODS_IN_ANY_ORDER, REFERENCE, Subject, Time};
use crate::bench::figures::Figure;
use crate::bench::peer::{Answer, Format, Lane, Peer, Task};
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;

/// Has every peer read, edit and write every input, and Go compare.
pub(super) fn check(
    programs: &Programs,
    directory: &Path,
    inputs: &[Input],
    interrupt: &Interrupt,
) -> Result<Vec<Check>> {
    eprintln!("checking what the peers write");
    let mut checks = Vec::new();
    let written = directory.join("written");
    for program in programs.for_time() {
        let mut peer = Peer::start(&program, directory)?;
        for (input, format, lane) in combinations(inputs, &peer) {
            peer.ask(&lane, &input.name, Task::Write { to: &written })?;
            let mut verify = Command::new(programs.verify());
            verify.arg(directory).arg(&input.name);
            verify.arg(suffix(format)).arg(&written);
            // It says itself, on standard error, what is wrong.
            let (status, identical) = command::capture(&mut verify, interrupt)?;
            if !status.success() {
                eprintln!("so {} is wrong", peer.name());
            }
            checks.push(Check {
                subject: Subject::new(peer.name(), &lane.variant),
                format,
                input: input.name.clone(),
                objects: input.objects,
                identical: identical.trim().parse().ok(),
            });
        }
    }
    fs::remove_file(&written).context(|| format!("remove {}", written.display()))?;
    Ok(checks)
}

/// What to measure.
pub(super) struct Plan<'a> {
    pub(super) programs: &'a Programs,
    pub(super) directory: &'a Path,
    pub(super) inputs: &'a [Input],
    pub(super) checks: &'a [Check],
}

impl Plan<'_> {
    /// Times every peer on every input, in rounds.
    pub(super) fn time(&self, extent: &Extent, interrupt: &Interrupt) -> Result<Vec<Time>> {
        let mut times: Vec<Time> = Vec::new();
        for round in 0..extent.rounds {
            eprintln!("round {} of {}", round + 1, extent.rounds);
            let start = |program: &PathBuf| Peer::start(program, self.directory);
            let mut peers: Vec<Peer> = self
                .programs
                .for_time()
                .iter()
                .map(start)
                .collect::<Result<_>>()?;
            let first = round % peers.len();
            peers.rotate_left(first);
            for input in self.inputs {
                for (format, operation) in EVERYTHING {
                    for peer in &mut peers {
                        if interrupt.signal().is_some() {
                            return Err(Error::new("interrupted"));
                        }
                        for lane in lanes(peer, format, operation) {
                            let subject = Subject::new(peer.name(), &lane.variant);
                            if self.is_wrong(&subject, format, input) {
                                continue;
                            }
                            let task = task(operation, millis(input, extent));
                            let answer = peer.ask(&lane, &input.name, task)?;
                            note(&mut times, subject, (format, operation), input, answer)?;
                        }
                    }
                }
            }
        }
        Ok(times)
    }

    /// Counts the allocations behind every time, and weighs what is live.
    pub(super) fn count(&self, times: &mut [Time], interrupt: &Interrupt) -> Result<Vec<Memory>> {
        eprintln!("counting allocations");
        let mut memory = Vec::new();
        for program in self.programs.for_heap() {
            let mut peer = Peer::start(&program, self.directory)?;
            let name = peer.name().to_owned();
            for time in times.iter_mut().filter(|time| time.subject.peer == name) {
                let lane = Lane {
                    format: time.format,
                    variant: time.subject.variant.clone(),
                };
                let task = match time.operation {
                    Operation::Decode => Task::CountDecode,
                    Operation::Encode => Task::CountEncode,
                    Operation::Walk => continue,
                };
                let Answer::Count {
                    objects,
                    allocations,
                    reallocations,
                } = peer.ask(&lane, &time.input, task)?
                else {
                    return Err(unexpected(&peer));
                };
                time.allocations = Some((allocations + reallocations) / objects);
            }
            for (input, format, lane) in combinations(self.inputs, &peer) {
                if interrupt.signal().is_some() {
                    return Err(Error::new("interrupted"));
                }
                let subject = Subject::new(peer.name(), &lane.variant);
                if self.is_wrong(&subject, format, input) {
                    continue;
                }
                for pruned in [false, true] {
                    let Answer::Live { objects, bytes } =
                        peer.ask(&lane, &input.name, Task::Live { pruned })?
                    else {
                        return Err(unexpected(&peer));
                    };
                    memory.push(Memory {
                        subject: subject.clone(),
                        format,
                        input: input.name.clone(),
                        pruned,
                        bytes: bytes / objects,
                    });
                }
            }
        }
        Ok(memory)
    }

    fn is_wrong(&self, subject: &Subject, format: Format, input: &Input) -> bool {
        self.checks.iter().any(|check| {
            check.is_wrong()
                && check.subject == *subject
                && (check.format, &check.input) == (format, &input.name)
        })
    }
}

/// Every input, in every lane of a peer.
fn combinations<'a>(inputs: &'a [Input], peer: &Peer) -> Vec<(&'a Input, Format, Lane)> {
    let formats = || FORMATS.into_iter();
    let lanes: Vec<(Format, Lane)> = formats()
        .flat_map(|format| {
            peer.lanes(format)
                .into_iter()
                .map(move |lane| (format, lane))
        })
        .collect();
    let every = |input| {
        lanes
            .iter()
            .map(move |(format, lane)| (input, *format, lane.clone()))
    };
    inputs.iter().flat_map(every).collect()
}

/// The lanes in which an operation is worth timing: what is special about one shows when it decodes.
fn lanes(peer: &Peer, format: Format, operation: Operation) -> Vec<Lane> {
    let mut lanes = peer.lanes(format);
    match operation {
        Operation::Encode => lanes.retain(|lane| lane.variant.is_empty()),
        Operation::Walk if !peer.walks() => lanes.clear(),
        Operation::Walk | Operation::Decode => {}
    }
    lanes
}

fn task(operation: Operation, millis: u64) -> Task<'static> {
    match operation {
        Operation::Decode => Task::Decode { millis },
        Operation::Walk => Task::Walk { millis },
        Operation::Encode => Task::Encode { millis },
    }
}

fn millis(input: &Input, extent: &Extent) -> u64 {
    match input.name.as_str() {
        REFERENCE => extent.reference_millis,
        // Once through all of them.
        PODS | PODS_IN_ANY_ORDER => 1,
        _ => extent.object_millis,
    }
}

fn note(
    times: &mut Vec<Time>,
    subject: Subject,
    (format, operation): (Format, Operation),
    input: &Input,
    answer: Answer,
) -> Result<()> {
    let Answer::Time {
        objects,
        thread_ns,
        wall_ns,
        cpu_ns,
    } = answer
    else {
        return Err(Error::new(format!("{}: no time", subject.peer)));
    };
    let known = times.iter().position(|time| {
        time.subject == subject
            && (time.format, time.operation) == (format, operation)
            && time.input == input.name
    });
    let at = known.unwrap_or_else(|| {
        times.push(Time {
            subject,
            format,
            operation,
            input: input.name.clone(),
            thread: Figure::default(),
            wall: Figure::default(),
            cpu: Figure::default(),
            allocations: None,
        });
        times.len() - 1
    });
    let time = &mut times[at];
    time.thread.push(thread_ns / objects / 1_000.0);
    time.wall.push(wall_ns / objects / 1_000.0);
    time.cpu.push(cpu_ns / objects / 1_000.0);
    Ok(())
}

fn unexpected(peer: &Peer) -> Error {
    Error::new(format!("{} answered another question", peer.name()))
}

fn suffix(format: Format) -> &'static str {
    match format {
        Format::Json => "json",
        Format::Protobuf => "pb",
    }
}

const FORMATS: [Format; 2] = [Format::Json, Format::Protobuf];

const EVERYTHING: [(Format, Operation); 6] = [
    (Format::Json, Operation::Decode),
    (Format::Json, Operation::Walk),
    (Format::Json, Operation::Encode),
    (Format::Protobuf, Operation::Decode),
    (Format::Protobuf, Operation::Walk),
    (Format::Protobuf, Operation::Encode),
];
