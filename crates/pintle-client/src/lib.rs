//! Requests to the Kubernetes API.
//!
//! From the bottom up: a [`RestClient`] speaks to one group and version and starts [`Request`]s, a
//! chain that ends in a [`Response`] or a [`WatchStream`]; a [`ListWatch`] is how a watch cache
//! lists and watches one resource; an [`Api`] reads and writes objects of one type; and a
//! [`Client`] is where all of it comes from.
//!
//! ```no_run
//! use pintle_api::core::v1::Pod;
//! use pintle_client::Client;
//! use pintle_meta::v1::ListOptions;
//!
//! # async fn example() -> Result<(), pintle_client::Error> {
//! let client = Client::infer().await?;
//! let pods = client.api::<Pod>().namespace("default");
//! for pod in &pods.list(&ListOptions::new().labels("app=web")).await? {
//!     println!("{} is {}", pod.metadata.name, pod.status.phase);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Nothing here spawns a task: a request or a watch makes progress while it is polled, and ends
//! when it is dropped.

mod api;
mod byte_stream;
mod client;
mod content;
mod dynamic;
mod error;
mod list_stream;
mod list_watch;
mod port_forward;
mod remote_command;
mod request;
mod response;
mod rest_client;
mod retry;
mod time;
mod until;
mod watch;
mod websocket;

pub use api::{
    AllNamespaces, Api, ClusterWide, Deleted, Holds, JsonPatch, OneNamespace, Pages, Patch, Place,
    Reach,
};
pub use byte_stream::ByteStream;
pub use client::Client;
pub use content::ContentConfig;
pub use dynamic::{DynamicClient, MetadataClient};
pub use error::{Error, ErrorKind};
pub use list_stream::ListStream;
pub use list_watch::{BoxFuture, Getter, ListWatch, Lister, ListerWatcher, Watcher};
pub use port_forward::{Forwarding, PortForward, PortListener, PortStream};
pub use remote_command::{
    CommandOutput, ExitStatus, OutputPiece, RemoteCommand, StreamOptions, TerminalSize,
};
pub use request::{Request, Verb};
pub use response::Response;
pub use rest_client::RestClient;
pub use retry::{Backoff, retry, retry_on_conflict};
pub use time::RuntimeTime;
pub use until::{Next, RetryWatch, RetryWatcher, await_condition, until};
pub use watch::WatchStream;

/// What to wait for: conditions of objects of any type.
pub mod conditions {
    pub use crate::until::{exists, has_condition, is_deleted};
}
