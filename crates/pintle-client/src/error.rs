//! What a request can fail with.
//!
//! Invariant: an [`Error`] tells the server's answer, the way to the server, an answer that makes
//! no sense, and the caller's mistake apart, and holds no credential.

use std::error::Error as StdError;
use std::{fmt, io};

use pintle_meta::UndecodableObject;
use pintle_meta::v1::Status;

/// Why a request did not succeed.
///
/// When the server answered, [`Error::as_status`] is its answer, and the predicates say which of
/// Kubernetes' reasons it was. `Display` is one level; causes are behind `source()`.
pub struct Error(Box<Inner>);

/// The sorts of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no usable configuration.
    Configuration,
    /// The request is not one that can be sent: the caller's mistake.
    Misuse,
    /// The server was not reached, or the connection broke.
    Transport,
    /// The request's own deadline passed.
    DeadlineExceeded,
    /// The server answered, with something else than success.
    Status,
    /// The server's answer cannot be read.
    InvalidAnswer,
    /// One object of a list or of a watch cannot be read; the others can.
    InvalidObject,
    /// A port of a pod cannot be used, as the pod's node says.
    Port,
    /// What the caller gave to be read or written, such as a command's standard output, has failed.
    Local,
}

struct Inner {
    kind: ErrorKind,
    message: String,
    status: Option<Status>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of a crate that is built on this one.
    pub fn with_message(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::new(kind, message.into())
    }

    /// The same error, with its cause. What the cause says is not said by the message.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// A request that cannot be sent.
    pub(crate) fn misuse(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Misuse, message.into())
    }

    /// The server's answer.
    pub(crate) fn from_status(status: Status) -> Self {
        let mut error = Self::new(ErrorKind::Status, status.to_string());
        error.0.status = Some(status);
        error
    }

    /// An answer that cannot be read, from what was asked.
    pub(crate) fn invalid_answer(
        what: &str,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        let message = format!("the server's answer to {what} cannot be read");
        let mut error = Self::new(ErrorKind::InvalidAnswer, message);
        error.0.source = Some(source.into());
        error
    }

    /// A watch whose body ended, properly as far as HTTP goes, in the middle of an event.
    pub(crate) fn cut_short(what: &str) -> Self {
        Self::invalid_answer(what, CutShort)
    }

    /// An object that cannot be read, among others of a list or a watch that can.
    pub(crate) fn invalid_object(what: &str, source: UndecodableObject) -> Self {
        let message = format!("an object in the answer to {what} cannot be read");
        let mut error = Self::new(ErrorKind::InvalidObject, message);
        error.0.source = Some(Box::new(source));
        error
    }

    /// What befell a WebSocket, from what was asked.
    pub(crate) fn of_socket(what: &str, error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::InvalidData {
            return Self::invalid_answer(what, error);
        }
        let message = format!("the connection of {what} was lost");
        Self::new(ErrorKind::Transport, message).because(error)
    }

    /// What befell a stream of the caller's.
    pub(crate) fn local(message: &str, error: io::Error) -> Self {
        Self::new(ErrorKind::Local, message.to_owned()).because(error)
    }

    pub(crate) fn transport(error: pintle_transport::Error) -> Self {
        let kind = match error.kind() {
            pintle_transport::ErrorKind::Configuration => ErrorKind::Configuration,
            pintle_transport::ErrorKind::Request => ErrorKind::Misuse,
            pintle_transport::ErrorKind::Deadline => ErrorKind::DeadlineExceeded,
            _ => ErrorKind::Transport,
        };
        Self::caused(kind, error)
    }

    /// An error that says what its cause says, so that the message appears once.
    fn caused(kind: ErrorKind, source: impl StdError + Send + Sync + 'static) -> Self {
        let mut error = Self::new(kind, String::new());
        error.0.source = Some(Box::new(source));
        error
    }

    fn new(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Inner {
            kind,
            message,
            status: None,
            source: None,
        }))
    }

    /// The sort of error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The server's answer, if it answered.
    pub fn as_status(&self) -> Option<&Status> {
        self.0.status.as_ref()
    }

    /// The error of the way to the server, if that is what failed.
    pub fn as_transport(&self) -> Option<&pintle_transport::Error> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// The error of the configuration, if that is what failed.
    pub fn as_configuration(&self) -> Option<&pintle_config::Error> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// Which object of a list or a watch cannot be read, and why, if that is what failed.
    pub fn as_undecodable(&self) -> Option<&UndecodableObject> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// The error of a stream, if that is what failed: one of the caller's ([`ErrorKind::Local`]), or a
    /// connection that had left HTTP.
    pub fn as_io(&self) -> Option<&io::Error> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// Whether the object, or the resource, does not exist (404).
    pub fn is_not_found(&self) -> bool {
        self.has("NotFound", 404)
    }

    /// Whether the object does not exist, by the word of a server that knows its resource.
    ///
    /// [`is_not_found`](Self::is_not_found) is also what a kube-apiserver answers of custom resources, all
    /// of them, when it has just started and does not know their definitions yet. Whoever takes an
    /// object for gone, and will not look again, is to ask this.
    pub fn is_object_not_found(&self) -> bool {
        let details = self
            .as_status()
            .and_then(|status| status.details.as_deref());
        self.is_not_found()
            && details.is_some_and(|details| {
                let mut causes = details.causes.iter();
                // Which is how an answer is reported that was no Status.
                let is_guess = causes.any(|cause| cause.reason == "UnexpectedServerResponse");
                !details.name.is_empty() && !is_guess
            })
    }

    /// Whether the object to be created exists (409, `AlreadyExists`).
    pub fn is_already_exists(&self) -> bool {
        self.has_reason("AlreadyExists")
    }

    /// Whether the object has changed since it was read (409, `Conflict`).
    pub fn is_conflict(&self) -> bool {
        self.has("Conflict", 409) && !self.is_already_exists()
    }

    /// Whether the version asked for is no longer kept (410, `Expired` or `Gone`).
    pub fn is_gone(&self) -> bool {
        self.has_reason("Expired") || self.has("Gone", 410)
    }

    /// Whether the server does not know who is asking (401).
    pub fn is_unauthorized(&self) -> bool {
        self.has("Unauthorized", 401)
    }

    /// Whether the one who is asking may not do this (403).
    pub fn is_forbidden(&self) -> bool {
        self.has("Forbidden", 403)
    }

    /// Whether the server refuses what the object says (422).
    pub fn is_invalid(&self) -> bool {
        self.has("Invalid", 422)
    }

    /// Whether the server asks for fewer requests (429).
    pub fn is_too_many_requests(&self) -> bool {
        self.has("TooManyRequests", 429)
    }

    /// Whether time ran out: the request's own, the server's (504), or the connection's.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::DeadlineExceeded
            || self.has("Timeout", 504)
            || self
                .as_transport()
                .is_some_and(pintle_transport::Error::is_timeout)
    }

    /// Whether the connection ended in the middle of the answer, or of a stream.
    pub fn is_closed(&self) -> bool {
        let source = self.0.source.as_ref();
        source.is_some_and(|source| source.is::<CutShort>())
            || (self.kind() == ErrorKind::Transport && self.as_io().is_some())
            || self
                .as_transport()
                .is_some_and(pintle_transport::Error::is_closed)
    }

    /// Whether it is a connection that was lost or did not come about in time, so that another attempt
    /// may fare better.
    pub(crate) fn may_pass(&self) -> bool {
        let error = self.as_transport();
        error.is_some_and(|error| error.is_lost() || (error.is_timeout() && !error.is_deadline()))
    }

    /// What to do about it, as one sentence without full stop, where something general can be said.
    pub fn hint(&self) -> Option<String> {
        if let Some(error) = self.as_transport() {
            return error.hint().map(str::to_owned);
        }
        self.as_configuration().and_then(pintle_config::Error::hint)
    }

    fn has(&self, reason: &str, code: i32) -> bool {
        self.as_status().is_some_and(|status| {
            // As client-go: the reason decides; the code speaks only where there is no known one.
            let known = KNOWN_REASONS.contains(&status.reason.as_str());
            status.reason == reason || (!known && status.code == code)
        })
    }

    fn has_reason(&self, reason: &str) -> bool {
        self.as_status()
            .is_some_and(|status| status.reason == reason)
    }
}

