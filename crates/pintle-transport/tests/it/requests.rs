//! What a request looks like when it arrives.

use http::Request;
use http::header::{AUTHORIZATION, USER_AGENT};
use pintle_config::Config;
use pintle_transport::{Body, ErrorKind, Transport, user_agent};

use crate::server::{Seen, Server};

#[tokio::test]
async fn bearer_token_is_sent() {
    let seen = sent(|config| config.bearer_token(" sesame\n"), get("/")).await;
    assert_eq!(seen.headers()[AUTHORIZATION], "Bearer sesame");
}

#[tokio::test]
async fn basic_credentials_are_sent() {
    let seen = sent(|config| config.basic("Aladdin", "open sesame"), get("/")).await;
    assert_eq!(
        seen.headers()[AUTHORIZATION],
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    );
}

#[tokio::test]
async fn no_credentials_send_no_header() {
    for config in [
        |config: Config| config,
        |config: Config| config.bearer_token(""),
    ] {
        let seen = sent(config, get("/")).await;
        assert!(!seen.headers().contains_key(AUTHORIZATION));
    }
}

// claims: rest.transport.existing-headers
#[tokio::test]
async fn headers_that_a_request_has_are_kept() {
    let request = Request::get("/")
        .header(AUTHORIZATION, "Bearer mine")
        .header(USER_AGENT, "mine/1.0")
        .body(Body::empty())
        .unwrap();
    let seen = sent(
        |config| config.bearer_token("theirs").user_agent("theirs/1.0"),
        request,
    )
    .await;
    assert_eq!(seen.headers()[AUTHORIZATION], "Bearer mine");
    assert_eq!(seen.headers()[USER_AGENT], "mine/1.0");
    assert_eq!(seen.headers().get_all(AUTHORIZATION).iter().count(), 1);
}

// claims: rest.transport.user-agent
#[tokio::test]
async fn user_agent_has_the_form_of_client_gos() {
    let seen = sent(|config| config, get("/")).await;
    let value = seen.headers()[USER_AGENT].to_str().unwrap();
    let program = std::env::args().next().unwrap();
    let program = program.rsplit('/').next().unwrap();
    assert_eq!(value, user_agent(program, env!("CARGO_PKG_VERSION")));
    // name/version (os/arch) kubernetes/version
    let parts: Vec<&str> = value.split(' ').collect();
    assert_eq!(parts.len(), 3, "{value}");
    assert!(parts[1].starts_with('(') && parts[1].contains('/') && parts[1].ends_with(')'));
    assert!(parts[2].starts_with("kubernetes/v"));
}

#[tokio::test]
async fn base_path_of_the_server_comes_first() {
    let mut server = Server::plain().await;
    let config = Config::new(&format!("http://{}/k8s/clusters/a/", server.address)).unwrap();
    let transport = Transport::new(&config).unwrap();

    for (path, arrives) in [
        (
            "/api/v1/pods?limit=1",
            "/k8s/clusters/a/api/v1/pods?limit=1",
        ),
        ("/", "/k8s/clusters/a/"),
        ("/?watch=true", "/k8s/clusters/a/?watch=true"),
    ] {
        transport.send(get(path)).await.unwrap();
        assert_eq!(
            server.saw().await.uri().path_and_query().unwrap().as_str(),
            arrives
        );
    }
}

#[tokio::test]
async fn request_cannot_choose_another_server() {
    let server = Server::plain().await;
    let transport = Transport::new(&server.config()).unwrap();

    let error = transport
        .send(get("http://elsewhere.example/api"))
        .await
        .unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.is_misuse());
}

#[test]
fn header_values_that_cannot_be_sent_are_refused_and_not_repeated() {
    let config = Config::new("http://127.0.0.1:1").unwrap();
    for config in [
        config.clone().bearer_token("hunter2\nx-evil: 1"),
        config.user_agent("hunter2\n"),
    ] {
        let error = Transport::new(&config).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}

fn get(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).unwrap()
}

async fn sent(config: impl FnOnce(Config) -> Config, request: Request<Body>) -> Seen {
    let mut server = Server::plain().await;
    let transport = Transport::new(&config(server.config())).unwrap();
    transport.send(request).await.unwrap();
    server.saw().await
}
