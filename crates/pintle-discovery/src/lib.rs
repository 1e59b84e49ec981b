//! What a Kubernetes API server serves.
//!
//! [`Discovery`] is what can be asked: for groups and resources, for the preferred ones, for OpenAPI.
//! A [`DiscoveryClient`] asks the server each time; a [`MemoryCache`] asks once; a [`DiskCache`]
//! shares what was answered with other processes for a while. Part of a cluster's API may be served
//! by others who are down: what is [`Discovered`] then says what failed beside what did not.
//!
//! ```no_run
//! use pintle_client::Client;
//! use pintle_discovery::{Discovery as _, DiscoveryClient};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let discovery = DiscoveryClient::new(&Client::infer().await?);
//! let served = discovery.all().await?;
//! for (group_version, resource) in served.resources() {
//!     println!("{} of {group_version}", resource.name);
//! }
//! for (group_version, error) in served.failed() {
//!     println!("{group_version} could not be asked: {error}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A [`RestMapper`] finds the resource for what a person types or a document says, a
//! [`DeferredRestMapper`] does so over a cache that it refreshes, and a [`ScaleClient`] scales
//! whatever can be scaled.
//!
//! Nothing here spawns a task, and the time by which files expire is a clock that comes in.

mod aggregated;
mod cache;
mod client;
mod discovered;
mod discovery;
mod error;
mod mapper;
mod openapi;
mod parallel;
mod scale;
mod version;

pub use cache::{DiskCache, DiskCacheBuilder, HttpCache, HttpCacheLayer, MemoryCache};
pub use client::DiscoveryClient;
pub use discovered::{Discovered, Groups};
pub use discovery::Discovery;
pub use error::{Candidates, Error, ErrorKind};
pub use mapper::{
    DeferredRestMapper, Expansion, GroupResource, Mapping, PartialResource, RestMapper,
};
pub use openapi::{OpenApiIndex, OpenApiPath};
pub use scale::{Scalable, ScaleClient};
pub use version::ServerVersion;
