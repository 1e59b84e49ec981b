//! Gives a new etcd a past.
//!
//! A cluster in use has a history that no watch cache remembers. A new one has none: its first
//! revision, 1, is also the first that kube-apiserver knows, so that no version is ever too old.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// Writes to etcd a few times, through its JSON gateway.
///
/// # Errors
/// While etcd does not answer yet.
pub(super) fn advance_revision(port: u16) -> io::Result<()> {
    for _ in 0..PAST_REVISIONS {
        put(port)?;
    }
    Ok(())
}

fn put(port: u16) -> io::Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    // The key is "pintle", in base64; kube-apiserver looks at keys below /registry only.
    let body = r#"{"key":"cGludGxl"}"#;
    write!(
        stream,
        "POST /v3/kv/put HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len(),
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200") {
        return Ok(());
    }
    let first = answer.lines().next().unwrap_or("nothing").to_owned();
    Err(io::Error::other(format!("etcd answered {first}")))
}

const PAST_REVISIONS: usize = 16;
const TIMEOUT: Duration = Duration::from_secs(5);
