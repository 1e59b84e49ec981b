//! Gives a new etcd a past, and takes it away again.
//!
//! A cluster in use has a history that no watch cache remembers. A new one has none: its first
//! revision, 1, is also the first that kube-apiserver knows, so that no version is ever too old.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// Writes to etcd a few times, through its JSON gateway, and has it forget all of it but the last.
///
/// # Errors
/// While etcd does not answer yet.
pub(super) fn advance_revision(port: u16) -> io::Result<()> {
    for _ in 0..PAST_REVISIONS {
        put(port)?;
    }
    compact(port)
}

/// Forgets all revisions but the present one.
///
/// # Errors
/// When etcd does not answer.
pub(super) fn compact(port: u16) -> io::Result<()> {
    let answer = put(port)?;
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    let revision = &answer["header"]["revision"];
    let body = serde_json::json!({ "revision": revision, "physical": true });
    post(port, "/v3/kv/compaction", &body.to_string()).map(drop)
}

fn put(port: u16) -> io::Result<String> {
    // The key is "pintle", in base64; kube-apiserver looks at keys below /registry only.
    post(port, "/v3/kv/put", r#"{"key":"cGludGxl"}"#)
}

/// The body of etcd's answer.
fn post(port: u16, path: &str, body: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    // HTTP/1.0, so that the body comes as it is.
    write!(
        stream,
        "POST {path} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len(),
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let first = answer.lines().next().unwrap_or("nothing");
    if first.split(' ').nth(1) != Some("200") {
        return Err(io::Error::other(format!("etcd answered {first}")));
    }
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
    Ok(body.unwrap_or_default().to_owned())
}

const PAST_REVISIONS: usize = 16;
const TIMEOUT: Duration = Duration::from_secs(5);
