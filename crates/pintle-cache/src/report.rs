//! [`Report`], what goes wrong in a cache and does not end it.

use std::fmt;
use std::sync::Arc;

use pintle_cache_core::{IndexError, Warning};
use pintle_client::Error;
use pintle_meta::ObjectName;

/// Something went wrong with an informer, which goes on.
#[derive(Debug)]
pub struct Report<'a> {
    /// The informer: its name if it was given one, and its resource.
    pub informer: &'a str,
    /// What went wrong.
    pub problem: &'a Problem,
}

/// What went wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum Problem {
    /// A list or a watch failed. It is tried again.
    Request(Error),
    /// An object cannot be read, or not be transformed. What is known of it stays.
    Unreadable {
        /// The object, if its name can be read.
        key: Option<ObjectName>,
        /// Why.
        error: Error,
    },
    /// An index function failed on an object, which that index does not have.
    Index(IndexError),
    /// A handler panicked. It goes on with the next event, after a second.
    HandlerPanicked {
        /// The handler's name; empty if it has none.
        handler: String,
        /// What it said.
        message: String,
    },
    /// Something is unusual.
    Warning(Warning),
}

/// Is told what goes wrong.
pub(crate) type OnProblem = Arc<dyn Fn(&Report<'_>) + Send + Sync>;

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => error.fmt(f),
            Self::Unreadable { key: None, error } => error.fmt(f),
            Self::Unreadable {
                key: Some(key),
                error,
            } => write!(f, "{key}: {error}"),
            Self::Index(error) => error.fmt(f),
            Self::HandlerPanicked { handler, message } => match handler.as_str() {
                "" => write!(f, "a handler panicked: {message}"),
                name => write!(f, "handler {name} panicked: {message}"),
            },
            Self::Warning(Warning::InitialEventsAreLate { .. }) => {
                f.write_str("the watch has not said yet that it has sent all objects")
            }
            Self::Warning(Warning::WatchWasVeryShort) => {
                f.write_str("the watch ended within a second and without an event")
            }
            Self::Warning(Warning::Stalled) => f.write_str("the server has fallen silent"),
            Self::Warning(other) => write!(f, "{other:?}"),
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.informer, self.problem)
    }
}

/// Logs what goes wrong, for those who do not want to be told otherwise.
pub(crate) fn log(report: &Report<'_>) {
    let causes = causes(report.problem);
    tracing::warn!(informer = report.informer, "{}{causes}", report.problem);
}

/// The causes of an error, each behind a colon.
fn causes(problem: &Problem) -> String {
    let error: &dyn std::error::Error = match problem {
        Problem::Request(error) | Problem::Unreadable { error, .. } => error,
        Problem::Index(error) => error,
        Problem::HandlerPanicked { .. } | Problem::Warning(_) => return String::new(),
    };
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.map(|cause| format!(": {cause}")).collect()
}
