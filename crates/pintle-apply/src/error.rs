//! [`Error`], why an apply configuration could not be extracted.

use std::error::Error as StdError;
use std::fmt;

/// Why an apply configuration could not be extracted from an object.
pub struct Error {
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of failure an [`Error`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The object is of another kind.
    OtherKind,
    /// Parts of the object were left out when it was read: fields that the manager owns may be
    /// among them.
    Pruned,
    /// The object has no form in JSON.
    NotJson,
    /// What the object says about the fields of the manager is malformed.
    MalformedFields,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(crate) fn because(kind: ErrorKind, source: impl StdError + Send + Sync + 'static) -> Self {
        Self {
            kind,
            source: Some(Box::new(source)),
        }
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether parts of the object were left out when it was read.
    pub fn is_pruned(&self) -> bool {
        self.kind == ErrorKind::Pruned
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::OtherKind => "the object is of another kind than the apply configuration",
            ErrorKind::Pruned => {
                "parts of the object were left out when it was read, and may be among the fields \
                 that the manager owns"
            }
            ErrorKind::NotJson => "the object has no form in JSON",
            ErrorKind::MalformedFields => "malformed fields of the manager in `managedFields`",
        })
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("source", &self.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}
