//! CBOR, as Kubernetes reads and writes it.
//!
//! It is the data model of JSON in binary, so what has a form in one has it in the other. Strings
//! travel as byte strings; binary data is marked by a tag, since in JSON it is base64. The fields of
//! a struct and the keys of a map are written in the order of their encoded bytes, shorter ones
//! first, so that equal objects have equal bytes, Go's; they are read in any order. A whole
//! document begins with [`MAGIC`]; an element of a list does not.
//!
//! Refused are, as by Kubernetes: a key that comes twice, numbers that JSON cannot say, and text
//! that is not UTF-8.

mod decode;
mod encode;
mod float16;
mod item;
mod reader;
mod scan;
mod time;
mod transcode;
mod tree;
mod writer;

pub(crate) use decode::decode_with;
pub use encode::{encode, encode_object};
pub use item::Item;
pub use reader::{Reader, Rest};
pub(crate) use scan::{ARRAY, BREAK, MAP, RawHead, Scan, TAG};
pub use tree::{parse, write};
pub use writer::{MAGIC, Writer};
