//! Discovery of a server that is a function.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod disk;
mod http_cache;
mod live;
mod mapper;
mod memory;
mod openapi;
mod scale;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use pintle_client::Client;
use pintle_discovery::{Discovered, DiscoveryClient};
use pintle_transport::{Body, Transport};

/// What a server answers by the path of a request, and what it was asked.
#[derive(Clone, Default)]
struct Server(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answers: BTreeMap<String, Answer>,
    asked: Vec<Request<()>>,
}

#[derive(Clone)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Server {
    /// Answers a path with a document.
    fn serve(&self, path: &str, content_type: &str, body: &str) -> &Self {
        self.answer(path, 200, &[("content-type", content_type)], body)
    }

    fn json(&self, path: &str, body: &str) -> &Self {
        self.serve(path, "application/json", body)
    }

    fn fail(&self, path: &str, status: u16) -> &Self {
        self.answer(path, status, &[], "")
    }

    fn answer(
        &self,
        path: &str,
        status: u16,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> &Self {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let answer = Answer {
            status,
            headers: headers.collect(),
            body: body.to_owned(),
        };
        self.0
            .lock()
            .unwrap()
            .answers
            .insert(path.to_owned(), answer);
        self
    }

    fn asked(&self) -> Vec<String> {
        let mut state = self.0.lock().unwrap();
        let asked = std::mem::take(&mut state.asked);
        asked.iter().map(|it| it.uri().path().to_owned()).collect()
    }

    fn transport_service(
        &self,
    ) -> impl tower::Service<
        Request<Body>,
        Response = Response<Full<Bytes>>,
        Error = pintle_transport::Error,
        Future: Send,
    > + Clone
    + Send
    + Sync
    + 'static {
        let server = self.clone();
        tower::service_fn(move |request: Request<Body>| {
            let server = server.clone();
            async move {
                let (head, _) = request.into_parts();
                let mut state = server.0.lock().unwrap();
                let path = head.uri.path().to_owned();
                state.asked.push(Request::from_parts(head, ()));
                let answer = state.answers.get(&path).cloned().unwrap_or(Answer {
                    status: 404,
                    headers: Vec::new(),
                    body: String::new(),
                });
                let mut response = Response::builder().status(answer.status);
                for (name, value) in answer.headers {
                    response = response.header(name, value);
                }
                let body = Full::new(Bytes::from(answer.body));
                Ok::<_, pintle_transport::Error>(response.body(body).unwrap())
            }
        })
    }

    fn client(&self) -> Client {
        let transport = Transport::from_service(self.transport_service());
        Client::from_transport(transport, "default")
    }

    fn discovery(&self) -> DiscoveryClient {
        DiscoveryClient::new(&self.client())
    }
}

/// A server of aggregated discovery.
fn aggregated() -> Server {
    let server = Server::default();
    server
        .serve("/api", V2, CORE)
        .serve("/apis", V2, NAMED)
        .json(
            "/version",
            r#"{"major":"1","minor":"36","gitVersion":"v1.36.3"}"#,
        );
    server
}

/// A server from before there was aggregated discovery.
fn legacy() -> Server {
    let server = Server::default();
    server
        .json("/api", r#"{"kind":"APIVersions","versions":["v1"]}"#)
        .json(
            "/apis",
            r#"{"kind":"APIGroupList","apiVersion":"v1","groups":[
                {"name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"},{"groupVersion":"apps/v1beta1","version":"v1beta1"}],
                 "preferredVersion":{"groupVersion":"apps/v1","version":"v1"}},
                {"name":"metrics.k8s.io","versions":[{"groupVersion":"metrics.k8s.io/v1","version":"v1"}],
                 "preferredVersion":{"groupVersion":"metrics.k8s.io/v1","version":"v1"}}]}"#,
        )
        .json(
            "/api/v1",
            r#"{"kind":"APIResourceList","groupVersion":"v1","resources":[
                {"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["get","list"],"shortNames":["po"],"categories":["all"]}]}"#,
        )
        .json(
            "/apis/apps/v1",
            r#"{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"apps/v1","resources":[
                {"name":"deployments","singularName":"deployment","namespaced":true,"kind":"Deployment","verbs":["list"],"shortNames":["deploy"],"categories":["all"]}]}"#,
        )
        .json(
            "/apis/apps/v1beta1",
            r#"{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"apps/v1beta1","resources":[
                {"name":"deployments","singularName":"","namespaced":true,"kind":"Deployment","verbs":["list"]},
                {"name":"oldsets","singularName":"","namespaced":true,"kind":"OldSet","verbs":["list"]}]}"#,
        )
        .fail("/apis/metrics.k8s.io/v1", 503);
    server
}

