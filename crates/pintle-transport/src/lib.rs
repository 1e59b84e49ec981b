//! Requests to an API server: one [`Transport`], over HTTP/2 or HTTP/1.1 and rustls.
//!
//! ```no_run
//! use http::Request;
//! use pintle_config::Config;
//! use pintle_transport::{Body, Transport};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let transport = Transport::new(&Config::infer()?)?;
//! let request = Request::get("/version").body(Body::empty())?;
//! let mut response = transport.send(request).await?;
//! while let Some(chunk) = response.body_mut().chunk().await {
//!     println!("{} bytes", chunk?.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A transport is a stack of tower layers; from the outside in:
//!
//! - a tracing span, named after OpenTelemetry's conventions, and metrics;
//! - retries, each attempt of which passes the rate limit;
//! - warnings of the server, for those who want to hear them;
//! - impersonation, the user agent, and authentication: headers that a request already has are never
//!   replaced;
//! - unpacking of what comes in gzip;
//! - the layers of the caller ([`Builder::layer`]);
//! - the service that sends ([`Builder::service`] replaces it).
//!
//! Nothing here is shared by way of the process. Transports whose configurations have the same
//! [`Shared`](pintle_config::Shared), as clones have, share connections if their TLS settings are the
//! same; the connections and the tasks that drive them end with the last of these transports and the last
//! response body that is read through one.
#![forbid(unsafe_code)]

mod attempts;
mod auth;
mod backoff;
mod body;
mod builder;
mod client;
mod connect;
mod dial;
mod error;
mod gunzip;
mod identity;
mod impersonate;
mod long_running;
mod metrics;
mod observe;
mod options;
mod pool;
mod proxy;
mod race;
mod received;
mod retry;
mod rotation;
mod service;
mod shared;
mod stream;
mod tasks;
mod throttle;
mod time;
mod timed;
mod tls;
mod transport;
mod trust;
mod upgrade;
mod user_agent;
mod warnings;
mod websocket;

pub use body::Body;
pub use builder::Builder;
pub use error::{Error, ErrorKind};
pub use identity::ClientIdentity;
pub use metrics::METRICS;
pub use options::{Purpose, RequestOptions};
pub use service::BoxService;
pub use transport::Transport;
pub use upgrade::{Upgrade, Upgraded};
pub use user_agent::user_agent;
pub use warnings::warnings;
