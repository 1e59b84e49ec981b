//! [`Up`], the embedded server as users start it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use pintle_env::{Clock, SystemClock};

use crate::command;
use crate::error::{Context, Error, Result};
use crate::workspace;

/// `pintle up` in a process of its own, which ends when this is dropped.
pub(super) struct Up {
    process: Child,
    kubeconfig: PathBuf,
    pub(super) start_millis: f64,
}

impl Up {
    pub(super) fn start(more: &[&str]) -> Result<Self> {
        let program = workspace::root().join("target/release/pintle");
        let clock = SystemClock::new();
        let started = clock.now();
        let mut command = Command::new(&program);
        command
            .arg("up")
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command::spawn(&mut command)?;
        let mut line = String::new();
        // It is printed once the server has answered a request.
        if let Some(out) = process.stdout.take() {
            let read = BufReader::new(out).read_line(&mut line);
            read.context(|| "read what `pintle up` prints".to_owned())?;
        }
        let start_millis = clock.now().saturating_since(started).as_secs_f64() * 1e3;
        let up = Self {
            process,
            kubeconfig: PathBuf::from(line.trim()),
            start_millis,
        };
        if !up.kubeconfig.exists() {
            return Err(Error::new("`pintle up` printed no kubeconfig"));
        }
        Ok(up)
    }

    pub(super) fn kubeconfig(&self) -> String {
        self.kubeconfig.display().to_string()
    }

    /// The bytes that it holds of the machine's memory.
    pub(super) fn resident(&self) -> Result<u64> {
        resident(self.process.id())
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // It has nothing that would have to be kept.
        _ = self.process.kill();
        _ = self.process.wait();
        if let Some(directory) = self.kubeconfig.parent() {
            _ = fs::remove_dir_all(directory);
        }
    }
}

/// The bytes that a process holds of the machine's memory.
pub(super) fn resident(process: u32) -> Result<u64> {
    let path = format!("/proc/{process}/status");
    let status = fs::read_to_string(&path).context(|| format!("read {path}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    let kib = kib.ok_or_else(|| Error::new(format!("{path} has no VmRSS")))?;
    Ok(kib * 1024)
}

/// The seconds that a process has spent on processors, those of its children apart.
pub(super) fn cpu_seconds(process: u32) -> Result<f64> {
    let path = format!("/proc/{process}/stat");
    let stat = fs::read_to_string(&path).context(|| format!("read {path}"))?;
    // The name, in brackets, may have spaces; user and system time are the 12th and 13th behind it.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    match (ticks(), ticks()) {
        (Some(user), Some(system)) => Ok((user + system) / TICKS),
        _ => Err(Error::new(format!("{path} has no times"))),
    }
}

/// A second, in the kernel's unit for processes, which Linux has fixed for programs.
const TICKS: f64 = 100.0;
