//! What the figures were measured on.

use std::fmt;
use std::fs;
use std::process::Command;
use std::thread;

use serde::Serialize;

use super::output;
use crate::error::Result;
use crate::interrupt::Interrupt;

#[derive(Serialize)]
pub(super) struct Machine {
    processor: String,
    cores: usize,
    memory_gib: u64,
    system: String,
    rust: String,
    go: String,
    /// Runnable processes before the first measurement, averaged over a minute: above 0.5, others are at work.
    load: String,
}

impl Machine {
    pub(super) fn look(interrupt: &Interrupt) -> Result<Self> {
        let version = |program: &str, argument| {
            let version = output(Command::new(program).arg(argument), interrupt);
            version.map(|version| version.trim().to_owned())
        };
        let memory_kib: u64 = field("/proc/meminfo", "MemTotal")
            .split(' ')
            .next()
            .and_then(|number| number.parse().ok())
            .unwrap_or_default();
        Ok(Self {
            processor: field("/proc/cpuinfo", "model name"),
            cores: thread::available_parallelism().map_or(0, usize::from),
            memory_gib: memory_kib.div_ceil(1 << 20),
            system: version("uname", "-sr")?,
            rust: version("rustc", "--version")?,
            go: version("go", "version")?,
            load: load(),
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            processor,
            cores,
            memory_gib,
            system,
            rust,
            go,
            load,
        } = self;
        writeln!(f, "{processor}, {cores} cores, {memory_gib} GiB, {system}")?;
        write!(f, "{rust}; {go}; load {load}")
    }
}

/// The load average of the last minute.
pub(super) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// A line `name : value` of a file that the kernel writes; empty where there is none.
fn field(path: &str, name: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let value = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find_map(|(key, value)| (key.trim() == name).then(|| value.trim().to_owned()));
    value.unwrap_or_default()
}
