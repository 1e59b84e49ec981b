//! What is too much, and that the server goes on.

use pintle_apiserver::{ApiServer, User};

use super::*;

const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// What the server answers to a request that was written by hand, up to the end of its headers.
async fn answer(credentials: &Credentials, request: &[u8]) -> String {
    let mut stream = client::handshake("localhost", credentials, Protocol::Http1).await;
    // The server may answer, and close, before it has taken everything.
    _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => answer.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(answer).unwrap()
}

async fn goes_on(credentials: &Credentials) {
    for protocol in PROTOCOLS {
        let mut client = Client::connect(credentials, protocol).await;
        assert_eq!(client.call("GET", NAMESPACES, "").await.0, 200);
    }
}

#[tokio::test]
async fn a_url_that_is_too_long_is_refused() {
    let (_server, credentials) = start().await;
    let selector = "a".repeat(70_000);
    let request =
        format!("GET {NAMESPACES}?labelSelector={selector} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let answer = answer(&credentials, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 414 "), "{answer}");
    // One of 60,000 characters, as long lists of names make them, is answered.
    let selector = "a".repeat(63) + &",a".repeat(30_000);
    let mut client = Client::connect(&credentials, Protocol::Http2).await;
    let uri = format!("{NAMESPACES}?labelSelector={selector}");
    assert_eq!(client.call("GET", &uri, "").await.0, 200);
    goes_on(&credentials).await;
}

#[tokio::test]
async fn headers_that_are_too_large_are_refused() {
    let (_server, credentials) = start().await;
    let header = "a".repeat(2 << 20);
    let request = format!("GET {NAMESPACES} HTTP/1.1\r\nHost: localhost\r\nX-A: {header}\r\n\r\n");
    let answer = answer(&credentials, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let mut client = Client::connect(&credentials, Protocol::Http2).await;
    let answered = client
        .call_with("GET", NAMESPACES, &[("x-a", &header)])
        .await;
    assert_eq!(answered, Some(431));
    // The connection serves others still.
    assert_eq!(client.call("GET", NAMESPACES, "").await.0, 200);
    goes_on(&credentials).await;
}

// claims: wire.checks.body-limit
#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let (_server, credentials) = start().await;
    for protocol in PROTOCOLS {
        let mut client = Client::connect(&credentials, protocol).await;
        let large = |size: usize| format!(r#"{{"data":{{"k":"{}"}}}}"#, "a".repeat(size));
        let (code, text) = client.call("POST", CONFIG_MAPS, &large(3 << 20)).await;
        assert_eq!(code, 413);
        assert!(
            text.contains(r#""reason":"RequestEntityTooLarge""#),
            "{text}"
        );
        assert_eq!(client.call("GET", NAMESPACES, "").await.0, 200);
    }
}

#[tokio::test]
async fn requests_that_are_too_many_are_told_to_come_again() {
    let server = ApiServer::builder()
        .requests_in_flight(1, 1)
        .token("jane's", User::new("jane"))
        .start();
    let server = server.await.unwrap();
    let admin = Credentials::from_kubeconfig(server.kubeconfig().unwrap());
    let credentials = admin.without_certificate();
    let mut watcher = Client::connect(&admin, Protocol::Http2).await;
    let mut watch = watcher.watch(WATCH).await;
    // One that writes is being answered for as long as its body is to come.
    let mut first = client::handshake("localhost", &credentials, Protocol::Http1).await;
    let body = namespace("ns1");
    let head = format!(
        "POST {NAMESPACES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer jane's\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    first.write_all(head.as_bytes()).await.unwrap();
    let mut answered = [0; 25];
    first.read_exact(&mut answered).await.unwrap();
    assert!(answered.starts_with(b"HTTP/1.1 100 "), "it is being read");
    let second = format!(
        "POST {NAMESPACES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer jane's\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    let refused = answer(&credentials, second.as_bytes()).await;
    let refused = refused.to_lowercase();
    assert!(refused.starts_with("http/1.1 429 "), "{refused}");
    assert!(refused.contains("\r\nretry-after: 1\r\n"), "{refused}");
    // Those that only read have places of their own, and watches need none.
    let read = format!(
        "GET {NAMESPACES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer jane's\r\n\r\n"
    );
    let answered = answer(&credentials, read.as_bytes()).await;
    assert!(answered.starts_with("HTTP/1.1 200 "), "{answered}");
    // Who may do everything always gets an answer.
    let mut master = Client::connect(&admin, Protocol::Http1).await;
    assert_eq!(
        master.call("POST", NAMESPACES, &namespace("ns2")).await.0,
        201
    );
    assert!(watch.next_line().await.unwrap().contains("ns2"));
    first.write_all(body.as_bytes()).await.unwrap();
    let mut created = [0; 13];
    first.read_exact(&mut created).await.unwrap();
    assert!(created.starts_with(b"HTTP/1.1 201"), "{created:?}");
    assert!(watch.next_line().await.unwrap().contains("ns1"));
    let again = second.replace("{}", "").replace("Length: 2", "Length: 0");
    let again = answer(&credentials, again.as_bytes()).await;
    assert!(
        again.starts_with("HTTP/1.1 4") && !again.contains(" 429 "),
        "{again}"
    );
}

#[tokio::test]
async fn where_the_server_is_can_be_read_if_others_can_reach_it() {
    let (_server, credentials) = start().await;
    let mut client = Client::connect(&credentials, Protocol::Http2).await;
    let endpoints = "/api/v1/namespaces/default/endpoints/kubernetes";
    // As kube-apiserver: a loopback address is nobody else's way to it.
    assert_eq!(client.call("GET", endpoints, "").await.0, 404);
}
