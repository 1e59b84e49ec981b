//! Nothing that is printed contains a secret: not what `Debug` shows, not errors, not logs.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Request;
use pintle_config::{
    Auth, AuthProvider, Config, Environment, ExecPlugin, Identity, Persister, Proxies, Token,
};
use pintle_env::OpenMetrics;
use pintle_transport::{Body, ClientIdentity, Transport};
use tower::util::MapRequestLayer;

use crate::log::Log;
use crate::loopback_proxy::{LoopbackProxy, Manner};
use crate::script::{Script, config};
use crate::server::{Server, Tls, authority, client};

const TOKEN: &str = "tok-1c8b";
const PASSWORD: &str = "pwd-93fe";
const BODY: &str = "body-77aa";
const QUERY: &str = "query-5d02";
const ARGUMENT: &str = "argument-b1e6";
const VARIABLE: &str = "variable-60c4";
const INHERITED: &str = "inherited-27f9";
const REFRESH: &str = "refresh-8812";
const CLIENT_SECRET: &str = "client-secret-4e0d";

/// Everything that must not be seen.
fn secrets() -> Vec<String> {
    let mut secrets: Vec<String> = [
        TOKEN,
        PASSWORD,
        BODY,
        QUERY,
        ARGUMENT,
        VARIABLE,
        INHERITED,
        REFRESH,
        CLIENT_SECRET,
    ]
    .map(str::to_owned)
    .into();
    secrets.push(STANDARD.encode(format!("user:{PASSWORD}")));
    secrets.push(id_token());
    secrets
}

