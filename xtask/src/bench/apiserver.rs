//! The benchmark `apiserver`: the embedded server under load, beside a real kube-apiserver under the same.

use std::path::Path;
use std::process::Command;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::figures::{Figure, MIB};
use super::table::Table;
use super::target::{self, Target};
use super::up::Up;
use super::{Verdict, ask, cargo, directory, output};
use crate::command;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};
use crate::workspace;

/// What was found.
#[derive(Serialize)]
pub(super) struct Results {
    start_millis: Figure,
    empty_mib: Figure,
    memory_over_protobuf: f64,
    pintle: Load,
    kube_apiserver: Load,
    events: Events,
    targets: Vec<Target>,
}

/// What the same load came to on a server.
#[derive(Serialize)]
struct Load {
    creates: Creates,
    gets: Gets,
}

#[derive(Deserialize, Serialize)]
struct Creates {
    pods: u64,
    bytes_each: u64,
    seconds: f64,
    creates_a_second: f64,
}

#[derive(Deserialize, Serialize)]
struct Gets {
    list_bytes: u64,
    list_seconds: f64,
    gets: u64,
    gets_beside: u64,
    /// Lists that were read to their ends meanwhile.
    lists_beside: u64,
    p50_micros: f64,
    p99_micros: f64,
    p50_micros_beside: f64,
    p99_micros_beside: f64,
}

#[derive(Deserialize, Serialize)]
struct Events {
    events: u64,
    seconds: f64,
    seconds_of_writing: f64,
    events_a_second: f64,
}

pub(super) fn run(quick: bool, interrupt: &Interrupt) -> Result<Results> {
    let mut build = Command::new("cargo");
    build
        .current_dir(workspace::root())
        .args(["build", "--quiet", "--release", "--locked"])
        .args(["--package", "pintle-cli"]);
    command::check(&mut build, interrupt)?;
    let mut build = cargo();
    build.args(["build", "--quiet", "--release", "--locked"]);
    command::check(build.args(["--package", "apiserver-load"]), interrupt)?;
    let (pods, of_real, seconds, rounds) = if quick {
        (5_000, 1_000, 1, 2)
    } else {
        (100_000, 20_000, 5, 5)
    };
    let (mut start_millis, mut empty_mib) = (Figure::default(), Figure::default());
    for _ in 0..rounds {
        let up = Up::start(&ALONE)?;
        start_millis.push(up.start_millis);
        empty_mib.push(up.resident()? as f64 / MIB);
    }
    let up = Up::start(&ALONE)?;
    let before = up.resident()?;
    let creates: Creates = load(&["creates", &up.kubeconfig(), &pods.to_string()], interrupt)?;
    let a_pod = (up.resident()? - before) as f64 / pods as f64;
    let gets = load(&["gets", &up.kubeconfig(), &seconds.to_string()], interrupt)?;
    let pintle = Load { creates, gets };
    drop(up);
    let writes = if quick { 1_000 } else { 20_000 };
    let events: Events = load(&["events", &writes.to_string(), "100"], interrupt)?;
    let options = Options {
        with_controllers: Some(CONTROLLERS.to_owned()),
        ..Options::default()
    };
    let binaries = Binaries::ensure(interrupt)?;
    let cluster = Cluster::start(
        &binaries,
        Registry::open()?.temporary()?,
        &options,
        interrupt,
    )?;
    let kubeconfig = cluster.kubeconfig().display().to_string();
    await_account(&binaries, cluster.kubeconfig(), interrupt)?;
    let kube_apiserver = Load {
        creates: load(&["creates", &kubeconfig, &of_real.to_string()], interrupt)?,
        gets: load(&["gets", &kubeconfig, &seconds.to_string()], interrupt)?,
    };
    drop(cluster);
    let memory_over_protobuf = a_pod / pintle.creates.bytes_each as f64;
    let median = |what: &str, limit, figure| Target::of(what.to_owned(), limit, figure);
    let target = |what: &str, limit, found| Target::single(what.to_owned(), limit, found);
    let targets = vec![
        median("first answered request: milliseconds", 50.0, &start_millis),
        median("resident, empty: MiB", 30.0, &empty_mib),
        target("memory of a pod / its protobuf", 1.5, memory_over_protobuf),
        target(
            "a create: microseconds",
            100.0,
            1e6 / pintle.creates.creates_a_second,
        ),
        target(
            "an event to one of 100 watchers: microseconds",
            2.0,
            1e6 / events.events_a_second,
        ),
        target(
            "p99 of a get, beside a list / alone",
            2.0,
            pintle.gets.p99_micros_beside / pintle.gets.p99_micros,
        ),
    ];
    Ok(Results {
        start_millis,
        empty_mib,
        memory_over_protobuf,
        pintle,
        kube_apiserver,
        events,
        targets,
    })
}

impl Results {
    /// Prints the tables.
    pub(super) fn print(&self) -> Verdict {
        println!("\n## apiserver\n");
        let mut table = Table::new(["the same load", "pintle", "kube-apiserver"]);
        let loads = [&self.pintle, &self.kube_apiserver];
        let mut row = |what: &str, found: fn(&Load) -> String| {
            let cells = loads.map(found);
            table.row([what.to_owned()].into_iter().chain(cells));
        };
        row("pods created", |load| load.creates.pods.to_string());
        row("creates a second", |load| {
            format!("{:.0}", load.creates.creates_a_second)
        });
        row("list of them all, seconds", |load| {
            format!("{:.2}", load.gets.list_seconds)
        });
        row("a get, alone: p50, p99, µs", |load| {
            format!("{:.0}, {:.0}", load.gets.p50_micros, load.gets.p99_micros)
        });
        row("a get, beside lists: p50, p99, µs", |load| {
            let gets = &load.gets;
            format!(
                "{:.0}, {:.0}",
                gets.p50_micros_beside, gets.p99_micros_beside
            )
        });
        row("gets and lists read meanwhile", |load| {
            format!("{}, {}", load.gets.gets_beside, load.gets.lists_beside)
        });
        println!("{table}");
        println!(
            "{} events to 100 watchers in the process: {:.0} a second; a pod of {} bytes takes {:.2} times \
             that\n",
            self.events.events,
            self.events.events_a_second,
            self.pintle.creates.bytes_each,
            self.memory_over_protobuf
        );
        println!("{}", target::table(&self.targets));
        let (met, missed) = target::count(&self.targets);
        Verdict {
            name: "apiserver",
            // Whoever makes the load fails where an answer is not as it should be.
            checked: 5,
            wrong: 0,
            met,
            missed,
        }
    }
}

fn load<T: DeserializeOwned>(arguments: &[&str], interrupt: &Interrupt) -> Result<T> {
    eprintln!("{}", arguments.join(" "));
    let program = directory().join("target/release/apiserver-load");
    ask(Command::new(program).args(arguments), interrupt)
}

/// Waits until the namespace has the account that pods are created with.
fn await_account(binaries: &Binaries, kubeconfig: &Path, interrupt: &Interrupt) -> Result<()> {
    let mut kubectl = Command::new(binaries.directory().join("kubectl"));
    kubectl.env("KUBECONFIG", kubeconfig).args([
        "wait",
        "--for=create",
        "serviceaccount/default",
        "--timeout=60s",
    ]);
    output(&mut kubectl, interrupt).map(drop)
}

/// Without the gateway, which follows the pods and has copies of its own of them.
const ALONE: [&str; 1] = ["--no-gateway"];
const CONTROLLERS: &str = "serviceaccount-controller";
