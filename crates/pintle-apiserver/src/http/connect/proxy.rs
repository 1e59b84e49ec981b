//! HTTP of pods, services and nodes.

use std::net::IpAddr;

use bytes::{Bytes, BytesMut};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header, request,
};
use http_body_util::BodyExt as _;

use super::{
    Proxied,
    pod::{number, text},
};
use crate::{
    http::{
        Api, Body,
        api::{Call, respond},
    },
    proxy::{
        Endpoint, Relayed, RequestBody, Rewrite, Sent, Trust, Unreachable, asks_for_upgrade,
        clean_join, escape_path, forwarded, is_public, remove_private, send, set,
    },
    quote::Quoted,
    schema::Tree,
    status::Failure,
};

/// What a name asks for: `name`, `name:port` or `scheme:name:port`.
pub(super) struct Asked<'a> {
    /// Whether TLS is spoken.
    pub(super) tls: bool,
    pub(super) name: &'a str,
    /// Empty if none is asked for.
    pub(super) port: &'a str,
}

impl Api {
    pub(super) async fn proxy(
        &self,
        to: Proxied,
        call: &Call<'_>,
        head: &request::Parts,
        body: RequestBody,
    ) -> Result<Response<Body>, Failure> {
        let endpoint = match to {
            Proxied::Pod => self.pod(call)?,
            Proxied::Service => self.service(call)?,
            Proxied::Node => self.node(call).await?,
        };
        let asked = percent_encoding::percent_decode_str(head.uri.path()).decode_utf8_lossy();
        let mut path = below(&call.target.below, &asked);
        if asks_for_upgrade(&head.headers) {
            let path = if path.is_empty() { "/" } else { &path };
            return self
                .upgrade(&endpoint, &escape_path(path), head, body)
                .await;
        }
        let mut query = head.uri.query().unwrap_or_default().to_owned();
        if !query.is_empty() {
            query.insert(0, '?');
        }
        if path.is_empty() && matches!(head.method, Method::GET | Method::HEAD) {
            return Ok(moved(&[head.uri.path(), "/", &query].concat()));
        }
        let rewrite = Rewrite::new(&asked, &path, &endpoint, host(head));
        if path.is_empty() {
            path.push('/');
        }
        let mut request = Request::new(body);
        *request.method_mut() = head.method.clone();
        let uri = [&escape_path(&path), query.as_str()].concat();
        *request.uri_mut() = uri.parse::<Uri>().map_err(|error| unreachable(&error))?;
        *request.headers_mut() = forwarded(head);
        set(
            request.headers_mut(),
            FORWARDED_URI,
            &rewrite.forwarded_path(&path),
        );
        match send(&self.dialer, &endpoint, request).await {
            Ok(Sent::Answered(answer)) => relayed(answer, &head.method, &rewrite).await,
            Ok(Sent::Upgraded(..)) => Err(unreachable(&"unexpected upgrade")),
            Err(why) => Err(unreachable(&why)),
        }
    }

    /// The address of a pod, and the port that is asked for or else its first one.
    fn pod(&self, call: &Call<'_>) -> Result<Endpoint, Failure> {
        let asked = Asked::read(call, "pod")?;
        let pod = self.find(call, "pods", &call.target.namespace, asked.name)?;
        let mut port = asked.port.to_owned();
        if port.is_empty() {
            let mut containers = pod.list(&["spec", "containers"]).iter();
            let first = containers.find_map(|container| {
                let ports = container
                    .get("ports")
                    .and_then(pintle_codec::Value::as_array)?;
                ports.first()
            });
            port = first.map_or_else(String::new, |port| {
                number(port, &["containerPort"]).to_string()
            });
        }
        let address = address_of(&pod);
        match address.parse::<IpAddr>() {
            Ok(parsed) if is_public(parsed) => Ok(asked.at(address, &port)),
            _ => Err(Failure::bad_request(NOT_ALLOWED)),
        }
    }

    /// The kubelet of a node, or another port of it.
    async fn node(&self, call: &Call<'_>) -> Result<Endpoint, Failure> {
        let asked = Asked::read(call, "node")?;
        let kubelet = self.kubelet(call, asked.name)?;
        let addresses = self.dialer.resolve(&kubelet.host).await;
        let addresses = addresses.map_err(|why| match why {
            Unreachable::Name(name) => Failure::bad_request(format!("lookup {name}: no such host")),
            why => Failure::bad_request(why.to_string()),
        })?;
        if !addresses.iter().copied().all(is_public) {
            return Err(Failure::bad_request(NOT_ALLOWED));
        }
        let mut endpoint = if asked.port.is_empty() || asked.port == kubelet.port {
            kubelet
        } else {
            asked.at(&kubelet.host, asked.port)
        };
        // What was looked at is what is connected to, whatever the name comes to mean.
        endpoint.addresses = addresses;
        Ok(endpoint)
    }
}

