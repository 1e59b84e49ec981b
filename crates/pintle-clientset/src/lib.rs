//! Clients of Kubernetes' built-in API groups, by group and version.
//!
//! A [`Clientset`] is the same access as [`Client::api`](pintle_client::Client::api) gives, found by the
//! names that users of client-go know: `clientset.apps_v1().deployments("default").list(&options)`.
//!
//! ```no_run
//! use pintle_clientset::Clientset;
//! use pintle_config::Config;
//! use pintle_meta::v1::ListOptions;
//!
//! # async fn example() -> Result<(), pintle_client::Error> {
//! let clientset = Clientset::for_config(&Config::infer()?)?;
//! let deployments = clientset.apps_v1().deployments("default");
//! for deployment in &deployments.list(&ListOptions::new().limit(500)).await? {
//!     println!("{}", deployment.metadata.name);
//! }
//! let mut scale = deployments.get_scale("web").await?;
//! scale.spec.replicas = 3;
//! deployments.update_scale("web", &scale, &Default::default()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Each method returns an [`Api`](pintle_client::Api), or something that has all its methods and those of
//! the resource's own subresources: [`Pods`] have logs and evictions, [`Scaled`] resources a scale.
//! `apply` takes the configurations of `pintle-apply`. An empty namespace stands for all of them where
//! objects are listed or watched.
//!
//! Every group but core is a feature of its name, as in `pintle-api`; `full` is all of them. A method is
//! one line over a generic type, so that the crate is small and builds in a second.

mod certificate_signing_requests;
mod clientset;
pub mod conditions;
mod events;
mod evictions;
mod generated;
mod group;
mod namespaces;
mod pods;
mod proxy;
mod reviews;
mod rollbacks;
mod scaled;
mod service_accounts;
mod services;

#[cfg(feature = "certificates")]
pub use certificate_signing_requests::CertificateSigningRequests;
pub use clientset::Clientset;
pub use events::{EventKind, Events};
#[cfg(feature = "policy")]
pub use evictions::Evictions;
pub use generated::*;
pub use namespaces::Namespaces;
pub use pods::Pods;
pub use reviews::Reviews;
#[cfg(feature = "extensions")]
pub use rollbacks::RollbackDeployments;
pub use scaled::Scaled;
pub use service_accounts::ServiceAccounts;
pub use services::Services;
