//! Leader election on a real kube-apiserver: three processes, of which one is stopped, one is asked to end, and one is
//! killed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::outcome::Cases;
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};

/// Follows three replicas of `crates/pintle-leader/examples/candidate.rs`.
// claims: leader.one, leader.again, leader.fence, leader.release
pub(super) fn replicas(interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let options = Options {
        with_controllers: None,
        api_all: false,
        apiserver_flags: Vec::new(),
    };
    let binaries = Binaries::ensure(interrupt)?;
    let directory = Registry::open()?.temporary()?;
    let cluster = Cluster::start(&binaries, directory, &options, interrupt)?;

    let mut replicas = Replicas::start(&programs, cluster.kubeconfig())?;
    let first = replicas.wait(None, "leads 0")?;
    // Stopped for three times as long as a lease lasts.
    replicas.signal(first, Signal::STOP)?;
    let second = replicas.wait(None, "leads 1")?;
    thread::sleep(LEASE * 3);
    replicas.signal(first, Signal::CONT)?;
    replicas.wait(Some(first), "lost")?;
    replicas.wait(Some(first), "too late: refused")?;
    // Asked to end, it gives the lease back, and nobody waits for it to run out.
    replicas.end(second);
    replicas.wait(Some(second), "ended")?;
    let third = replicas.wait(None, "leads 2")?;
    replicas.signal(third, Signal::KILL)?;
    let last = replicas.wait(None, "leads 3")?;
    replicas.end(last);
    replicas.wait(Some(last), "ended")?;
    Ok(Some(replicas.seen))
}

struct Replicas {
    processes: Vec<Child>,
    lines: Receiver<(usize, String)>,
    /// What was waited for and came.
    seen: u64,
    /// Lines of others than the one that was waited for.
    others: Vec<(usize, String)>,
}

impl Replicas {
    fn start(programs: &Programs, kubeconfig: &Path) -> Result<Self> {
        let program = programs.example("candidate");
        let (sender, lines) = channel();
        let mut replicas = Self {
            processes: Vec::new(),
            lines,
            seen: 0,
            others: Vec::new(),
        };
        for who in 0..3 {
            let mut start = Command::new(&program);
            start
                .args(["default", "lock", &format!("replica-{who}")])
                .env("KUBECONFIG", kubeconfig)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped());
            let mut child = command::spawn(&mut start)?;
            let stdout = child.stdout.take().expect("standard output is piped");
            let sender: Sender<(usize, String)> = sender.clone();
            // It ends with the process.
            thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    eprintln!("replica-{who} {line}");
                    if sender.send((who, line)).is_err() {
                        return;
                    }
                }
            });
            replicas.processes.push(child);
        }
        Ok(replicas)
    }

    /// Waits until somebody, or this one, says something; who does.
    fn wait(&mut self, who: Option<usize>, what: &str) -> Result<usize> {
        let is_it = |(said_by, said): &(usize, String)| {
            who.is_none_or(|who| who == *said_by) && said == what
        };
        if let Some(at) = self.others.iter().position(is_it) {
            self.seen += 1;
            return Ok(self.others.remove(at).0);
        }
        loop {
            let line = self
                .lines
                .recv_timeout(PATIENCE)
                .map_err(|_| Error::new(format!("nobody said {what:?}, but {:?}", self.others)))?;
            if is_it(&line) {
                self.seen += 1;
                return Ok(line.0);
            }
            self.others.push(line);
        }
    }

    fn signal(&self, who: usize, signal: Signal) -> Result<()> {
        let pid = i32::try_from(self.processes[who].id()).ok();
        let pid = pid.and_then(Pid::from_raw).expect("a process has a number");
        kill_process(pid, signal).context(|| format!("send a signal to replica-{who}"))
    }

    /// Lets a replica know that it is to end: its standard input does.
    fn end(&mut self, who: usize) {
        drop(self.processes[who].stdin.take());
    }
}

impl Drop for Replicas {
    fn drop(&mut self) {
        for process in &mut self.processes {
            // It may have ended.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// How long the candidates' lease lasts.
const LEASE: Duration = Duration::from_secs(3);

/// Longer than anything takes: a lease, the waits between attempts, a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);
