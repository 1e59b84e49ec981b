//! Alternative A: a struct is described once, and every format interprets the description.
//! The interpreters take `dyn Message` and are compiled here, once.

mod describe;
mod json;
mod protobuf;

pub use describe::{Element, Entries, Field, Group, Items, Message, Omit, Slot, Table, View};
pub use json::{from_json, to_json};
pub use protobuf::from_protobuf;
