//! Watches over WebSocket.

use tokio::{io::AsyncRead, net::TcpStream};
use tokio_rustls::client::TlsStream;

use super::*;

/// Asks for a watch over WebSocket, and returns the connection with the head of the answer.
async fn open(
    credentials: &Credentials,
    path: &str,
    headers: &str,
) -> (TlsStream<TcpStream>, String) {
    let mut stream = client::handshake("localhost", credentials, Protocol::Http1).await;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    (stream, String::from_utf8(answer).unwrap().to_lowercase())
}

/// The next frame: what it is, and what is in it.
async fn frame(stream: &mut (impl AsyncRead + Unpin)) -> (u8, Vec<u8>) {
    let first = stream.read_u8().await.unwrap();
    let length = match stream.read_u8().await.unwrap() {
        126 => usize::from(stream.read_u16().await.unwrap()),
        127 => usize::try_from(stream.read_u64().await.unwrap()).unwrap(),
        length => usize::from(length),
    };
    let mut data = vec![0; length];
    stream.read_exact(&mut data).await.unwrap();
    (first, data)
}

const ORIGIN: &str = "Origin: https://localhost\r\n";

#[tokio::test]
async fn a_watch_may_leave_http_for_websocket() {
    let (_server, credentials) = start().await;
    let mut writer = Client::connect(&credentials, Protocol::Http2).await;
    let (mut watch, answer) = open(&credentials, &format!("{NAMESPACES}?watch=1"), ORIGIN).await;
    assert!(answer.starts_with("http/1.1 101 "), "{answer}");
    assert!(
        answer.contains("\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"),
        "{answer}"
    );
    // What there is comes first, a text each.
    for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
        let (first, text) = frame(&mut watch).await;
        let text = String::from_utf8(text).unwrap();
        assert_eq!(first, 0x81, "{text}");
        assert!(
            text.starts_with(r#"{"type":"ADDED","object":{"kind":"Namespace","#),
            "{text}"
        );
        assert!(text.contains(&format!(r#""name":"{name}""#)), "{text}");
    }
    assert_eq!(
        writer.call("POST", NAMESPACES, &namespace("ns1")).await.0,
        201
    );
    let (_, text) = frame(&mut watch).await;
    assert!(String::from_utf8(text).unwrap().contains(r#""name":"ns1""#));
    // A ping is answered, what else a client says is passed over, and its goodbye is returned.
    watch
        .write_all(b"\x81\x82\0\0\0\0hi\x89\x82\0\0\0\0yo")
        .await
        .unwrap();
    assert_eq!(frame(&mut watch).await, (0x8a, b"yo".to_vec()));
    watch.write_all(b"\x88\x82\0\0\0\0\x03\xe8").await.unwrap();
    assert_eq!(frame(&mut watch).await, (0x88, vec![0x03, 0xe8]));
    assert!(watch.read_u8().await.is_err(), "it is over");
}

#[tokio::test]
async fn a_watch_over_websocket_ends_when_its_time_is_up() {
    let (_server, credentials) = start().await;
    let path = format!("{NAMESPACES}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=none");
    let accept = format!("{ORIGIN}Accept: application/vnd.kubernetes.protobuf\r\n");
    let (mut watch, answer) = open(&credentials, &path, &accept).await;
    assert!(answer.starts_with("http/1.1 101 "), "{answer}");
    assert_eq!(frame(&mut watch).await, (0x88, vec![0x03, 0xe8]));
}

#[tokio::test]
async fn events_in_protobuf_are_binary_messages() {
    let (_server, credentials) = start().await;
    let path = format!("{NAMESPACES}?watch=1&fieldSelector=metadata.name=default");
    let accept = format!("{ORIGIN}Accept: application/vnd.kubernetes.protobuf\r\n");
    let (mut watch, _) = open(&credentials, &path, &accept).await;
    let (first, event) = frame(&mut watch).await;
    assert_eq!(first, 0x82);
    // The first field of an event is its type; a message has a length of its own.
    assert!(event.starts_with(b"\n\x05ADDED"), "{event:?}");
}

#[tokio::test]
async fn what_is_no_websocket_is_refused() {
    let (_server, credentials) = start().await;
    let path = format!("{NAMESPACES}?watch=1");
    let (_, answer) = open(&credentials, &path, "").await;
    assert!(answer.starts_with("http/1.1 403 "), "no origin: {answer}");
    // What is no watch is answered as ever.
    let (_, answer) = open(&credentials, NAMESPACES, ORIGIN).await;
    assert!(answer.starts_with("http/1.1 200 "), "{answer}");
}
