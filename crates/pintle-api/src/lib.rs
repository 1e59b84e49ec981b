//! The types of Kubernetes' built-in API groups.
//!
//! One module a group, one below it a version: [`core::v1::Pod`], [`apps::v1::Deployment`]. The
//! types are generated from facts about Kubernetes' own Go types and keep Go's idea of what is
//! optional: a Go value is a plain field whose default means "absent", a Go pointer is an
//! `Option`. Strings with known values are types with constants and hold any other value too.
//!
//! ```
//! use pintle_api::core::v1::{Container, Pod, PodPhase, PodSpec};
//! use pintle_meta::v1::ObjectMeta;
//!
//! let pod = Pod {
//!     metadata: ObjectMeta { name: "web-0".into(), ..Default::default() },
//!     spec: PodSpec {
//!         containers: [Container { name: "web".into(), image: "nginx:1.29".into(), ..Default::default() }].into(),
//!         ..Default::default()
//!     },
//!     ..Default::default()
//! };
//! assert_eq!(pod.spec.node_name, "");
//! assert_ne!(pod.status.phase, PodPhase::RUNNING);
//! ```
//!
//! Structs are exhaustive, so that `..Default::default()` works; a field that a new release of
//! Kubernetes adds comes with a minor release of this crate. The group `core` is always there;
//! every other group is a feature of its name.
//!
//! This crate is pure: it performs no I/O, reads no clock and knows no asynchronous runtime.

#[cfg(feature = "apps")]
pub mod apps;
pub mod core;
