//! Many pods: 100,000 by an index, and a million.

use serde::{Deserialize, Serialize};

use super::{Canned, Programs, Table, Target};
use crate::bench::ask;
use crate::bench::figures::{Figure, KIB};
use crate::error::Result;
use crate::interrupt::Interrupt;

#[derive(Serialize)]
pub(super) struct Results {
    indexed: u64,
    /// Nanoseconds to find the pods of a node and look at each one's name.
    pintle: Figure,
    client_go: Figure,
    /// How many pods a node has.
    of_a_node: f64,
    few: Many,
    many: Many,
}

/// So many pods, in an informer of the default storage.
#[derive(Serialize)]
struct Many {
    objects: u64,
    live_bytes: f64,
    get_ns: Figure,
    /// To come from one of as many objects of this size to another.
    look_ns: Figure,
}

#[derive(Deserialize)]
struct Indexed {
    objects: u64,
    lookups: f64,
    found: f64,
    letters: u64,
    wall_ns: f64,
}

#[derive(Deserialize)]
struct Weighed {
    objects: u64,
    live_bytes: f64,
}

#[derive(Deserialize)]
struct Got {
    mean_ns: f64,
}

pub(super) fn run(
    programs: &Programs,
    quick: bool,
    results: &mut super::Results,
    interrupt: &Interrupt,
) -> Result<()> {
    let (pods, few, copies) = if quick {
        (2_000, 2_000, 10)
    } else {
        (20_000, 10_000, 100)
    };
    eprintln!("pods by index");
    let canned = Canned::start(programs, &programs.inputs(pods, interrupt)?, 5)?;
    let indexed = canned.state()?.objects;
    let (mut pintle, mut client_go, mut of_a_node) = (Figure::default(), Figure::default(), 0.0);
    let rounds = if quick { 1 } else { 3 };
    for round in 0..rounds {
        let mut letters = Vec::new();
        let mut peers = [
            (&mut pintle, programs.pintle()),
            (&mut client_go, programs.client_go(false)),
        ];
        peers.rotate_left(round % 2);
        for (figure, mut command) in peers {
            let passes = if quick { "2" } else { "30" };
            command.args(["index", &canned.address, passes]);
            let found: Indexed = ask(&mut command, interrupt)?;
            results.checked.note("an index", found.objects, indexed);
            figure.push(found.wall_ns / found.lookups);
            of_a_node = found.found / found.lookups;
            letters.push(found.letters);
        }
        results.checked.note("an index", letters[0], letters[1]);
    }
    drop(canned);
    eprintln!("a million pods");
    let inputs = programs.inputs(few, interrupt)?;
    let mut weigh = |copies: usize| -> Result<Many> {
        let canned = Canned::start(programs, &inputs, copies)?;
        let arguments = ["weigh", &canned.address, "lazy", "whole"];
        let weighed: Weighed = ask(programs.pintle_counting().args(arguments), interrupt)?;
        results
            .checked
            .note("many pods", weighed.objects, canned.state()?.objects);
        Ok(Many {
            objects: weighed.objects,
            live_bytes: weighed.live_bytes,
            get_ns: Figure::default(),
            look_ns: Figure::default(),
        })
    };
    let (mut few, mut many) = (weigh(1)?, weigh(copies)?);
    for _ in 0..rounds {
        for (all, copies) in [(&mut few, 1), (&mut many, copies)] {
            let canned = Canned::start(programs, &inputs, copies)?;
            let arguments = ["gets", &canned.address, "lazy", "500000"];
            let got: Got = ask(programs.pintle().args(arguments), interrupt)?;
            all.get_ns.push(got.mean_ns);
            drop(canned);
            let (objects, bytes) = (all.objects.to_string(), format!("{:.0}", all.each()));
            let mut look = programs.pintle();
            look.args(["chase", &objects, &bytes]);
            let looked: Got = ask(&mut look, interrupt)?;
            all.look_ns.push(looked.mean_ns);
        }
    }
    let by_index = pintle.over(&client_go);
    let (one, other) = (few.each(), many.each());
    results.targets.extend([
        Target::of(
            format!("time by index, {indexed} pods / client-go's"),
            1.0 / 3.0,
            &by_index,
        ),
        Target::single(
            format!(
                "live bytes of each of {} pods / of {}",
                many.objects, few.objects
            ),
            1.1,
            other / one,
        ),
        Target::of(
            format!("time of a get, {} pods / {}", many.objects, few.objects),
            3.0,
            &many.get_ns.over(&few.get_ns),
        ),
    ]);
    results.scale = Some(Results {
        indexed,
        pintle,
        client_go,
        of_a_node,
        few,
        many,
    });
    Ok(())
}

impl Many {
    fn each(&self) -> f64 {
        self.live_bytes / self.objects as f64
    }
}

impl Results {
    pub(super) fn table(&self) -> Table {
        let mut table = Table::new(["", "pintle", "client-go"]);
        let micros = |figure: &Figure| figure.map(|nanoseconds| nanoseconds / 1e3);
        table.row([
            format!(
                "µs for {:.0} of {} pods by index",
                self.of_a_node, self.indexed
            ),
            format!("{:.1}", micros(&self.pintle)),
            format!("{:.1}", micros(&self.client_go)),
        ]);
        for many in [&self.few, &self.many] {
            table.row([
                format!("live KiB of each of {} pods", many.objects),
                format!("{:.2}", many.each() / KIB),
            ]);
            table.row([
                format!("ns of a get among {} pods", many.objects),
                format!("{:.0}", many.get_ns),
            ]);
            table.row([
                format!("ns of a look at one of {} as large", many.objects),
                format!("{:.0}", many.look_ns),
            ]);
        }
        table
    }
}
