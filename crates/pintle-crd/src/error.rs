//! [`Error`], why a definition cannot be made of types.

use std::borrow::Cow;
use std::fmt;

/// Why a definition cannot be made of types, or several definitions not be made one.
///
/// It is about the program, not about its input: the same types give the same error every time, so
/// a test that makes the definition once finds it.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

/// What kind of problem an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A type has values that no structural schema describes.
    Unsupported,
    /// A type contains itself, which a schema of Kubernetes cannot.
    Recursive,
    /// A schema contradicts itself, or is no schema.
    InvalidSchema,
    /// A path of a column, a subresource or a selectable field leads to no field of a right type.
    InvalidPath,
    /// Versions that do not make one definition.
    InvalidVersions,
}

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    detail: Cow<'static, str>,
    /// From the inside out.
    path: Vec<Segment>,
    resource: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
enum Segment {
    Field(String),
    Items,
    Values,
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            detail: detail.into(),
            path: Vec::new(),
            resource: None,
        }))
    }

    #[cold]
    pub(crate) fn unsupported(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unsupported, detail)
    }

    #[cold]
    pub(crate) fn invalid(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidSchema, detail)
    }

    /// What kind of problem it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The problem alone, without its place.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Where in an object the problem is, such as `spec.steps[*].run`; empty where it is about the
    /// whole.
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
                Segment::Items | Segment::Values => path.push_str("[*]"),
            }
        }
        path
    }

    /// The same error, one field further out.
    #[cold]
    pub(crate) fn within_field(mut self, name: &str) -> Self {
        self.0.path.push(Segment::Field(name.to_owned()));
        self
    }

    /// The same error, one list further out.
    #[cold]
    pub(crate) fn within_items(mut self) -> Self {
        self.0.path.push(Segment::Items);
        self
    }

    /// The same error, one map further out.
    #[cold]
    pub(crate) fn within_values(mut self) -> Self {
        self.0.path.push(Segment::Values);
        self
    }

    /// The same error about this resource.
    #[cold]
    pub(crate) fn of(mut self, resource: String) -> Self {
        self.0.resource = Some(resource);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(resource) = &self.0.resource {
            write!(f, "{resource}: ")?;
        }
        if !self.0.path.is_empty() {
            write!(f, "{}: ", self.path())?;
        }
        f.write_str(&self.0.detail)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {}
