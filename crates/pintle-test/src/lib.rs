//! A Kubernetes API server for tests.
//!
//! [`Cluster::start`] starts one in the process of the test, in milliseconds: real HTTPS on loopback,
//! with discovery, watches, patches, namespaces that are emptied and owners whose dependents are
//! collected. Nothing is installed, and nothing is left when it is dropped.
//!
//! ```
//! use pintle_test::{Cluster, meta::GroupVersion};
//!
//! # fn main() -> Result<(), pintle_test::Error> {
//! pintle_test::block_on(async {
//!     let cluster = Cluster::start().await?;
//!     let core = cluster.client().rest(&GroupVersion::core("v1"));
//!     let namespace = core.get().resource("namespaces").name("default").send().await?;
//!     assert_eq!(namespace.status_code(), 200);
//!     Ok(())
//! })
//! # }
//! ```
//!
//! With `#[tokio::test]` there is nothing to call; [`block_on`] is for tests that depend on no runtime
//! of their own.
//!
//! A test that wants more says so before the start, with a [`ClusterBuilder`]: objects to begin with,
//! users and their tokens, [APIs](ClusterBuilder::runtime_config) that are off by default, a
//! [simulated clock](ClusterBuilder::simulated_clock), no port at all
//! ([`ClusterBuilder::in_process`]). While the cluster runs, a test can [count](Cluster::count) the
//! requests that it gets, and let it misbehave: fail, delay or break requests ([`Cluster::inject`]),
//! end watches ([`Cluster::end_watches`]), forget history ([`Cluster::compact`]), lose all connections
//! ([`Cluster::disconnect`]).
//!
//! What a client does in these cases is what it does when a real cluster has them:
//!
//! ```
//! use pintle_test::{Cluster, Fault, Requests, meta::GroupVersion};
//!
//! # fn main() -> Result<(), pintle_test::Error> {
//! # pintle_test::block_on(async {
//! let cluster = Cluster::start().await?;
//! let lists = Requests::any().verb("list").resource("pods");
//! cluster.inject(Fault::status(500).on(lists.clone()).times(1));
//! let core = cluster.client().rest(&GroupVersion::core("v1"));
//! assert!(core.get().resource("pods").send().await.is_err());
//! assert!(core.get().resource("pods").send().await.is_ok());
//! assert_eq!(cluster.count(&lists), 2);
//! # Ok(())
//! # })
//! # }
//! ```

mod builder;
mod cluster;
mod error;
mod run;

pub use builder::ClusterBuilder;
pub use cluster::Cluster;
pub use error::Error;
pub use run::block_on;

pub use pintle_apiserver::{
    Attributes, Authorizer, Decision, Fault, HistoryLimits, PathRule, Requests, ResourceRule,
    Rules, User,
};
#[doc(no_inline)]
pub use pintle_client as client;
#[doc(no_inline)]
pub use pintle_meta as meta;
