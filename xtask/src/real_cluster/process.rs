//! One process of a control plane: started in the background, recorded in a file, stopped by id.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use pintle_env::{Clock, SystemClock};
use rustix::process::{Pid, Signal, kill_process};

use crate::command;
use crate::error::{Context, Error, Result};

/// A running process of a control plane.
pub(crate) struct Process {
    name: String,
    identity: Identity,
    record: PathBuf,
    /// Set where this very task started it, and so must reap it.
    child: Option<Child>,
}

impl Process {
    /// Starts a command with its output in `NAME.log`, and records it in `NAME.pid`.
    ///
    /// It gets a process group of its own: Ctrl-C at a terminal is for the task, which then stops the
    /// processes in their order.
    pub(crate) fn start(directory: &Path, name: &str, command: &mut Command) -> Result<Self> {
        let log = log_path(directory, name);
        let output = File::create(&log).context(|| format!("make {}", log.display()))?;
        let errors = output
            .try_clone()
            .context(|| format!("open {}", log.display()))?;
        command
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0);
        let mut child = command::spawn(command)?;
        let record = record_path(directory, name);
        let recorded = Identity::of(child.id()).and_then(|identity| {
            identity.record(&record)?;
            Ok(identity)
        });
        match recorded {
            Ok(identity) => Ok(Self {
                name: name.to_owned(),
                identity,
                record,
                child: Some(child),
            }),
            Err(error) => {
                // What cannot be recorded could not be found again.
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// The processes recorded in a directory that still run, in the order in which they were started; none
    /// if there is no such directory. The task in [`OWNER`] is not one of them.
    pub(crate) fn all_recorded(directory: &Path) -> Vec<Self> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let mut processes: Vec<Self> = entries
            .filter(|entry| entry.file_name() != OWNER)
            .filter_map(|entry| Self::recorded(entry.path()))
            .collect();
        processes.sort_by_key(|process| (process.identity.started, process.identity.pid));
        processes
    }

    fn recorded(record: PathBuf) -> Option<Self> {
        let name = record
            .file_name()?
            .to_str()?
            .strip_suffix(RECORD)?
            .to_owned();
        let identity = Identity::recorded(&record)?;
        identity.is_alive().then_some(Self {
            name,
            identity,
            record,
            child: None,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn pid(&self) -> i32 {
        self.identity.pid
    }

    pub(crate) fn is_running(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.try_wait(), Ok(None)),
            None => self.identity.is_alive(),
        }
    }

    /// Ends the process without asking.
    pub(crate) fn kill(mut self) {
        if let (true, Some(pid)) = (self.is_running(), Pid::from_raw(self.identity.pid)) {
            // It fails only for a process that has just ended, which is what was wanted.
            let _ = kill_process(pid, Signal::KILL);
        }
        self.stop();
    }

    /// Asks the process to end, and ends it if it has not within [`PATIENCE`].
    pub(crate) fn stop(mut self) {
        let clock = SystemClock::new();
        for (signal, patience) in [(Signal::TERM, PATIENCE), (Signal::KILL, PATIENCE)] {
            if !self.is_running() {
                break;
            }
            if let Some(pid) = Pid::from_raw(self.identity.pid) {
                // It fails only for a process that has just ended, which is what was wanted.
                let _ = kill_process(pid, signal);
            }
            let deadline = clock.now() + patience;
            while self.is_running() && clock.now() < deadline {
                thread::sleep(POLL);
            }
        }
        let _ = fs::remove_file(&self.record);
    }
}

/// A process as the kernel knows it: its id, and when it started, so that another process which got the
/// same id later is not taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pid: i32,
    /// In clock ticks since the machine started.
    started: u64,
}

impl Identity {
    pub(crate) fn of(pid: u32) -> Result<Self> {
        let path = format!("/proc/{pid}/stat");
        let stat = fs::read_to_string(&path).context(|| format!("read {path}"))?;
        let stat =
            Stat::parse(&stat).ok_or_else(|| Error::new(format!("{path} has an unknown form")))?;
        let pid = i32::try_from(pid).context(|| format!("process id {pid}"))?;
        Ok(Self {
            pid,
            started: stat.started,
        })
    }

