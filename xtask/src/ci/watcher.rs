//! `kubectl get pods --watch` in the background, and what it prints while pods change.
//!
//! Invariant: nothing is changed before the watch is known to run, and nothing is compared before it has
//! come to its end. A pod of its own, the sentinel, marks both; no time is waited for.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use pintle_env::{Clock, SystemClock};
use tempfile::NamedTempFile;

use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;

/// Watches pods while that of the file `pod` is created, changed and deleted, and returns what the watch
/// prints of it: the header, and one line an event. `kubectl` makes a command with the arguments given.
pub(super) fn watch(
    kubectl: impl Fn(&[&str]) -> Command,
    pod: &Path,
    interrupt: &Interrupt,
) -> Result<String> {
    let text = fs::read_to_string(pod).context(|| format!("read {}", pod.display()))?;
    let pod = Manifest::write(&text)?;
    let changed = Manifest::write(&text.replace("stage: one", "stage: two"))?;
    let sentinel = Manifest::write(&text.replace("name: test-pod", &format!("name: {SENTINEL}")))?;
    let run = |words: &[&str], file: &Manifest| {
        let mut command = kubectl(words);
        succeed(command.arg(file.0.path()))
    };

    run(&CREATE, &sentinel)?;
    let mut watcher = Watcher::start(kubectl(&WATCH))?;
    let mut printed = watcher.lines_until("ADDED", interrupt)?;
    run(&CREATE, &pod)?;
    run(&REPLACE, &changed)?;
    run(&DELETE, &pod)?;
    run(&DELETE, &sentinel)?;
    printed.extend(watcher.lines_until("DELETED", interrupt)?);
    Ok(printed.join("\n"))
}

/// Runs a command whose output does not matter, and fails unless it succeeds.
pub(super) fn succeed(command: &mut Command) -> Result<()> {
    let output = command
        .output()
        .context(|| format!("run {}", command::describe(command)))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::new(format!(
        "{} failed ({}): {}",
        command::describe(command),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    )))
}

/// An object in a file, for kubectl to read.
struct Manifest(NamedTempFile);

impl Manifest {
    fn write(text: &str) -> Result<Self> {
        let what = || "write a temporary file".to_owned();
        let mut file = NamedTempFile::new().context(what)?;
        file.write_all(text.as_bytes()).context(what)?;
        Ok(Self(file))
    }
}

/// A running watch. Dropping it ends it.
struct Watcher {
    child: Child,
    lines: Receiver<String>,
    reader: Option<JoinHandle<()>>,
}

impl Watcher {
    fn start(mut kubectl: Command) -> Result<Self> {
        let mut child = command::spawn(kubectl.stdout(Stdio::piped()))?;
        let stdout = child.stdout.take().expect("standard output is piped");
        let (sender, lines) = channel();
        Ok(Self {
            child,
            lines,
            reader: Some(thread::spawn(move || send_lines(stdout, &sender))),
        })
    }

    /// The lines up to the sentinel's event of that type, those about the sentinel left out.
    fn lines_until(&mut self, event: &str, interrupt: &Interrupt) -> Result<Vec<String>> {
        let clock = SystemClock::new();
        let deadline = clock.now() + PATIENCE;
        let mut found = Vec::new();
        loop {
            match self.lines.recv_timeout(POLL) {
                Ok(line) => match of_sentinel(&line) {
                    Some(of) if of == event => return Ok(found),
                    Some(_) => {}
                    None => found.push(line),
                },
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(unfinished("the watch ended", event, &found));
                }
                Err(RecvTimeoutError::Timeout) if interrupt.signal().is_some() => {
                    return Err(Error::new("interrupted"));
                }
                Err(RecvTimeoutError::Timeout) if clock.now() > deadline => {
                    let what = format!("the watch went on for {PATIENCE:?}");
                    return Err(unfinished(&what, event, &found));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            // It ends with the process, whose output it reads.
            let _ = reader.join();
        }
    }
}

fn send_lines(stdout: ChildStdout, sender: &Sender<String>) {
    for line in BufReader::new(stdout)
        .lines()
        .map_while(std::result::Result::ok)
    {
        if sender.send(line).is_err() {
            return;
        }
    }
}

/// The type of the event, if the line is about the sentinel.
fn of_sentinel(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let event = words.next()?;
    (words.next()? == SENTINEL).then_some(event)
}

fn unfinished(what: &str, event: &str, found: &[String]) -> Error {
    let found = found.join("\n");
    Error::new(format!(
        "{what} without `{event} {SENTINEL}`; it printed:\n{found}"
    ))
}

const WATCH: [&str; 4] = ["get", "pods", "--watch", "--output-watch-events"];
const CREATE: [&str; 3] = ["create", "--validate=false", "-f"];
const REPLACE: [&str; 3] = ["replace", "--validate=false", "-f"];
const DELETE: [&str; 2] = ["delete", "-f"];

const SENTINEL: &str = "sentinel";

/// How long a watch may take to show what was done.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes what it is asked, and watches a file of events.
    const KUBECTL: &str = r#"
        for file; do :; done
        note() { name=$(sed -n 's/^name: //p' "$file"); echo "$1 $name" >>asked; echo "$2 $name" >>events; }
        case "$1" in
        get) echo watch >>asked; exec tail -n +1 -f events ;;
        create) note create ADDED ;;
        replace) note replace MODIFIED ;;
        delete) note delete DELETED ;;
        esac"#;

    #[test]
    fn pods_change_while_the_watch_runs_and_it_is_read_to_the_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name| directory.path().join(name);
        fs::write(path("pod.yaml"), "name: test-pod\nstage: one\n").unwrap();
        fs::write(path("events"), "EVENT NAME\n").unwrap();
        let kubectl = |words: &[&str]| {
            let mut command = Command::new("sh");
            command.args(["-c", KUBECTL, "kubectl"]).args(words);
            command.current_dir(directory.path());
            command
        };
        let interrupt = Interrupt::listen().unwrap();
        assert_eq!(
            watch(kubectl, &path("pod.yaml"), &interrupt).unwrap(),
            "EVENT NAME\nADDED test-pod\nMODIFIED test-pod\nDELETED test-pod"
        );
        assert_eq!(
            fs::read_to_string(path("asked")).unwrap(),
            "create sentinel\nwatch\ncreate test-pod\nreplace test-pod\ndelete test-pod\ndelete sentinel\n"
        );
    }

    #[test]
    fn command_that_fails_and_a_watch_that_ends_are_errors() {
        let directory = tempfile::tempdir().unwrap();
        let pod = directory.path().join("pod.yaml");
        fs::write(&pod, "name: test-pod\n").unwrap();
        let interrupt = Interrupt::listen().unwrap();
        let fails_on = |failing: &str| {
            let script = format!(r#"[ "$1" != {failing} ] || {{ echo no >&2; exit 3; }}"#);
            let kubectl = |words: &[&str]| {
                let mut command = Command::new("sh");
                command.args(["-c", &script, "kubectl"]).args(words);
                command
            };
            watch(kubectl, &pod, &interrupt).unwrap_err().to_string()
        };
        let error = fails_on("create");
        assert!(error.ends_with("(exit status: 3): no"), "{error}");
        let error = fails_on("get");
        assert!(error.starts_with("the watch ended without"), "{error}");
    }
}
