//! The benchmark `queue`: keys through a work queue, and what delayed keys weigh, beside client-go.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::figures::Cost;
use super::table::Table;
use super::target::{self, Target};
use super::{Verdict, ask, build_go, cargo, directory};
use crate::command;
use crate::error::Result;
use crate::interrupt::Interrupt;

/// What was found.
#[derive(Serialize)]
pub(super) struct Results {
    lanes: Vec<Lane>,
    /// Bytes of a delayed key, by what it is.
    weights: BTreeMap<String, f64>,
    targets: Vec<Target>,
}

/// A way of sending keys through the queues.
#[derive(Serialize)]
struct Lane {
    name: &'static str,
    /// Nanoseconds of a key.
    pintle: Cost,
    client_go: Cost,
}

#[derive(Deserialize)]
struct Found {
    items: f64,
    wall_ns: f64,
    cpu_ns: f64,
}

pub(super) fn run(quick: bool, interrupt: &Interrupt) -> Result<Results> {
    let (rounds, items) = if quick { (1, 50_000) } else { (5, 1_000_000) };
    let (pintle, heap, go) = build(interrupt)?;
    let mut lanes: Vec<Lane> = LANES
        .iter()
        .map(|&(name, _)| Lane {
            name,
            pintle: Cost::default(),
            client_go: Cost::default(),
        })
        .collect();
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        for lane in &mut lanes {
            let mut peers = [(&pintle, &mut lane.pintle), (&go, &mut lane.client_go)];
            peers.rotate_left(round % 2);
            for (program, cost) in peers {
                let mut send = Command::new(program);
                send.args([lane.name, &items.to_string()]);
                let found: Found = ask(&mut send, interrupt)?;
                cost.wall.push(found.wall_ns / found.items);
                cost.cpu.push(found.cpu_ns / found.items);
            }
        }
    }
    // As many as are asked for: tables that double would make fewer look cheaper, or dearer.
    let million = "1000000";
    let mut weights = BTreeMap::new();
    for (peer, program, arguments) in [
        ("pintle", &heap, vec![million]),
        ("client-go", &go, vec!["weigh", million]),
    ] {
        let found: BTreeMap<String, f64> = ask(Command::new(program).args(&arguments), interrupt)?;
        for (what, bytes) in found.iter().filter(|(what, _)| *what != "items") {
            weights.insert(format!("{peer}, {what}"), bytes / found["items"]);
        }
    }
    let targets = targets(&lanes, &weights);
    Ok(Results {
        lanes,
        weights,
        targets,
    })
}

fn targets(lanes: &[Lane], weights: &BTreeMap<String, f64>) -> Vec<Target> {
    let ratio = |lane: &Lane| {
        let what = format!("{}: time of a key / client-go's", lane.name);
        Target::of_cost(what, 1.0 / 3.0, &lane.pintle, &lane.client_go)
    };
    let weight = |what: &str| {
        let found = weights.get(what).copied().unwrap_or(f64::NAN);
        let what = format!("bytes of a delayed key of 40 bytes, {what}");
        Target::single(what, 150.0, found)
    };
    let lanes = lanes.iter().filter(|lane| lane.name != "window").map(ratio);
    let weights = ["pintle, string", "pintle, shared"].map(weight);
    lanes.chain(weights).collect()
}

impl Results {
    /// Prints the tables.
    pub(super) fn print(&self) -> Verdict {
        println!("\n## queue\n");
        let mut table = Table::new([
            "nanoseconds of a key",
            "pintle",
            "client-go",
            "ratio",
            "of CPU",
        ]);
        for lane in &self.lanes {
            let about = LANES.iter().find(|(name, _)| *name == lane.name);
            let (pintle, go) = (&lane.pintle, &lane.client_go);
            table.row([
                about.map_or(lane.name, |(_, about)| about).to_owned(),
                format!("{:.0}", pintle.wall),
                format!("{:.0}", go.wall),
                format!("{:.2}", pintle.wall.over(&go.wall)),
                format!("{:.2}", pintle.cpu.over(&go.cpu)),
            ]);
        }
        println!("{table}");
        let mut table = Table::new(["bytes of a delayed key", ""]);
        for (what, bytes) in &self.weights {
            table.row([what.clone(), format!("{bytes:.0}")]);
        }
        println!("{table}");
        println!("{}", target::table(&self.targets));
        let (met, missed) = target::count(&self.targets);
        Verdict {
            name: "queue",
            checked: 0,
            wrong: 0,
            met,
            missed,
        }
    }
}

/// The programs: pintle's for time and for weight, and client-go's.
fn build(interrupt: &Interrupt) -> Result<(PathBuf, PathBuf, PathBuf)> {
    eprintln!("building the queues");
    let mut rust = cargo();
    rust.args([
        "build",
        "--quiet",
        "--release",
        "--locked",
        "--package=bench-queue",
    ]);
    command::check(&mut rust, interrupt)?;
    let go = build_go("peers-go", &["./queue"], interrupt)?;
    let rust = directory().join("target/release");
    Ok((
        rust.join("queue-time"),
        rust.join("queue-heap"),
        go.join("queue"),
    ))
}

/// The lanes, and what they are.
const LANES: [(&str, &str); 3] = [
    ("shared", "all added at once, keys shared"),
    ("string", "all added at once, keys owned"),
    ("window", "at most 1,000 ahead, keys shared"),
];
