//! What an election can fail with.

use std::error::Error as StdError;
use std::fmt;

/// Why an election did not come to its end.
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The sorts of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Names or times that make no sense: the caller's mistake.
    Misuse,
    /// The lease was lost while the work went on.
    Lost,
    /// The work is done, and the lease could not be given back; it runs out by itself.
    NotReleased,
}

impl Error {
    pub(crate) fn misuse(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::Misuse,
            message: message.into(),
            source: None,
        }
    }

    pub(crate) fn lost(lease: &str) -> Self {
        Self {
            kind: ErrorKind::Lost,
            message: format!("the lease {lease} was lost"),
            source: None,
        }
    }

    /// Which sort of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether leadership was lost while the work went on. A program that cannot begin anew ends here.
    pub fn is_lost(&self) -> bool {
        self.kind == ErrorKind::Lost
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}
