//! From nothing to synced, and events to a handler.

use serde::{Deserialize, Serialize};

use super::canned::State;
use super::{Canned, Programs, Results, Table, Target};
use crate::bench::ask;
use crate::bench::figures::{Cost, Figure, MIB};
use crate::error::Result;
use crate::interrupt::Interrupt;

/// A peer in one of its ways.
#[derive(Serialize)]
pub(super) struct Lane {
    format: &'static str,
    how: &'static str,
    peer: &'static str,
    storage: &'static str,
    /// Whether its handler looks at every field.
    walks: bool,
    /// Nanoseconds a pod, from the start to the last call of the handler.
    sync: Cost,
    /// Nanoseconds an event.
    watch: Cost,
    resident: Figure,
}

#[derive(Deserialize)]
struct Found {
    synced: Stage,
    watched: Option<Stage>,
}

#[derive(Deserialize)]
struct Stage {
    #[serde(flatten)]
    state: State,
    wall_ns: f64,
    cpu_ns: f64,
    resident: f64,
}

#[derive(Deserialize)]
struct Drained {
    list_ns: f64,
    watch_list_ns: f64,
    watch_ns: f64,
}

/// `how` everything comes: by [`LIST`], or by [`WATCH_LIST`].
pub(super) fn run(
    programs: &Programs,
    canned: &Canned,
    how: &'static str,
    quick: bool,
    results: &mut Results,
    interrupt: &Interrupt,
) -> Result<()> {
    let rounds = if quick { 1 } else { 5 };
    // client-go takes a second for 2,500 events in JSON. They come after a list alone.
    let (protobuf, json) = match how {
        WATCH_LIST => (0, 0),
        _ if quick => (4_000, 2_000),
        _ => (100_000, 20_000),
    };
    for (format, events) in [("protobuf", protobuf), ("json", json)] {
        let lanes = follow(
            programs,
            canned,
            (format, how, events, rounds),
            results,
            interrupt,
        )?;
        targets(&lanes, format, how, &mut results.targets);
        results.follow.extend(lanes);
    }
    Ok(())
}

/// One format.
fn follow(
    programs: &Programs,
    canned: &Canned,
    (format, how, events, rounds): (&'static str, &'static str, u64, usize),
    results: &mut Results,
    interrupt: &Interrupt,
) -> Result<Vec<Lane>> {
    let lane = |peer, storage, walks| Lane {
        format,
        how,
        peer,
        storage,
        walks,
        sync: Cost::default(),
        watch: Cost::default(),
        resident: Figure::default(),
    };
    let mut lanes = vec![
        lane(SERVER, "", false),
        lane(PINTLE, "lazy", false),
        lane(PINTLE, "lazy", true),
        lane(PINTLE, "typed", false),
        lane(PINTLE, "compressed", false),
        lane(CLIENT_GO, "", false),
    ];
    if format == "json" {
        lanes.push(lane(KUBE_RS, "", false));
    }
    let pods = canned.state()?.objects as f64;
    for round in 0..rounds {
        eprintln!("{format}, {how}, round {} of {rounds}", round + 1);
        let count = lanes.len();
        for at in 0..count {
            let lane = &mut lanes[(at + round) % count];
            if lane.peer == SERVER {
                let events = events.max(1);
                let arguments = [&canned.address, format, &events.to_string()];
                let found: Drained = ask(programs.drain().args(arguments), interrupt)?;
                let listed = if how == LIST {
                    found.list_ns
                } else {
                    found.watch_list_ns
                };
                lane.sync.wall.push(listed / pods);
                if how == LIST {
                    lane.watch.wall.push(found.watch_ns / events as f64);
                }
                continue;
            }
            let mut command = match lane.peer {
                PINTLE => programs.pintle(),
                KUBE_RS => programs.kube_rs(),
                _ => programs.client_go(how == WATCH_LIST),
            };
            let look = if lane.walks { "walk" } else { "names" };
            let before = canned.state()?;
            let arguments = [
                "follow",
                &canned.address,
                format,
                how,
                lane.storage,
                look,
                &events.to_string(),
            ];
            let found: Found = ask(command.args(arguments), interrupt)?;
            let what = lane.name();
            results.checked.note(&what, found.synced.state, before);
            lane.sync.wall.push(found.synced.wall_ns / pods);
            lane.sync.cpu.push(found.synced.cpu_ns / pods);
            lane.resident.push(found.synced.resident);
            if let Some(watched) = found.watched {
                results.checked.note(&what, watched.state, canned.state()?);
                lane.watch.wall.push(watched.wall_ns / events as f64);
                lane.watch.cpu.push(watched.cpu_ns / events as f64);
            }
        }
    }
    Ok(lanes)
}

