//! Streams to pods, and proxies to pods, services and nodes: `pintle up` beside a real kube-apiserver, each with
//! a kubelet of `tools/streaming` behind it.
//!
//! What clients print and get, how they exit, and what the kubelets were asked must be the same on both, apart
//! from ports.

mod commands;
mod forward;
mod side;
mod terminal;

use std::path::{Path, PathBuf};
use std::process::Command;

use super::embedded::{Embedded, at_once, free_address};
use super::outcome::Cases;
use crate::command;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};
use crate::workspace;

use side::{Outcome, Side};

// claims: wire.connect.kubelet, wire.connect.pod-proxy, wire.connect.service-proxy, wire.connect.node-proxy, wire.connect.loopback, wire.connect.unreachable, wire.connect.exec, wire.connect.port-forward
/// Does everything on both servers, and compares.
pub(super) fn streams(interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let streaming = build_tool(interrupt)?;
    let binaries = Binaries::ensure(interrupt)?;
    let registry = Registry::open()?;
    let options = Options {
        with_controllers: None,
        api_all: false,
        apiserver_flags: vec!["--anonymous-auth=false".to_owned()],
    };
    let real = Cluster::start(&binaries, registry.temporary()?, &options, interrupt)?;
    let pintle = programs.path("pintle");
    let gateway = free_address()?;
    let more = ["--gateway", &gateway];
    let embedded = Embedded::start_with(&pintle, &more, registry.temporary()?, interrupt)?;
    let kubectl = binaries.directory().join("kubectl");
    let commands = [kubectl.as_path(), pintle.as_path()];
    let start = |kubeconfig: &Path| Side::start(&streaming, commands, kubeconfig, interrupt);
    let sides = [start(real.kubeconfig())?, start(&embedded.kubeconfig)?];
    for side in &sides {
        side.prepare()?;
    }

    let mut tally = Tally::default();
    for case in commands::CASES {
        if interrupt.signal().is_some() {
            return Err(Error::new("interrupted"));
        }
        tally.compare(
            case.line,
            at_once(sides.each_ref(), |side| side.kubectl(case)),
        )?;
    }
    tally.compare("a copied file", sides.each_ref().map(Side::copied))?;
    for pod in ["one", "old"] {
        let forward = |side: &Side| forward::several(side.command(&forward::words(pod)));
        let forwarded = sides.each_ref().map(forward);
        tally.compare(&format!("port-forward {pod}"), forwarded)?;
    }
    let at_terminal = |side: &Side| terminal::sizes(side.command(&terminal::WORDS));
    tally.compare("exec -it", sides.each_ref().map(at_terminal))?;
    let [expected, found] = at_once(sides.each_ref(), Side::ask);
    let (expected, found) = (expected?, found?);
    if expected.len() != found.len() {
        return Err(Error::new("not every request was answered"));
    }
    for ((line, expected), (_, found)) in expected.into_iter().zip(found) {
        tally.compare(&line, [Ok(expected), Ok(found)])?;
    }
    for side in &sides {
        tally.passed += side.client(interrupt)?;
    }
    with_pintle(&programs, &sides, &mut tally, interrupt)?;
    tally.compare(
        "what the kubelets were asked",
        sides.each_ref().map(Side::record),
    )?;
    // What goes through the gateway comes out as it went in.
    let [_, side] = &sides;
    let server = format!("http://{gateway}");
    let streams = |case: &&commands::Case| {
        ["exec", "attach", "logs"]
            .iter()
            .any(|verb| case.line.starts_with(verb))
    };
    for case in commands::CASES.iter().filter(streams) {
        let through = [side.kubectl(case), side.kubectl_through(case, &server)];
        tally.compare(&format!("{} through the gateway", case.line), through)?;
    }
    for case in pintle_cases() {
        let through = [
            side.pintle(case).map(Outcome::shown),
            side.pintle_through(case, &server),
        ];
        let name = format!("pintle {} through the gateway", case.line);
        tally.compare(&name, through)?;
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed > 0 {
        return Err(Error::new(format!("{} cases differ", tally.failed)));
    }
    Ok(Some(tally.passed))
}

// claims: remote.channels, remote.exit, remote.stdin, remote.resize, remote.cancel, port-forward.protocol, port-forward.error, port-forward.listener, clients.typed.logs
/// Does with pintle's client, example and commands what was done with client-go and kubectl.
fn with_pintle(
    programs: &Programs,
    sides: &[Side; 2],
    tally: &mut Tally,
    interrupt: &Interrupt,
) -> Result<()> {
    for side in sides {
        tally.passed += side.pintle_client(&programs.path("streams"), interrupt)?;
        for case in pintle_cases() {
            let outcomes = side.alike_with_pintle(case)?.map(Ok);
            tally.compare(&format!("pintle {}", case.line), outcomes)?;
        }
        let kubectl = terminal::sizes(side.command(&terminal::WORDS));
        let pintle = terminal::sizes(side.pintle_command(&terminal::WORDS));
        tally.compare("pintle exec -it", [kubectl, pintle])?;
        let words = forward::words("one");
        let kubectl = forward::several(side.command(&words));
        let pintle = forward::several(side.pintle_command(&words));
        tally.compare("pintle port-forward", [kubectl, pintle])?;
        let mut example = side.example(&programs.example("exec"));
        let (status, printed) = command::capture(&mut example, interrupt)?;
        let expected = "hello from default/one (exit code 0)\nwhat goes in comes out (exit code 0)\n\
                        GET / of port 80: HTTP/1.1 200 OK\n";
        let outcome = format!("{status}\n{printed}");
        let expected = format!("exit status: 0\n{expected}");
        tally.compare("the example exec", [Ok(expected), Ok(outcome)])?;
    }
    // A command that its client has left hears the end of its input.
    let left = |side: &Side| side.recorded(r#"exec default/one/main ["talk" "of leaving"]"#);
    tally.compare("a command that was left", sides.each_ref().map(left))
}

/// What kubectl does that pintle does too. Where only the older protocols are known, the end of the input
/// cannot be told, which kubectl finds SPDY for.
fn pintle_cases() -> impl Iterator<Item = &'static commands::Case> {
    let known = |case: &&commands::Case| {
        let verbs = ["exec", "attach", "port-forward", "logs"];
        verbs.iter().any(|verb| case.line.starts_with(verb))
    };
    let ends = |case: &&commands::Case| case.input.is_none() || !case.line.contains(" old");
    commands::CASES.iter().filter(known).filter(ends)
}

/// Builds `tools/streaming`, and returns the program.
fn build_tool(interrupt: &Interrupt) -> Result<PathBuf> {
    let program = workspace::root().join("target/tools/streaming");
    let mut go = Command::new("go");
    go.current_dir(workspace::root().join("tools/streaming"))
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .env("GOWORK", "off");
    command::check(&mut go, interrupt)?;
    Ok(program)
}

#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// Compares what came of the same on kube-apiserver and on pintle.
    fn compare(&mut self, name: &str, outcomes: [Result<String>; 2]) -> Result<()> {
        let [expected, found] = outcomes;
        let (expected, found) = (expected?, found?);
        if expected == found {
            self.passed += 1;
        } else {
            self.failed += 1;
            println!("FAILED {name}\n--- on kube-apiserver\n{expected}\n--- on pintle\n{found}");
        }
        Ok(())
    }
}