/// An id token that is good for a thousand years.
fn id_token() -> String {
    let payload = URL_SAFE_NO_PAD.encode(r#"{"exp":32503680000}"#);
    format!("e30.{payload}.c2lnbmF0dXJl")
}

fn plugin(script: &str) -> Auth {
    let mut plugin = ExecPlugin::new("sh")
        .args(["-c", script, ARGUMENT])
        .env("SECRET", VARIABLE);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let environment = Environment::empty().with_variable("PATH", path);
    plugin.environment = Some(environment.with_variable("INHERITED", INHERITED));
    plugin.provide_cluster_info = true;
    Auth::Exec(Box::new(plugin))
}

fn oidc(settings: &[(&str, &str)]) -> Auth {
    let mut all = BTreeMap::new();
    // Nothing listens there.
    all.insert("idp-issuer-url".to_owned(), "http://127.0.0.1:1".to_owned());
    all.insert("client-id".to_owned(), "pintle".to_owned());
    all.insert("client-secret".to_owned(), CLIENT_SECRET.to_owned());
    for (name, value) in settings {
        all.insert((*name).to_owned(), (*value).to_owned());
    }
    let mut provider = AuthProvider::new("oidc", all);
    provider.persister = Some(Persister::new(|_| Ok(())));
    Auth::Provider(Box::new(provider))
}

/// The credentials of a proxy, as its URL has them.
const PROXY: &str = "robot:proxy-6a95";

#[tokio::test]
async fn nothing_of_the_way_to_a_server_is_shown() {
    let log = Log::begin();
    let users = authority();
    let tls = Tls::new().clients_of(&users);
    let server = Server::tls(&tls).await;
    let (certificate, key) = client(&users);
    let exporter = OpenMetrics::new();
    let mut printed = Vec::new();
    let identity = ClientIdentity::new();
    identity.set(Some(Identity {
        certificate: certificate.clone(),
        key: key.clone(),
    }));
    printed.push(format!("{identity:?}"));
    for (scheme, socks, credentials, works) in [
        ("http", false, Some(PROXY), true),
        ("http", false, Some("robot:other"), false),
        ("socks5", true, Some(PROXY), true),
        ("socks5", true, Some("robot:other"), false),
    ] {
        let manner = Manner {
            socks,
            credentials,
            ..Manner::default()
        };
        let proxy = LoopbackProxy::start(manner).await;
        let url = format!("{scheme}://{PROXY}@{}", proxy.address);
        let mut config = server
            .trusting(&tls)
            .bearer_token(TOKEN)
            .identity(certificate.clone(), key.clone())
            .recorder(Arc::new(exporter.clone()));
        config.proxies = Proxies::always(url.parse().unwrap());
        let builder = Transport::builder(&config).client_identity(&identity);
        printed.push(format!(
            "{config:?} {config:#?} {builder:?} {:?}",
            config.tls.identity
        ));
        let transport = builder.build().unwrap();
        let request = || Request::get(format!("/exec?command={QUERY}")).body(Body::empty());
        let sent = transport.send(request().unwrap()).await;
        assert_eq!(sent.is_ok(), works, "{sent:?}");
        printed.push(format!("{sent:?} {sent:#?}"));
        let upgrade = transport.websocket(request().unwrap(), &["v5.channel.k8s.io"]);
        let upgrade = upgrade.await;
        printed.push(format!("{upgrade:?} {upgrade:#?}"));
        if let Err(error) = sent {
            printed.push(format!("{error} {:?}", error.hint()));
        }
    }
    printed.push(exporter.to_string());
    printed.push(log.text());
    assert!(exporter.to_string().contains("connections_open"));
    let key = String::from_utf8(key.bytes().to_vec()).unwrap();
    let key = key.lines().nth(1).unwrap();
    let (user, password) = PROXY.split_once(':').unwrap();
    let basic = STANDARD.encode(PROXY);
    for text in &printed {
        for secret in [TOKEN, QUERY, password, &basic, key] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(!text.contains(&format!("{user}:")), "{text}");
    }
}

#[tokio::test]
async fn no_debug_output_error_or_log_holds_a_secret() {
    let log = Log::begin();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    std::fs::write(&file, TOKEN).unwrap();
    let answer = |status: &str| {
        format!(
            "echo '{{\"apiVersion\":\"client.authentication.k8s.io/v1\",\
             \"kind\":\"ExecCredential\",\"status\":{status}}}'"
        )
    };
    let token = format!(r#"{{"token":"{TOKEN}"}}"#);
    let (certificate, key) = client(&authority());
    let key_line = String::from_utf8(key.bytes().to_vec()).unwrap();
    let key_line = key_line.lines().nth(1).unwrap().to_owned();
    let mismatched = format!(
        r#"{{"token":"{TOKEN}","clientCertificateData":"x","clientKeyData":"{PASSWORD}"}}"#
    );
    let expired = {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"exp":1}"#);
        format!("e30.{payload}.c2lnbmF0dXJl")
    };
    let basic = Auth::Basic {
        username: "user".to_owned(),
        password: PASSWORD.into(),
    };
    let auths = [
        ("bearer", Auth::Bearer(Token::new(TOKEN))),
        ("basic", basic),
        ("file", Auth::Bearer(Token::from_file(&file).unwrap())),
        ("exec", plugin(&answer(&token))),
        ("exec that fails", plugin(&format!("echo {TOKEN}; exit 1"))),
        (
            "exec that answers nonsense",
            plugin(&format!("echo {TOKEN}")),
        ),
        (
            "exec with half an answer",
            plugin(&answer(&format!(r#"{{"clientKeyData":"{TOKEN}"}}"#))),
        ),
        ("exec with a bad certificate", plugin(&answer(&mismatched))),
        (
            "exec with a bad token",
            plugin(&answer(&format!(r#"{{"token":"{TOKEN}\n"}}"#))),
        ),
        ("oidc", oidc(&[("id-token", &id_token())])),
        ("oidc that has expired", oidc(&[("id-token", &expired)])),
        (
            "oidc that is renewed",
            oidc(&[("id-token", &expired), ("refresh-token", REFRESH)]),
        ),
        (
            "oidc with nonsense",
            oidc(&[("id-token", TOKEN), ("refresh-token", REFRESH)]),
        ),
    ];

    let mut printed = Vec::new();
    let exporter = OpenMetrics::new();
    for (name, auth) in auths {
        let mut config = config().recorder(Arc::new(exporter.clone()));
        config.auth = auth;
        if name == "bearer" {
            config = config.identity(certificate.clone(), key.clone());
        }
        printed.push(format!("{name}: {config:?} {config:#?}"));
        let (sender, receiver) = std::sync::mpsc::channel();
        let script = Script::new()
            .answer(503, &[("retry-after", "0")], BODY)
            .answer(401, &[("warning", "299 - \"careful\"")], BODY)
            .ok();
        let builder =
            script
                .builder(&config)
                .layer(MapRequestLayer::new(move |request: Request<Body>| {
                    sender.send(format!("{request:?}")).unwrap();
                    request
                }));
        printed.push(format!("{name}: {builder:?}"));
        let transport = builder.build().unwrap();
        printed.push(format!("{name}: {transport:?}"));
        for attempt in 0..2 {
            let request = Request::post(format!("/exec?command={QUERY}"));
            let request = request.body(Body::from(BODY)).unwrap();
            match transport.send(request).await {
                Ok(response) => printed.push(format!("{name} {attempt}: {response:?}")),
                Err(error) => {
                    printed.push(format!("{name} {attempt}: {error} {error:?} {error:#?}"));
                }
            }
        }
        for request in receiver.try_iter() {
            assert!(request.contains("authorization"), "{request}");
            // Layers of the program see the query.
            printed.push(request.replace(QUERY, ""));
        }
    }
    // And where nothing listens.
    let nowhere = Config::new("http://127.0.0.1:1")
        .unwrap()
        .bearer_token(TOKEN);
    let transport = Transport::new(&nowhere).unwrap();
    let request = Request::post(format!("/exec?command={QUERY}"));
    let error = transport
        .send(request.body(Body::from(BODY)).unwrap())
        .await;
    let error = error.unwrap_err();
    printed.push(format!("{error} {error:?} {error:#?}"));

    printed.push(exporter.to_string());
    printed.push(log.text());
    assert!(
        log.text().contains("sending a request again"),
        "{}",
        log.text()
    );
    let mut secrets = secrets();
    secrets.push(key_line);
    for text in &printed {
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{secret} in {text}");
        }
    }
}
