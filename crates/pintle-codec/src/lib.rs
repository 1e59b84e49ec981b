//! The wire formats of the Kubernetes API, for types that are described once.
//!
//! A struct of the API says what it consists of through [`Message`]: a static [`Table`] of its
//! fields, and access to a field by index. Every format is an interpreter of that description,
//! compiled once and shared by all types; a new type adds a table and two small functions, never
//! a copy of a codec. [`Value`] is the tree for data whose type is not known at compile time.
//!
//! This crate is pure: it performs no I/O, reads no clock and knows no asynchronous runtime.

mod buffer;
mod byte_string;
pub mod cbor;
mod choice;
mod cut;
mod decoder;
mod documents;
mod error;
mod float;
mod format;
mod frames;
mod interner;
mod interop;
pub mod json;
mod key;
mod list;
mod list_stream;
mod map;
mod message;
pub mod protobuf;
mod prune;
mod query;
mod room;
#[cfg(feature = "schemars")]
pub mod schemars;
#[cfg(feature = "serde")]
pub mod serde;
mod stock;
mod str;
mod string_type;
mod table;
mod type_meta;
mod value;
mod walk;
#[cfg(feature = "yaml")]
pub mod yaml;

pub use byte_string::ByteString;
pub use decoder::{Decoder, Violation, ViolationKind};
pub use error::{Error, ErrorKind};
pub use format::Format;
pub use frames::{Frames, MAX_FRAME};
pub use list::List;
pub use list_stream::{ListItem, ListReader, MAX_ITEM};
pub use map::Map;
pub use message::{Element, Mapped, Message, Repeated, Scalar, SlotMut, SlotRef};
pub use prune::Prune;
pub use query::to_query;
pub use str::Str;
pub use table::{Field, FieldFlags, Table, by_name, by_number, named, numbered};
pub use type_meta::TypeMeta;
pub use value::{Object, Value};
pub use walk::{equal, format_debug, is_zero};
