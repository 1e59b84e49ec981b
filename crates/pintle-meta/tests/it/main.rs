//! What Kubernetes' own Go code says of values and selectors, compared with what they say here.

mod duration;
mod oracle;
mod quantity;
mod time;
