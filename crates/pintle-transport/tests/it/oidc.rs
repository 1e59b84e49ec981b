//! Tokens that an issuer renews.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use pintle_config::{Auth, AuthProvider, Config, Persister};
use pintle_env::ManualClock;
use pintle_transport::ErrorKind;
use tokio::task::JoinSet;

use crate::script::{Script, config, get};
use crate::server::{Tls, listen};

/// 2026-01-01, when the clock begins.
const START: i64 = 1_767_225_600;

/// A token that expires so many seconds after the start.
fn token(name: &str, expires: i64) -> String {
    let claims = format!(r#"{{"sub":"{name}","exp":{}}}"#, START + expires);
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

/// An issuer: answers discovery, and requests for tokens as it is told.
struct Issuer {
    url: String,
    /// The `Authorization` header and form of each request for a token.
    asked: Arc<Mutex<Vec<(String, String)>>>,
    _tasks: JoinSet<()>,
}

type Answer = (u16, String);

impl Issuer {
    async fn start(answer: impl Fn(&str, &str) -> Answer + Send + Sync + 'static) -> Self {
        Self::over(None, answer).await
    }

    async fn over(
        tls: Option<&Tls>,
        answer: impl Fn(&str, &str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let acceptor = tls.map(Tls::acceptor);
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        let (address, tasks) = listen(move |tcp| {
            let (log, answer, acceptor) = (log.clone(), answer.clone(), acceptor.clone());
            async move {
                let service = service_fn(move |request: Request<Incoming>| {
                    let (log, answer) = (log.clone(), answer.clone());
                    async move {
                        let (head, body) = request.into_parts();
                        let body = body.collect().await.unwrap().to_bytes();
                        let form = String::from_utf8(body.to_vec()).unwrap();
                        let header = head.headers.get("authorization");
                        let header = header.map_or("", |header| header.to_str().unwrap());
                        let (status, text) = match head.uri.path() {
                            "/realm/.well-known/openid-configuration" => {
                                let host = head.headers["host"].to_str().unwrap();
                                let endpoint = format!("{scheme}://{host}/token?a=b");
                                (200, format!(r#"{{"token_endpoint":"{endpoint}"}}"#))
                            }
                            "/token" => {
                                log.lock().unwrap().push((header.to_owned(), form.clone()));
                                answer(header, &form)
                            }
                            _ => (404, "nothing here".to_owned()),
                        };
                        let response = Response::builder().status(status);
                        let body = Full::new(Bytes::from(text));
                        Ok::<_, Infallible>(response.body(body).unwrap())
                    }
                });
                let server = auto::Builder::new(TokioExecutor::new()).http1_only();
                // How a connection ends is for the client's side to judge.
                match acceptor {
                    None => drop(server.serve_connection(TokioIo::new(tcp), service).await),
                    Some(acceptor) => {
                        let stream = acceptor.accept(tcp).await.unwrap();
                        drop(server.serve_connection(TokioIo::new(stream), service).await);
                    }
                }
            }
        })
        .await;
        Self {
            url: format!("{scheme}://{address}/realm/"),
            asked,
            _tasks: tasks,
        }
    }

    fn asked(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn settings(&self, more: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut settings = BTreeMap::new();
        settings.insert("idp-issuer-url".to_owned(), self.url.clone());
        settings.insert("client-id".to_owned(), "pintle".to_owned());
        for (name, value) in more {
            settings.insert((*name).to_owned(), (*value).to_owned());
        }
        settings
    }
}

struct Setting {
    clock: ManualClock,
    script: Script,
    stored: Arc<Mutex<Vec<BTreeMap<String, String>>>>,
}

impl Setting {
    fn new() -> Self {
        Self {
            clock: ManualClock::new(),
            script: Script::new().ok(),
            stored: Arc::default(),
        }
    }

    fn config(&self, settings: BTreeMap<String, String>) -> Config {
        let stored = Arc::clone(&self.stored);
        let mut provider = AuthProvider::new("oidc", settings);
        provider.persister = Some(Persister::new(move |settings| {
            stored.lock().unwrap().push(settings.clone());
            Ok(())
        }));
        let mut config = config().time(Arc::new(self.clock.clone()));
        config.auth = Auth::Provider(Box::new(provider));
        config
    }

    fn shown(&self) -> Vec<String> {
        let seen = self.script.seen();
        let shown = seen.iter().map(|seen| {
            let value = &seen.request.headers()["authorization"];
            value.to_str().unwrap().to_owned()
        });
        shown.collect()
    }
}

// claims: rest.oidc.valid, rest.oidc.refresh, rest.oidc.persist
#[tokio::test]
async fn tokens_are_renewed_ten_seconds_before_they_expire_and_kept() {
    let renewed = token("b", 200);
    let answer = format!(r#"{{"id_token":"{renewed}","refresh_token":"next"}}"#);
    let issuer = Issuer::start(move |_, _| (200, answer.clone())).await;
    let setting = Setting::new();
    let first = token("a", 100);
    let settings = issuer.settings(&[("id-token", &first), ("refresh-token", "old/one")]);
    let transport = setting.script.transport(&setting.config(settings.clone()));
    transport.send(get("/a")).await.unwrap();
    setting.clock.advance(Duration::from_secs(89));
    transport.send(get("/a")).await.unwrap();
    assert!(issuer.asked().is_empty());
    setting.clock.advance(Duration::from_secs(1));
    let mut tasks = JoinSet::new();
    for _ in 0..5 {
        let transport = transport.clone();
        tasks.spawn(async move { drop(transport.send(get("/a")).await.unwrap()) });
    }
    tasks.join_all().await;

    let mut expected = vec![format!("Bearer {first}"); 2];
    expected.extend(vec![format!("Bearer {renewed}"); 5]);
    assert_eq!(setting.shown(), expected);
    let form = "grant_type=refresh_token&refresh_token=old%2Fone&client_id=pintle";
    assert_eq!(issuer.asked(), [(String::new(), form.to_owned())]);
    let mut stored = settings;
    stored.insert("id-token".to_owned(), renewed);
    stored.insert("refresh-token".to_owned(), "next".to_owned());
    assert_eq!(*setting.stored.lock().unwrap(), [stored]);
}

// claims: rest.oidc.refresh
#[tokio::test]
async fn a_client_with_a_secret_shows_it_in_the_header_and_else_in_the_form() {
    let answer = format!(r#"{{"id_token":"{}"}}"#, token("b", 200));
    for in_form in [false, true] {
        let answer = answer.clone();
        let issuer = Issuer::start(move |header, _| match header.is_empty() == in_form {
            true => (200, answer.clone()),
            false => (401, r#"{"error":"invalid_client"}"#.to_owned()),
        })
        .await;
        let setting = Setting::new();
        let settings = issuer.settings(&[("refresh-token", "r"), ("client-secret", "a:b")]);
        let transport = setting.script.transport(&setting.config(settings));
        transport.send(get("/a")).await.unwrap();
        let asked = issuer.asked();
        let basic = format!("Basic {}", STANDARD.encode("pintle:a%3Ab"));
        let form = "grant_type=refresh_token&refresh_token=r".to_owned();
        assert_eq!(asked[0], (basic, form.clone()));
        if in_form {
            let form = format!("{form}&client_id=pintle&client_secret=a%3Ab");
            assert_eq!(asked[1], (String::new(), form));
        }
        assert_eq!(asked.len(), if in_form { 2 } else { 1 });
    }
}

// claims: rest.oidc.no-refresh
#[tokio::test]
async fn what_cannot_be_renewed_is_an_error_that_says_so() {
    let issuer = Issuer::start(|_, form| {
        if form.contains("refresh_token=revoked") {
            (
                400,
                r#"{"error":"invalid_grant","error_description":"hunter2"}"#.to_owned(),
            )
        } else {
            (200, r#"{"access_token":"hunter2"}"#.to_owned())
        }
    })
    .await;
    let old = token("a", -1);
    for (settings, message) in [
        (vec![("id-token", &*old)], "there is no refresh-token"),
        (vec![], "there is no refresh-token"),
        (vec![("id-token", "hunter2")], "is not a JWT"),
        (
            vec![("refresh-token", "r")],
            "the issuer's answer has no id_token",
        ),
        (
            vec![("refresh-token", "revoked")],
            "400 Bad Request invalid_grant",
        ),
    ] {
        let setting = Setting::new();
        let config = setting.config(issuer.settings(&settings));
        let error = setting.script.transport(&config).send(get("/a")).await;
        let error = error.unwrap_err();
        assert!(error.is_credentials(), "{error:?}");
        assert!(error.to_string().contains(message), "{message}: {error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        assert!(setting.script.seen().is_empty());
    }
}

#[tokio::test]
async fn an_issuer_may_have_an_authority_of_its_own() {
    let tls = Tls::new().alpn(&["http/1.1"]);
    let answer = format!(r#"{{"id_token":"{}"}}"#, token("b", 200));
    let issuer = Issuer::over(Some(&tls), move |_, _| (200, answer.clone())).await;
    let authority = STANDARD.encode(tls.authority.certificate_pem());
    let setting = Setting::new();
    let settings = issuer.settings(&[
        ("refresh-token", "r"),
        ("idp-certificate-authority-data", &authority),
    ]);
    let transport = setting.script.transport(&setting.config(settings));
    transport.send(get("/a")).await.unwrap();

    let other = STANDARD.encode(Tls::new().authority.certificate_pem());
    let setting = Setting::new();
    let settings = issuer.settings(&[
        ("refresh-token", "r"),
        ("idp-certificate-authority-data", &other),
    ]);
    let transport = setting.script.transport(&setting.config(settings));
    let error = transport.send(get("/a")).await.unwrap_err();
    assert!(error.is_credentials(), "{error:?}");
}

// claims: rest.oidc.persist
#[tokio::test]
async fn tokens_that_cannot_be_kept_are_used_all_the_same() {
    let renewed = token("b", 200);
    let answer = format!(r#"{{"id_token":"{renewed}"}}"#);
    let issuer = Issuer::start(move |_, _| (200, answer.clone())).await;
    let setting = Setting::new();
    let mut config = setting.config(issuer.settings(&[("refresh-token", "r")]));
    let Auth::Provider(provider) = &mut config.auth else {
        panic!("it is a provider");
    };
    provider.persister = Some(Persister::new(|_| Config::new("ftp://nowhere").map(drop)));
    let transport = setting.script.transport(&config);
    for _ in 0..2 {
        transport.send(get("/a")).await.unwrap();
    }
    assert_eq!(setting.shown(), vec![format!("Bearer {renewed}"); 2]);
    assert_eq!(issuer.asked().len(), 1);
}

// claims: rest.provider.removed
#[test]
fn providers_that_are_gone_name_their_successors() {
    for (name, part) in [
        ("gcp", "gke-gcloud-auth-plugin"),
        ("azure", "kubelogin"),
        ("openstack", "\"openstack\" is not known"),
    ] {
        let mut config = config();
        let provider = AuthProvider::new(name, BTreeMap::new());
        config.auth = Auth::Provider(Box::new(provider));
        let script = Script::new().ok();
        let error = script.builder(&config).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(part), "{error}");
    }
    let mut config = config();
    config.auth = Auth::Provider(Box::new(AuthProvider::new("oidc", BTreeMap::new())));
    let error = Script::new().ok().builder(&config).build().unwrap_err();
    assert!(error.to_string().contains("idp-issuer-url"), "{error}");
}
