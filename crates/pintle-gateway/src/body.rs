//! The bodies of answers.
//!
//! Invariant: an answer that is the same for many is held once, whoever takes how long to read it.

use std::fmt;
use std::io::IoSlice;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::board::{Piece, Snapshot};
use crate::lists::Events;

/// The body of an answer.
pub(crate) enum Body {
    Empty,
    Whole(Bytes),
    /// What the API server sends, as it comes.
    Passed(pintle_transport::Body),
    List(List),
    Events(Box<Events>),
}

/// A part of a body.
#[derive(Debug)]
pub(crate) enum Data {
    Bytes(Bytes),
    Piece(Piece),
}

impl Buf for Data {
    fn remaining(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.remaining(),
            Self::Piece(piece) => piece.remaining(),
        }
    }

    fn chunk(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes.chunk(),
            Self::Piece(piece) => piece.chunk(),
        }
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.chunks_vectored(slices),
            Self::Piece(piece) => piece.chunks_vectored(slices),
        }
    }

    fn advance(&mut self, count: usize) {
        match self {
            Self::Bytes(bytes) => bytes.advance(count),
            Self::Piece(piece) => piece.advance(count),
        }
    }
}

/// Why a body ends before its end.
#[derive(Debug)]
pub(crate) enum Error {
    /// The API server's answer broke off.
    Passed(pintle_transport::Error),
    /// The client took too long.
    Late,
}

/// Objects, and what stands before and behind them.
pub(crate) struct List {
    head: Option<Bytes>,
    objects: Snapshot,
    /// The object that is sent next.
    next: usize,
    tail: Option<Bytes>,
    left: u64,
    /// Until when a long one is to be taken: it may be all that still holds what it is made of.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl List {
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let deadline = self.deadline.as_mut();
        deadline.is_some_and(|deadline| deadline.as_mut().poll(cx).is_ready())
    }

    fn next(&mut self) -> Option<Data> {
        let data = if let Some(head) = self.head.take() {
            Data::Bytes(head)
        } else if let Some((piece, next)) = self.objects.piece(self.next) {
            self.next = next;
            Data::Piece(piece)
        } else {
            Data::Bytes(self.tail.take()?)
        };
        self.left -= data.remaining() as u64;
        Some(data)
    }
}

impl Body {
    pub(crate) fn text(text: impl Into<Bytes>) -> Self {
        Self::Whole(text.into())
    }

    pub(crate) fn list(head: Bytes, objects: Snapshot, tail: Bytes) -> Self {
        let length = head.len() as u64 + objects.length() + tail.len() as u64;
        Self::List(List {
            left: length,
            deadline: (length > LONG).then(|| Box::pin(sleep(LONGEST))),
            head: Some(head),
            objects,
            next: 0,
            tail: Some(tail),
        })
    }
}

impl http_body::Body for Body {
    type Data = Data;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Data>, Error>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Passed(body) => {
                let frame = Pin::new(body).poll_frame(cx);
                let frame = frame.map_ok(|frame| frame.map_data(Data::Bytes));
                frame.map_err(Error::Passed)
            }
            Self::List(list) => {
                if list.is_late(cx) {
                    return Poll::Ready(Some(Err(Error::Late)));
                }
                Poll::Ready(list.next().map(|data| Ok(Frame::data(data))))
            }
            Self::Events(events) => events
                .poll_next(cx)
                .map(|piece| piece.map(|piece| Ok(Frame::data(Data::Bytes(piece))))),
            whole => match std::mem::replace(whole, Self::Empty) {
                Self::Whole(bytes) if !bytes.is_empty() => {
                    Poll::Ready(Some(Ok(Frame::data(Data::Bytes(bytes)))))
                }
                _ => Poll::Ready(None),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Passed(body) => body.is_end_stream(),
            Self::List(list) => list.left == 0,
            Self::Events(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Passed(body) => body.size_hint(),
            // Known beforehand, so that a list needs no framing.
            Self::List(list) => SizeHint::with_exact(list.left),
            Self::Events(_) => SizeHint::default(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed(_) => "the API server's answer broke off",
            Self::Late => "the client has taken too long to take a list",
        })
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Passed(error) => Some(error),
            Self::Late => None,
        }
    }
}

/// From how many bytes on a list is long.
const LONG: u64 = 1 << 20;

/// How long a client may take for a long list.
const LONGEST: Duration = Duration::from_secs(300);
