//! HTTP by hand: what is sent is what a test writes, byte by byte.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(probe, _)| probe.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .next()
    }
}

/// A GET with nothing but a host.
pub(crate) async fn get(address: SocketAddr, target: &str) -> Reply {
    let host = format!("Host: {address}");
    ask(address, &format!("GET {target}"), &[&host], "").await
}

/// One request over a connection of its own.
pub(crate) async fn ask(address: SocketAddr, line: &str, headers: &[&str], body: &str) -> Reply {
    exchange(address, request(line, headers, body).as_bytes()).await
}

/// The text of a request, behind which the connection is to be closed.
pub(crate) fn request(line: &str, headers: &[&str], body: &str) -> String {
    let mut request = format!("{line} HTTP/1.1\r\n");
    for header in headers {
        request += header;
        request += "\r\n";
    }
    request += "Connection: close\r\n\r\n";
    request += body;
    request
}

/// Sends bytes and reads until the other side ends.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> Reply {
    let stream = TcpStream::connect(address).await.unwrap();
    exchange_over(stream, bytes).await
}

/// The same over a connection that there is.
pub(crate) async fn exchange_over(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    bytes: &[u8],
) -> Reply {
    stream.write_all(bytes).await.unwrap();
    let mut all = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut all)).await;
    // A server that refuses what it has not read resets the connection behind its answer.
    let _ = read.expect("an answer ends in time");
    let text = String::from_utf8_lossy(&all).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or(0);
    let body = match head.to_lowercase().contains("transfer-encoding: chunked") {
        true => unchunked(body),
        false => body.to_owned(),
    };
    Reply {
        status,
        head: head.to_owned(),
        body,
    }
}

fn unchunked(mut text: &str) -> String {
    let mut body = String::new();
    while let Some((size, rest)) = text.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            break;
        }
        body += &rest[..size];
        text = &rest[size + 2..];
    }
    body
}

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
