//! Requests against a server that is a function.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod answers;
mod content;
mod objects;
mod pages;
mod port_forwards;
mod recorded;
mod remote_commands;
mod requests;
mod secrets;
mod streams;
mod waits;
mod watches;
mod websockets;

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, StreamBody};
use pintle_client::{Client, ContentConfig};
use pintle_transport::{Body, Transport};

/// What a server saw.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    line: String,
    accept: String,
    content_type: String,
    body: String,
}

/// A client, speaking JSON, of a server that answers everything alike, and what that server saw.
fn client(status: u16, headers: &[(&str, &str)], body: &str) -> (Client, Arc<Mutex<Vec<Seen>>>) {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    let answer = answer.body(Bytes::from(body.to_owned())).unwrap();
    let (client, seen) = answering(move |_| answer.clone());
    (client.content(ContentConfig::json()), seen)
}

/// A client of a server that is a function, and what that server saw.
fn answering(
    answer: impl Fn(&Seen) -> Response<Bytes> + Send + Sync + 'static,
) -> (Client, Arc<Mutex<Vec<Seen>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (log, answer) = (seen.clone(), Arc::new(answer));
    let service = tower::service_fn(move |request: Request<Body>| {
        let (log, answer) = (log.clone(), answer.clone());
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let header = |name| {
                let value = head.headers.get(name).map(|value| value.to_str().unwrap());
                value.unwrap_or_default().to_owned()
            };
            let seen = Seen {
                line: format!("{} {}", head.method, head.uri.path_and_query().unwrap()),
                accept: header("accept"),
                content_type: header("content-type"),
                body: String::from_utf8_lossy(&body).into_owned(),
            };
            let answer = answer(&seen);
            log.lock().unwrap().push(seen);
            Ok::<_, pintle_transport::Error>(answer.map(Full::new))
        }
    });
    (
        Client::from_transport(Transport::from_service(service), "team-a"),
        seen,
    )
}

/// An answer in JSON.
fn json(status: u16, body: &str) -> Response<Bytes> {
    let answer = Response::builder().status(status);
    let answer = answer.header("content-type", "application/json");
    answer.body(Bytes::from(body.to_owned())).unwrap()
}

/// The refusal that the API server gives for a reason.
fn refusal(status: u16, reason: &str) -> Response<Bytes> {
    let body = format!(
        r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"{reason}","details":{{"name":"settings"}},"code":{status}}}"#
    );
    json(status, &body)
}

/// The lines of the requests that a server saw.
fn lines(seen: &Mutex<Vec<Seen>>) -> Vec<String> {
    let seen = seen.lock().unwrap();
    seen.iter().map(|request| request.line.clone()).collect()
}

/// The pieces of a body: bytes, or what goes wrong.
type Pieces = Vec<Result<&'static [u8], &'static str>>;

/// A client of a server that answers everything with a body that is there at once.
fn streaming(pieces: Pieces) -> Client {
    with_body(pieces, false)
}

/// A client of a server that answers everything with a body of which each piece lets itself be
/// waited for.
fn trickling(pieces: Pieces) -> Client {
    with_body(pieces, true)
}

fn with_body(pieces: Pieces, slow: bool) -> Client {
    let service = tower::service_fn(move |_: Request<Body>| {
        let pieces = pieces.clone().into_iter().map(|piece| match piece {
            Ok(bytes) => Ok(http_body::Frame::data(Bytes::from_static(bytes))),
            Err(message) => Err(std::io::Error::other(message)),
        });
        let body = StreamBody::new(Trickle {
            items: pieces,
            slow,
            waited: false,
        });
        async move { Ok::<_, pintle_transport::Error>(Response::new(body)) }
    });
    Client::from_transport(Transport::from_service(service), "default")
}

/// Items as a stream, each of which is pending once before it is ready, if slow.
struct Trickle<I> {
    items: I,
    slow: bool,
    waited: bool,
}

impl<I: Iterator + Unpin> futures_core::Stream for Trickle<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<I::Item>> {
        self.waited = self.slow && !self.waited;
        if self.waited {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.items.next())
    }
}
