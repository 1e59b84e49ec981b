//! JSON, as Kubernetes reads and writes it.
//!
//! [`Reader`] walks a document without building anything; [`parse`] builds a [`Value`](crate::Value) from it,
//! [`decode`] fills a [`Message`](crate::Message). [`Writer`] is the other direction and spells
//! everything as Go's encoder does, so that equal objects have equal bytes.

mod block;
mod decode;
mod encode;
mod nesting;
mod reader;
mod tree;
mod writer;

pub use decode::{decode, decode_object};
pub(crate) use decode::{decode_next, decode_with};
pub use encode::{encode, encode_object};
pub(crate) use nesting::Nesting;
pub use reader::{MAX_DEPTH, Number, Reader, Token};
pub use tree::{parse, write, write_value};
pub use writer::Writer;
