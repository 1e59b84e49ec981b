//! [`RemoteCommand`], a command in a container.
//!
//! Invariant: what the command writes is read no faster than it is taken away, and the command's end is
//! told only when all that it wrote was.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, ready};

use bytes::Bytes;

use super::channels::{CLOSE, Channels, PROTOCOLS, RESIZE, STDIN};
use super::session::Session;
use super::{ExitStatus, StreamOptions, TerminalSize};
use crate::websocket::{BUFFER, Socket};
use crate::{Error, Request};

/// A command that runs in a container (`exec`), or a container's own process (`attach`), with its
/// streams.
///
/// [`run`](Self::run) connects the streams with others and waits for the end, as client-go's
/// `remotecommand.Executor` does, [`output`](Self::output) collects what the command writes, and
/// [`next`](Self::next) gives it away piece by piece.
///
/// ```no_run
/// use pintle_api::core::v1::{Pod, PodExecOptions};
///
/// # async fn example(client: pintle_client::Client) -> Result<(), pintle_client::Error> {
/// let pods = client.api::<Pod>().default_namespace();
/// let options = PodExecOptions {
///     command: ["cat", "/etc/hostname"].map(Into::into).into_iter().collect(),
///     stdout: true,
///     stderr: true,
///     ..Default::default()
/// };
/// let command = pods.remote_command("web-0", "exec", &options).await?;
/// let output = command.output().await?;
/// if output.status.success() {
///     println!("{}", String::from_utf8_lossy(&output.stdout));
/// }
/// # Ok(())
/// # }
/// ```
///
/// It speaks `v5.channel.k8s.io` over a WebSocket, or `v4.channel.k8s.io` with a server that does not
/// know the former. The latter has no way of saying that the input is at its end: see
/// [`can_close_stdin`](Self::can_close_stdin). A server that is silent is asked every five seconds
/// whether it is still there, and given up after a minute.
///
/// Nothing happens while it is not polled, and dropping it closes the connection: the command's streams
/// end, and that is all that Kubernetes tells the command.
#[must_use = "a command's output does not arrive unless it is read"]
pub struct RemoteCommand {
    socket: Socket,
    what: String,
    channels: Channels,
    can_close_stdin: bool,
    /// Whether the command has an input that is not at its end.
    has_stdin: bool,
}

/// Some bytes that a command wrote.
///
/// Exhaustive: a command writes to these two.
#[derive(Clone, PartialEq, Eq)]
pub enum OutputPiece {
    /// To its standard output, or to its terminal.
    Stdout(Bytes),
    /// To its standard error.
    Stderr(Bytes),
}

/// All that a command wrote, and how it ended.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandOutput {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to its standard output, or to its terminal.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error.
    pub stderr: Vec<u8>,
}

impl RemoteCommand {
    /// Opens what a request asks for.
    pub(crate) async fn open(request: Request) -> Result<Self, Error> {
        let what = request.to_string();
        let has_stdin = request.asks_for("stdin");
        let (protocol, stream) = request.websocket(&PROTOCOLS).await?;
        Ok(Self {
            socket: Socket::new(stream).await,
            what,
            channels: Channels::default(),
            can_close_stdin: protocol == PROTOCOLS[0],
            has_stdin,
        })
    }

    /// Whether the command can be told that its input is at its end, which takes `v5.channel.k8s.io`.
    /// Where it cannot, a command that reads to the end of its input waits for ever.
    pub fn can_close_stdin(&self) -> bool {
        self.can_close_stdin
    }

    /// Connects the command's streams, and waits until it has ended and all that it wrote is where it
    /// belongs. A stream that is slow makes the command wait, and one message is kept: 32 KiB as
    /// Kubernetes sends them, 1 MiB at most.
    ///
    /// ```no_run
    /// use pintle_client::{RemoteCommand, StreamOptions};
    ///
    /// # async fn example(command: RemoteCommand) -> Result<(), pintle_client::Error> {
    /// let mut archive = Vec::new();
    /// let streams = StreamOptions::new().stdin(&b"names\n"[..]).stdout(&mut archive);
    /// let status = command.run(streams).await?;
    /// println!("{status}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// Dropping the future ends the command's streams. What was read of standard input may be lost.
    ///
    /// # Errors
    /// As [`next`](Self::next) and [`wait`](Self::wait); an error of kind
    /// [`Local`](crate::ErrorKind::Local) when one of the streams fails.
    pub async fn run(self, streams: StreamOptions<'_>) -> Result<ExitStatus, Error> {
        let mut session = Session::new(self, streams);
        poll_fn(|cx| session.poll(cx)).await
    }

