//! What objects consist of, as data, and what is done with that data.
//!
//! No code here knows a kind: a request's body becomes a value tree by the [`Struct`] of its
//! resource, with known fields in schema order and zero values where Go's encoder writes them, so
//! that writing the tree gives the bytes that the real server would give.

mod decode;
mod defaults;
mod malformed;
mod places;
mod protobuf;
mod scalar;
mod table;
mod tree;
mod zero;

pub(crate) use decode::{DecodeError, Decoded, decode, decode_unordered, type_meta};
pub(crate) use places::{MAX_FIELDS, Places};
pub(crate) use protobuf::{decode_protobuf, encode_protobuf, protobuf_to_json};
pub(crate) use table::{
    Alternative, Cardinality, Embedded, Field, Group, ListType, MapType, OnWire, Resource, Rules,
    Shape, Struct, Subresource, TypeFacts, Unset, Wire,
};
pub(crate) use tree::Tree;
