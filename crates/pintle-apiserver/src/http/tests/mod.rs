//! What the server answers, without sockets and on a clock that stands still.
//!
//! Where an expectation is a literal answer, it is what kube-apiserver 1.36.3 answered.

mod about;
mod connect;
mod discovery;
mod errors;
mod events;
mod formats;
mod identity;
mod lists;
mod namespaces;
mod openapi;
mod recorded;
mod robustness;
mod tables;
mod versions;
mod watches;
mod writes;

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full};
use pintle_codec::{Object, Value, json};
use pintle_env::{ManualClock, SeededRandom};
use pintle_pki::{CertificateAuthority, Validity};

use super::{Api, Body, Security};
use crate::{
    HistoryLimits,
    authn::{Authenticator, BearerTokens, ServiceAccountTokens, User},
    authz::{AllowAll, Authorizer},
    bootstrap,
    proxy::{KubeletClient, KubeletTls},
    registry::{Registry, RuntimeConfig},
    shutdown::{Shutdown, ShutdownTrigger},
};

/// A server without sockets.
struct Server {
    api: Arc<Api>,
    registry: Arc<Registry>,
    clock: ManualClock,
    trigger: ShutdownTrigger,
    shutdown: Shutdown,
}

/// What it answered.
#[derive(Debug)]
struct Answered {
    code: u16,
    headers: HeaderMap,
    bytes: Bytes,
    /// The same as text, without the line end that JSON ends with.
    text: String,
}

/// A watch that it serves.
struct Watching {
    body: Body,
    lines: String,
}

