//! The benchmark `gateway`: lists of pintle's gateway while pods change, beside the same lists from Gin over
//! client-go's informers; and streams, as many as there may well be.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};

use super::figures::{Figure, MIB};
use super::table::Table;
use super::target::{self, Target};
use super::up::{Up, cpu_seconds, resident};
use super::{Verdict, build_go, cargo, directory, output};
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::workspace;

/// What was found.
#[derive(Serialize)]
pub(super) struct Results {
    lanes: Vec<Lane>,
    streams: Streams,
    /// Results that were compared with what they should be, and those that differ.
    checked: usize,
    wrong: usize,
    targets: Vec<Target>,
}

/// Lists of so many pods.
#[derive(Serialize)]
struct Lane {
    pods: u64,
    pintle: Cost,
    gin: Cost,
}

#[derive(Default, Serialize)]
struct Cost {
    requests_a_second: Figure,
    /// Of the gateway's process.
    cpu_millis: Figure,
    resident_mib: Figure,
    body_bytes: u64,
}

#[derive(Deserialize)]
struct Requests {
    requests: f64,
    seconds: f64,
    bytes_first: u64,
    objects_first: u64,
    is_envelope: bool,
}

#[derive(Deserialize, Serialize)]
struct Streams {
    streams: u64,
    /// Those that have ended with the last state of every pod.
    whole: u64,
    events: u64,
    /// How long after the last change the last stream had seen everything.
    seconds_behind: f64,
    #[serde(default)]
    changes: u64,
    #[serde(default)]
    changes_a_second: f64,
    #[serde(default)]
    resident_mib: f64,
}

#[derive(Deserialize)]
struct Changes {
    changes: u64,
    seconds: f64,
}

pub(super) fn run(quick: bool, interrupt: &Interrupt) -> Result<Results> {
    let programs = Programs::build(interrupt)?;
    let (rounds, seconds, many) = if quick {
        (1, 2.0, 1_000)
    } else {
        (3, 10.0, 10_000)
    };
    let (mut checked, mut wrong) = (0, 0);
    let mut lanes = Vec::new();
    for pods in [1, many] {
        let up = Up::start(&["--no-gateway"])?;
        programs.create(&up, pods, interrupt)?;
        let (mut pintle, mut gin) = (Cost::default(), Cost::default());
        for round in 0..rounds {
            eprintln!("{pods} pods, round {} of {rounds}", round + 1);
            let mut peers = [(&programs.pintle, &mut pintle), (&programs.gin, &mut gin)];
            peers.rotate_left(round % 2);
            for (program, cost) in peers {
                checked += 1;
                if !programs.measure(program, &up, pods, seconds, cost, interrupt)? {
                    wrong += 1;
                }
            }
        }
        lanes.push(Lane { pods, pintle, gin });
    }
    let (count, seconds) = if quick { (100, 2.0) } else { (1_000, 10.0) };
    let streams = programs.stream(count, 100, 1_000.0, seconds, interrupt)?;
    checked += 1;
    wrong += usize::from(streams.whole != streams.streams);
    let targets = targets(&lanes);
    Ok(Results {
        lanes,
        streams,
        checked,
        wrong,
        targets,
    })
}

fn targets(lanes: &[Lane]) -> Vec<Target> {
    let at_most = |what, limit, figure: &Figure, by_cpu| Target {
        by_cpu,
        ..Target::of(what, limit, figure)
    };
    let mut targets = Vec::new();
    for (lane, limit) in lanes.iter().zip([1.0 / 3.0, 1.0 / 10.0]) {
        let (pintle, gin) = (&lane.pintle, &lane.gin);
        let pods = lane.pods;
        targets.push(at_most(
            format!("{pods} pods: Gin's lists a second / pintle's"),
            limit,
            &gin.requests_a_second.over(&pintle.requests_a_second),
            Some(pintle.cpu_millis.over(&gin.cpu_millis).median()),
        ));
        targets.push(at_most(
            format!("{pods} pods: resident / Gin's"),
            1.0 / 3.0,
            &pintle.resident_mib.over(&gin.resident_mib),
            None,
        ));
    }
    targets
}

