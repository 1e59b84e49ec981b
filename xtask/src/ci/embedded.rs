//! The embedded server as users start it, beside which a real one is asked the same.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use pintle_env::{Clock, SystemClock};

use crate::error::{Context as _, Error, Result};
use crate::interrupt::Interrupt;
use crate::real_cluster::{Process, log_tail};
use crate::workspace;

/// `pintle up` in a process of its own. Dropping it stops it and removes its directory.
pub(crate) struct Embedded {
    pub(super) directory: PathBuf,
    pub(crate) kubeconfig: PathBuf,
    process: Option<Process>,
}

impl Embedded {
    /// Starts the server in an empty directory, and waits until it answers.
    pub(crate) fn start(pintle: &Path, directory: PathBuf, interrupt: &Interrupt) -> Result<Self> {
        Self::start_with(pintle, &["--no-gateway"], directory, interrupt)
    }

    /// The same, with more on its command line.
    pub(super) fn start_with(
        pintle: &Path,
        more: &[&str],
        directory: PathBuf,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        // Whole before anything can fail, so that what was started is stopped.
        let mut embedded = Self {
            kubeconfig: directory.join("kubeconfig"),
            directory,
            process: None,
        };
        let mut command = Command::new(pintle);
        command
            .args(["up", "--kubeconfig-out"])
            .arg(&embedded.kubeconfig)
            .args(more);
        let process = Process::start(&embedded.directory, "pintle", &mut command)?;
        let process = embedded.process.insert(process);
        let clock = SystemClock::new();
        let deadline = clock.now() + PATIENCE;
        // It is written as soon as the server answers requests.
        while !embedded.kubeconfig.exists() {
            if interrupt.signal().is_some() {
                return Err(Error::new("interrupted"));
            }
            if !process.is_running() {
                let log = log_tail(&embedded.directory, process.name());
                return Err(Error::new(format!(
                    "`pintle up` ended; the end of its log:\n{log}"
                )));
            }
            if clock.now() > deadline {
                let message = format!("`pintle up` wrote no kubeconfig within {PATIENCE:?}");
                return Err(Error::new(message));
            }
            thread::sleep(POLL);
        }
        Ok(embedded)
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop();
        }
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            eprintln!(
                "warning: cannot remove {}: {error}",
                self.directory.display()
            );
        }
    }
}

/// An address of loopback that nobody listens at.
pub(super) fn free_address() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context(|| "find a free port".into())?;
    let address = listener.local_addr();
    Ok(address.context(|| "find a free port".into())?.to_string())
}

/// Does the same with all at a time: none knows of another, and most of it is waiting.
pub(super) fn at_once<A: Send, T: Send, const N: usize>(
    sides: [A; N],
    each: impl Fn(A) -> T + Sync,
) -> [T; N] {
    let each = &each;
    thread::scope(|scope| {
        let running = sides.map(|side| scope.spawn(move || each(side)));
        running.map(|side| side.join().expect("it does not panic"))
    })
}

/// A kubectl with nothing of its own but a kubeconfig, in the checkout.
pub(super) fn kubectl_on(kubectl: &Path, kubeconfig: &Path) -> Command {
    let mut command = Command::new(kubectl);
    command
        .env("KUBECONFIG", kubeconfig)
        .env("HOME", "/nonexistent");
    command.current_dir(workspace::root()).stdin(Stdio::null());
    command
}

/// How long the server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);