/// How often somebody was woken.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Server {
    fn new() -> Self {
        Self::with_history(HistoryLimits::default())
    }

    fn with_history(limits: HistoryLimits) -> Self {
        Self::with(limits, AllowAll)
    }

    fn authorized_by(authorizer: impl Authorizer) -> Self {
        Self::with(HistoryLimits::default(), authorizer)
    }

    fn with(limits: HistoryLimits, authorizer: impl Authorizer) -> Self {
        Self::serving(&RuntimeConfig::default(), limits, authorizer)
    }

    /// A server of which an API is turned on.
    fn with_api(key: &str) -> Self {
        let mut config = RuntimeConfig::default();
        config.set(key, true);
        Self::serving(&config, HistoryLimits::default(), AllowAll)
    }

    fn serving(config: &RuntimeConfig, limits: HistoryLimits, authorizer: impl Authorizer) -> Self {
        let clock = ManualClock::new();
        let random = Arc::new(SeededRandom::new(1));
        let registry = Registry::serving(config, limits, Arc::new(clock.clone()), random.clone());
        let registry = Arc::new(registry);
        // No more than that, so that tests can tell revisions.
        bootstrap::create_namespaces(&registry);
        bootstrap::begin_history(&registry);
        let (trigger, shutdown) = ShutdownTrigger::new();
        let accounts = ServiceAccountTokens::new("127.0.0.1:6443").unwrap();
        let mut tokens = BearerTokens::default();
        tokens.add("jane's token", User::new("jane"));
        let api = Api::new(
            registry.clone(),
            Arc::new(clock.clone()),
            Arc::new(clock.clone()),
            random,
            shutdown.clone(),
            Security {
                authenticator: Authenticator::new(tokens, accounts, registry.clone()),
                authorizer: Arc::new(authorizer),
                kubelets: kubelets(),
            },
        );
        Self {
            api: Arc::new(api),
            registry,
            clock,
            trigger,
            shutdown,
        }
    }

    async fn respond(&self, request: Request<Full<Bytes>>) -> http::Response<Body> {
        self.api.respond(Some(&Self::admin()), request).await
    }

    fn admin() -> Arc<User> {
        Arc::new(User::new("admin").group(User::MASTERS))
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Answered {
        let (head, body) = self.respond(request).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes);
        let is_json = head
            .headers
            .get("content-type")
            .is_some_and(|of| of == "application/json");
        let text = match text.strip_suffix('\n') {
            Some(text) if is_json => text.to_owned(),
            _ => text.into_owned(),
        };
        Answered {
            code: head.status.as_u16(),
            headers: head.headers,
            bytes,
            text,
        }
    }

    async fn call(&self, method: &str, uri: &str, body: &str) -> Answered {
        let body = Full::from(body.to_owned());
        let request = Request::builder().method(method).uri(uri);
        self.send(request.body(body).unwrap()).await
    }

    async fn get(&self, uri: &str) -> Answered {
        self.call("GET", uri, "").await
    }

    async fn get_as(&self, uri: &str, accept: &str) -> Answered {
        self.get_with(uri, &[("Accept", accept)]).await
    }

    async fn get_with(&self, uri: &str, headers: &[(&str, &str)]) -> Answered {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::default()).unwrap()).await
    }

    /// Creates a config map in `default` and returns its revision.
    async fn create(&self, name: &str) -> u64 {
        self.create_labelled(name, "{}").await
    }

    async fn create_labelled(&self, name: &str, labels: &str) -> u64 {
        let body = format!(r#"{{"metadata":{{"name":"{name}","labels":{labels}}}}}"#);
        let answered = self.call("POST", CONFIG_MAPS, &body).await;
        assert_eq!(answered.code, 201, "{answered:?}");
        answered.revision()
    }

    /// Gives a config map other data and returns its revision.
    async fn change(&self, name: &str, data: &str) -> u64 {
        let body = format!(r#"{{"metadata":{{"name":"{name}"}},"data":{{"k":"{data}"}}}}"#);
        let answered = self
            .call("PUT", &format!("{CONFIG_MAPS}/{name}"), &body)
            .await;
        assert_eq!(answered.code, 200, "{answered:?}");
        answered.revision()
    }

    async fn delete(&self, name: &str) {
        let answered = self
            .call("DELETE", &format!("{CONFIG_MAPS}/{name}"), "")
            .await;
        assert_eq!(answered.code, 200, "{answered:?}");
    }

    async fn watch(&self, uri: &str) -> Watching {
        self.watch_as(uri, "application/json").await
    }

    async fn watch_as(&self, uri: &str, accept: &str) -> Watching {
        let request = Request::builder().uri(uri).header("Accept", accept);
        let response = self.respond(request.body(Full::default()).unwrap()).await;
        assert_eq!(response.status(), 200);
        Watching {
            body: response.into_body(),
            lines: String::new(),
        }
    }
}

impl Answered {
    fn json(&self) -> Value {
        json::parse(self.text.as_bytes()).unwrap()
    }

    fn text_at(&self, path: &[&str]) -> String {
        let value = self.json();
        value
            .at(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    }

    fn revision(&self) -> u64 {
        self.text_at(&["metadata", "resourceVersion"])
            .parse()
            .unwrap()
    }

    /// The names of the items of a list.
    fn names(&self) -> Vec<String> {
        let json = self.json();
        let items = json.get("items").and_then(Value::as_array).unwrap();
        items.iter().map(name).collect()
    }

    fn message(&self) -> String {
        self.text_at(&["message"])
    }

    /// Code, reason and message.
    fn failure(&self) -> (u16, String, String) {
        (self.code, self.text_at(&["reason"]), self.message())
    }
}

impl Watching {
    /// All lines that there are now, and whether the stream has ended.
    fn poll(&mut self) -> (Vec<String>, bool) {
        let mut cx = Context::from_waker(Waker::noop());
        let mut ended = false;
        while let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(&mut cx) {
            match frame {
                Some(Ok(frame)) => {
                    let data = frame.into_data().unwrap();
                    self.lines.push_str(std::str::from_utf8(&data).unwrap());
                }
                Some(Err(broken)) => panic!("{broken}"),
                None => {
                    ended = true;
                    break;
                }
            }
        }
        let complete = self.lines.rfind('\n').map_or(0, |at| at + 1);
        let rest = self.lines.split_off(complete);
        let lines = std::mem::replace(&mut self.lines, rest);
        (lines.lines().map(str::to_owned).collect(), ended)
    }

    /// What there is now: type and name of objects, type and revision of bookmarks, type and message
    /// of errors.
    fn events(&mut self) -> Vec<String> {
        let (lines, _) = self.poll();
        let event = |line: &String| {
            let event = json::parse(line.as_bytes()).unwrap();
            let type_ = event
                .get("type")
                .and_then(Value::as_str)
                .unwrap()
                .to_owned();
            let object = event.get("object").unwrap();
            let shown = match type_.as_str() {
                "BOOKMARK" => object.at(&["metadata", "resourceVersion"]),
                "ERROR" => object.get("message"),
                _ => object.at(&["metadata", "name"]),
            };
            format!(
                "{type_} {}",
                shown.and_then(Value::as_str).unwrap_or_default()
            )
        };
        lines.iter().map(event).collect()
    }

    fn has_ended(&mut self) -> bool {
        let (lines, ended) = self.poll();
        assert_eq!(lines, [""; 0]);
        ended
    }
}

/// TLS with a certificate that no kubelet knows.
fn kubelets() -> KubeletTls {
    let validity = Validity::new(1_767_225_600, 1_798_761_600).unwrap();
    let authority = CertificateAuthority::generate("test-ca", validity).unwrap();
    let client = authority.issue_client("test", &[], validity).unwrap();
    KubeletTls::new(&KubeletClient {
        certificate: client.certificate_pem().to_owned(),
        key: client.private_key_pem().to_owned(),
        authority: None,
    })
    .unwrap()
}

fn name(object: &Value) -> String {
    let name = object.at(&["metadata", "name"]).and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}

const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";
const PODS: &str = "/api/v1/namespaces/default/pods";
const SECOND: Duration = Duration::from_secs(1);
