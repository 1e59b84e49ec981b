//! What all Kubernetes objects have in common.
//!
//! [`v1`] holds the types of meta/v1, generated. Around them: values with a form of their own
//! ([`Time`], [`Quantity`], [`IntOrString`], …), selectors ([`LabelSelector`], [`FieldSelector`]),
//! the names of types ([`GroupVersion`] and its kin), what makes a type a kind or a resource
//! ([`Kind`], [`Resource`]), lists of objects ([`ObjectList`]) and the events of a watch
//! ([`WatchEvent`]).
//!
//! With the feature `k8s-openapi` the types of that crate (0.29) are kinds and resources too, so that
//! clients read and write them as they do others; which version of Kubernetes it speaks is for the
//! program to say, by one of its features `v1_*`.
//!
//! This crate is pure: it performs no I/O, reads no clock and knows no asynchronous runtime.

#[doc(hidden)]
pub use pintle_codec as codec;

mod body;
mod civil;
mod document;
mod duration;
mod field_selector;
mod field_set;
mod fields_v1;
mod group_version;
mod int_or_string;
#[cfg(any(feature = "serde", feature = "schemars"))]
mod interop;
mod json_value;
#[cfg(feature = "k8s-openapi")]
mod k8s_openapi;
mod label_selector;
mod lazy;
mod list;
mod list_body;
mod list_decoder;
pub mod names;
mod object_name;
mod options;
mod partial;
mod pruned;
mod quantity;
pub mod quote;
mod raw;
mod raw_extension;
mod resource;
mod resource_version;
mod rfc3339;
mod scalar;
mod status;
mod time;
mod undecodable;
mod unstructured;
pub mod v1;
#[cfg(feature = "serde")]
pub mod via_serde;
mod watch_event;
mod wire;

pub use body::{Body, decode_json, described, encode_json, no_such_format};
pub use duration::{Duration, ParseDurationError};
pub use field_selector::{
    FieldRequirement, FieldSelector, FieldSelectorErrorKind, ParseFieldSelectorError,
};
pub use field_set::{FieldSet, ParseFieldSetError, PathElement};
pub use fields_v1::FieldsV1;
pub use group_version::{GroupVersion, GroupVersionKind, GroupVersionResource, ParseError};
pub use int_or_string::{IntOrString, NotAPercentageError};
pub use json_value::JsonValue;
pub use label_selector::{
    InvalidLabelSelectorError, InvalidRequirementError, LabelOperator, LabelRequirement,
    LabelSelector, ParseLabelSelectorError, UnsupportedOperatorError,
};
pub use lazy::{AnyObject, Decoded, Lazy, LazyRef, Packed};
pub use list::ObjectList;
pub use list_decoder::ListDecoder;
pub use object_name::{ObjectName, ParseObjectNameError};
pub use pruned::Pruned;
pub use quantity::{ParseQuantityError, Quantity, QuantityErrorKind, QuantityFormat};
pub use raw_extension::RawExtension;
pub use resource::{Cluster, Kind, Metadata, Namespaced, Object, Resource, Scope};
pub use resource_version::ResourceVersion;
pub use rfc3339::ParseTimeError;
pub use time::{MicroTime, Time};
pub use undecodable::UndecodableObject;
pub use unstructured::{FieldError, Unstructured, UnstructuredList};
pub use watch_event::{Bookmark, WatchEvent, decode_watch_event};
