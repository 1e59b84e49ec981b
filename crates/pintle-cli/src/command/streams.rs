//! What `exec` and `attach` have in common: a container's streams, connected with this process's.

use std::io;

use pintle_client::{ExitStatus, RemoteCommand, Request, StreamOptions};
use pintle_codec::Value;
use pintle_meta::GroupVersion;

use super::interrupts::Interrupts;
use super::pods::text;
use super::terminal::{self, Raw, Sizes};
use crate::args::Streams;
use crate::error::{Error, Kind};
use crate::session::Session;

/// Which streams there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    stdin: bool,
    /// Standard input is a terminal, and so is it for the command.
    pub(super) tty: bool,
    /// What runs at the terminal has run before, and is to draw itself anew.
    anew: bool,
}

impl Plan {
    /// What the command line asks for, as far as there is a terminal.
    pub(super) fn new(streams: &Streams, anew: bool, session: &Session) -> Self {
        // Without standard input there is nothing that a terminal could be.
        let wanted = streams.tty && streams.stdin;
        let tty = wanted && terminal::is_input();
        if wanted && !tty && !streams.quiet {
            let message = "Unable to use a TTY - input is not a terminal or the right kind of file";
            session.messages().line(message);
        }
        Self {
            stdin: streams.stdin,
            tty,
            anew,
        }
    }

    pub(super) fn without_terminal(self) -> Self {
        Self { tty: false, ..self }
    }
}

/// A request for a container's streams.
pub(super) fn request(
    pod: &Value,
    subresource: &str,
    container: &str,
    plan: Plan,
    session: &Session,
) -> Request {
    let rest = session.client().rest(&GroupVersion::core("v1"));
    let request = rest
        .get()
        .namespace(text(pod, &["metadata", "namespace"]))
        .resource("pods")
        .name(text(pod, &["metadata", "name"]))
        .subresource([subresource])
        .param("container", container)
        .param("stdout", "true");
    let flags = [
        ("stdin", plan.stdin),
        // At a terminal there is one output.
        ("stderr", !plan.tty),
        ("tty", plan.tty),
    ];
    let flags = flags.into_iter().filter(|(_, set)| *set);
    flags.fold(request, |request, (name, _)| request.param(name, "true"))
}

/// Connects the streams, and waits until the command has ended.
pub(super) async fn run(
    command: RemoteCommand,
    plan: Plan,
    session: &Session,
) -> Result<ExitStatus, Error> {
    if plan.stdin && !plan.tty && !command.can_close_stdin() {
        let message = "the pod's node does not know v5.channel.k8s.io: the command is not told when standard input ends";
        session.messages().warning(message);
    }
    let mut streams = StreamOptions::new().stdout(tokio::io::stdout());
    if plan.stdin {
        streams = streams.stdin(tokio::io::stdin());
    }
    if !plan.tty {
        let running = command.run(streams.stderr(tokio::io::stderr()));
        return Ok(running.await?);
    }
    let unusable = |error: io::Error| {
        Error::new(Kind::Failed, "the terminal cannot be used")
            .caused_by(error)
            .with_hint("leave -t out")
    };
    let sizes = Sizes::new(plan.anew).map_err(unusable)?;
    // It is sent what is typed, so signals come from elsewhere.
    let mut interrupts = Interrupts::new()?;
    let raw = Raw::enter().map_err(unusable)?;
    let outcome = tokio::select! {
        outcome = command.run(streams.terminal_sizes(sizes)) => Some(outcome),
        () = interrupts.next() => None,
    };
    drop(raw);
    match outcome {
        Some(outcome) => Ok(outcome?),
        None => Err(Error::new(Kind::Exit(INTERRUPTED), "interrupted")),
    }
}

/// What this process makes of how a command ended.
pub(super) fn exit(status: ExitStatus) -> Result<(), Error> {
    if status.success() {
        return Ok(());
    }
    let code = u8::try_from(status.code()).unwrap_or(1);
    let message = format!("command terminated with {status}");
    Err(Error::new(Kind::Exit(code), message))
}

/// Refuses a pod whose containers have all ended.
pub(super) fn refuse_completed(pod: &Value, what: &str) -> Result<(), Error> {
    let phase = text(pod, &["status", "phase"]);
    if !matches!(phase, "Succeeded" | "Failed") {
        return Ok(());
    }
    let message = format!("cannot {what} a container in a completed pod; current phase is {phase}");
    Err(Error::new(Kind::Failed, message).with_hint("choose a pod that runs: `pintle get pods`"))
}

/// As shells have it for a process that was asked to end.
const INTERRUPTED: u8 = 130;
