//! What a peer implements for each of its kinds of object.

use std::error::Error;

/// One library's way of reading and writing objects of one kind in one format.
pub trait Codec {
    /// An object as a cache keeps it: a pointer.
    type Object;

    /// Reads one object.
    fn decode(&mut self, bytes: &[u8]) -> Result<Self::Object, Failure>;

    /// Writes one object into a buffer of its own.
    fn encode(&self, object: &Self::Object) -> Result<Vec<u8>, Failure>;

    /// Sets the label [`LABEL`] and, where the object's status has conditions, the message of the first.
    fn edit(&self, object: &mut Self::Object, edit: &Edit) -> Result<(), Failure>;

    /// Removes managedFields, unless decoding has left them out.
    fn prune(&self, object: &mut Self::Object);

    /// Looks at every field, and returns what cannot be known without.
    fn walk(&self, _: &Self::Object) -> Result<u64, Failure> {
        Err("its fields cannot be walked".into())
    }
}

/// Why a peer could not do what it was asked.
pub type Failure = Box<dyn Error + Send + Sync>;

/// A change made before an object is encoded, so that nothing can be kept from decoding it.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// The value of the label [`LABEL`].
    pub label: &'static str,
    /// The message of the first condition.
    pub message: &'static str,
}

/// The label that an edit sets. The program that prepares the inputs knows it, and the first of [`EDITS`].
pub const LABEL: &str = "bench.example.com/edit";

/// The edits that take turns.
pub const EDITS: [Edit; 4] = [
    Edit {
        label: "first",
        message: "the first message of an edit",
    },
    Edit {
        label: "second",
        message: "a second message, of another length",
    },
    Edit {
        label: "a-third-label-too-long-for-some-strings",
        message: "a third",
    },
    Edit {
        label: "4",
        message: "a fourth message, longer than those before it, as messages of conditions often are",
    },
];
