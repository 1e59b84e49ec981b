//! YAML, as Kubernetes' tools read and write it.
//!
//! To Kubernetes YAML is a way to spell JSON, and it is read and written by the rules of YAML 1.1:
//! `yes` is true, `0644` is octal, `<<` merges mappings, the keys of mappings become text. What is
//! written is, byte for byte, what `kubectl -o yaml` prints: keys sorted, strings quoted wherever a
//! reader of YAML 1.1 would take them for something else.
//!
//! [`parse`] builds a [`Value`](crate::Value), [`Decoder::decode_yaml`](crate::Decoder::decode_yaml)
//! fills a [`Message`](crate::Message); [`Documents`] reads a stream of documents into [`Node`]s,
//! which know where they stand. The grammar is a library's, what scalars mean is decided here.

mod decode;
mod documents;
mod error;
mod node;
mod order;
mod resolve;
mod style;
mod write;

pub use documents::{Documents, parse};
pub use error::{Error, Place};
pub use node::{Key, Node};
pub use write::{encode_object, write};
