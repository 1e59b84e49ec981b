//! What pods weigh once they are held, and how long it takes to get one.

use serde::{Deserialize, Serialize};

use super::{Canned, Programs, Results, Table, Target};
use crate::bench::ask;
use crate::bench::figures::{KIB, MIB};
use crate::error::Result;
use crate::interrupt::Interrupt;

/// What all pods weigh.
#[derive(Serialize)]
pub(super) struct Weight {
    holder: String,
    is_pruned: bool,
    found: Found,
}

#[derive(Serialize, Deserialize)]
struct Found {
    objects: u64,
    live_bytes: f64,
    resident: f64,
}

/// Gets of pods by their keys.
#[derive(Serialize)]
pub(super) struct Gets {
    storage: &'static str,
    found: GetsFound,
}

#[derive(Serialize, Deserialize)]
struct GetsFound {
    mean_ns: f64,
    find: Latencies,
    /// With the object decoded.
    get: Latencies,
}

#[derive(Serialize, Deserialize)]
struct Latencies {
    p50_ns: f64,
    p99_ns: f64,
}

pub(super) fn run(
    programs: &Programs,
    canned: &Canned,
    quick: bool,
    results: &mut Results,
    interrupt: &Interrupt,
) -> Result<()> {
    eprintln!("memory");
    let objects = canned.state()?.objects;
    for (what, is_pruned) in [("whole", false), ("pruned", true)] {
        let mut holders = STORAGES
            .map(|(storage, ..)| (format!("pintle {storage}"), storage))
            .to_vec();
        holders.push(("client-go".to_owned(), ""));
        holders.push(("kube-rs, JSON".to_owned(), ""));
        for (holder, storage) in holders {
            let mut command = match &*holder {
                "client-go" => programs.client_go(false),
                "kube-rs, JSON" => programs.kube_rs_counting(),
                _ => programs.pintle_counting(),
            };
            command.args(["weigh", &canned.address, storage, what]);
            let found: Found = ask(&mut command, interrupt)?;
            results.checked.note(&holder, found.objects, objects);
            results.memory.push(Weight {
                holder,
                is_pruned,
                found,
            });
        }
    }
    let count = if quick { 2_000 } else { 100_000 };
    for (storage, ..) in STORAGES {
        let arguments = ["gets", &canned.address, storage, &count.to_string()];
        let found = ask(programs.pintle().args(arguments), interrupt)?;
        results.gets.push(Gets { storage, found });
    }
    for (storage, whole, pruned) in STORAGES {
        for (is_pruned, limit) in [(false, whole), (true, pruned)] {
            let holder = format!("pintle {storage}");
            let is_it = |weight: &&Weight| weight.holder == holder && weight.is_pruned == is_pruned;
            let found = results
                .memory
                .iter()
                .find(is_it)
                .map(|weight| weight.found.each() / KIB);
            let how = if is_pruned {
                ", pruned of managedFields"
            } else {
                ""
            };
            let what = format!("live KiB of a pod, {storage}{how}");
            let found = found.unwrap_or(f64::NAN);
            results.targets.push(Target::single(what, limit, found));
        }
    }
    Ok(())
}

impl Found {
    fn each(&self) -> f64 {
        self.live_bytes / self.objects as f64
    }
}

pub(super) fn weights(weights: &[Weight]) -> Table {
    let mut table = Table::new(["", "live KiB of a pod", "pruned", "resident, MiB", "pruned"]);
    let (whole, pruned): (Vec<&Weight>, Vec<&Weight>) =
        weights.iter().partition(|weight| !weight.is_pruned);
    for (whole, pruned) in whole.into_iter().zip(pruned) {
        table.row([
            whole.holder.clone(),
            format!("{:.2}", whole.found.each() / KIB),
            format!("{:.2}", pruned.found.each() / KIB),
            format!("{:.0}", whole.found.resident / MIB),
            format!("{:.0}", pruned.found.resident / MIB),
        ]);
    }
    table
}

pub(super) fn gets(gets: &[Gets]) -> Table {
    let mut table = Table::new([
        "µs, one thread",
        "by key, mean",
        "p99",
        "by key and decoded, p50",
        "p99",
    ]);
    for Gets { storage, found } in gets {
        let micros = |nanoseconds: f64| format!("{:.2}", nanoseconds / 1e3);
        table.row([
            (*storage).to_owned(),
            micros(found.mean_ns),
            micros(found.find.p99_ns),
            micros(found.get.p50_ns),
            micros(found.get.p99_ns),
        ]);
    }
    table
}

/// Each with the most KiB of a pod, whole and pruned.
const STORAGES: [(&str, f64, f64); 3] = [
    ("typed", 8.0, 6.0),
    ("lazy", 5.5, 3.5),
    ("compressed", 2.0, 1.2),
];
