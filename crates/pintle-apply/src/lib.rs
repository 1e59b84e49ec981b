//! Apply configurations: objects of which only some fields are set, for server-side apply.
//!
//! An object of [`pintle_api`](https://docs.rs/pintle-api) always has all of its fields, so
//! applying one would claim them all. An apply configuration has the fields that were set and no
//! others: unset differs from zero, and the server makes whoever applies it the owner of exactly
//! these fields.
//!
//! ```
//! use pintle_apply::apps::v1::{DeploymentApply, DeploymentSpecApply};
//! use pintle_apply::core::v1::{ContainerApply, PodSpecApply, PodTemplateSpecApply};
//!
//! let deployment = DeploymentApply::new("web")
//!     .namespace("default")
//!     .labels([("app", "web")])
//!     .spec(
//!         DeploymentSpecApply::new().replicas(0).template(
//!             PodTemplateSpecApply::new().labels([("app", "web")]).spec(
//!                 PodSpecApply::new()
//!                     .containers([ContainerApply::new().name("web").image("nginx:1.29")]),
//!             ),
//!         ),
//!     );
//! let document = pintle_meta::encode_json(&deployment)?;
//! assert!(document.starts_with(br#"{"kind":"Deployment","apiVersion":"apps/v1""#));
//! # Ok::<(), pintle_codec::Error>(())
//! ```
//!
//! There is a module for each group and version, as in `pintle-api`, and in it a type for each
//! struct that objects consist of. A setter has the name of the field. It replaces what was set;
//! the elements of a list are appended and the entries of a map added to those that were set
//! before. Fields of a server newer than this crate are set by [`ApplyConfiguration::with`].
//!
//! To change what was applied earlier, `extract` makes an apply configuration of the fields that a
//! field manager owns in an object that was read:
//!
//! ```
//! use pintle_api::core::v1::ConfigMap;
//! use pintle_apply::core::v1::ConfigMapApply;
//!
//! # let answer = br#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"settings",
//! #     "managedFields":[{"manager":"tuner","operation":"Apply","fieldsV1":{"f:data":{"f:a":{}}}}]},
//! #     "data":{"a":"1","b":"2"}}"#;
//! let settings: ConfigMap = pintle_meta::decode_json(answer)?;
//! let mine = ConfigMapApply::extract(&settings, "tuner")?;
//! assert_eq!(mine, ConfigMapApply::new("settings").data([("a", "1")]));
//! let more = mine.data([("c", "3")]);
//! # let _ = more;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! All of these types are names for one tree. The group `core` is always there; every other group
//! is a feature of its name, and `full` is all of them.
//!
//! This crate is pure: it performs no I/O, reads no clock and knows no asynchronous runtime.

mod body;
mod configuration;
mod define;
mod error;
mod extract;
mod schema;
mod tree;

pub use configuration::{ApplyConfiguration, ApplyKind};
pub use error::{Error, ErrorKind};

#[cfg(feature = "admissionregistration")]
pub mod admissionregistration;
#[cfg(feature = "apiextensions")]
pub mod apiextensions;
#[cfg(feature = "apiregistration")]
pub mod apiregistration;
#[cfg(feature = "apiserverinternal")]
pub mod apiserverinternal;
#[cfg(feature = "apps")]
pub mod apps;
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
pub mod meta;
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
#[cfg(feature = "storage")]
pub mod storage;
#[cfg(feature = "storagemigration")]
pub mod storagemigration;
