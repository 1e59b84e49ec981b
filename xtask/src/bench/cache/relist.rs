//! Beginning anew, when the server has forgotten the version of the watch and a tenth of the pods has changed.

use serde::{Deserialize, Serialize};

use super::canned::State;
use super::{Canned, Programs, Results, Table, Target};
use crate::bench::ask;
use crate::bench::figures::MIB;
use crate::error::Result;
use crate::interrupt::Interrupt;

#[derive(Serialize)]
pub(super) struct Lane {
    storage: &'static str,
    how: &'static str,
    before: f64,
    peak: f64,
    resident: f64,
    peak_resident: f64,
}

#[derive(Deserialize)]
struct Found {
    #[serde(flatten)]
    state: State,
    live_bytes: f64,
    peak_bytes: f64,
    resident: f64,
    peak_resident: f64,
}

pub(super) fn run(
    programs: &Programs,
    canned: &Canned,
    results: &mut Results,
    interrupt: &Interrupt,
) -> Result<()> {
    eprintln!("beginning anew");
    for storage in ["lazy", "typed", "compressed"] {
        for how in ["list", "watch-list"] {
            let changed = canned.state()?.objects / 10;
            let arguments = [
                "relist",
                &canned.address,
                storage,
                how,
                &changed.to_string(),
            ];
            let found: Found = ask(programs.pintle_counting().args(arguments), interrupt)?;
            let what = format!("{storage}, {how}");
            results.checked.note(&what, found.state, canned.state()?);
            for (of, before, peak) in [
                ("live bytes", found.live_bytes, found.peak_bytes),
                ("resident", found.resident, found.peak_resident),
            ] {
                let what = format!("anew by {how}, {storage}: peak of {of} / before");
                results
                    .targets
                    .push(Target::single(what, 1.3, peak / before));
            }
            results.relist.push(Lane {
                storage,
                how,
                before: found.live_bytes,
                peak: found.peak_bytes,
                resident: found.resident,
                peak_resident: found.peak_resident,
            });
        }
    }
    Ok(())
}

pub(super) fn table(lanes: &[Lane]) -> Table {
    let mut table = Table::new([
        "MiB, a tenth changed",
        "live before",
        "peak",
        "resident before",
        "peak",
    ]);
    for lane in lanes {
        let mib = |bytes: f64| format!("{:.0}", bytes / MIB);
        table.row([
            format!("{}, {}", lane.storage, lane.how),
            mib(lane.before),
            mib(lane.peak),
            mib(lane.resident),
            mib(lane.peak_resident),
        ]);
    }
    table
}
