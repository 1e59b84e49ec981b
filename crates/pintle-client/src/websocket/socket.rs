//! [`Socket`], a WebSocket over a connection.
//!
//! Invariant: what is kept of either direction is bounded, by [`LONGEST`] and [`MOST`], and a question of
//! the peer's whether this side is there is answered by whoever reads.

use std::io;
use std::task::{Context, Poll, Waker, ready};

use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::{SinkExt as _, StreamExt as _};
use pintle_transport::Upgraded;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

use super::heartbeat::{Beat, Heartbeat};

/// Messages over a connection that has left HTTP. Dropping it closes the connection.
pub(crate) struct Socket<S = Upgraded> {
    stream: WebSocketStream<S>,
    heartbeat: Heartbeat,
    /// Who waits until messages are on their way.
    writer: Option<Waker>,
    /// Whether all messages are on their way.
    is_flushed: bool,
    /// The peer takes nothing any more.
    is_broken: bool,
    /// The peer has said that it was all.
    has_ended: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// What comes behind the head of an answer that switches to WebSocket.
    pub(crate) async fn new(stream: S) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(BUFFER)
            .max_write_buffer_size(MOST)
            .max_message_size(Some(LONGEST))
            .max_frame_size(Some(LONGEST));
        Self {
            stream: WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await,
            heartbeat: Heartbeat::new(),
            writer: None,
            is_flushed: true,
            is_broken: false,
            has_ended: false,
        }
    }

    /// The next message; `None` once the peer has said that it was all. What waits to be sent is sent on
    /// the way.
    ///
    /// It fails with [`io::ErrorKind::UnexpectedEof`] when the peer leaves without a word, and with
    /// [`io::ErrorKind::InvalidData`] when it does not speak WebSocket, or says too much at once.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        loop {
            if self.has_ended {
                return Poll::Ready(Ok(None));
            }
            self.send_meanwhile(cx);
            let Poll::Ready(message) = self.stream.poll_next_unpin(cx) else {
                ready!(self.poll_heartbeat(cx))?;
                continue;
            };
            self.heartbeat.heard();
            match message.transpose().map_err(read_error)? {
                Some(Message::Binary(bytes)) => return Poll::Ready(Ok(Some(bytes))),
                Some(Message::Text(text)) => return Poll::Ready(Ok(Some(text.into()))),
                Some(Message::Ping(_)) => self.is_flushed = false,
                Some(Message::Pong(_) | Message::Frame(_)) => {}
                // Its goodbye is answered as far as it lets us.
                Some(Message::Close(_)) | None => {
                    self.has_ended = true;
                    self.is_flushed = false;
                    self.send_meanwhile(cx);
                }
            }
        }
    }

    /// Whether there is room for another message: all before it are on their way.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let sent = self.poll_flush(cx);
        self.writer = sent.is_pending().then(|| cx.waker().clone());
        sent
    }

    /// Puts a message, made of parts, on its way. There must be [room](Self::poll_ready) for it.
    pub(crate) fn put_message(&mut self, parts: &[&[u8]]) {
        let mut message = BytesMut::with_capacity(parts.iter().map(|part| part.len()).sum());
        for part in parts {
            message.put_slice(part);
        }
        self.heartbeat.sent();
        self.put(Message::Binary(message.freeze()));
    }

    fn put(&mut self, message: Message) {
        self.is_flushed = false;
        self.is_broken |= self.stream.start_send_unpin(message).is_err();
    }

    /// Asks a peer that is silent whether it is there. Ready when there is something to be done.
    fn poll_heartbeat(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match ready!(self.heartbeat.poll(cx)) {
            Beat::Ask if self.is_flushed => self.put(Message::Ping(Bytes::new())),
            // It will be heard of when it takes what is on its way.
            Beat::Ask => {}
            Beat::GiveUp => {
                let why = "the server was silent for a minute";
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, why)));
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Sends what it can, for whoever reads.
    fn send_meanwhile(&mut self, cx: &mut Context<'_>) {
        // A connection that takes more wakes the last one to have sent, and whoever reads.
        let sender = self.writer.as_ref().unwrap_or(cx.waker()).clone();
        let sent = self.poll_flush(&mut Context::from_waker(&sender));
        if sent.is_ready()
            && let Some(writer) = self.writer.take()
        {
            writer.wake();
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_broken {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if !self.is_flushed {
            let sent = ready!(self.stream.poll_flush_unpin(cx));
            // There may still be something to be read.
            self.is_broken = sent.is_err();
            self.is_flushed = true;
            sent.map_err(|_| io::ErrorKind::BrokenPipe)?;
        }
        Poll::Ready(Ok(()))
    }
}

/// What kept the next message from coming.
fn read_error(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            let why = "the server left without a word";
            io::Error::new(io::ErrorKind::UnexpectedEof, why)
        }
        error => io::Error::new(io::ErrorKind::InvalidData, error),
    }
}

/// How much is read at a time, and how long a message is that is sent.
pub(crate) const BUFFER: usize = 32 << 10;

/// The longest message that is taken. Those of Kubernetes have 32 KiB.
const LONGEST: usize = 1 << 20;

/// The most that waits to be sent: a message, and answers to a peer that asks and does not listen.
const MOST: usize = 4 * BUFFER;

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex, split};

    use super::*;

    #[tokio::test]
    async fn answers_to_a_peer_that_does_not_listen_are_bounded() {
        let (near, far) = duplex(1_000);
        let mut socket = Socket::new(near).await;
        let (mut listens, mut speaks) = split(far);
        let asking = async {
            let question = [&[0x89, 125][..], &[b'x'; 125]].concat();
            for _ in 0..10_000 {
                speaks.write_all(&question).await.unwrap();
            }
            speaks.write_all(&[0x82, 1, b'!']).await.unwrap();
        };
        let (heard, ()) = tokio::join!(poll_fn(|cx| socket.poll_next(cx)), asking);
        assert_eq!(heard.unwrap().unwrap(), "!");
        let sending = async {
            poll_fn(|cx| socket.poll_ready(cx)).await.unwrap();
            drop(socket);
        };
        let mut answers = Vec::new();
        let (read, ()) = tokio::join!(listens.read_to_end(&mut answers), sending);
        read.unwrap();
        assert!((1..2 * MOST).contains(&answers.len()), "{}", answers.len());
    }
}