    pub(crate) fn record(self, path: &Path) -> Result<()> {
        fs::write(path, format!("{} {}\n", self.pid, self.started))
            .context(|| format!("write {}", path.display()))
    }

    pub(crate) fn recorded(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let (pid, started) = text.trim_end().split_once(' ')?;
        Some(Self {
            pid: pid.parse().ok()?,
            started: started.parse().ok()?,
        })
    }

    /// Whether this very process still runs. One that ended and was not reaped does not.
    pub(crate) fn is_alive(self) -> bool {
        fs::read_to_string(format!("/proc/{}/stat", self.pid))
            .ok()
            .and_then(|stat| Stat::parse(&stat))
            .is_some_and(|stat| stat.started == self.started && !"ZX".contains(stat.state))
    }
}

/// What is read of `/proc/PID/stat`.
struct Stat {
    state: char,
    started: u64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The second field is the program's name in parentheses, and may hold both spaces and parentheses.
        let (_, fields) = text.rsplit_once(')')?;
        let mut fields = fields.split_whitespace();
        let state = fields.next()?.chars().next()?;
        // The start time is field 22, and the state was field 3.
        let started = fields.nth(18)?.parse().ok()?;
        Some(Self { state, started })
    }
}

/// The last lines of a process's log.
pub(crate) fn log_tail(directory: &Path, name: &str) -> String {
    let log = fs::read(log_path(directory, name)).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

fn log_path(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.log"))
}

fn record_path(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}{RECORD}"))
}

/// The file in which the task that a directory belongs to is recorded.
pub(crate) const OWNER: &str = "owner.pid";
const RECORD: &str = ".pid";

/// How long a process has to end after each signal.
const PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);
const TAIL_LINES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_time_is_found_behind_any_program_name() {
        let rest = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21";
        for name in ["etcd", "a b", "a) S 1 (b"] {
            let stat = Stat::parse(&format!("77 ({name}) {rest}")).unwrap();
            assert_eq!((stat.state, stat.started), ('S', 4242), "{name}");
        }
        assert!(Stat::parse("77 (etcd) S 1 2").is_none());
        assert!(Stat::parse("").is_none());
    }

    #[test]
    fn process_with_a_reused_id_is_another() {
        let myself = Identity::of(std::process::id()).unwrap();
        assert!(myself.is_alive());
        assert!(
            !Identity {
                started: myself.started + 1,
                ..myself
            }
            .is_alive()
        );
    }

    #[test]
    fn recorded_process_is_found_and_stopped_by_another_task() {
        let directory = tempfile::tempdir().unwrap();
        let mut started =
            Process::start(directory.path(), "sleep", Command::new("sleep").arg("600")).unwrap();
        let mut found = Process::all_recorded(directory.path()).pop().unwrap();
        assert_eq!((found.name(), found.pid()), ("sleep", started.pid()));
        assert!(found.is_running());

        found.stop();
        assert!(!started.is_running());
        assert!(Process::all_recorded(directory.path()).is_empty());
    }

    #[test]
    fn every_record_but_the_owners_is_a_process_of_the_directory() {
        let directory = tempfile::tempdir().unwrap();
        let owner = Identity::of(std::process::id()).unwrap();
        owner.record(&directory.path().join(OWNER)).unwrap();
        fs::write(directory.path().join("half-written.pid"), "7").unwrap();
        let start = |name| {
            Process::start(directory.path(), name, Command::new("sleep").arg("600")).unwrap()
        };
        let started = [start("etcd"), start("a program of tomorrow")];
        let mut found = Process::all_recorded(directory.path());
        found.sort_by_key(Process::pid);
        let pids = |processes: &[Process]| processes.iter().map(Process::pid).collect::<Vec<_>>();
        let mut expected = pids(&started);
        expected.sort_unstable();
        assert_eq!(pids(&found), expected);
        started.into_iter().for_each(Process::stop);
        assert!(Process::all_recorded(&directory.path().join("nowhere")).is_empty());
    }

    #[test]
    fn unreaped_process_does_not_run() {
        let directory = tempfile::tempdir().unwrap();
        let mut process =
            Process::start(directory.path(), "true", &mut Command::new("true")).unwrap();
        while process.identity.is_alive() {
            thread::yield_now();
        }
        assert!(Process::all_recorded(directory.path()).is_empty());
        assert!(!process.is_running());
    }
}
