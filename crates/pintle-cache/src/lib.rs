//! Exact local copies of a server's objects, for programs that read them often and act when they
//! change.
//!
//! ```
//! use pintle_api::core::v1::Pod;
//! use pintle_cache::{Handler, InformerFactory};
//! use pintle_meta::{LabelSelector, Metadata};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # pintle_test::block_on(async {
//! # let cluster = pintle_test::Cluster::start().await?;
//! # let client = cluster.client();
//! let factory = InformerFactory::new(client);
//! let pods = factory.informer::<Pod>();
//! let by_node = pods.add_index("nodeName", |pod: &Pod| vec![pod.spec.node_name.clone()])?;
//! let handler = pods.add_handler(
//!     Handler::new().on_add(|pod, _is_initial| println!("{} is there", pod.name())),
//! )?;
//! factory.start();
//! factory.wait_for_sync().await?;
//!
//! let lister = pods.lister();
//! for pod in lister.namespace("default").list(&LabelSelector::everything()) {
//!     println!("{} runs on {}", pod.name(), pod.get()?.spec.node_name);
//! }
//! let on_node = lister.by_index(&by_node, "node-1")?;
//! # assert!(on_node.is_empty());
//! # drop(handler);
//! # Ok(())
//! # })
//! # }
//! ```
//!
//! - An [`InformerFactory`] has one [`SharedInformer`] a type, however many use it, so that the server
//!   serves one watch. What an informer holds is read through a [`CacheLister`] or, all of it as of
//!   one moment, through a [`Snapshot`]; readers wait for nobody.
//! - A [`Handler`] is told what changes; [`Events`] are the same as a stream.
//! - A [`Reflector`] is an informer without the store: what changes, for a store of one's own. An
//!   [`Indexer`] is a store without a watch.
//!
//! Everything is handed out as [`Lazy<K>`](pintle_meta::Lazy): the metadata is at hand, and the rest
//! is decoded when somebody looks at it. Cached objects cannot be changed; a copy can.
//!
//! Informers live as long as somebody holds a handle of theirs: an informer, a lister, a handler's
//! handle, a stream. What runs for them is theirs: when the last handle goes, the watch ends.
#![forbid(unsafe_code)]

mod ahead;
#[cfg(feature = "compressed")]
mod compressed;
mod core;
mod driver;
mod events;
mod factory;
mod handler;
mod indexer;
mod informer;
mod intake;
mod lister;
mod metrics;
mod mutation_cache;
mod place;
mod reflector;
mod report;
mod running_handler;
mod settings;
mod snapshot;
mod source;
mod storage;
mod subscribed;
mod until;

pub use self::events::{Event, Events};
pub use self::factory::{FactoryBuilder, InformerFactory, SyncState};
pub use self::handler::{Handler, Tombstone};
pub use self::indexer::Indexer;
pub use self::informer::{IndexName, InformerBuilder, SharedInformer};
pub use self::lister::{CacheLister, NamespaceLister};
pub use self::mutation_cache::MutationCache;
pub use self::reflector::{Change, Reflector};
pub use self::report::{Problem, Report};
pub use self::running_handler::HandlerHandle;
pub use self::snapshot::Snapshot;
pub use self::storage::Storage;
pub use pintle_cache_core::{
    Backoff, KeyEvent, KeyEventKind, Lag, Policy, ReflectorOptions, Warning,
};
