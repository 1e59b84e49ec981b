//! Which requests are looked at at all.
//!
//! Everything here is a pure function of the head of a request. Invariant: a request that passes
//! names this gateway, comes from no other site, can be understood in one way only, and asks for
//! something that is served.

mod caller;
mod callers;
mod framing;
mod host;
mod path;
mod served;
mod site;
mod tokens;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};

pub(crate) use caller::Caller;
pub(crate) use callers::{Callers, Sender, certified};
pub(crate) use path::is_unambiguous;
pub(crate) use tokens::Tokens;

use host::Hosts;
use served::Served;
use site::Sites;

/// Judges the heads of requests.
#[derive(Debug)]
pub(crate) struct Guard {
    hosts: Hosts,
    sites: Sites,
    served: Served,
}

/// A request that is not looked at, and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: &'static str,
}

impl Guard {
    /// For a gateway that listens at `address`.
    pub(crate) fn new(
        address: IpAddr,
        hosts: Vec<String>,
        origins: Vec<String>,
        paths: &[String],
        is_https: bool,
    ) -> Self {
        Self {
            hosts: Hosts::new(address, hosts),
            sites: Sites::new(origins, is_https),
            served: Served::new(paths),
        }
    }

    /// Lets a request pass, or says what is wrong with it.
    pub(crate) fn check(&self, head: &Parts) -> Result<(), Refusal> {
        framing::check(head)?;
        let host = self.hosts.check(head)?;
        self.sites.check(head, host)?;
        path::check(head.uri.path())?;
        self.served.check(head.uri.path())
    }

    /// Whether an answer depends on the site that asks.
    pub(crate) fn tells_sites_apart(&self) -> bool {
        self.sites.are_several()
    }

    /// The other site that a request comes from, if it is one that is allowed.
    pub(crate) fn other_site(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        self.sites.other(headers)
    }
}

impl Refusal {
    pub(crate) fn bad_request(message: &'static str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message,
        }
    }
}
