//! What discovery and the mapping of names can fail with.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use pintle_meta::{GroupVersion, GroupVersionKind, GroupVersionResource};

use crate::Discovered;

/// Why something could not be discovered or mapped. Cheap to clone, since caches remember failures.
///
/// `Display` is one level; causes are behind `source()`.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

/// The sorts of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A request failed; [`Error::as_client`] says how.
    Request,
    /// An answer of the server's cannot be read.
    InvalidAnswer,
    /// The server could not refresh what it says of a group version that others serve for it.
    Stale,
    /// A group version has no resources at all.
    Empty,
    /// A cache does not know the group version; it may be newer than the cache.
    Unknown,
    /// Some group versions could not be discovered; [`Error::discovered`] is what could.
    Incomplete,
    /// No resource or kind has the name.
    NoMatch,
    /// Several resources or kinds have the name, and none comes before the others;
    /// [`Error::candidates`] says which.
    Ambiguous,
}

/// What an ambiguous name could stand for, in the order in which the server serves it.
///
/// Exhaustive: a name is one of a resource or of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidates {
    /// Resources.
    Resources(Vec<GroupVersionResource>),
    /// Kinds.
    Kinds(Vec<GroupVersionKind>),
}

struct Inner {
    kind: ErrorKind,
    message: String,
    candidates: Option<Candidates>,
    discovered: Option<Box<Discovered>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn invalid_answer(
        what: &str,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        let message = format!("the server's answer about {what} cannot be read");
        Self::inner(ErrorKind::InvalidAnswer, message).caused(source)
    }

    pub(crate) fn stale(group_version: &GroupVersion) -> Self {
        let message = format!("the server could not refresh what it knows of {group_version}");
        Self::inner(ErrorKind::Stale, message).into()
    }

    pub(crate) fn empty(group_version: &GroupVersion) -> Self {
        let message = format!("{group_version} has no resources");
        Self::inner(ErrorKind::Empty, message).into()
    }

    pub(crate) fn unknown(group_version: &GroupVersion) -> Self {
        let message = format!("{group_version} was not served when the server was last asked");
        Self::inner(ErrorKind::Unknown, message).into()
    }

    pub(crate) fn incomplete(discovered: Discovered) -> Self {
        let failed = discovered.failed().iter();
        let failed: Vec<_> = failed
            .map(|(group_version, error)| format!("{group_version}: {error}"))
            .collect();
        let failed = failed.join(", ");
        let message = format!("some of the API could not be discovered: {failed}");
        let mut inner = Self::inner(ErrorKind::Incomplete, message);
        inner.discovered = Some(Box::new(discovered));
        inner.into()
    }

    pub(crate) fn no_match(what: &dyn fmt::Display) -> Self {
        Self::inner(ErrorKind::NoMatch, format!("the server has no {what}")).into()
    }

    pub(crate) fn ambiguous(what: &dyn fmt::Display, candidates: Candidates) -> Self {
        let message = format!("{what} may be any of {candidates}");
        let mut inner = Self::inner(ErrorKind::Ambiguous, message);
        inner.candidates = Some(candidates);
        inner.into()
    }

    fn inner(kind: ErrorKind, message: String) -> Inner {
        Inner {
            kind,
            message,
            candidates: None,
            discovered: None,
            source: None,
        }
    }

    /// The sort of error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether no resource or kind has the name.
    pub fn is_no_match(&self) -> bool {
        self.kind() == ErrorKind::NoMatch
    }

    /// Whether several resources or kinds have the name.
    pub fn is_ambiguous(&self) -> bool {
        self.kind() == ErrorKind::Ambiguous
    }

    /// What an ambiguous name could stand for.
    pub fn candidates(&self) -> Option<&Candidates> {
        self.0.candidates.as_ref()
    }

    /// What was discovered, where some of the API could not be.
    pub fn discovered(&self) -> Option<&Discovered> {
        self.0.discovered.as_deref()
    }

    /// The error of the request that failed, if one did.
    pub fn as_client(&self) -> Option<&pintle_client::Error> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// Whether the next attempt may well succeed: the server was not there or too busy, or its own
    /// fault it was.
    pub(crate) fn is_transient(&self) -> bool {
        let Some(error) = self.as_client() else {
            return false;
        };
        let transport = error.as_transport();
        let unreachable = transport.is_some_and(|it| it.is_refused() || it.is_closed());
        let busy = error.as_status().is_some_and(|status| status.code >= 500);
        unreachable || busy || error.is_too_many_requests()
    }
}

impl Inner {
    fn caused(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        self.source = Some(source.into());
        self.into()
    }
}

impl From<Inner> for Error {
    fn from(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl From<pintle_client::Error> for Error {
    fn from(error: pintle_client::Error) -> Self {
        // The message is the cause's, which is not said twice.
        Self::inner(ErrorKind::Request, String::new()).caused(error)
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
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = self.0.source.as_deref()?;
        if self.0.message.is_empty() {
            source.source()
        } else {
            Some(source)
        }
    }
}

impl fmt::Display for Candidates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = match self {
            Self::Resources(all) => all.iter().map(ToString::to_string).collect(),
            Self::Kinds(all) => all.iter().map(ToString::to_string).collect(),
        };
        f.write_str(&texts.join("; "))
    }
}
