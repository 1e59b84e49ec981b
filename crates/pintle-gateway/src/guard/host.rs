//! Under which name the gateway is asked for.
//!
//! A browser believes a page of `evil.example` to be of one site with whatever address that name
//! leads to at the moment, loopback too. So names other than our own are refused.

use std::net::IpAddr;

use http::header::HOST;
use http::request::Parts;

use super::Refusal;

/// The names, in lower case and without ports.
#[derive(Debug)]
pub(super) struct Hosts(Vec<String>);

impl Hosts {
    pub(super) fn new(address: IpAddr, more: Vec<String>) -> Self {
        let mut names: Vec<String> = more.iter().map(|name| name.to_lowercase()).collect();
        if address.is_loopback() || address.is_unspecified() {
            names.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        }
        if !address.is_unspecified() {
            names.push(match address {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            });
        }
        Self(names)
    }

    /// The host, with its port, that a request asks for, if it is one of ours.
    pub(super) fn check<'a>(&self, head: &'a Parts) -> Result<&'a str, Refusal> {
        let mut values = head.headers.get_all(HOST).iter();
        let header = values.next();
        if values.next().is_some() {
            return Err(Refusal::bad_request("the request names two hosts"));
        }
        let header = header.map(|value| value.to_str().unwrap_or_default());
        let authority = head.uri.authority().map(http::uri::Authority::as_str);
        let host = match (authority, header) {
            (Some(authority), Some(header)) if authority != header => {
                return Err(Refusal::bad_request("the request names two hosts"));
            }
            (Some(host), _) | (None, Some(host)) => host,
            (None, None) => return Err(Refusal::bad_request("the request names no host")),
        };
        let name = without_port(host);
        match self.0.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            true => Ok(host),
            false => Err(Refusal {
                status: http::StatusCode::MISDIRECTED_REQUEST,
                message: "the gateway does not go by this host name; allow it with --allow-host",
            }),
        }
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // The last colon of [::1] is no port's.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
