//! Value trees to protobuf and back, by the tables of their structs.
//!
//! What is written is what Go writes, byte for byte: fields in the order of their numbers, what is
//! no pointer even where it is zero, the entries of maps in the order of their keys. Read is what any
//! client may write: fields in any order, unknown ones, packed numbers, parts that come twice.

mod decode;
mod encode;
#[cfg(test)]
mod tests;
mod to_json;

pub(crate) use decode::decode_protobuf;
pub(crate) use encode::encode_protobuf;
pub(crate) use to_json::protobuf_to_json;
