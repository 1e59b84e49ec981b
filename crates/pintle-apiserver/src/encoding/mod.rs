//! What goes over the wire: documents of clients, and stored objects in the encodings that clients ask
//! for.
//!
//! Four formats: JSON, YAML, protobuf and CBOR, each spelt as Go spells it. Stored is protobuf; the
//! others are made of it. Answers that are no objects are made as JSON, and turned into the others by
//! the tables of their structs.

mod answer;
mod cbor;
mod format;
mod indent;
pub(crate) mod json;
mod payload;
pub(crate) mod protobuf;

pub(crate) use answer::{answer, spell, status};
pub(crate) use cbor::object as cbor_object;
pub(crate) use format::{Encoding, Format};
pub(crate) use payload::Payload;
