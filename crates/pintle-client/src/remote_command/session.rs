//! [`Session`], which connects a command's streams with others.
//!
//! Invariant: each direction waits for its own end only; a piece of output is taken when the last one is
//! where it belongs, and input is read when the last of it is on its way.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncWrite, ReadBuf};

use super::{ExitStatus, OutputPiece, RemoteCommand, StreamOptions};
use crate::Error;
use crate::websocket::BUFFER;

pub(super) struct Session<'a> {
    command: RemoteCommand,
    streams: StreamOptions<'a>,
    input: Input,
    /// What was read of the command and not yet written.
    output: Option<OutputPiece>,
    /// Whether something was written that is not flushed.
    is_dirty: bool,
}

/// What is to be done for the command's standard input.
enum Input {
    /// It is passed on.
    Open(Box<[u8]>),
    /// Its end is to be told.
    Ending,
    /// Nothing.
    Over,
}

impl<'a> Session<'a> {
    pub(super) fn new(command: RemoteCommand, streams: StreamOptions<'a>) -> Self {
        let input = match streams.stdin {
            _ if !command.has_stdin() => Input::Over,
            Some(_) => Input::Open(vec![0; BUFFER].into()),
            None => Input::Ending,
        };
        Self {
            command,
            streams,
            input,
            output: None,
            is_dirty: false,
        }
    }

    /// Goes as far as it can in all directions; ready when the command has ended.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<ExitStatus, Error>> {
        // A connection that takes nothing any more may still bring the end.
        let _ = self.poll_sizes(cx);
        if let Poll::Ready(Err(error)) = self.poll_input(cx) {
            return Poll::Ready(Err(error));
        }
        self.poll_output(cx)
    }

    fn poll_sizes(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(sizes) = &mut self.streams.sizes {
            ready!(self.command.poll_ready(cx))?;
            match ready!(sizes.as_mut().poll_next(cx)) {
                Some(size) => self.command.put_size(size),
                None => self.streams.sizes = None,
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        while !matches!(self.input, Input::Over) {
            if ready!(self.command.poll_ready(cx)).is_err() {
                self.input = Input::Over;
                self.streams.stdin = None;
                break;
            }
            match (&mut self.input, &mut self.streams.stdin) {
                (Input::Open(buffer), Some(stdin)) => {
                    let mut buffer = ReadBuf::new(buffer);
                    let read = ready!(stdin.as_mut().poll_read(cx, &mut buffer));
                    read.map_err(|error| Error::local("standard input cannot be read", error))?;
                    match buffer.filled() {
                        [] => self.input = Input::Ending,
                        data => self.command.put_stdin(data),
                    }
                }
                _ => {
                    self.command.put_stdin_end();
                    self.input = Input::Over;
                    self.streams.stdin = None;
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_output(&mut self, cx: &mut Context<'_>) -> Poll<Result<ExitStatus, Error>> {
        loop {
            if let Some(piece) = &mut self.output {
                let (bytes, writer) = match piece {
                    OutputPiece::Stdout(bytes) => (bytes, &mut self.streams.stdout),
                    OutputPiece::Stderr(bytes) => (bytes, &mut self.streams.stderr),
                };
                if let Some(writer) = writer {
                    ready!(poll_write_all(writer.as_mut(), bytes, cx)).map_err(unwritable)?;
                    self.is_dirty = true;
                }
                self.output = None;
            }
            match self.command.poll_next(cx) {
                Poll::Ready(Ok(Some(piece))) => self.output = Some(piece),
                Poll::Ready(Ok(None)) => {
                    ready!(self.poll_flush(cx)).map_err(unwritable)?;
                    return Poll::Ready(self.command.exit_status());
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    if let Poll::Ready(Err(error)) = self.poll_flush(cx) {
                        return Poll::Ready(Err(unwritable(error)));
                    }
                    return Poll::Pending;
                }
            }
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_dirty {
            let writers = [&mut self.streams.stdout, &mut self.streams.stderr];
            for writer in writers.into_iter().flatten() {
                ready!(writer.as_mut().poll_flush(cx))?;
            }
            self.is_dirty = false;
        }
        Poll::Ready(Ok(()))
    }
}

fn poll_write_all(
    mut writer: Pin<&mut (dyn AsyncWrite + Send + '_)>,
    bytes: &mut Bytes,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    while !bytes.is_empty() {
        match ready!(writer.as_mut().poll_write(cx, bytes))? {
            0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            written => bytes.advance(written),
        }
    }
    Poll::Ready(Ok(()))
}

fn unwritable(error: io::Error) -> Error {
    Error::local("what the command writes cannot be passed on", error)
}
