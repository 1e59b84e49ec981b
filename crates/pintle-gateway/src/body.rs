//! The bodies of answers.
//!
//! Invariant: an answer that is the same for many is held once, whoever takes how long to read it.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::board::Snapshot;
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

/// Objects, and what stands before and behind them.
pub(crate) struct List {
    head: Option<Bytes>,
    objects: Snapshot,
    at: usize,
    tail: Option<Bytes>,
    left: u64,
}

impl List {
    fn next(&mut self) -> Option<Bytes> {
        let piece = self
            .head
            .take()
            .or_else(|| self.objects.piece(self.at).inspect(|_| self.at += 1));
        let piece = piece.or_else(|| self.tail.take())?;
        self.left -= piece.len() as u64;
        Some(piece)
    }
}

impl Body {
    pub(crate) fn text(text: impl Into<Bytes>) -> Self {
        Self::Whole(text.into())
    }

    pub(crate) fn list(head: Bytes, objects: Snapshot, tail: Bytes) -> Self {
        Self::List(List {
            left: head.len() as u64 + objects.length() + tail.len() as u64,
            head: Some(head),
            objects,
            at: 0,
            tail: Some(tail),
        })
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = pintle_transport::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, pintle_transport::Error>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Passed(body) => Pin::new(body).poll_frame(cx),
            Self::List(list) => Poll::Ready(list.next().map(|piece| Ok(Frame::data(piece)))),
            Self::Events(events) => events
                .poll_next(cx)
                .map(|piece| piece.map(|piece| Ok(Frame::data(piece)))),
            whole => match std::mem::replace(whole, Self::Empty) {
                Self::Whole(bytes) if !bytes.is_empty() => {
                    Poll::Ready(Some(Ok(Frame::data(bytes))))
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
