//! [`StreamOptions`], what the streams of a command are connected with.

use std::fmt;
use std::pin::Pin;

use futures_core::Stream;
use tokio::io::{AsyncRead, AsyncWrite};

/// What the streams of a [`RemoteCommand`](crate::RemoteCommand) are connected with.
///
/// client-go's `remotecommand.StreamOptions`.
#[derive(Default)]
pub struct StreamOptions<'a> {
    pub(super) stdin: Option<Pin<Box<dyn AsyncRead + Send + 'a>>>,
    pub(super) stdout: Option<Pin<Box<dyn AsyncWrite + Send + 'a>>>,
    pub(super) stderr: Option<Pin<Box<dyn AsyncWrite + Send + 'a>>>,
    pub(super) sizes: Option<Pin<Box<dyn Stream<Item = TerminalSize> + Send + 'a>>>,
}

impl<'a> StreamOptions<'a> {
    /// Nothing to be read, and what is written is passed over.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the command reads, if its request asks for standard input. Where this ends, the command's
    /// input ends. Default: it ends at once.
    #[must_use]
    pub fn stdin(mut self, stdin: impl AsyncRead + Send + 'a) -> Self {
        self.stdin = Some(Box::pin(stdin));
        self
    }

    /// Where to put what the command writes; at a terminal its errors as well. While it takes nothing, the
    /// command waits. Default: it is passed over.
    #[must_use]
    pub fn stdout(mut self, stdout: impl AsyncWrite + Send + 'a) -> Self {
        self.stdout = Some(Box::pin(stdout));
        self
    }

    /// Where to put the errors that the command writes. While it takes nothing, the command waits.
    /// Default: they are passed over.
    #[must_use]
    pub fn stderr(mut self, stderr: impl AsyncWrite + Send + 'a) -> Self {
        self.stderr = Some(Box::pin(stderr));
        self
    }

    /// The size of the terminal, if the command has one, and whatever it changes to. Default: the
    /// terminal keeps the size that the container gives it.
    ///
    /// client-go's `TerminalSizeQueue`.
    #[must_use]
    pub fn terminal_sizes(mut self, sizes: impl Stream<Item = TerminalSize> + Send + 'a) -> Self {
        self.sizes = Some(Box::pin(sizes));
        self
    }
}

/// How large a terminal is, in characters.
///
/// Exhaustive: there is nothing more to a terminal's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TerminalSize {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl TerminalSize {
    /// As servers read it.
    pub(super) fn to_json(self) -> String {
        let Self { width, height } = self;
        format!(r#"{{"Width":{width},"Height":{height}}}"#)
    }
}

impl fmt::Debug for StreamOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamOptions")
            .field("stdin", &self.stdin.is_some())
            .field("stdout", &self.stdout.is_some())
            .field("stderr", &self.stderr.is_some())
            .field("terminal_sizes", &self.sizes.is_some())
            .finish()
    }
}
