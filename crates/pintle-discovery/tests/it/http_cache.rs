//! Answers that are kept by their URL.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use pintle_client::Client;
use pintle_config::Config;
use pintle_discovery::{DiskCache, HttpCacheLayer};
use pintle_env::{Clock as _, ManualClock};
use pintle_meta::GroupVersion;
use pintle_transport::Transport;
use tempfile::TempDir;

use crate::{Server, V2};

/// A client with a cache in a directory, of a server.
fn client(server: &Server, directory: &TempDir, clock: &Arc<ManualClock>) -> Client {
    let layer = HttpCacheLayer::new(directory.path()).clock(clock.clone());
    let config = Config::new("http://localhost").unwrap();
    let transport = Transport::builder(&config)
        .service(server.transport_service())
        .layer(layer)
        .build()
        .unwrap();
    Client::from_transport(transport, "default")
}

async fn get(client: &Client, path: &str) -> Result<String, pintle_client::Error> {
    let request = client.rest(&GroupVersion::default()).get().abs_path(path);
    let answer = request.send().await?;
    Ok(String::from_utf8_lossy(answer.raw()).into_owned())
}

/// The tags that the server was asked with, one for each request.
fn tags(server: &Server) -> Vec<String> {
    let mut state = server.0.lock().unwrap();
    let asked = std::mem::take(&mut state.asked);
    let tag = |it: &Request<()>| match it.headers().get("if-none-match") {
        Some(tag) => tag.to_str().unwrap().to_owned(),
        None => String::new(),
    };
    asked.iter().map(tag).collect()
}

fn setup() -> (Server, TempDir, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new());
    (Server::default(), TempDir::new().unwrap(), clock)
}

fn date(clock: &ManualClock) -> String {
    let since = Duration::from_secs(u64::try_from(clock.timestamp().unix_seconds()).unwrap());
    httpdate::fmt_http_date(std::time::SystemTime::UNIX_EPOCH + since)
}

// claims: discovery.http.tag
#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let (server, directory, clock) = setup();
    let headers = [
        ("content-type", V2),
        ("etag", "\"one\""),
        ("vary", "Accept"),
    ];
    server.answer("/api", 200, &headers, "first");
    let first = client(&server, &directory, &clock);
    assert_eq!(get(&first, "/api").await.unwrap(), "first");
    assert_eq!(tags(&server), [""]);
    server.answer("/api", 304, &[("etag", "\"one\"")], "");
    // Another process, as it were.
    let second = client(&server, &directory, &clock);
    assert_eq!(get(&second, "/api").await.unwrap(), "first");
    assert_eq!(get(&second, "/api").await.unwrap(), "first");
    assert_eq!(tags(&server), ["\"one\"", "\"one\""]);
    server.answer("/api", 200, &[("etag", "\"two\"")], "second");
    assert_eq!(get(&second, "/api").await.unwrap(), "second");
    assert_eq!(tags(&server), ["\"one\""]);
    server.answer("/api", 304, &[], "");
    assert_eq!(get(&first, "/api").await.unwrap(), "second");
}

