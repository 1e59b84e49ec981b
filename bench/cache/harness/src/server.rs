//! Asking the canned server for something else than pods.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::Failure;

/// How many pods the server has.
///
/// # Errors
/// When it does not say.
pub fn count(address: &str) -> Result<u64, Failure> {
    let state: Value = serde_json::from_str(&ask(address, "/state")?)?;
    let objects = state["objects"].as_u64();
    objects.ok_or_else(|| "the server does not say".into())
}

/// What the server answers, over a connection of its own.
///
/// # Errors
/// When it does not answer with 200.
pub fn ask(address: &str, path: &str) -> Result<String, Failure> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
    if !head.starts_with("HTTP/1.1 200 ") {
        return Err(format!("{path}: {head}").into());
    }
    Ok(body.to_owned())
}
