//! Load for a gateway, and what it comes to, as a line of JSON.
//!
//! ```text
//! gateway-load requests ADDRESS PATH CONNECTIONS SECONDS    requests, each connection's one after the other
//! gateway-load streams ADDRESS PATH STREAMS                 streams that are to end with the last states
//! ```
//!
//! `streams` prints `synced` once every stream has been told what there is. Then it reads a line `PODS CHANGES`:
//! so many pods were changed by turns, so often together, the number of the change in the label `change`. It
//! waits until each stream has been told of the last change of each pod.

mod answer;
mod requests;
mod streams;

use std::error::Error;
use std::process::ExitCode;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let found = match arguments[..] {
        ["requests", address, path, connections, seconds] => {
            requests(address, path, connections, seconds)
        }
        ["streams", address, path, count] => streams(address, path, count),
        _ => Err("requests ADDRESS PATH CONNECTIONS SECONDS | streams ADDRESS PATH STREAMS".into()),
    };
    match found {
        Ok(found) => {
            println!("{found}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("gateway-load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn requests(
    address: &str,
    path: &str,
    connections: &str,
    seconds: &str,
) -> Result<serde_json::Value> {
    requests::send(address, path, connections.parse()?, seconds.parse()?)
}

fn streams(address: &str, path: &str, streams: &str) -> Result<serde_json::Value> {
    streams::follow(address, path, streams.parse()?)
}
