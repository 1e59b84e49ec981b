//! Subresources that connect a client with something else: logs, commands and ports of pods through
//! their kubelets, and HTTP to pods, services and nodes.
//!
//! Invariant: what the client is connected with gets nothing by which the client or the server could
//! be impersonated, and is spoken to over a connection that ends with the request.

mod kubelet;
mod log;
mod pod;
mod proxy;
mod service;
mod since;
mod stream;

use http::{Method, Response, request};

use super::{Api, Body, api::Call};
use crate::{proxy::RequestBody, status::Failure};

/// What a request wants to be connected with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connect {
    /// The log of a container.
    Log,
    /// Streams to a pod, by way of the kubelet's path of this name.
    Stream(Streams),
    /// HTTP of a pod, a service or a node.
    Proxy(Proxied),
}

/// Streams to a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Streams {
    /// Those of a command.
    Exec,
    /// Those of a container's own process.
    Attach,
    /// Those to ports.
    PortForward,
}

/// What HTTP is proxied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proxied {
    Pod,
    Service,
    Node,
}

impl Connect {
    /// What a request wants to be connected with, if it does.
    pub(super) fn of(call: &Call<'_>) -> Option<Self> {
        let (facts, target) = (call.served.facts, call.target);
        if target.watch || !facts.group.is_empty() {
            return None;
        }
        facts.subresource(&target.subresource)?;
        Some(match (facts.resource, target.subresource.as_str()) {
            ("pods", "log") => Self::Log,
            ("pods", "exec") => Self::Stream(Streams::Exec),
            ("pods", "attach") => Self::Stream(Streams::Attach),
            ("pods", "portforward") => Self::Stream(Streams::PortForward),
            ("pods", "proxy") => Self::Proxy(Proxied::Pod),
            ("services", "proxy") => Self::Proxy(Proxied::Service),
            ("nodes", "proxy") => Self::Proxy(Proxied::Node),
            _ => return None,
        })
    }

    fn allows(self, method: &Method) -> bool {
        match self {
            Self::Log => method == Method::GET,
            Self::Stream(_) => matches!(*method, Method::GET | Method::POST),
            Self::Proxy(_) => matches!(
                *method,
                Method::GET
                    | Method::POST
                    | Method::PUT
                    | Method::PATCH
                    | Method::DELETE
                    | Method::HEAD
                    | Method::OPTIONS
            ),
        }
    }
}

impl Api {
    /// Connects a client with what it asks for.
    ///
    /// # Cancel safety
    ///
    /// Dropping this breaks the connection off.
    pub(super) async fn connect(
        &self,
        connect: Connect,
        call: &Call<'_>,
        head: &request::Parts,
        body: RequestBody,
    ) -> Result<Response<Body>, Failure> {
        if !connect.allows(&head.method) {
            return Err(Failure::method_not_allowed());
        }
        match connect {
            Connect::Log => self.log(call).await,
            _ if call.query.all("dryRun").next().is_some() => {
                Err(Failure::bad_request("dryRun is not supported"))
            }
            Connect::Stream(streams) => self.stream(streams, call, head, body).await,
            Connect::Proxy(to) => self.proxy(to, call, head, body).await,
        }
    }
}
