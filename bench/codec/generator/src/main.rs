//! Writes pods that vary, one JSON object a line: `bench-generator COUNT > pods.jsonl`.
//!
//! No two are equal: pods of 200 workloads differ in labels,
//! annotations, containers, images, env, probes and volumes; pods of one workload in names, ids, nodes,
//! addresses, times, what has happened to them, and managedFields, which follow from the rest as they do on a
//! server. Everything follows from one seed, so that each run of the benchmark reads the same bytes.

mod managed_fields;
mod pod;
mod random;
mod time;
mod workload;

use std::env;
use std::error::Error;
use std::io::{self, BufWriter, Write as _};

use random::Random;
use workload::Workload;

fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = env::args().nth(1).ok_or("how many pods?")?.parse()?;
    let mut random = Random::new(SEED);
    let workloads: Vec<Workload> = (0..WORKLOADS)
        .map(|index| Workload::new(index, &mut random))
        .collect();
    let mut out = BufWriter::new(io::stdout().lock());
    for index in 0..count {
        let pod = pod::pod(choose(&workloads, &mut random), index, &mut random);
        serde_json::to_writer(&mut out, &pod)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

/// Some workloads have a few pods and some have hundreds.
fn choose<'a>(workloads: &'a [Workload], random: &mut Random) -> &'a Workload {
    let (one, other) = (random.below(WORKLOADS), random.below(WORKLOADS));
    &workloads[one.min(other)]
}

const SEED: u64 = 36;
const WORKLOADS: usize = 200;
