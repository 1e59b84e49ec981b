//! client-go, whole, in Rust: what a program needs to work with a Kubernetes API server.
//!
//! ```no_run
//! use pintle::Client;
//! use pintle::api::core::v1::Pod;
//! use pintle::meta::v1::ListOptions;
//!
//! # async fn example() -> Result<(), pintle::Error> {
//! let client = Client::infer().await?;
//! let pods = client.api::<Pod>().namespace("default");
//! let mut watch = pods.watch(&ListOptions::new().labels("app=web")).await?;
//! while let Some(event) = watch.try_next().await? {
//!     if let Some(pod) = event.object() {
//!         println!("{} {}", event.type_name(), pod.metadata.name);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! With the feature `derive`, a resource of one's own is made of the type of its spec:
//! [`CustomResource`](https://docs.rs/pintle/latest/pintle/derive.CustomResource.html).
//!
//! With the feature `controller`, which is on by default, there are controllers (`controller`), and what
//! they are made of: work queues (`workqueue`), leader election (`leader`) and events (`events`).
//!
//! With the feature `k8s-openapi`, the types of the crate k8s-openapi 0.29 are resources like those of
//! [`api`]: `client.api::<k8s_openapi::api::core::v1::Pod>()`. The program selects the version of
//! Kubernetes, as that crate's documentation has it.
//!
//! This crate is the paved path through the crates underneath: it re-exports what most programs
//! need and adds nothing of its own. The built-in API groups are features of their names.

pub use pintle_api as api;
pub use pintle_cache as cache;
pub use pintle_cache::{Handler, InformerFactory, SharedInformer};
pub use pintle_client::{
    AllNamespaces, Api, Backoff, BoxFuture, ByteStream, Client, ClusterWide, CommandOutput,
    ContentConfig, Deleted, DynamicClient, Error, ErrorKind, ExitStatus, Forwarding, Getter, Holds,
    JsonPatch, ListStream, ListWatch, Lister, ListerWatcher, MetadataClient, OneNamespace,
    OutputPiece, Pages, Patch, Place, PortForward, PortListener, PortStream, Reach, RemoteCommand,
    Request, Response, RestClient, RetryWatcher, RuntimeTime, StreamOptions, TerminalSize, Verb,
    WatchStream, Watcher, await_condition, conditions, retry, retry_on_conflict, until,
};
pub use pintle_clientset as clientset;
pub use pintle_clientset::Clientset;
pub use pintle_codec::{List, Map, Prune, Str};
pub use pintle_config::{Config, Environment, Impersonation, Loader};
#[cfg(feature = "controller")]
pub use pintle_controller as controller;
#[cfg(feature = "controller")]
pub use pintle_controller::{Action, Controller};
#[cfg(feature = "derive")]
pub use pintle_crd as crd;
#[cfg(feature = "derive")]
#[doc(hidden)]
pub use pintle_crd::__derive;
#[cfg(feature = "derive")]
pub use pintle_crd::CustomResource;
pub use pintle_discovery as discovery;
pub use pintle_env as env;
#[cfg(feature = "controller")]
pub use pintle_events as events;
#[cfg(feature = "controller")]
pub use pintle_leader as leader;
pub use pintle_meta as meta;
pub use pintle_transport::{RequestOptions, Transport};
#[cfg(feature = "controller")]
pub use pintle_workqueue as workqueue;

/// The README, whose programs must compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

/// The page on programs, which must compile, too.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/programs.md")]
pub struct Programs;
