//! Alternative A2: a struct is described once, as in A, but values do not travel through an enum:
//! a generated function hands the field itself to a source or a sink. Both are `dyn`, so that one
//! function a struct serves every format, and everything else is compiled here, once.

mod describe;
mod json_read;
mod json_write;
mod protobuf;

pub use describe::{
    Element, Entries, Failed, Field, Group, Items, Message, Read, Sink, Source, Table,
};
pub use json_read::from_json;
pub use json_write::to_json;
pub use protobuf::from_protobuf;
