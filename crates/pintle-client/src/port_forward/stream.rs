//! [`PortStream`], a connection with a port of a pod.
//!
//! Invariant: an end is reported as such only if the other side said that it was the end.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::{fmt, io};

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::websocket::{BUFFER, Socket};
use crate::{Error, ErrorKind, Request};

/// A connection with a port of a pod: what the pod sends is read, what is written goes to the pod.
///
/// A port that cannot be connected with is an error of reading, behind which
/// [`Error`](crate::Error) of kind [`Port`](ErrorKind::Port) says what the pod's node says.
/// [Shutting it down](tokio::io::AsyncWriteExt::shutdown) sends what is left and no more: the pod hears
/// of the end when the stream is dropped, which closes the connection in both directions.
pub struct PortStream {
    socket: Socket,
    what: String,
    port: u16,
    /// How much of what begins each channel is still to come: the port's number.
    preambles: [usize; 2],
    /// What came and was not read.
    data: Bytes,
    /// What was said of an error.
    complaint: Vec<u8>,
}

impl PortStream {
    pub(super) async fn open(request: Request, port: u16) -> Result<Self, Error> {
        let what = request.to_string();
        let (_, stream) = request.websocket(&[PROTOCOL]).await?;
        Ok(Self {
            socket: Socket::new(stream).await,
            what,
            port,
            preambles: [PREAMBLE; 2],
            data: Bytes::new(),
            complaint: Vec::new(),
        })
    }

    fn take(&mut self, mut message: Bytes) {
        let channel = message.try_get_u8();
        let Ok(channel @ (DATA | ERROR)) = channel else {
            return;
        };
        let preamble = &mut self.preambles[usize::from(channel)];
        let skipped = message.len().min(*preamble);
        *preamble -= skipped;
        message.advance(skipped);
        if channel == DATA {
            self.data = message;
        } else {
            let room = LONGEST_COMPLAINT.saturating_sub(self.complaint.len());
            self.complaint
                .extend_from_slice(&message[..message.len().min(room)]);
        }
    }

    /// The end of the stream, or what kept it from coming to a good one.
    fn end(&mut self) -> io::Result<()> {
        if self.complaint.is_empty() {
            return Ok(());
        }
        let complaint = std::mem::take(&mut self.complaint);
        let message = String::from_utf8_lossy(&complaint).trim().to_owned();
        let error = Error::with_message(ErrorKind::Port, message);
        Err(io::Error::other(error))
    }
}

impl AsyncRead for PortStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.data.is_empty() {
            match ready!(this.socket.poll_next(cx)) {
                Ok(Some(message)) => this.take(message),
                Ok(None) => return Poll::Ready(this.end()),
                Err(error) => {
                    // It may have been told why.
                    this.end()?;
                    let kind = error.kind();
                    let error = Error::of_socket(&this.what, error);
                    return Poll::Ready(Err(io::Error::new(kind, error)));
                }
            }
        }
        let length = this.data.len().min(buffer.remaining());
        buffer.put_slice(&this.data.split_to(length));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for PortStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.socket.poll_ready(cx))?;
        let length = data.len().min(BUFFER);
        if length > 0 {
            self.socket.put_message(&[&[DATA], &data[..length]]);
        }
        Poll::Ready(Ok(length))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_ready(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

impl fmt::Debug for PortStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortStream")
            .field("request", &self.what)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

const PROTOCOL: &str = "v4.channel.k8s.io";
/// The channels of the first port that is asked for.
const DATA: u8 = 0;
const ERROR: u8 = 1;
/// The length of a port's number.
const PREAMBLE: usize = 2;
const LONGEST_COMPLAINT: usize = 64 << 10;
