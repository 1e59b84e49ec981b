//! Where the API server is, and who is asking: kubeconfig files, the in-cluster service account,
//! and the [`Config`] that both resolve to.
//!
//! A [`Loader`] follows the rules of client-go's `clientcmd`: an explicit path is used alone and
//! must exist; otherwise the `$KUBECONFIG` list, merged; otherwise `~/.kube/config`; otherwise the
//! pod's service account. [`Overrides`] are what a command line puts on top.
//!
//! ```
//! use pintle_config::{Environment, Loader, Overrides};
//!
//! let loader = Loader::new(Environment::process())
//!     .overrides(Overrides::new().context("staging").namespace("web"));
//! match loader.load() {
//!     Ok(config) => println!("{} in {}", config.server, config.default_namespace),
//!     Err(error) => println!("{error}"),
//! }
//! ```
//!
//! Nothing here reads a variable of the process behind the caller's back: the variables, the home
//! directory and the service-account directory come in with an [`Environment`]. No `Debug` output
//! and no error of this crate contains a token, a password or a private key.
#![forbid(unsafe_code)]

mod auth;
mod config;
mod environment;
mod error;
mod exec;
mod impersonation;
mod in_cluster;
mod kubeconfig;
mod limits;
mod loader;
mod overrides;
mod pem;
mod proxy;
mod resolve;
mod secret;
mod server;
mod shared;
mod tls;
mod warnings;

pub use auth::{Auth, AuthProvider, Persister, Token};
pub use config::{Config, TimeSource};
pub use environment::Environment;
pub use error::{Error, ErrorKind};
pub use exec::{ExecPlugin, InteractiveMode, PluginPolicy, harmless};
pub use impersonation::Impersonation;
pub use kubeconfig::{Base64Data, Cluster, Context, Kubeconfig, User};
pub use limits::{HostBackoff, Http2, RateLimit};
pub use loader::{Deferred, Loader};
pub use overrides::Overrides;
pub use pem::Pem;
pub use proxy::{Proxies, ProxyScheme, ProxyUrl};
pub use secret::Secret;
pub use server::ServerUrl;
pub use shared::Shared;
pub use tls::{Identity, Tls};
pub use warnings::{Warning, WarningHandler, WarningWriter, Warnings};
