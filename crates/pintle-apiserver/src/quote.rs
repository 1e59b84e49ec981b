//! How messages show text that a client sent.

pub(crate) use pintle_meta::quote::Quoted;
