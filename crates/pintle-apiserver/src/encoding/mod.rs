//! Stored objects in the encodings that clients ask for.

pub(crate) mod json;
