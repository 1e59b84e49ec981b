//! One request, sent on over a connection of its own, and its answer.

use std::{
    fmt,
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::{
    body::Incoming,
    client::conn::http1::{Builder, SendRequest},
    upgrade::Upgraded,
};
use hyper_util::rt::TokioIo;

use super::{Dialer, Endpoint, Unreachable};
use crate::shutdown::Shutdown;

/// The body of a request that is sent on.
pub(crate) type RequestBody = UnsyncBoxBody<Bytes, io::Error>;

/// What became of a request that was sent on.
pub(crate) enum Sent {
    /// It was answered.
    Answered(Response<Relayed>),
    /// The peer speaks another protocol from now on.
    Upgraded(Response<()>, Upgraded),
}

/// The body of an answer while it comes. The connection that it comes over is within it.
pub(crate) struct Relayed {
    /// What of it was read already.
    ahead: Option<Bytes>,
    body: Incoming,
    connection: Option<Connection>,
    /// Whether an answer that breaks off just ends.
    lenient: bool,
    /// What ends it before its time.
    until: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

/// What moves bytes between a connection and what is sent or received over it.
type Connection = Pin<Box<dyn Future<Output = Result<(), hyper::Error>> + Send>>;

/// Sends a request on. Its URI is a path and a query; its headers go as they are.
///
/// # Cancel safety
///
/// Dropping this breaks the request off. The peer may have acted on it already.
pub(crate) async fn send(
    dialer: &Dialer,
    endpoint: &Endpoint,
    request: Request<RequestBody>,
) -> Result<Sent, Unreachable> {
    let stream = TokioIo::new(dialer.connect(endpoint).await?);
    let opened = Builder::new().handshake::<_, RequestBody>(stream).await;
    let (mut sender, connection) = opened.map_err(Unreachable::Exchange)?;
    let mut connection: Option<Connection> = Some(Box::pin(connection.with_upgrades()));
    let response = answer(&mut sender, &mut connection, request).await?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Ok(Sent::Answered(response.map(|body| Relayed {
            ahead: None,
            body,
            connection,
            lenient: false,
            until: None,
        })));
    }
    let (head, body) = response.into_parts();
    let response = Response::from_parts(head.clone(), ());
    let upgraded = hyper::upgrade::on(Response::from_parts(head, body));
    // The connection hands itself over when it ends.
    if let Some(connection) = connection {
        connection.await.map_err(Unreachable::Exchange)?;
    }
    let upgraded = upgraded.await.map_err(Unreachable::Exchange)?;
    Ok(Sent::Upgraded(response, upgraded))
}

async fn answer(
    sender: &mut SendRequest<RequestBody>,
    connection: &mut Option<Connection>,
    request: Request<RequestBody>,
) -> Result<Response<Incoming>, Unreachable> {
    let mut answer = std::pin::pin!(sender.send_request(request));
    let answer = poll_fn(|cx| {
        // What the connection reads may be the answer, so it comes first. How it ends shows in the
        // answer.
        advance(connection, cx);
        answer.as_mut().poll(cx)
    });
    answer.await.map_err(Unreachable::Exchange)
}

fn advance(connection: &mut Option<Connection>, cx: &mut Context<'_>) {
    if let Some(running) = connection
        && running.as_mut().poll(cx).is_ready()
    {
        *connection = None;
    }
}

impl Relayed {
    /// The same body, which just ends if its peer breaks it off.
    pub(crate) fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// The same body, behind what of it was read already.
    pub(crate) fn behind(mut self, ahead: Bytes) -> Self {
        self.ahead = Some(ahead);
        self
    }

    /// The same body, which ends with the server, however much is still to come.
    pub(crate) fn until(mut self, mut shutdown: Shutdown) -> Self {
        self.until = Some(Box::pin(async move { shutdown.requested().await }));
        self
    }
}

impl http_body::Body for Relayed {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = &mut *self;
        if let Some(ahead) = this.ahead.take() {
            return Poll::Ready(Some(Ok(Frame::data(ahead))));
        }
        if let Some(until) = &mut this.until
            && until.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(None);
        }
        // Asking for a frame lets the connection read; what it read is then there to be taken.
        let mut frame = Pin::new(&mut this.body).poll_frame(cx);
        if frame.is_pending() {
            advance(&mut this.connection, cx);
            frame = Pin::new(&mut this.body).poll_frame(cx);
        }
        match frame {
            Poll::Ready(Some(Err(_))) if this.lenient => Poll::Ready(None),
            frame => frame,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ahead.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match self.ahead {
            Some(_) => SizeHint::default(),
            None => self.body.size_hint(),
        }
    }
}

impl fmt::Debug for Relayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relayed").finish_non_exhaustive()
    }
}