impl Results {
    /// Prints the tables.
    pub(super) fn print(&self) -> Verdict {
        println!("\n## gateway\n");
        let mut table = Table::new(["/pod/list, 100 changes a second", "pintle", "Gin", "ratio"]);
        for lane in &self.lanes {
            let (pintle, gin) = (&lane.pintle, &lane.gin);
            for (what, pintle, gin) in [
                (
                    "lists a second",
                    &pintle.requests_a_second,
                    &gin.requests_a_second,
                ),
                ("CPU of a list, ms", &pintle.cpu_millis, &gin.cpu_millis),
                ("resident, MiB", &pintle.resident_mib, &gin.resident_mib),
            ] {
                table.row([
                    format!("{} pods: {what}", lane.pods),
                    format!("{pintle:.2}"),
                    format!("{gin:.2}"),
                    format!("{:.3}", pintle.over(gin)),
                ]);
            }
            table.row([
                format!("{} pods: bytes of a list", lane.pods),
                pintle.body_bytes.to_string(),
                gin.body_bytes.to_string(),
            ]);
        }
        println!("{table}");
        let streams = &self.streams;
        println!(
            "{} of {} streams end with the last state of every pod, {:.1} s after the last of {} changes, \
             {:.0} a second; told of {} together; resident {:.0} MiB\n",
            streams.whole,
            streams.streams,
            streams.seconds_behind,
            streams.changes,
            streams.changes_a_second,
            streams.events,
            streams.resident_mib,
        );
        println!("{}", target::table(&self.targets));
        let (met, missed) = target::count(&self.targets);
        Verdict {
            name: "gateway",
            checked: self.checked,
            wrong: self.wrong,
            met,
            missed,
        }
    }
}

/// What is measured, and what measures.
struct Programs {
    pintle: Gateway,
    gin: Gateway,
    server_load: PathBuf,
    gateway_load: PathBuf,
}

/// A program that prints its URL once it answers, and how it is called.
struct Gateway {
    program: PathBuf,
    arguments: &'static [&'static str],
}

impl Programs {
    fn build(interrupt: &Interrupt) -> Result<Self> {
        eprintln!("building the gateways");
        let root = workspace::root();
        let mut build = Command::new("cargo");
        build
            .current_dir(&root)
            .args(["build", "--quiet", "--release", "--locked"])
            .args(["--package", "pintle-cli"]);
        command::check(&mut build, interrupt)?;
        let mut build = cargo();
        build.args(["build", "--quiet", "--release", "--locked"]);
        build.args(["--package", "apiserver-load", "--package", "gateway-load"]);
        command::check(&mut build, interrupt)?;
        let peers = build_go("gateway/gin", &["."], interrupt)?;
        let target = directory().join("target");
        Ok(Self {
            pintle: Gateway {
                program: root.join("target/release/pintle"),
                arguments: &["serve", "--listen", "127.0.0.1:0", "--kubeconfig"],
            },
            gin: Gateway {
                program: peers.join("gateway"),
                arguments: &["-kubeconfig"],
            },
            server_load: target.join("release/apiserver-load"),
            gateway_load: target.join("release/gateway-load"),
        })
    }

    fn create(&self, up: &Up, pods: u64, interrupt: &Interrupt) -> Result<()> {
        let mut command = Command::new(&self.server_load);
        command.args(["creates", &up.kubeconfig(), &pods.to_string()]);
        output(&mut command, interrupt).map(drop)
    }

    /// Measures a gateway, and says whether its lists are as they should be.
    fn measure(
        &self,
        gateway: &Gateway,
        up: &Up,
        pods: u64,
        seconds: f64,
        cost: &mut Cost,
        interrupt: &Interrupt,
    ) -> Result<bool> {
        let serving = Serving::start(gateway, up)?;
        let ask = |seconds: f64| -> Result<Requests> {
            // Whoever asks shares the processors with who answers. Elsewhere it would not take them away at
            // every answer, so it waits here until they are free (SCHED_BATCH).
            let mut command = Command::new("chrt");
            command.args(["--batch", "0"]).arg(&self.gateway_load);
            command.args(["requests", &serving.address, "/pod/list", CONNECTIONS]);
            let found = output(command.arg(seconds.to_string()), interrupt)?;
            serde_json::from_str(&found).context(|| format!("read {found}"))
        };
        // Whatever a gateway makes on its first requests is made.
        ask(0.5)?;
        let mut changing = self.begin_changes(up, pods, seconds * 2.0 + 10.0)?;
        let before = cpu_seconds(serving.process.id())?;
        let found = ask(seconds)?;
        let cpu = cpu_seconds(serving.process.id())? - before;
        cost.requests_a_second.push(found.requests / found.seconds);
        cost.cpu_millis.push(cpu * 1e3 / found.requests);
        let resident = resident(serving.process.id())?;
        cost.resident_mib.push(resident as f64 / MIB);
        cost.body_bytes = found.bytes_first;
        // It goes on for longer than this, unless a change was refused.
        let ended = changing.0.try_wait();
        if ended.context(|| "look after the changes".into())?.is_some() {
            return Err(Error::new("the changes have ended before the requests"));
        }
        drop(changing);
        Ok(found.is_envelope && found.objects_first == pods)
    }

