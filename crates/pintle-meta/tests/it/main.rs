//! What Kubernetes' own Go code says of values and selectors, compared with what they say here.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod cbor;
mod duration;
mod field_selector;
mod gadget;
mod int_or_string;
mod label_selector;
mod lazy;
mod names;
mod oracle;
mod quantity;
mod resource_version;
mod streams;
mod time;
mod unstructured;
mod wire;
