//! The generated types, on whole objects.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod json;
#[cfg(feature = "apiextensions")]
mod schemas;
mod scheme;
