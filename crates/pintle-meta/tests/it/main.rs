//! What Kubernetes' own Go code says of values and selectors, compared with what they say here.

mod duration;
mod int_or_string;
mod oracle;
mod quantity;
mod resource_version;
mod time;
