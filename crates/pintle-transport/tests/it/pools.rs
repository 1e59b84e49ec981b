//! Who shares connections with whom, and for how long.

use std::collections::HashSet;
use std::time::Duration;

use http::Request;
use pintle_config::{Config, Http2, Pem, Shared};
use pintle_transport::{Body, ClientIdentity, RequestOptions, Transport};
use tokio::net::TcpStream;

use crate::server::{BREAKS_OFF, Server, TAKES_TIME, Tls, authority, client};

// claims: rest.transport.shared
#[tokio::test]
async fn transports_with_equal_settings_share_a_connection() {
    let tls = Tls::new();
    let mut server = Server::tls(&tls).await;
    let config = server.trusting(&tls);
    // Made apart, from the same text.
    let mut equal = server.trusting(&tls).bearer_token("another");
    equal.shared = config.shared.clone();

    let transports = [&config, &config, &equal].map(|config| Transport::new(config).unwrap());
    for transport in &transports {
        answered(transport).await;
    }

    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn transports_with_other_settings_or_another_registry_share_none() {
    let tls = Tls::new().names(
        pintle_pki::ServerNames::new()
            .ip([127, 0, 0, 1])
            .dns("kubernetes"),
    );
    let mut server = Server::tls(&tls).await;
    let config = server.trusting(&tls);
    let (certificate, key) = client(&authority());
    let others: [fn(&mut Config); 5] = [
        |config| config.shared = Shared::new(),
        |config| config.tls.server_name = Some("kubernetes".to_owned()),
        |config| config.tls.danger_accept_invalid_certs = true,
        |config| config.tls.protocols = Some(vec!["http/1.1".to_owned()]),
        |config| config.http2 = with_pings_after(7),
    ];
    let mut configs = vec![config.clone(), config.clone().identity(certificate, key)];
    configs.extend(others.map(|change| {
        let mut other = config.clone();
        change(&mut other);
        other
    }));

    let transports = configs.iter().map(|config| Transport::new(config).unwrap());
    let mut transports: Vec<_> = transports.collect();
    let address = server.address;
    let dialing = Transport::builder(&config).connect_with(move || TcpStream::connect(address));
    transports.push(dialing.build().unwrap());
    let decided = Transport::builder(&config).client_identity(&ClientIdentity::new());
    transports.push(decided.build().unwrap());
    for transport in &transports {
        answered(transport).await;
    }

    assert_eq!(server.connections(), transports.len());
}

// claims: rest.transport.shared
#[tokio::test]
async fn what_is_shared_ends_with_the_last_who_uses_it() {
    let tls = Tls::new();
    let mut server = Server::tls(&tls).await;
    let config = server.trusting(&tls);

    let first = Transport::new(&config).unwrap();
    answered(&first).await;
    let second = Transport::new(&config).unwrap();
    drop(first);
    answered(&second).await;
    assert_eq!(server.connections(), 1);
    drop(second);

    // The registry alone keeps nothing.
    answered(&Transport::new(&config).unwrap()).await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn more_requests_than_a_connection_takes_open_another_one() {
    let tls = Tls::new();
    let mut server = Server::tls(&tls).await;
    let transport = Transport::new(&server.trusting(&tls)).unwrap();

    let mut watches = Vec::new();
    for _ in 0..100 {
        watches.push(transport.send(get(BREAKS_OFF)).await.unwrap());
    }
    assert_eq!(server.connections(), 1);
    watches.push(transport.send(get(BREAKS_OFF)).await.unwrap());
    assert_eq!(server.connections(), 1);

    // The places of those that have ended are taken again.
    watches.truncate(50);
    for _ in 0..50 {
        watches.push(transport.send(get(BREAKS_OFF)).await.unwrap());
    }
    assert_eq!(server.connections(), 0);
    let versions: HashSet<_> = watches.iter().map(http::Response::version).collect();
    assert_eq!(versions, HashSet::from([http::Version::HTTP_2]));
}

#[tokio::test]
async fn authority_of_a_file_is_another_than_the_same_bytes() {
    let tls = Tls::new();
    let mut server = Server::tls(&tls).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), tls.authority.certificate_pem()).unwrap();
    let config = server.trusting(&tls);
    let of_file = config
        .clone()
        .certificate_authority(Pem::from_file(file.path()).unwrap());

    // One changes with the file, the other does not.
    let transports = [&config, &of_file, &of_file].map(|config| Transport::new(config).unwrap());
    for transport in &transports {
        answered(transport).await;
    }

    assert_eq!(server.connections(), 2);
}

// claims: rest.transport.idle
#[tokio::test]
async fn idle_connections_are_kept_for_a_while_but_not_all_of_them() {
    let mut server = Server::plain().await;
    let transport = Transport::new(&server.config()).unwrap();

    at_once(&transport, &server, 30).await;
    assert_eq!(server.connections(), 30);
    // 25 of them serve what comes next.
    at_once(&transport, &server, 26).await;
    assert_eq!(server.connections(), 1);

    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(89)).await;
    answered(&transport).await;
    assert_eq!(server.connections(), 0);
    tokio::time::advance(Duration::from_secs(91)).await;
    answered(&transport).await;
    assert_eq!(server.connections(), 1);
}

/// Has so many requests answered at the same time, over HTTP/1.1 each by a connection of its own.
async fn at_once(transport: &Transport, server: &Server, count: usize) {
    let mut answers = Vec::new();
    for _ in 0..count {
        answers.push(transport.send(get(TAKES_TIME)).await.unwrap());
    }
    server.break_off();
    for mut answer in answers {
        answer.body_mut().read_all(100).await.unwrap();
    }
    // The tasks that hand connections back to the pool are ready, and run before this one does again.
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

fn with_pings_after(seconds: u64) -> Http2 {
    let mut http2 = Http2::default();
    http2.ping_after = Some(Duration::from_secs(seconds));
    http2
}

async fn answered(transport: &Transport) {
    let mut response = transport.send(get("/version")).await.unwrap();
    response.body_mut().read_all(100).await.unwrap();
}

/// A request that is not sent again, however it fails.
fn get(path: &str) -> Request<Body> {
    let once = RequestOptions::new().max_retries(0);
    let request = Request::get(path).extension(once);
    request.body(Body::empty()).unwrap()
}
