//! Running a plugin.
//!
//! Invariant: the process ends with the future that waits for it, and what it writes is bounded.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{ExitStatus, Stdio};

use futures_util::future::{Either, select};
use pintle_config::{Environment, harmless};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;

use super::{Credentials, protocol};
use crate::error::{Error, ErrorKind};
use crate::metrics;

/// What the plugin wrote to standard output.
pub(super) async fn run(credentials: &Credentials) -> Result<Vec<u8>, Error> {
    let plugin = &credentials.plugin;
    let process;
    let environment = match &plugin.environment {
        Some(environment) => environment,
        None => {
            process = Environment::process();
            &process
        }
    };
    check_policy(credentials, environment)?;
    let is_interactive = is_interactive(credentials)?;
    let Some(program) = find(&plugin.command, environment) else {
        count(credentials, 1, "plugin_not_found_error");
        return Err(missing(credentials));
    };

    let command = &plugin.command;
    tracing::debug!(command, is_interactive, "running an exec plugin");
    let mut program = Command::new(program);
    program
        .args(&plugin.args)
        .env_clear()
        .envs(environment.variables())
        .envs(plugin.env.iter().map(|(name, value)| (name, value)))
        .env(
            EXEC_INFO,
            protocol::info(plugin, &credentials.cluster, is_interactive),
        )
        .stdin(if is_interactive {
            Stdio::inherit()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let ended = execute(&mut program).await.map_err(|fault| {
        count(credentials, 1, "client_internal_error");
        match fault {
            Fault::System(what, error) => {
                let message = format!("the exec plugin {command:?} {what}");
                Error::with_source(ErrorKind::Credentials, message, error)
            }
            Fault::TooMuch => {
                let why = format!("wrote more than {LONGEST_OUTPUT} bytes");
                failed(credentials, &why)
            }
        }
    })?;
    if !ended.status.success() {
        let code = ended.status.code().unwrap_or(-1);
        count(credentials, code, "plugin_execution_error");
        return Err(failed(credentials, &ending(ended.status, &ended.said)));
    }
    count(credentials, 0, "no_error");
    if !ended.said.is_empty() {
        tracing::debug!(
            command,
            said = ended.said,
            "an exec plugin wrote to standard error"
        );
    }
    Ok(ended.output)
}

/// Whether the configuration lets the plugin run.
fn check_policy(credentials: &Credentials, environment: &Environment) -> Result<(), Error> {
    let plugin = &credentials.plugin;
    let search = |name: &str| find(name, environment);
    let allowed = plugin.policy.allows(&plugin.command, &search);
    let verdict = if allowed.is_ok() { "allowed" } else { "denied" };
    credentials
        .metrics
        .count(&metrics::EXEC_POLICY_CALLS, &[verdict]);
    allowed.map_err(|error| Error::new(ErrorKind::Credentials, error.to_string()))
}

/// Whether the plugin gets the terminal.
fn is_interactive(credentials: &Credentials) -> Result<bool, Error> {
    let plugin = &credentials.plugin;
    let mode = plugin.interactive_mode.clone().unwrap_or(IF_AVAILABLE);
    mode.is_interactive(
        std::io::stdin().is_terminal(),
        plugin.stdin_unavailable.as_deref(),
    )
    .map_err(|why| failed(credentials, &format!("cannot ask its user: {why}")))
}

/// A program that has come to its end.
struct Ended {
    status: ExitStatus,
    output: Vec<u8>,
    /// The end of what it wrote to standard error.
    said: String,
}

/// Why a program did not come to its end.
enum Fault {
    /// What the system refused to do, and why.
    System(&'static str, io::Error),
    /// It wrote more than anybody needs, and might go on for ever.
    TooMuch,
}

/// Runs a program, and ends it if it writes too much.
async fn execute(program: &mut Command) -> Result<Ended, Fault> {
    let spawned = program.spawn();
    let mut child = spawned.map_err(|error| Fault::System("cannot be run", error))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (whole, end) = (pin!(read_whole(out)), pin!(read_end(err)));
    let (output, said) = match select(whole, end).await {
        Either::Left((Some(out), end)) => (Some(out), end.await),
        Either::Left((None, _)) => (None, String::new()),
        Either::Right((said, whole)) => (whole.await, said),
    };
    // Dropping the child ends it.
    let output = output.ok_or(Fault::TooMuch)?;
    let status = child.wait().await;
    let status = status.map_err(|error| Fault::System("cannot be waited for", error))?;
    Ok(Ended {
        status,
        output,
        said,
    })
}

fn count(credentials: &Credentials, code: i32, status: &str) {
    let code = code.to_string();
    credentials
        .metrics
        .count(&metrics::EXEC_CALLS, &[&code, status]);
}

fn failed(credentials: &Credentials, why: &str) -> Error {
    let message = format!("the exec plugin {:?} {why}", credentials.plugin.command);
    Error::new(ErrorKind::Credentials, message)
}

fn ending(status: ExitStatus, said: &str) -> String {
    let code = match status.code() {
        Some(code) => format!("failed with exit code {code}"),
        None => format!("was ended ({status})"),
    };
    match said.trim() {
        "" => code,
        said => format!("{code}; it wrote: {said}"),
    }
}

fn missing(credentials: &Credentials) -> Error {
    let mut message = format!(
        "the exec plugin {:?} was not found",
        credentials.plugin.command
    );
    if let Some(hint) = credentials.install_hint() {
        message.push_str("; it is a program of its own that fetches credentials");
        if !hint.is_empty() {
            message.push_str(": ");
            message.push_str(&harmless(hint));
        }
    }
    Error::new(ErrorKind::Credentials, message)
}

/// All that is written; none if that is too much.
async fn read_whole(from: Option<impl AsyncRead + Unpin>) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    let mut from = from?.take(LONGEST_OUTPUT + 1);
    // What could be read before an error is not the whole, which shows when it is decoded.
    let _ = from.read_to_end(&mut all).await;
    (all.len() as u64 <= LONGEST_OUTPUT).then_some(all)
}

/// The end of what is written. It may be a question: who sits at a terminal sees it at once.
async fn read_end(from: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut from) = from else {
        return String::new();
    };
    let mut end = Vec::new();
    let mut chunk = [0; 1024];
    while let Ok(read @ 1..) = from.read(&mut chunk).await {
        let mut stderr = std::io::stderr();
        if stderr.is_terminal() {
            // There is nobody to tell that nobody can be told.
            let _ = stderr.write_all(&chunk[..read]);
        }
        end.extend_from_slice(&chunk[..read]);
        let surplus = end.len().saturating_sub(SHOWN_OF_STDERR);
        end.drain(..surplus);
    }
    harmless(&String::from_utf8_lossy(&end))
}

/// The program of that name, found as a shell finds it; a path is taken as it is.
fn find(name: &str, environment: &Environment) -> Option<PathBuf> {
    if Path::new(name).components().count() > 1 || name.contains('/') {
        return executable(PathBuf::from(name));
    }
    let path = environment.variable("PATH")?;
    std::env::split_paths(path)
        // What is found in the working directory by accident is not run, as in Go.
        .filter(|directory| directory.is_absolute())
        .find_map(|directory| executable(directory.join(name)))
}

/// The file, if it can be run.
fn executable(path: PathBuf) -> Option<PathBuf> {
    let mut candidates = vec![path.clone()];
    if cfg!(windows) && path.extension().is_none() {
        for extension in ["exe", "cmd", "bat"] {
            candidates.push(path.with_extension(extension));
        }
    }
    candidates.into_iter().find(|path| is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    let metadata = std::fs::metadata(path);
    metadata.is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

const EXEC_INFO: &str = "KUBERNETES_EXEC_INFO";

/// What v1beta1 means by saying nothing.
const IF_AVAILABLE: pintle_config::InteractiveMode = pintle_config::InteractiveMode::IfAvailable;

/// Bytes of an answer: a token and a certificate with its key take a few thousand.
const LONGEST_OUTPUT: u64 = 1 << 20;

/// Bytes of what a plugin complains about that are shown.
const SHOWN_OF_STDERR: usize = 2 << 10;
