//! The body of a response, on its way in.
//!
//! Invariant: while it is read, the connection that it comes over has all that it needs; and it has an
//! end, if only because its connection is left.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::uri::Authority;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;

use crate::error::{Error, ErrorKind, of_stream};
use crate::pool::{Connections, Place, Pool};
use crate::stream::Link;

/// A body that a connection brings.
pub(crate) struct Received {
    /// None once it was left.
    body: Option<Incoming>,
    peer: Option<Authority>,
    link: Option<Link>,
    end: Ending,
    place: Option<Place>,
    _kept: (Arc<Connections>, Arc<Pool>),
}

impl Received {
    pub(crate) fn new(
        body: Incoming,
        peer: Option<Authority>,
        link: Option<Link>,
        end: Ending,
        place: Option<Place>,
        kept: (Arc<Connections>, Arc<Pool>),
    ) -> Self {
        Self {
            body: Some(body),
            peer,
            link,
            end,
            place,
            _kept: kept,
        }
    }

    fn peer(&self) -> &str {
        self.peer.as_ref().map_or("", Authority::as_str)
    }
}

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        if this.end.has_come(cx) {
            (this.body, this.place) = (None, None);
            let message = format!("the connection to {} was left: {LEFT}", this.peer());
            return Poll::Ready(Some(Err(Error::new(ErrorKind::Closed, message))));
        }
        let frame = Pin::new(body).poll_frame(cx);
        if let Poll::Ready(None | Some(Err(_))) = frame {
            this.place = None;
        }
        frame.map_err(|error| of_stream(this.peer(), this.link.as_ref(), error))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let hint = self.body.as_ref().map(Incoming::size_hint);
        hint.unwrap_or_default()
    }
}

/// The time when a connection is to be left, whatever is still to come over it.
pub(crate) struct Ending(When);

enum When {
    Never,
    Once(Pin<Box<dyn Future<Output = ()> + Send>>),
    Now,
}

impl Ending {
    /// Not before the connection ends by itself.
    pub(crate) fn never() -> Self {
        Self(When::Never)
    }

    /// When another certificate is to be presented than this connection has.
    pub(crate) fn of(pool: &Pool, link: &Link) -> Self {
        Self(When::Once(Box::pin(
            pool.retirement(link.version().identity),
        )))
    }

    fn has_come(&mut self, cx: &mut Context<'_>) -> bool {
        if let When::Once(end) = &mut self.0
            && end.as_mut().poll(cx).is_ready()
        {
            self.0 = When::Now;
        }
        matches!(self.0, When::Now)
    }

    /// The same as an error of a stream.
    pub(crate) fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.has_come(cx) {
            true => Err(io::Error::new(io::ErrorKind::ConnectionAborted, LEFT)),
            false => Ok(()),
        }
    }
}

const LEFT: &str = "the client certificate that it was opened with is not the one of now";
