//! serde for the types that are described once, behind the feature `serde`.
//!
//! A program's own serde types can hold types of the API: an `EnvVar` or a `Condition` in the
//! specification of a custom resource. What is written is what [`json`](crate::json) writes, field
//! for field; the formats must say of what type a value is, as JSON, YAML and CBOR do, and binary
//! data is base64 in all of them. A kind says `kind` and `apiVersion`, and refuses a document of
//! another one.
//!
//! Clients do not come this way: they read and write by [`Decoder`](crate::Decoder) and the formats
//! themselves, which is faster and keeps equal strings once.

mod read;
mod values;
mod write;

pub use read::{check_kind, deserialize};
pub use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
pub use write::serialize;
