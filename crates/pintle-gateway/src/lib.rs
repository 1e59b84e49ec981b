//! An HTTP gateway to a Kubernetes cluster: what a person or a plain HTTP client meets in front of an
//! API server.
//!
//! ```no_run
//! use pintle_config::Config;
//! use pintle_gateway::Gateway;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let gateway = Gateway::builder(Config::infer()?).start().await?;
//! println!("http://{}/", gateway.address());
//! gateway.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! | path | what is there |
//! |---|---|
//! | `/` | a page that shows resources live; everything it needs comes from the gateway itself |
//! | `/{resource}/{group}/{version}`, `/pod/list` | the objects of any resource, from what the gateway knows |
//! | `/stream/{resource}/{group}/{version}` | what there is of it and then what happens, as server-sent events |
//! | `/api`, `/apis`, `/openapi`, `/version`, and all below | the API server, with the gateway's credentials |
//! | `/ping` | `{"code":20000,"message":"pong"}` |
//! | `/healthz`, `/readyz` | whether the gateway runs, and whether it knows the usual resources |
//! | `/metrics` | what the gateway did, for Prometheus |
//!
//! Lists take `namespace`, `labelSelector`, `fieldSelector` (any field), `fields` (parts of objects, such as
//! `metadata.name,status.phase`), `limit` and `continue`. They come in an envelope,
//! `{"code":20000,"message":"success","data":[…]}`, and errors too, `{"code":40000,"message":…}` with the
//! status 200, unless `httpStatus=true` or [`Builder::http_status`] asks for statuses. The core group is
//! `core` or an empty part of the path. `group` and the others are asked of the API server once; then one
//! watch a resource feeds everybody.
//!
//! A stream's event is what a watch's would be, `{"type":"ADDED","object":{…}}`. Behind what there was at
//! the start stands an event `synced`. A client that comes back with `Last-Event-ID` is told what has
//! changed meanwhile; one that was away for too long, or that selects, gets an event `reset` and begins
//! anew. A client that reads slowly is told the last state of each object, and costs no memory.
//!
//! Whoever reaches the gateway acts with its credentials, so it is careful about whom it lets in:
//!
//! - It listens on loopback unless told otherwise, and there answers only requests that name it by a
//!   loopback name and come from no other site: a page from elsewhere does not get in by way of the
//!   user's browser, not even by rebinding its name.
//! - Beyond loopback it does not start without TLS and a way to know callers: tokens, or client
//!   certificates. Who shows one acts at the API server under that name, by impersonation, and with no
//!   more rights than that name has there.
//! - Which paths are served can be said ([`Builder::allow_path`]).
//! - Paths that could be understood in two ways, and messages that could be framed in two ways, are
//!   refused rather than understood.
//! - No credential that a caller sends goes on to the API server, and none of the gateway's comes
//!   back.
//! - Requests, headers, bodies, connections and their silence are bounded.
//!
//! It is plain hyper rather than a web framework: there are few routes, most of which are a prefix,
//! and everything that takes care (framing, limits, upgrades) happens below what a framework shows.
#![forbid(unsafe_code)]

mod answer;
mod board;
mod body;
mod builder;
mod error;
mod guard;
mod handler;
mod lists;
mod metrics;
mod page;
mod proxy;
mod route;
mod server;

pub use builder::{Builder, Gateway};
pub use error::{StartError, StartErrorKind};
pub use server::RunningGateway;
