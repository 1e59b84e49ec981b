//! What is special about one request.

use std::time::Duration;

use http::{Method, Request};
use pintle_config::Impersonation;

use crate::long_running::asks_for;
use crate::upgrade;

/// How one request is sent, where that is not as the configuration says: one of the request's
/// [extensions](http::Extensions).
///
/// ```
/// use std::time::Duration;
/// use http::Request;
/// use pintle_transport::{Body, RequestOptions};
///
/// # fn main() -> Result<(), http::Error> {
/// let options = RequestOptions::new()
///     .max_retries(3)
///     .timeout(Duration::from_secs(5));
/// let request = Request::get("/version").extension(options).body(Body::empty())?;
/// # let _ = request;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct RequestOptions {
    purpose: Option<Purpose>,
    max_retries: Option<u32>,
    timeout: Option<Duration>,
    impersonation: Option<Impersonation>,
}

/// What becomes of an answer's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// It is read to its end, such as an object or a list.
    Whole,
    /// It is a watch, which lasts: its first attempt does not wait for the rate limit, it is never
    /// compressed, and it has no time limit once it has begun.
    Watch,
    /// It is a stream of another sort, such as a log: after an error it is not tried again, and it has
    /// no time limit once it has begun.
    Stream,
}

impl RequestOptions {
    /// All as the configuration says.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what becomes of the answer's body. Default: a GET with the option `watch` is a
    /// [`Watch`](Purpose::Watch), one with `follow` a [`Stream`](Purpose::Stream), and so is what leaves
    /// HTTP; anything else is [`Whole`](Purpose::Whole).
    #[must_use]
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = Some(purpose);
        self
    }

    /// How often the request may be sent again. Default: 10 times.
    #[must_use]
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = Some(retries);
        self
    }

    /// The longest that the request may take, all attempts and the body of the answer included; of a
    /// watch or a stream, until it begins. Waiting for the rate limit does not count. Default, and
    /// zero: as long as the configuration's timeout, which is never exceeded.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout).filter(|timeout| !timeout.is_zero());
        self
    }

    /// Acts as this user, whomever the configuration says to act as.
    #[must_use]
    pub fn impersonate(mut self, impersonation: Impersonation) -> Self {
        self.impersonation = Some(impersonation);
        self
    }

    /// Those of a request; all as the configuration says, if it has none.
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        let options = request.extensions().get::<Self>();
        options.cloned().unwrap_or_default()
    }

    pub(crate) fn retries(&self) -> u32 {
        self.max_retries.unwrap_or(MAX_RETRIES)
    }

    /// The shorter of the request's own time limit and the configuration's.
    pub(crate) fn time_limit(&self, configured: Option<Duration>) -> Option<Duration> {
        match (self.timeout, configured) {
            (Some(own), Some(configured)) => Some(own.min(configured)),
            (own, configured) => own.or(configured),
        }
    }

    pub(crate) fn impersonation(&self) -> Option<&Impersonation> {
        self.impersonation.as_ref()
    }
}

impl Purpose {
    /// What the answer to a request is for.
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        let options = request.extensions().get::<RequestOptions>();
        if let Some(said) = options.and_then(|options| options.purpose) {
            return said;
        }
        let uri = request.uri();
        match *request.method() {
            _ if upgrade::is_marked(request) => Self::Stream,
            Method::GET if asks_for(uri, "watch") => Self::Watch,
            Method::GET if asks_for(uri, "follow") => Self::Stream,
            _ => Self::Whole,
        }
    }
}

const MAX_RETRIES: u32 = 10;
