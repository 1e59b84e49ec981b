//! An API server that answers as it is told and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use pintle_config::Config;
use pintle_gateway::{Builder, Gateway, RunningGateway};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// What the gateway shows to the server. No answer may have it.
pub(crate) const SECRET: &str = "gateway-secret-9b1d";

pub(crate) struct Backend {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

impl Backend {
    /// A server that gives every request this answer, head and body.
    pub(crate) async fn answering(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = seen.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let log = log.clone();
                connections.spawn(async move {
                    let mut all = Vec::new();
                    let mut buffer = [0; 4096];
                    while !is_whole(&all) {
                        match stream.read(&mut buffer).await {
                            Ok(0) | Err(_) => return,
                            Ok(read) => all.extend_from_slice(&buffer[..read]),
                        }
                    }
                    log.lock()
                        .unwrap()
                        .push(String::from_utf8_lossy(&all).into_owned());
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self {
            address,
            seen,
            _tasks: tasks,
        }
    }

    pub(crate) fn config(&self) -> Config {
        Config::new(&format!("http://{}", self.address))
            .unwrap()
            .bearer_token(SECRET)
    }

    pub(crate) fn gateway(&self) -> Builder {
        Gateway::builder(self.config()).listen(([127, 0, 0, 1], 0).into())
    }

    pub(crate) async fn start(&self) -> RunningGateway {
        self.gateway().start().await.unwrap()
    }

    /// What it was asked on behalf of callers, not what the gateway asks for itself.
    pub(crate) fn seen(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let callers = seen.iter().filter(|request| {
            let line = request.lines().next().unwrap_or_default();
            let own = line.contains("limit=500 ") || line.contains("allowWatchBookmarks=true");
            !(line.starts_with("GET ") && own)
        });
        callers.cloned().collect()
    }
}

/// Whether a request has come to its end.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    if head.contains("transfer-encoding: chunked") {
        return body.ends_with("0\r\n\r\n");
    }
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
}

pub(crate) const OK: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
