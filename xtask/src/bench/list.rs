//! The benchmark `list`: 100,000 pods in pages, into one list of decoded objects, beside kube-rs.

use serde::{Deserialize, Serialize};

use super::cache::{Canned, Checked, Programs, State};
use super::figures::{Cost, Figure, MIB};
use super::table::Table;
use super::target::{self, Target};
use super::{Verdict, ask};
use crate::error::Result;
use crate::interrupt::Interrupt;

/// What was found.
#[derive(Serialize)]
pub(super) struct Results {
    objects: u64,
    lanes: Vec<Lane>,
    checked: Checked,
    targets: Vec<Target>,
}

#[derive(Serialize)]
struct Lane {
    peer: &'static str,
    format: &'static str,
    cost: Cost,
    resident: Figure,
    /// Of the result, and the most while it came.
    live: f64,
    peak: f64,
}

#[derive(Deserialize)]
struct Found {
    #[serde(flatten)]
    state: State,
    wall_ns: f64,
    cpu_ns: f64,
    peak_resident: f64,
    live_bytes: f64,
    peak_bytes: f64,
}

pub(super) fn run(quick: bool, interrupt: &Interrupt) -> Result<Results> {
    let programs = Programs::build(interrupt)?;
    let (pods, rounds) = if quick { (2_000, 1) } else { (20_000, 5) };
    let canned = Canned::start(&programs, &programs.inputs(pods, interrupt)?, COPIES)?;
    let state = canned.state()?;
    let lane = |peer, format| Lane {
        peer,
        format,
        cost: Cost::default(),
        resident: Figure::default(),
        live: 0.0,
        peak: 0.0,
    };
    let mut lanes = vec![
        lane(PINTLE, "protobuf"),
        lane(PINTLE, "json"),
        lane(KUBE_RS, "json"),
    ];
    let mut checked = Checked::default();
    let mut measure = |lane: &Lane, counts: bool| -> Result<Found> {
        let mut command = match (lane.peer, counts) {
            (PINTLE, false) => programs.pintle(),
            (PINTLE, true) => programs.pintle_counting(),
            (_, false) => programs.kube_rs(),
            (_, true) => programs.kube_rs_counting(),
        };
        command.args(["list", &canned.address, lane.format]);
        let found: Found = ask(&mut command, interrupt)?;
        checked.note(lane.peer, &found.state, &state);
        Ok(found)
    };
    for lane in &mut lanes {
        let found = measure(lane, true)?;
        (lane.live, lane.peak) = (found.live_bytes, found.peak_bytes);
    }
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        let count = lanes.len();
        for at in 0..count {
            let lane = &mut lanes[(at + round) % count];
            let found = measure(lane, false)?;
            lane.cost.wall.push(found.wall_ns);
            lane.cost.cpu.push(found.cpu_ns);
            lane.resident.push(found.peak_resident);
        }
    }
    let targets = targets(&lanes);
    Ok(Results {
        objects: state.objects,
        lanes,
        checked,
        targets,
    })
}

fn targets(lanes: &[Lane]) -> Vec<Target> {
    let mut targets = Vec::new();
    let Some(kube_rs) = lanes.iter().find(|lane| lane.peer == KUBE_RS) else {
        return targets;
    };
    for lane in lanes.iter().filter(|lane| lane.peer == PINTLE) {
        let what = format!("{}: time / kube-rs's in JSON", lane.format);
        targets.push(Target::of_cost(what, 1.0 / 3.0, &lane.cost, &kube_rs.cost));
        let what = format!("{}: peak of live bytes / those of the result", lane.format);
        targets.push(Target::single(what, 1.2, lane.peak / lane.live));
    }
    targets
}

impl Results {
    /// Prints the tables.
    pub(super) fn print(&self) -> Verdict {
        println!("\n## list\n");
        let all = format!("{} pods in pages of 500", self.objects);
        let mut table = Table::new([
            &all,
            "seconds",
            "seconds of CPU",
            "live MiB",
            "peak of live MiB",
            "peak of resident MiB",
        ]);
        for lane in &self.lanes {
            let seconds = |figure: &Figure| figure.map(|nanoseconds| nanoseconds / 1e9);
            table.row([
                format!("{}, {}", lane.peer, lane.format),
                format!("{:.2}", seconds(&lane.cost.wall)),
                format!("{:.2}", seconds(&lane.cost.cpu)),
                format!("{:.0}", lane.live / MIB),
                format!("{:.0}", lane.peak / MIB),
                format!("{:.0}", lane.resident.map(|bytes| bytes / MIB)),
            ]);
        }
        println!("{table}");
        println!("{}", target::table(&self.targets));
        let (met, missed) = target::count(&self.targets);
        Verdict {
            name: "list",
            checked: self.checked.all,
            wrong: self.checked.wrong,
            met,
            missed,
        }
    }
}

const PINTLE: &str = "pintle";
const KUBE_RS: &str = "kube-rs";
/// Each pod comes so many times, under other names.
const COPIES: usize = 5;