impl Lane {
    fn name(&self) -> String {
        let Self {
            peer,
            storage,
            format,
            how,
            ..
        } = self;
        let walked = if self.walks {
            ", every field looked at"
        } else {
            ""
        };
        let storage = match *storage {
            "" => String::new(),
            storage => format!(" {storage}"),
        };
        format!("{peer}{storage}, {format}, {how}{walked}")
    }
}

/// pintle beside the peer that it is to be compared with, and the server beside what is claimed.
fn targets(lanes: &[Lane], format: &str, how: &str, targets: &mut Vec<Target>) {
    let find = |peer, storage, walks| {
        let is_it =
            |lane: &&Lane| lane.peer == peer && lane.storage == storage && lane.walks == walks;
        lanes.iter().find(is_it)
    };
    let peer = if format == "json" { KUBE_RS } else { CLIENT_GO };
    let (Some(lazy), Some(walked), Some(other), Some(server)) = (
        find(PINTLE, "lazy", false),
        find(PINTLE, "lazy", true),
        find(peer, "", false),
        find(SERVER, "", false),
    ) else {
        return;
    };
    // How many times as fast it is to be, in each format.
    let (sync, sync_walked, watch, watch_walked) = match format {
        "json" => (3.0, None, 4.0, None),
        _ => (5.0, Some(2.5), 5.0, Some(2.5)),
    };
    let mut push = |what: String, limit: f64, one: &Cost, than: &Cost| {
        targets.push(Target::of_cost(what, limit, one, than));
    };
    let of = |what: &str| format!("{format}, {how}: {what} / {peer}'s");
    push(
        of("time of a pod until synced"),
        1.0 / sync,
        &lazy.sync,
        &other.sync,
    );
    push(
        of("the same, the server alone"),
        1.0 / sync / CEILING,
        &server.sync,
        &other.sync,
    );
    if let Some(times) = sync_walked {
        push(
            of("the same, every field looked at"),
            1.0 / times,
            &walked.sync,
            &other.sync,
        );
    }
    if how == LIST {
        push(
            of("time of an event"),
            1.0 / watch,
            &lazy.watch,
            &other.watch,
        );
        push(
            of("the same, the server alone"),
            1.0 / watch / CEILING,
            &server.watch,
            &other.watch,
        );
        if let Some(times) = watch_walked {
            push(
                of("the same, every field looked at"),
                1.0 / times,
                &walked.watch,
                &other.watch,
            );
        }
    }
    if let Some(client_go) = find(CLIENT_GO, "", false) {
        let what = format!("{format}, {how}: resident after sync / client-go's");
        let ratio = lazy.resident.over(&client_go.resident);
        targets.push(Target::of(what, 1.0 / 3.0, &ratio));
    }
}

pub(super) fn table(lanes: &[Lane]) -> Table {
    let mut table = Table::new([
        "",
        "pods/s until synced",
        "µs of CPU a pod",
        "resident, MiB",
        "events/s",
        "µs of CPU an event",
    ]);
    let a_second = |cost: &Cost| cost.wall.map(|nanoseconds| 1e9 / nanoseconds);
    let micros = |cost: &Cost| cost.cpu.map(|nanoseconds| nanoseconds / 1e3);
    let shown = |figure: Figure, decimals: usize| match figure.median() {
        nothing if nothing.is_nan() => String::new(),
        _ => format!("{figure:.decimals$}"),
    };
    for lane in lanes {
        table.row([
            lane.name(),
            shown(a_second(&lane.sync), 0),
            shown(micros(&lane.sync), 1),
            shown(lane.resident.map(|bytes| bytes / MIB), 0),
            shown(a_second(&lane.watch), 0),
            shown(micros(&lane.watch), 1),
        ]);
    }
    table
}

pub(super) const LIST: &str = "list";
pub(super) const WATCH_LIST: &str = "watch-list";
const PINTLE: &str = "pintle";
const CLIENT_GO: &str = "client-go";
const KUBE_RS: &str = "kube-rs";
const SERVER: &str = "the server, drained";
/// The server must be so many times as fast as what is claimed.
const CEILING: f64 = 3.0;
