//! The server without sockets, time or chance, for the fuzz target of its HTTP surface.
//!
//! Not a part of the crate's interface: it follows the server's inside and may change at any time.

use std::{
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, Uri};
use http_body::Body as _;
use http_body_util::Full;
use percent_encoding::percent_decode_str;
use pintle_env::{ManualClock, SeededRandom};
use pintle_pki::{CertificateAuthority, Validity};

use crate::{
    HistoryLimits, User,
    authn::{Authenticator, BearerTokens, ServiceAccountTokens},
    authz::AllowAll,
    bootstrap,
    controllers::Collector,
    http::{Api, Body, Security},
    proxy::{KubeletClient, KubeletTls},
    registry::{Registry, RuntimeConfig},
    shutdown::ShutdownTrigger,
    store::Scope,
};

/// A server with every API on, whose requests come one after the other.
pub struct Server {
    api: Arc<Api>,
    registry: Arc<Registry>,
    clock: ManualClock,
    user: Arc<User>,
    _trigger: ShutdownTrigger,
}

/// What it answered.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub code: u16,
    /// The media type.
    pub content_type: String,
    /// As much of the body as came without time passing.
    pub body: Vec<u8>,
}

impl Server {
    /// A server with nothing but the namespaces that every cluster has.
    ///
    /// # Panics
    /// If the system gives no random numbers for keys.
    #[allow(clippy::new_without_default, reason = "it may fail")]
    pub fn new() -> Self {
        let clock = ManualClock::new();
        let random = Arc::new(SeededRandom::new(1));
        let mut config = RuntimeConfig::default();
        config.set("api/all", true);
        let limits = HistoryLimits::default();
        let registry = Registry::serving(&config, limits, Arc::new(clock.clone()), random.clone());
        let registry = Arc::new(registry);
        let (trigger, shutdown) = ShutdownTrigger::new();
        let api = Api::new(
            registry.clone(),
            Arc::new(clock.clone()),
            Arc::new(clock.clone()),
            random,
            shutdown,
            security(&registry),
        );
        let server = Self {
            api: Arc::new(api),
            registry,
            clock,
            user: Arc::new(User::new("admin").group(User::MASTERS)),
            _trigger: trigger,
        };
        server.reset();
        server
    }

    /// Removes everything, and begins anew.
    pub fn reset(&self) {
        for served in self.registry.stored() {
            let snapshot = self
                .registry
                .store()
                .read(|store| store.snapshot(served.id));
            for object in snapshot.objects(&Scope::All, None) {
                self.registry.expire(*served, &object.key, object.revision);
            }
        }
        bootstrap::create_namespaces(&self.registry);
        bootstrap::begin_history(&self.registry);
    }

    /// Answers a request; none if it is not one, or is for what connects with other machines.
    ///
    /// # Panics
    /// If the answer does not come though a minute passes.
    pub fn answer(
        &self,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let method: Method = method.parse().ok()?;
        let uri: Uri = uri.parse().ok()?;
        let path = percent_decode_str(uri.path()).decode_utf8_lossy();
        if CONNECTING.iter().any(|word| path.contains(word)) {
            return None;
        }
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .body(Full::from(Bytes::copy_from_slice(body)))
            .ok()?;
        let mut cx = Context::from_waker(Waker::noop());
        let mut responding = pin!(self.api.respond(Some(&self.user), request));
        let mut waited = 0;
        let response = loop {
            match responding.as_mut().poll(&mut cx) {
                Poll::Ready(response) => break response,
                Poll::Pending => {
                    waited += 1;
                    assert!(waited < 1000, "it hangs");
                    self.clock.advance(Duration::from_millis(100));
                }
            }
        };
        let (head, mut body) = response.into_parts();
        let content_type = head.headers.get("content-type");
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        Some(Answer {
            code: head.status.as_u16(),
            content_type,
            body: read(&mut body, &mut cx),
        })
    }

    /// Lets the garbage collector do what it can do now.
    ///
    /// # Panics
    /// If that has no end.
    pub fn collect(&self) {
        let mut collector = Collector::new(self.registry.clone());
        let mut turns = 0;
        while collector.work(64) {
            turns += 1;
            assert!(turns < 1000, "the collector never comes to an end");
        }
    }
}

/// What there is of a body. A watch goes on, and is left.
fn read(body: &mut Body, cx: &mut Context<'_>) -> Vec<u8> {
    let mut data = Vec::new();
    for _ in 0..100_000 {
        match Pin::new(&mut *body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                data.extend(frame.into_data().unwrap_or_default());
            }
            Poll::Ready(Some(Err(broken))) => panic!("{broken}"),
            Poll::Ready(None) | Poll::Pending => return data,
        }
    }
    panic!("a body has no end");
}

fn security(registry: &Arc<Registry>) -> Security {
    const KEYS: &str = "the system gives random numbers";
    let accounts = ServiceAccountTokens::new("127.0.0.1:6443").expect(KEYS);
    let validity = Validity::new(0, 4_102_444_800).expect("it begins before it ends");
    let authority = CertificateAuthority::generate("fuzz-ca", validity).expect(KEYS);
    let client = authority.issue_client("fuzz", &[], validity).expect(KEYS);
    let kubelets = KubeletTls::new(&KubeletClient {
        certificate: client.certificate_pem().to_owned(),
        key: client.private_key_pem().to_owned(),
        authority: None,
    });
    Security {
        authenticator: Authenticator::new(BearerTokens::default(), accounts, registry.clone()),
        authorizer: Arc::new(AllowAll),
        kubelets: kubelets.expect("the certificate was just made"),
    }
}

/// What has the server connect with other machines, which is for other tests.
const CONNECTING: [&str; 5] = ["/proxy", "/exec", "/attach", "/portforward", "/log"];
