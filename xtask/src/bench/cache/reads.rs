//! Gets from one and two threads, while a writer takes in changes as fast as it can, and while it rests.

use serde::{Deserialize, Serialize};

use super::{Canned, Programs, Results, Table, Target};
use crate::bench::ask;
use crate::error::Result;
use crate::interrupt::Interrupt;

#[derive(Serialize)]
pub(super) struct Lane {
    peer: &'static str,
    readers: usize,
    writer: &'static str,
    found: Found,
}

#[derive(Serialize, Deserialize)]
struct Found {
    gets_a_second: f64,
    changes_a_second: f64,
    p50_ns: f64,
    p99_ns: f64,
    p999_ns: f64,
    p9999_ns: f64,
    max_ns: f64,
    /// How often readers have given up their processors to wait. Go's threads are not its readers.
    waits: Option<f64>,
}

pub(super) fn run(
    programs: &Programs,
    canned: &Canned,
    quick: bool,
    results: &mut Results,
    interrupt: &Interrupt,
) -> Result<()> {
    eprintln!("gets beside a writer");
    let seconds = if quick { "0.3" } else { "5" };
    for peer in ["pintle", "client-go"] {
        for readers in [1, 2] {
            for writer in ["resting", "writing"] {
                let mut command = match peer {
                    "pintle" => programs.pintle(),
                    _ => programs.client_go(false),
                };
                let arguments = [
                    "reads",
                    &canned.address,
                    &readers.to_string(),
                    seconds,
                    writer,
                ];
                let found = ask(command.args(arguments), interrupt)?;
                results.reads.push(Lane {
                    peer,
                    readers,
                    writer,
                    found,
                });
            }
        }
    }
    for lane in results.reads.iter().filter(|lane| lane.peer == "pintle") {
        let readers = if lane.readers == 1 {
            "reader"
        } else {
            "readers"
        };
        let what = format!(
            "waits of {} {readers}, writer {}",
            lane.readers, lane.writer
        );
        let waits = lane.found.waits.unwrap_or(f64::NAN);
        results.targets.push(Target::single(what, 0.0, waits));
    }
    Ok(())
}

pub(super) fn table(lanes: &[Lane]) -> Table {
    let mut table = Table::new([
        "gets by key",
        "a second",
        "p50, ns",
        "p99",
        "p99.9",
        "p99.99",
        "most, µs",
        "waits",
        "changes a second",
    ]);
    for lane in lanes {
        let found = &lane.found;
        let whole = |number: f64| format!("{number:.0}");
        table.row([
            format!(
                "{}, {} reading, writer {}",
                lane.peer, lane.readers, lane.writer
            ),
            whole(found.gets_a_second),
            whole(found.p50_ns),
            whole(found.p99_ns),
            whole(found.p999_ns),
            whole(found.p9999_ns),
            whole(found.max_ns / 1e3),
            found.waits.map(whole).unwrap_or_default(),
            whole(found.changes_a_second),
        ]);
    }
    table
}