impl<'a> Asked<'a> {
    /// What the name of a request asks for.
    pub(super) fn read(call: &'a Call<'_>, what: &str) -> Result<Self, Failure> {
        let id = &call.target.name;
        let parts: Vec<&str> = id.split(':').collect();
        let (scheme, name, port) = match *parts.as_slice() {
            [name] => ("", name, ""),
            [name, port] => ("", name, port),
            [scheme, name, port] => (scheme, name, port),
            _ => ("", "", ""),
        };
        if name.is_empty() || !matches!(scheme, "" | "http" | "https") {
            let message = format!("invalid {what} request {}", Quoted(id));
            return Err(Failure::bad_request(message));
        }
        let tls = scheme == "https";
        Ok(Self { tls, name, port })
    }

    /// What is asked for, at an address.
    pub(super) fn at(&self, host: &str, port: &str) -> Endpoint {
        let trust = if self.tls {
            Trust::Anyone
        } else {
            Trust::Plain
        };
        Endpoint::new(host, port, trust)
    }
}

/// The first address that a pod has.
fn address_of(pod: &Tree) -> &str {
    match pod.list(&["status", "podIPs"]).first() {
        Some(first) => text(first, &["ip"]),
        None => pod.text(&["status", "podIP"]),
    }
}

/// The path that is asked for below the proxy.
fn below(below: &str, asked: &str) -> String {
    let mut path = below.to_owned();
    if !path.is_empty() && !path.starts_with('/') {
        path.insert(0, '/');
    }
    if asked.ends_with('/') && !path.ends_with('/') {
        path.push('/');
    }
    clean_join("", &path)
}

/// What the client calls the server.
fn host(head: &request::Parts) -> &str {
    let header = head.headers.get(header::HOST);
    let header = header.and_then(|host| host.to_str().ok());
    let authority = head.uri.authority().map(http::uri::Authority::as_str);
    header.or(authority).unwrap_or_default()
}

/// An answer as the client gets it.
async fn relayed(
    answer: Response<Relayed>,
    method: &Method,
    rewrite: &Rewrite,
) -> Result<Response<Body>, Failure> {
    let (mut head, body) = answer.into_parts();
    remove_private(&mut head.headers);
    let location = head.headers.get(header::LOCATION);
    let location = location.and_then(|location| location.to_str().ok());
    let body = if let Some(location) = location.filter(|location| !location.is_empty()) {
        let location = rewrite.url(location);
        set(&mut head.headers, header::LOCATION, &location);
        Body::relayed(body)
    } else if *method != Method::HEAD && is_page(&head.headers) {
        let page = read_page(body).await?;
        let page = match page {
            Page::Whole(page) => Body::whole(rewrite.page(&page)),
            Page::TooLong(start, rest) => Body::relayed(rest.behind(start)),
        };
        head.headers.remove(header::CONTENT_LENGTH);
        page
    } else {
        Body::relayed(body)
    };
    // Before what the endpoint may say itself.
    let mut values: Vec<_> = head
        .headers
        .get_all(header::CACHE_CONTROL)
        .iter()
        .cloned()
        .collect();
    values.insert(0, HeaderValue::from_static("no-cache, private"));
    head.headers.remove(header::CACHE_CONTROL);
    for value in values {
        head.headers.append(header::CACHE_CONTROL, value);
    }
    let mut response = Response::new(body);
    *response.status_mut() = head.status;
    *response.headers_mut() = head.headers;
    Ok(response)
}

/// A page that links are looked for in.
enum Page {
    Whole(Bytes),
    /// The beginning of one that is too long for that, and its rest.
    TooLong(Bytes, Relayed),
}

async fn read_page(mut body: Relayed) -> Result<Page, Failure> {
    let mut page = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unreachable(&error))?;
        if let Ok(data) = frame.into_data() {
            page.extend_from_slice(&data);
        }
        if page.len() > PAGE_MAX {
            return Ok(Page::TooLong(page.freeze(), body));
        }
    }
    Ok(Page::Whole(page.freeze()))
}

/// Whether an answer is HTML as it is.
fn is_page(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next());
    media_type.map(str::trim) == Some("text/html")
        && !headers.contains_key(header::CONTENT_ENCODING)
}

fn moved(location: &str) -> Response<Body> {
    let mut response = respond(StatusCode::MOVED_PERMANENTLY, "", Body::whole(""));
    response.headers_mut().remove(header::CONTENT_TYPE);
    set(response.headers_mut(), header::LOCATION, location);
    response
}

fn unreachable(why: &dyn std::fmt::Display) -> Failure {
    Failure::service_unavailable(format!("error trying to reach service: {why}"))
}

const NOT_ALLOWED: &str = "address not allowed";
const FORWARDED_URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
/// Longer pages go through as they are. The real server knows no bound.
const PAGE_MAX: usize = 8 << 20;
