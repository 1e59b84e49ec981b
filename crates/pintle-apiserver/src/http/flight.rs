//! How many requests are answered at a time.
//!
//! As a kube-apiserver with `--max-requests-inflight` and `--max-mutating-requests-inflight`: those that
//! only read and all others each have their own places, what lasts by its nature needs none, and
//! [`User::MASTERS`] always get an answer. Who finds no place is told so at once, and when to come again.

use std::sync::Arc;

use http::{HeaderValue, Response, StatusCode, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Body, api::respond_text};
use crate::{User, authz::Attributes};

/// The places for requests that are being answered.
#[derive(Clone, Debug)]
pub(crate) struct Flights {
    reading: Option<Arc<Semaphore>>,
    writing: Option<Arc<Semaphore>>,
}

/// The place of a request; none if it needs none. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Flight(Option<OwnedSemaphorePermit>);

impl Flights {
    /// At most so many requests that read, and that write; zero for any number.
    pub(crate) fn new(reading: usize, writing: usize) -> Self {
        let places = |most: usize| {
            let most = most.min(Semaphore::MAX_PERMITS);
            (most > 0).then(|| Arc::new(Semaphore::new(most)))
        };
        Self {
            reading: places(reading),
            writing: places(writing),
        }
    }

    /// A place for a request of a user, unless all are taken.
    pub(super) fn take(&self, user: &User, request: &Attributes<'_>) -> Option<Flight> {
        let places = match request.verb {
            "get" | "list" | "watch" => &self.reading,
            _ => &self.writing,
        };
        let Some(places) = places.as_ref().filter(|_| !lasts(request)) else {
            return Some(Flight(None));
        };
        match places.clone().try_acquire_owned() {
            Ok(place) => Some(Flight(Some(place))),
            Err(_) => user.is_in(User::MASTERS).then_some(Flight(None)),
        }
    }
}

impl Default for Flights {
    /// As many as kube-apiserver answers.
    fn default() -> Self {
        Self::new(READING, WRITING)
    }
}

impl Flight {
    /// The response, which keeps the place for as long as it is being made.
    pub(super) fn kept_by(self, response: Response<Body>) -> Response<Body> {
        match self.0 {
            Some(place) if response.body().known_length().is_none() => {
                response.map(|body| body.keeping(place))
            }
            _ => response,
        }
    }
}

/// The answer to a request that finds no place. It is not a `Status`, as the real server's is not.
pub(super) fn too_many() -> Response<Body> {
    const WHY: &str = "Too many requests, please try again later.\n";
    let mut response = respond_text(StatusCode::TOO_MANY_REQUESTS, WHY);
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// Whether a request goes on for as long as its client likes.
fn lasts(request: &Attributes<'_>) -> bool {
    const BELOW: [&str; 5] = ["attach", "exec", "proxy", "log", "portforward"];
    request.verb == "watch" || request.is_resource && BELOW.contains(&request.subresource)
}

const READING: usize = 400;
const WRITING: usize = 200;
