//! [`UndecodableObject`], an object among others that cannot be read.

use std::fmt;

use pintle_codec::{Error, Format};

use crate::ObjectName;

/// An object among others, in a list or in a watch, that cannot be read. The others can.
#[derive(Clone, Debug)]
pub struct UndecodableObject {
    index: Option<usize>,
    name: Option<ObjectName>,
    is_deletion: bool,
    error: Error,
}

impl UndecodableObject {
    /// That `object`, in protobuf without its envelope, cannot be read for this reason.
    pub(crate) fn new(error: Error, object: &[u8], format: Format) -> Self {
        Self {
            index: None,
            name: ObjectName::salvage(object, format),
            is_deletion: false,
            error,
        }
    }

    /// The same, of an element of a list.
    pub(crate) fn at_index(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }

    /// The same, of an object that a watch says is gone.
    pub(crate) fn deleted(mut self, is_deletion: bool) -> Self {
        self.is_deletion = is_deletion;
        self
    }

    /// Its place in the list, if it is in one: the number of those before it.
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// Its name, if its metadata can be read.
    pub fn name(&self) -> Option<&ObjectName> {
        self.name.as_ref()
    }

    /// Whether a watch says that it is gone: then what cannot be read is its last state.
    pub fn is_deletion(&self) -> bool {
        self.is_deletion
    }

    /// Why it cannot be read. The offset is that in the whole list or event.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// Why it cannot be read.
    pub fn into_error(self) -> Error {
        self.error
    }
}

impl fmt::Display for UndecodableObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.index, &self.name) {
            (None, None) => f.write_str("an object"),
            (None, Some(name)) => write!(f, "object {name}"),
            (Some(index), None) => write!(f, "item {index}"),
            (Some(index), Some(name)) => write!(f, "item {index}, {name},"),
        }?;
        f.write_str(" cannot be decoded")
    }
}

impl std::error::Error for UndecodableObject {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
