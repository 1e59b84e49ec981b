//! Why a YAML document could not be read, and where.

use std::borrow::Cow;
use std::fmt;

/// Why a document could not be read: what, and at which line and column.
///
/// It names keys and paths, but repeats no value: that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    detail: Cow<'static, str>,
    place: Place,
    path: String,
}

/// A place in a text: its line and column, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    line: u32,
    column: u32,
}

impl Error {
    #[cold]
    pub(super) fn new(place: Place, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            detail: detail.into(),
            place,
            path: String::new(),
        }))
    }

    /// The same error, of the value at a path.
    pub(super) fn at_path(mut self, path: String) -> Self {
        self.0.path = path;
        self
    }

    /// Where the problem was met.
    pub fn place(&self) -> Place {
        self.0.place
    }

    /// The problem alone, without its place.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The path to the value that has the problem, if it was met while a type was filled.
    pub fn path(&self) -> &str {
        &self.0.path
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            detail,
            place,
            path,
        } = &*self.0;
        write!(f, "{detail} at {place}")?;
        if !path.is_empty() {
            write!(f, ", in {path}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl Place {
    pub(super) fn new(line: usize, column: usize) -> Self {
        let narrow = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            line: narrow(line),
            column: narrow(column),
        }
    }

    /// The line, from 1.
    pub fn line(self) -> u32 {
        self.line
    }

    /// The character in the line, from 1.
    pub fn column(self) -> u32 {
        self.column
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}
