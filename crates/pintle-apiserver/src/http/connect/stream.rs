//! Commands, attachments and forwarded ports: requests that a kubelet and the client go on with in a
//! protocol of their own.

use std::borrow::Cow;

use http::{HeaderValue, Request, Response, Uri, header, request};

use super::{Streams, pod::container};
use crate::{
    http::{Api, Body, api::Call, query::Query},
    proxy::{
        Endpoint, RequestBody, Sent, Tunnel, asks_for_upgrade, escape_path, escape_query,
        forwarded, remove_private, send,
    },
    status::Failure,
};

impl Api {
    pub(super) async fn stream(
        &self,
        streams: Streams,
        call: &Call<'_>,
        head: &request::Parts,
        body: RequestBody,
    ) -> Result<Response<Body>, Failure> {
        let query = streams.query(call.query)?;
        let (namespace, name) = (&call.target.namespace, &call.target.name);
        let pod = self.find(call, "pods", namespace, name)?;
        let path = match streams {
            Streams::PortForward => format!("/portForward/{namespace}/{name}"),
            Streams::Exec | Streams::Attach => {
                let container = container(&pod, &call.query.text("container"))?;
                let what = if streams == Streams::Exec {
                    "exec"
                } else {
                    "attach"
                };
                format!("/{what}/{namespace}/{name}/{container}")
            }
        };
        let node = pod.text(&["spec", "nodeName"]);
        if node.is_empty() {
            let message = format!("pod {name} does not have a host assigned");
            return Err(Failure::bad_request(message));
        }
        let kubelet = self.kubelet(call, node)?;
        if !asks_for_upgrade(&head.headers) {
            return Err(Failure::bad_request("Upgrade request required"));
        }
        let path = escape_path(&path);
        let separator = if query.is_empty() { "" } else { "?" };
        let uri = [&path, separator, &query].concat();
        self.upgrade(&kubelet, &uri, head, body).await
    }

    /// Sends on a request to leave HTTP. If the peer agrees, the client's connection is its own from
    /// then on.
    pub(super) async fn upgrade(
        &self,
        endpoint: &Endpoint,
        uri: &str,
        head: &request::Parts,
        body: RequestBody,
    ) -> Result<Response<Body>, Failure> {
        let failed = |why: &dyn std::fmt::Display| {
            Failure::internal_plain(format!("error dialing backend: {why}"))
        };
        let mut request = Request::new(body);
        *request.method_mut() = head.method.clone();
        *request.uri_mut() = uri.parse::<Uri>().map_err(|error| failed(&error))?;
        *request.headers_mut() = forwarded(head);
        match send(&self.dialer, endpoint, request).await {
            Err(why) => Err(failed(&why)),
            Ok(Sent::Upgraded(answer, peer)) => {
                let Some(client) = head.extensions.get::<hyper::upgrade::OnUpgrade>() else {
                    let message = "the request's connection cannot be upgraded";
                    return Err(Failure::internal_plain(message));
                };
                Ok(answer.map(|()| Body::tunnel(Tunnel::new(client.clone(), peer))))
            }
            Ok(Sent::Answered(answer)) if answer.status().as_u16() < 400 => {
                let code = answer.status().as_u16();
                let message = format!("invalid upgrade response: status code {code}");
                Err(Failure::internal_plain(message))
            }
            Ok(Sent::Answered(answer)) => {
                let mut response = answer.map(Body::relayed);
                remove_private(response.headers_mut());
                // What the client would have said next is of no use to anybody.
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
                Ok(response)
            }
        }
    }
}

impl Streams {
    /// The options of a request, as kubelets read them.
    fn query(self, query: Query<'_>) -> Result<String, Failure> {
        let mut parameters: Vec<(&str, Cow<'_, str>)> = Vec::new();
        match self {
            Self::PortForward => {
                let ports = ports(query)?;
                if !ports.is_empty() {
                    parameters.push(("port", ports.join(",").into()));
                }
            }
            Self::Exec | Self::Attach => {
                if self == Self::Exec {
                    parameters.extend(query.all("command").map(|word| ("command", word)));
                }
                // In the order of the names that kubelets have for them.
                for (ours, theirs) in [
                    ("stderr", "error"),
                    ("stdin", "input"),
                    ("stdout", "output"),
                    ("tty", "tty"),
                ] {
                    if query.flag(ours) == Some(true) {
                        parameters.push((theirs, "1".into()));
                    }
                }
            }
        }
        let parameters = parameters.iter();
        Ok(escape_query(
            parameters.map(|(name, value)| (*name, &**value)),
        ))
    }
}

fn ports(query: Query<'_>) -> Result<Vec<String>, Failure> {
    let mut ports = Vec::new();
    for value in query.all("ports") {
        for port in value.split(',') {
            ports.push(parsed_port(port)?.to_string());
        }
    }
    Ok(ports)
}

fn parsed_port(text: &str) -> Result<u16, Failure> {
    // A sign is a digit to Rust, but not to Go.
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let why = match text.parse() {
        Ok(port) if digits => return Ok(port),
        _ if digits => "value out of range",
        _ => "invalid syntax",
    };
    let text = crate::quote::Quoted(text);
    Err(Failure::bad_request(format!(
        "cannot convert to []int32: strconv.ParseUint: parsing {text}: {why}"
    )))
}