/// The resources by name and group version.
fn names(discovered: &Discovered) -> Vec<String> {
    let resources = discovered.resources();
    resources
        .map(|(version, resource)| format!("{} {version}", resource.name))
        .collect()
}

fn failed(discovered: &Discovered) -> Vec<String> {
    discovered
        .failed()
        .keys()
        .map(ToString::to_string)
        .collect()
}

const V2: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const V2BETA1: &str =
    "application/json; as=APIGroupDiscoveryList; v=v2beta1; g=apidiscovery.k8s.io";

const CORE: &str = r#"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[
    {"metadata":{"creationTimestamp":null},"versions":[{"version":"v1","freshness":"Current","resources":[
        {"resource":"nodes","responseKind":{"group":"","version":"v1","kind":"Node"},"scope":"Cluster","singularResource":"node","verbs":["get","list"],"shortNames":["no"]},
        {"resource":"pods","responseKind":{"group":"","version":"v1","kind":"Pod"},"scope":"Namespaced","singularResource":"pod","verbs":["get","list","watch"],"shortNames":["po"],"categories":["all"],
         "subresources":[{"subresource":"eviction","responseKind":{"group":"policy","version":"v1","kind":"Eviction"},"verbs":["create"]},
                         {"subresource":"log","verbs":["get"]}]}]}]}]}"#;

const NAMED: &str = r#"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[
    {"metadata":{"name":"apps"},"versions":[{"version":"v1","freshness":"Current","resources":[
        {"resource":"deployments","responseKind":{"group":"","version":"","kind":"Deployment"},"scope":"Namespaced","singularResource":"deployment","verbs":["list"],"shortNames":["deploy"],"categories":["all"],
         "subresources":[{"subresource":"scale","responseKind":{"group":"autoscaling","version":"v1","kind":"Scale"},"verbs":["get"]}]}]}]},
    {"metadata":{"name":"example.com"},"versions":[
        {"version":"v2","freshness":"Current","resources":[
            {"resource":"widgets","responseKind":{"group":"example.com","version":"v2","kind":"Widget"},"scope":"Namespaced","singularResource":"widget","verbs":["list"],"shortNames":["wi","po"]}]},
        {"version":"v1","freshness":"Current","resources":[
            {"resource":"widgets","responseKind":{"group":"example.com","version":"v1","kind":"Widget"},"scope":"Namespaced","singularResource":"widget","verbs":["list"],"shortNames":["wi"]},
            {"resource":"gadgets","responseKind":{"group":"example.com","version":"v1","kind":"Gadget"},"scope":"Cluster","singularResource":"gadget","verbs":["list"]},
            {"resource":"parents","scope":"Namespaced","singularResource":"parent","verbs":[],
             "subresources":[{"subresource":"status","responseKind":{"group":"example.com","version":"v1","kind":"Parent"},"verbs":["get"]}]}]},
        {"version":"v0","freshness":"Stale","resources":[]}]},
    {"metadata":{"name":"other.example.com"},"versions":[{"version":"v1","freshness":"Current","resources":[
        {"resource":"widgets","responseKind":{"group":"other.example.com","version":"v1","kind":"Widget"},"scope":"Cluster","singularResource":"widget","verbs":["list"],"shortNames":["wi"]}]}]}]}"#;
