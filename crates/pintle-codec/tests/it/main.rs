//! The codecs, through the public interface.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod cbor;
mod cut;
mod decoder;
mod list_stream;
mod message;
mod protobuf;
mod tree;
#[cfg(feature = "yaml")]
mod yaml;
