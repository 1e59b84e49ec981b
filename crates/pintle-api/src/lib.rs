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
//! every other group is a feature of its name, and `full` is all of them. The default features are
//! what controllers mostly deal with: workloads (`apps`, `batch`), what scales and protects them
//! (`autoscaling`, `policy`), their network (`networking`, `discovery`), permissions (`rbac`), and
//! what leader election and the event recorder write (`coordination`, `events`).
//!
//! This crate is pure: it performs no I/O, reads no clock and knows no asynchronous runtime.

#[cfg(feature = "admission")]
pub mod admission;
#[cfg(feature = "admissionregistration")]
pub mod admissionregistration;
#[cfg(feature = "apidiscovery")]
pub mod apidiscovery;
#[cfg(feature = "apiextensions")]
pub mod apiextensions;
#[cfg(feature = "apiregistration")]
pub mod apiregistration;
#[cfg(feature = "apiserverinternal")]
pub mod apiserverinternal;
#[cfg(feature = "apps")]
pub mod apps;
#[cfg(feature = "authentication")]
pub mod authentication;
#[cfg(feature = "authorization")]
pub mod authorization;
#[cfg(feature = "autoscaling")]
pub mod autoscaling;
#[cfg(feature = "batch")]
pub mod batch;
#[cfg(feature = "certificates")]
pub mod certificates;
#[cfg(feature = "coordination")]
pub mod coordination;
pub mod core;
#[cfg(feature = "discovery")]
pub mod discovery;
#[cfg(feature = "events")]
pub mod events;
#[cfg(feature = "extensions")]
pub mod extensions;
#[cfg(feature = "flowcontrol")]
pub mod flowcontrol;
#[cfg(feature = "imagepolicy")]
pub mod imagepolicy;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "networking")]
pub mod networking;
#[cfg(feature = "node")]
pub mod node;
#[cfg(feature = "policy")]
pub mod policy;
#[cfg(feature = "rbac")]
pub mod rbac;
#[cfg(feature = "resource")]
pub mod resource;
#[cfg(feature = "scheduling")]
pub mod scheduling;
pub mod scheme;
#[cfg(feature = "storage")]
pub mod storage;
#[cfg(feature = "storagemigration")]
pub mod storagemigration;
