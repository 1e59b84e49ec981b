//! [`Socket`], a WebSocket over a connection.
//!
//! Invariant: what is kept of either direction is bounded by [`BUFFER`], and a question of the
//! peer's whether this side is there is answered by whoever reads.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker, ready};

use bytes::{Bytes, BytesMut};
use pintle_env::{Random as _, SystemRandom};
use pintle_transport::Upgraded;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};

use super::frame::{self, Opcode, Piece, Reader};
use super::heartbeat::{Beat, Heartbeat};

/// Messages over a connection that has left HTTP. Dropping it closes the connection.
pub(crate) struct Socket<S = Upgraded> {
    stream: S,
    reader: Reader,
    incoming: BytesMut,
    /// Frames on their way, and how much of them is gone.
    outgoing: Vec<u8>,
    written: usize,
    /// What the last question of the peer's said.
    asked: Option<Bytes>,
    heartbeat: Heartbeat,
    /// Who waits for room in `outgoing`.
    writer: Option<Waker>,
    /// The peer takes nothing any more.
    is_broken: bool,
    /// The peer has said that it was all.
    has_ended: bool,
}

/// Some bytes of a message, and whether it ends with them.
pub(crate) struct Data {
    pub(crate) bytes: Bytes,
    pub(crate) ends: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            reader: Reader::default(),
            incoming: BytesMut::new(),
            outgoing: Vec::new(),
            written: 0,
            asked: None,
            heartbeat: Heartbeat::new(),
            writer: None,
            is_broken: false,
            has_ended: false,
        }
    }

    /// The next bytes; `None` once the peer has said that it was all. What waits to be sent is sent on
    /// the way.
    ///
    /// It fails with [`io::ErrorKind::UnexpectedEof`] when the peer leaves without a word, and with
    /// [`io::ErrorKind::InvalidData`] when it does not speak WebSocket.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Data>>> {
        loop {
            if self.has_ended {
                return Poll::Ready(Ok(None));
            }
            self.send_meanwhile(cx);
            let piece = self.reader.next(&mut self.incoming);
            match piece.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))? {
                Some(Piece::Data { bytes, ends }) => {
                    return Poll::Ready(Ok(Some(Data { bytes, ends })));
                }
                // Of several questions, the last is to be answered.
                Some(Piece::Ping(said)) => self.asked = Some(said),
                Some(Piece::Pong) => {}
                Some(Piece::Close) => {
                    self.has_ended = true;
                    self.put(Opcode::Close, &[&NORMAL_CLOSURE.to_be_bytes()]);
                    self.send_meanwhile(cx);
                }
                None => match self.poll_fill(cx) {
                    Poll::Ready(filled) => filled?,
                    Poll::Pending => match ready!(self.heartbeat.poll(cx)) {
                        Beat::Ask if self.outgoing.is_empty() => self.put(Opcode::Ping, &[]),
                        // It will be heard of when it takes what is on its way.
                        Beat::Ask => {}
                        Beat::GiveUp => {
                            let why = "the server was silent for a minute";
                            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, why)));
                        }
                    },
                },
            }
        }
    }

    /// Whether there is room for another message: all before it are on their way.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let sent = self.poll_send(cx);
        self.writer = sent.is_pending().then(|| cx.waker().clone());
        sent
    }

    /// Puts a message, made of parts, on its way. There must be [room](Self::poll_ready) for it.
    pub(crate) fn put_message(&mut self, parts: &[&[u8]]) {
        self.heartbeat.sent();
        self.put(Opcode::Binary, parts);
    }

    fn put(&mut self, opcode: Opcode, parts: &[&[u8]]) {
        let mut mask = [0; 4];
        SystemRandom.fill(&mut mask);
        frame::write(&mut self.outgoing, opcode, mask, parts);
    }

    /// Reads what has come.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.incoming.reserve(BUFFER);
        // It is ready at once or has done nothing.
        let read = pin!(self.stream.read_buf(&mut self.incoming));
        if ready!(read.poll(cx))? == 0 {
            let why = "the server left without a word";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, why)));
        }
        self.heartbeat.heard();
        Poll::Ready(Ok(()))
    }

    /// Sends what it can, for whoever reads.
    fn send_meanwhile(&mut self, cx: &mut Context<'_>) {
        // A connection wakes the last one to have asked: the writer, too, must hear of it.
        let sent = match &self.writer {
            Some(writer) => {
                let both = Both(writer.clone(), cx.waker().clone());
                let both = Waker::from(Arc::new(both));
                self.poll_send(&mut Context::from_waker(&both))
            }
            None => self.poll_send(cx),
        };
        if sent.is_ready()
            && let Some(writer) = self.writer.take()
        {
            writer.wake();
        }
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let sent = ready!(self.poll_write(cx));
        if sent.is_err() {
            // There may still be something to be read.
            self.is_broken = true;
            self.outgoing.clear();
            self.written = 0;
        }
        Poll::Ready(sent)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_broken {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        loop {
            let left = &self.outgoing[self.written..];
            if !left.is_empty() {
                match ready!(Pin::new(&mut self.stream).poll_write(cx, left))? {
                    0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    length => self.written += length,
                }
                continue;
            }
            self.outgoing.clear();
            self.written = 0;
            match self.asked.take() {
                Some(said) => self.put(Opcode::Pong, &[&said]),
                None => return Pin::new(&mut self.stream).poll_flush(cx),
            }
        }
    }
}

/// Wakes both.
struct Both(Waker, Waker);

impl Wake for Both {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
        self.1.wake_by_ref();
    }
}

/// How much is read at a time, and how long a message is that is sent.
pub(crate) const BUFFER: usize = 32 << 10;
const NORMAL_CLOSURE: u16 = 1000;
