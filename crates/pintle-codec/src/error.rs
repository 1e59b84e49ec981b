//! Why bytes could not be read: what, at which byte, at which path.

use std::borrow::Cow;
use std::fmt;

/// Why input could not be decoded.
///
/// It names the problem, the byte offset at which it was met, and, when the problem lies inside
/// an object, the path to it (`spec.containers[0].image`).
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

/// What kind of problem an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is not well-formed.
    Syntax,
    /// The input ends in the middle of a value.
    UnexpectedEnd,
    /// The input is well-formed, but a value has another type than the field.
    TypeMismatch,
    /// A value has the right type, but cannot be what the field holds.
    InvalidValue,
    /// Values are nested deeper than [`crate::json::MAX_DEPTH`].
    TooDeep,
    /// A frame is longer than its limit.
    TooLarge,
    /// The type has no form in the format.
    Unsupported,
}

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    detail: Cow<'static, str>,
    offset: usize,
    /// From the inside out, as the decoder unwinds.
    path: Vec<Segment>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    Field(Cow<'static, str>),
    Index(usize),
}

impl Error {
    /// An error of `kind` met at byte `offset`.
    #[cold]
    pub fn new(kind: ErrorKind, offset: usize, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            detail: detail.into(),
            offset,
            path: Vec::new(),
        }))
    }

    /// What kind of problem it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The offset of the byte at which the problem was met.
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// The problem alone, without its place.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The path to the value that has the problem; empty for the outermost value.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for segment in self.0.path.iter().rev() {
            match segment {
                Segment::Field(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                Segment::Index(index) => {
                    path.push('[');
                    path.push_str(&index.to_string());
                    path.push(']');
                }
            }
        }
        path
    }

    /// The steps of the path, from the outside in.
    #[cfg(feature = "yaml")]
    pub(crate) fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.0.path.iter().rev()
    }

    /// The same error, one field further out.
    #[cold]
    #[must_use]
    pub fn within_field(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.path.push(Segment::Field(name.into()));
        self
    }

    /// The same error, one list element further out.
    #[cold]
    #[must_use]
    pub fn within_index(mut self, index: usize) -> Self {
        self.0.path.push(Segment::Index(index));
        self
    }

    /// The same error in a document in which the input starts at byte `start`.
    #[must_use]
    pub fn shifted_by(mut self, start: usize) -> Self {
        self.0.offset += start;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.0.detail, self.0.offset)?;
        if !self.0.path.is_empty() {
            write!(f, ", in {}", self.path())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {}