    /// All that the command writes, which must fit into memory, and how it ends. Its input ends at
    /// once.
    ///
    /// # Cancel safety
    /// Dropping the future ends the command's streams.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn output(self) -> Result<CommandOutput, Error> {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let streams = StreamOptions::new().stdout(&mut stdout).stderr(&mut stderr);
        let status = self.run(streams).await?;
        Ok(CommandOutput {
            status,
            stdout,
            stderr,
        })
    }

    /// The next bytes that the command has written; `None` when it has ended and all was read.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the connection is lost ([`Error::is_closed`]), or the server does not keep to the protocol.
    pub async fn next(&mut self) -> Result<Option<OutputPiece>, Error> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Writes to the command's standard input, if the request asked for it, and waits until it is on
    /// its way. A command may not read before what it wrote is [read](Self::next): whoever writes much
    /// does both at a time, as [`run`](Self::run) does.
    ///
    /// # Cancel safety
    /// Some of it may have been written when the future is dropped.
    ///
    /// # Errors
    /// When the connection is lost ([`Error::is_closed`]), which a command that has ended is a reason
    /// for; a misuse if the command has no input, or no more.
    pub async fn write_stdin(&mut self, data: &[u8]) -> Result<(), Error> {
        if !self.has_stdin {
            let message = "the command has no standard input that is open: its options ask for it";
            return Err(Error::misuse(message));
        }
        for some in data.chunks(BUFFER) {
            self.send(&[&[STDIN], some]).await?;
        }
        Ok(())
    }

    /// Ends the command's standard input. It does nothing with a server that
    /// [cannot](Self::can_close_stdin) be told.
    ///
    /// # Cancel safety
    /// The input may have ended when the future is dropped.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn close_stdin(&mut self) -> Result<(), Error> {
        if let Some(message) = self.stdin_end() {
            self.send(&[&message]).await?;
        }
        Ok(())
    }

    /// Gives the command's terminal another size.
    ///
    /// # Cancel safety
    /// The size may have been sent when the future is dropped.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn resize(&mut self, size: TerminalSize) -> Result<(), Error> {
        self.send(&[&[RESIZE], size.to_json().as_bytes()]).await
    }

    /// Waits until the command has ended, and passes over what it still writes. Its input is not ended
    /// by that.
    ///
    /// # Cancel safety
    /// Dropping the future ends the command's streams.
    ///
    /// # Errors
    /// As [`next`](Self::next); when the command could not be run, as the server says it
    /// ([`Error::as_status`]); when the connection ends before the command does ([`Error::is_closed`]).
    pub async fn wait(mut self) -> Result<ExitStatus, Error> {
        while self.next().await?.is_some() {}
        self.exit_status()
    }

    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<OutputPiece>, Error>> {
        loop {
            match ready!(self.socket.poll_next(cx)) {
                Ok(Some(data)) => {
                    if let Some(piece) = self.channels.take(data) {
                        return Poll::Ready(Ok(Some(piece)));
                    }
                }
                Ok(None) => return Poll::Ready(Ok(None)),
                // How it ended was said, and nothing comes behind that.
                Err(error) if is_end(&error) && !self.channels.status().is_empty() => {
                    return Poll::Ready(Ok(None));
                }
                Err(error) => return Poll::Ready(Err(self.failed(error))),
            }
        }
    }

    /// How it ended, once all was read.
    pub(super) fn exit_status(&self) -> Result<ExitStatus, Error> {
        match self.channels.status() {
            [] => {
                let why = "the server did not say how the command ended";
                let error = io::Error::new(io::ErrorKind::UnexpectedEof, why);
                Err(self.failed(error))
            }
            said => ExitStatus::read(&self.what, said),
        }
    }

    pub(super) fn has_stdin(&self) -> bool {
        self.has_stdin
    }

    /// Whether there is room for a message.
    pub(super) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_ready(cx)
    }

    /// Puts some of the standard input on its way, for which there is [room](Self::poll_ready).
    pub(super) fn put_stdin(&mut self, data: &[u8]) {
        self.socket.put_message(&[&[STDIN], data]);
    }

    /// Puts the end of the standard input on its way, if that can be said.
    pub(super) fn put_stdin_end(&mut self) {
        if let Some(message) = self.stdin_end() {
            self.socket.put_message(&[&message]);
        }
    }

    /// Puts a size on its way.
    pub(super) fn put_size(&mut self, size: TerminalSize) {
        self.socket
            .put_message(&[&[RESIZE], size.to_json().as_bytes()]);
    }

    fn stdin_end(&mut self) -> Option<[u8; 2]> {
        let had_stdin = std::mem::take(&mut self.has_stdin);
        (had_stdin && self.can_close_stdin).then_some([CLOSE, STDIN])
    }

    /// Sends a message, and waits until it is on its way.
    async fn send(&mut self, parts: &[&[u8]]) -> Result<(), Error> {
        let room = poll_fn(|cx| self.socket.poll_ready(cx)).await;
        room.map_err(|error| self.failed(error))?;
        self.socket.put_message(parts);
        let sent = poll_fn(|cx| self.socket.poll_ready(cx)).await;
        sent.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> Error {
        Error::of_socket(&self.what, error)
    }
}

/// Whether a connection has ended, in whatever way.
fn is_end(error: &io::Error) -> bool {
    error.kind() != io::ErrorKind::InvalidData
}

impl fmt::Debug for RemoteCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The command is among the parameters and may hold a secret; method and path do not.
        f.debug_struct("RemoteCommand")
            .field("request", &self.what)
            .field("has_stdin", &self.has_stdin)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OutputPiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, bytes) = match self {
            Self::Stdout(bytes) => ("Stdout", bytes),
            Self::Stderr(bytes) => ("Stderr", bytes),
        };
        // What a command writes may be secret.
        write!(f, "{name}({} bytes)", bytes.len())
    }
}

impl fmt::Debug for CommandOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandOutput")
            .field("status", &self.status)
            .field("stdout", &format_args!("{} bytes", self.stdout.len()))
            .field("stderr", &format_args!("{} bytes", self.stderr.len()))
            .finish()
    }
}