// claims: discovery.http.integrity
#[tokio::test]
async fn a_file_that_is_not_what_was_written_is_not_used() {
    let (server, directory, clock) = setup();
    server.answer("/api", 200, &[("etag", "\"one\"")], "first");
    let client = client(&server, &directory, &clock);
    get(&client, "/api").await.unwrap();
    let entry = fs::read_dir(directory.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let name = entry.file_name().into_string().unwrap();
    assert_eq!(name.len(), 64);
    assert!(name.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let content = fs::read(entry.path()).unwrap();
    for at in [0, 40, content.len() - 1] {
        let mut changed = content.clone();
        changed[at] ^= 1;
        fs::write(entry.path(), changed).unwrap();
        tags(&server);
        assert_eq!(get(&client, "/api").await.unwrap(), "first");
        assert_eq!(tags(&server), [""]);
    }
    for length in [0, 10, 32, content.len() - 1] {
        fs::write(entry.path(), &content[..length]).unwrap();
        assert_eq!(get(&client, "/api").await.unwrap(), "first");
        assert_eq!(tags(&server), [""]);
    }
}

// claims: discovery.http.fresh
#[tokio::test]
async fn what_is_good_for_a_while_is_not_asked_for_meanwhile() {
    let (server, directory, clock) = setup();
    let now = date(&clock);
    let headers = [
        ("date", now.as_str()),
        ("cache-control", "public, max-age=60"),
    ];
    server.answer("/openapi/v3/api/v1", 200, &headers, "document");
    let client = client(&server, &directory, &clock);
    for _ in 0..3 {
        assert_eq!(
            get(&client, "/openapi/v3/api/v1").await.unwrap(),
            "document"
        );
    }
    assert_eq!(tags(&server).len(), 1);
    clock.advance(Duration::from_secs(59));
    get(&client, "/openapi/v3/api/v1").await.unwrap();
    assert_eq!(tags(&server).len(), 0);
    clock.advance(Duration::from_secs(1));
    get(&client, "/openapi/v3/api/v1").await.unwrap();
    assert_eq!(tags(&server).len(), 1);
}

// claims: discovery.http.stale-on-error
#[tokio::test]
async fn an_old_answer_stands_in_when_the_server_fails_if_it_says_so() {
    let (server, directory, clock) = setup();
    let headers = [("etag", "\"one\""), ("cache-control", "stale-if-error")];
    server.answer("/api", 200, &headers, "first");
    server.answer("/apis", 200, &[("etag", "\"one\"")], "named");
    let client = client(&server, &directory, &clock);
    get(&client, "/api").await.unwrap();
    get(&client, "/apis").await.unwrap();
    server.fail("/api", 500).fail("/apis", 500);
    assert_eq!(get(&client, "/api").await.unwrap(), "first");
    assert!(get(&client, "/apis").await.is_err());
    // What failed is asked for anew.
    server.answer("/apis", 200, &[], "named");
    tags(&server);
    assert_eq!(get(&client, "/apis").await.unwrap(), "named");
    assert_eq!(tags(&server), [""]);
}

// claims: discovery.http.vary
#[tokio::test]
async fn an_answer_to_another_form_is_not_used() {
    let (server, directory, clock) = setup();
    server.answer(
        "/api",
        200,
        &[("etag", "\"one\""), ("vary", "accept")],
        "first",
    );
    let client = client(&server, &directory, &clock);
    let rest = client.rest(&GroupVersion::default());
    let ask = |accept: &'static str| rest.get().abs_path("/api").header("accept", accept).send();
    ask("application/json").await.unwrap();
    ask("application/yaml").await.unwrap();
    ask("application/yaml").await.unwrap();
    assert_eq!(tags(&server), ["", "", "\"one\""]);
}

// claims: discovery.http.secrets
#[tokio::test]
async fn what_is_not_to_be_kept_is_not() {
    let (server, directory, clock) = setup();
    let client = client(&server, &directory, &clock);
    for headers in [
        [("etag", "\"one\""), ("cache-control", "no-store")],
        [("etag", "\"one\""), ("vary", "Authorization")],
        [("etag", "\"one\""), ("vary", "*")],
    ] {
        server.answer("/api", 200, &headers, "first");
        get(&client, "/api").await.unwrap();
        assert_eq!(
            fs::read_dir(directory.path()).unwrap().count(),
            0,
            "{headers:?}"
        );
    }
    server.answer("/api", 404, &[("etag", "\"one\"")], "");
    assert!(get(&client, "/api").await.is_err());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    // A watch has no end to wait for.
    server.answer("/api/v1/pods", 200, &[("etag", "\"one\"")], "");
    let rest = client.rest(&GroupVersion::core("v1"));
    let mut watch = rest.get().resource("pods").watch_values().await.unwrap();
    assert!(watch.try_next().await.unwrap().is_none());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

// claims: discovery.http.tag
#[tokio::test]
async fn a_cache_on_disk_is_built_over_one() {
    let directory = TempDir::new().unwrap();
    let config = Config::new("http://127.0.0.1:1").unwrap();
    let cache = DiskCache::builder(directory.path().join("discovery"), Duration::from_secs(60))
        .http_cache(directory.path().join("http"))
        .build(&config)
        .unwrap();
    assert!(format!("{cache:?}").contains("discovery"));
}
