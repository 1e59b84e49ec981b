//! What Kubernetes' own Go code says of values and selectors, compared with what they say here.

mod cbor;
mod duration;
mod field_selector;
mod int_or_string;
mod label_selector;
mod names;
mod oracle;
mod quantity;
mod resource_version;
mod time;
mod wire;
