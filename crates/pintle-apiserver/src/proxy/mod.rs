//! Sending requests on: to kubelets, pods and nodes.
//!
//! One connection for each request, which lives and ends with it: inside the body of the answer, or,
//! once both sides have left HTTP, inside the connection that the client made. There is no pool and
//! no task. A kubelet or a pod is an untrusted peer: what it sends is bounded by what the client
//! takes, and whatever it does wrong is an error of that one request.

mod dial;
mod endpoint;
mod error;
mod exchange;
mod headers;
mod kubelets;
mod page;
mod paths;
mod rewrite;
mod tunnel;

pub(crate) use dial::{Dialer, keep_alive};
pub(crate) use endpoint::{Endpoint, Trust, is_public};
pub(crate) use error::Unreachable;
pub(crate) use exchange::{Relayed, RequestBody, Sent, send};
pub(crate) use headers::{ClientAddress, asks_for_upgrade, forwarded, remove_private, set};
pub(crate) use kubelets::{KubeletClient, KubeletTls};
pub(crate) use paths::{clean_join, escape_path, escape_query};
pub(crate) use rewrite::Rewrite;
pub(crate) use tunnel::Tunnel;
