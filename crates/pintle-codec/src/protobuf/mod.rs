//! Protobuf, as Kubernetes reads and writes it.
//!
//! A whole object travels in an [`Envelope`]; in a list, or in another object, it stands alone.
//! Fields are read in any order; they are written in the order of their numbers, and a field that
//! is no pointer is written even when it is zero, so that equal objects have equal bytes, Go's.

mod decode;
mod encode;
mod envelope;
mod reader;
mod writer;

pub(crate) use decode::decode_with;
pub use encode::{encode, encode_object};
pub(crate) use envelope::read_type_meta;
pub use envelope::{Envelope, MAGIC};
pub(crate) use reader::wire;
pub use reader::{Payload, Reader};
pub use writer::Writer;
