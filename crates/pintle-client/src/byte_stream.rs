//! [`ByteStream`], an answer that is read while it arrives.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;
use pintle_transport::Body;

use crate::Error;

/// The bytes of an answer while they arrive, such as the log of a container. Dropping it ends the
/// request.
///
/// client-go's `Request.Stream`.
#[must_use = "what is not read does not arrive"]
pub struct ByteStream {
    body: Body,
    /// What arrived and was not given away.
    buffer: Vec<u8>,
    /// How much of it was looked through for the end of a line.
    searched: usize,
    ended: bool,
}

impl ByteStream {
    pub(crate) fn over(body: Body) -> Self {
        Self {
            body,
            buffer: Vec::new(),
            searched: 0,
            ended: false,
        }
    }

    /// The next bytes, as many as arrived together; `None` at the end.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>, Error> {
        if !self.buffer.is_empty() {
            self.searched = 0;
            return Ok(Some(std::mem::take(&mut self.buffer).into()));
        }
        if self.ended {
            return Ok(None);
        }
        match self.body.chunk().await {
            Some(Ok(chunk)) => Ok(Some(chunk)),
            Some(Err(error)) => {
                self.ended = true;
                Err(Error::transport(error))
            }
            None => {
                self.ended = true;
                Ok(None)
            }
        }
    }

    /// The next line, without its end; `None` behind the last one, which need not have an end. What is
    /// not UTF-8 is replaced. A line of more than a mebibyte comes in pieces.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the connection breaks. What came before it can still be read by
    /// [`ByteStream::try_next`].
    pub async fn try_next_line(&mut self) -> Result<Option<String>, Error> {
        loop {
            let new = &self.buffer[self.searched..];
            if let Some(at) = new.iter().position(|byte| *byte == b'\n') {
                return Ok(Some(self.take(self.searched + at, 1)));
            }
            self.searched = self.buffer.len();
            if self.buffer.len() >= LONGEST_LINE {
                return Ok(Some(self.take(LONGEST_LINE, 0)));
            }
            if self.ended {
                let rest = self.buffer.len();
                return Ok((rest > 0).then(|| self.take(rest, 0)));
            }
            match self.body.chunk().await {
                Some(Ok(chunk)) => self.buffer.extend_from_slice(&chunk),
                Some(Err(error)) => {
                    self.ended = true;
                    return Err(Error::transport(error));
                }
                None => self.ended = true,
            }
        }
    }

    /// Takes so many bytes off the buffer as text, and drops some that follow.
    fn take(&mut self, length: usize, dropped: usize) -> String {
        let rest = self.buffer.split_off(length + dropped);
        let mut line = std::mem::replace(&mut self.buffer, rest);
        line.truncate(length);
        self.searched = 0;
        String::from_utf8_lossy(&line).into_owned()
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = &mut *self;
        if !stream.buffer.is_empty() {
            stream.searched = 0;
            return Poll::Ready(Some(Ok(std::mem::take(&mut stream.buffer).into())));
        }
        while !stream.ended {
            match ready!(Pin::new(&mut stream.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => return Poll::Ready(Some(Ok(data))),
                    _ => {}
                },
                Some(Err(error)) => {
                    stream.ended = true;
                    return Poll::Ready(Some(Err(Error::transport(error))));
                }
                None => stream.ended = true,
            }
        }
        Poll::Ready(None)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a container writes may be secret.
        f.write_str("ByteStream")
    }
}

const LONGEST_LINE: usize = 1 << 20;