/// What a server answers, said by whoever answers in its place: a cache that does not have an
/// object, a test.
impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::from_status(status)
    }
}

impl From<pintle_config::Error> for Error {
    fn from(error: pintle_config::Error) -> Self {
        Self::caused(ErrorKind::Configuration, error)
    }
}

impl From<pintle_transport::Error> for Error {
    fn from(error: pintle_transport::Error) -> Self {
        Self::transport(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.source {
            Some(source) if self.0.message.is_empty() => source.fmt(f),
            _ => f.write_str(&self.0.message),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.to_string())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = self.0.source.as_deref()?;
        // What `Display` has said already is not said again as the cause.
        if self.0.message.is_empty() {
            source.source()
        } else {
            Some(source)
        }
    }
}

/// The end of a watch where it must not end.
#[derive(Debug)]
struct CutShort;

impl fmt::Display for CutShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the watch ended in the middle of an event")
    }
}

impl StdError for CutShort {}

/// The reasons of meta/v1 that the predicates and client-go go by.
const KNOWN_REASONS: [&str; 19] = [
    "Unauthorized",
    "Forbidden",
    "NotFound",
    "AlreadyExists",
    "Conflict",
    "Gone",
    "Invalid",
    "ServerTimeout",
    "StoreReadError",
    "Timeout",
    "TooManyRequests",
    "BadRequest",
    "MethodNotAllowed",
    "NotAcceptable",
    "RequestEntityTooLarge",
    "UnsupportedMediaType",
    "InternalError",
    "Expired",
    "ServiceUnavailable",
];
