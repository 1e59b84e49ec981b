//! The error of every task: what went wrong, where, and what to do about it, in words.

use std::fmt;

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// A message for whoever runs the task, and its cause.
#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// The message and those of its causes, on one line.
    pub(crate) fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}

/// Says what was being done when something failed.
pub(crate) trait Context<T> {
    fn context(self, message: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: std::error::Error + Send + Sync + 'static> Context<T> for Result<T, E> {
    fn context(self, message: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error {
            message: message(),
            source: Some(Box::new(source)),
        })
    }
}

/// For generated text: a `String` takes whatever is written to it.
impl From<fmt::Error> for Error {
    fn from(source: fmt::Error) -> Self {
        Self {
            message: "cannot write text".into(),
            source: Some(Box::new(source)),
        }
    }
}
