//! The body of a request, up to what is allowed.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;

/// A body that fails when it gets longer than its limit.
pub(super) struct Limited {
    body: Incoming,
    left: u64,
}

/// A body is too long, or did not come whole.
#[derive(Debug)]
pub(super) enum Error {
    TooLong,
    Broken(hyper::Error),
}

impl Limited {
    pub(super) fn new(body: Incoming, limit: u64) -> Self {
        Self { body, left: limit }
    }
}

impl http_body::Body for Limited {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
            return Poll::Pending;
        };
        Poll::Ready(frame.map(|frame| {
            let frame = frame.map_err(Error::Broken)?;
            let length = frame.data_ref().map_or(0, |data| data.remaining() as u64);
            self.left = self.left.checked_sub(length).ok_or(Error::TooLong)?;
            Ok(frame)
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the body of the request is too long",
            Self::Broken(_) => "the body of the request did not come whole",
        })
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::TooLong => None,
            Self::Broken(error) => Some(error),
        }
    }
}
