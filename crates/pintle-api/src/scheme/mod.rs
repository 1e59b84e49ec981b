//! The built-in kinds by name, for objects whose kind is known at run time only.
//!
//! Every kind of every group that is compiled in is here, lists and the kinds of meta/v1 included:
//!
//! ```
//! use pintle_api::core::v1::Pod;
//! use pintle_api::scheme;
//! use pintle_codec::{Decoder, Format};
//!
//! let document = br#"{"kind":"Pod","apiVersion":"v1","spec":{"nodeName":"n1"}}"#;
//! let object = scheme::decode(document, Format::Json, &mut Decoder::new())?;
//! assert_eq!(object.kind().kind(), "Pod");
//! if let Some(pod) = object.downcast_ref::<Pod>() {
//!     assert_eq!(pod.spec.node_name, "n1");
//! }
//! # Ok::<(), pintle_codec::Error>(())
//! ```
//!
//! A program that does not look here carries none of it: nothing else refers to the table.

mod any_object;
mod registered;
mod table;

pub use any_object::{AnyObject, decode};
pub use registered::{Registered, find, kinds};