    /// A hundred changes a second, until it is dropped.
    fn begin_changes(&self, up: &Up, pods: u64, seconds: f64) -> Result<Ending> {
        let mut command = Command::new(&self.server_load);
        command
            .args(["changes", &up.kubeconfig(), &pods.to_string(), "100"])
            .arg(seconds.to_string())
            .stdout(Stdio::null());
        Ok(Ending(command::spawn(&mut command)?))
    }

    /// Has streams follow pods that change, and sees what they end with.
    fn stream(
        &self,
        streams: u64,
        pods: u64,
        a_second: f64,
        seconds: f64,
        interrupt: &Interrupt,
    ) -> Result<Streams> {
        eprintln!("{streams} streams");
        let up = Up::start(&["--no-gateway"])?;
        self.create(&up, pods, interrupt)?;
        let serving = Serving::start(&self.pintle, &up)?;
        let mut command = Command::new(&self.gateway_load);
        command
            .args(["streams", &serving.address, "/stream/pods/core/v1"])
            .arg(streams.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut reading = Ending(command::spawn(&mut command)?);
        let out = reading.0.stdout.take().expect("standard output is piped");
        let mut out = BufReader::new(out);
        let mut line = || -> Result<String> {
            let mut line = String::new();
            let read = out.read_line(&mut line);
            read.context(|| "read what the streams say".to_owned())?;
            Ok(line)
        };
        if line()?.trim() != "synced" {
            return Err(Error::new("the streams have not begun"));
        }
        let mut command = Command::new(&self.server_load);
        command.args(["changes", &up.kubeconfig(), &pods.to_string()]);
        command.args([a_second.to_string(), seconds.to_string()]);
        let changes: Changes = {
            let found = output(&mut command, interrupt)?;
            serde_json::from_str(&found).context(|| format!("read {found}"))?
        };
        let input = reading.0.stdin.as_mut().expect("standard input is piped");
        writeln!(input, "{pods} {}", changes.changes)
            .context(|| "tell the streams their goal".to_owned())?;
        let found = line()?;
        let found: Streams = serde_json::from_str(&found).context(|| format!("read {found:?}"))?;
        Ok(Streams {
            changes: changes.changes,
            changes_a_second: changes.changes as f64 / changes.seconds,
            resident_mib: resident(serving.process.id())? as f64 / MIB,
            ..found
        })
    }
}

/// A gateway that answers, until this is dropped.
struct Serving {
    process: Child,
    address: String,
}

impl Serving {
    fn start(gateway: &Gateway, up: &Up) -> Result<Self> {
        let mut command = Command::new(&gateway.program);
        command
            .args(gateway.arguments)
            .arg(up.kubeconfig())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut serving = Self {
            process: command::spawn(&mut command)?,
            address: String::new(),
        };
        let out = serving.process.stdout.take();
        let mut line = String::new();
        if let Some(out) = out {
            let read = BufReader::new(out).read_line(&mut line);
            read.context(|| "read what a gateway prints".to_owned())?;
        }
        let address = line.trim().strip_prefix("http://");
        let address = address.map(|address| address.trim_end_matches('/'));
        match address {
            Some(address) => address.clone_into(&mut serving.address),
            None => {
                let program = Path::new(&gateway.program).display();
                return Err(Error::new(format!("{program} has printed {line:?}")));
            }
        }
        Ok(serving)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has nothing that would have to be kept.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// A process that is ended when this is dropped.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// As many as keep both processors busy, and no more than a team's tools have.
const CONNECTIONS: &str = "8";
