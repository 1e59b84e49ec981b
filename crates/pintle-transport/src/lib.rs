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
//! A transport is a stack of tower layers; from the outside in: the user agent, authentication, the
//! layers of the caller ([`Builder::layer`]), and the service that sends ([`Builder::service`]
//! replaces it). Headers that a request already has are never replaced.
//!
//! Nothing here is shared by way of the process. Transports whose configurations have the same
//! [`Shared`](pintle_config::Shared), as clones have, share connections if their TLS settings are the
//! same; the connections and the tasks that drive them end with the last of these transports and the last
//! response body that is read through one.
#![forbid(unsafe_code)]

mod auth;
mod body;
mod builder;
mod client;
mod connect;
mod dial;
mod error;
mod identity;
mod long_running;
mod pool;
mod proxy;
mod received;
mod rotation;
mod service;
mod shared;
mod stream;
mod tasks;
mod time;
mod tls;
mod transport;
mod trust;
mod upgrade;
mod user_agent;
mod websocket;

pub use body::Body;
pub use builder::Builder;
pub use error::{Error, ErrorKind};
pub use identity::ClientIdentity;
pub use service::BoxService;
pub use transport::Transport;
pub use upgrade::{Upgrade, Upgraded};
pub use user_agent::user_agent;
