//! What it costs that clients take nothing. A binary of its own: the memory is the process's.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "it/http.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod http;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pintle_config::Config;
use pintle_gateway::Gateway;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use http::{PATIENCE, get};

/// An API server with pods that it changes as fast as they are taken. It keeps nothing.
struct Churn {
    address: SocketAddr,
    changes: Arc<AtomicUsize>,
    goal: watch::Sender<usize>,
    _tasks: JoinSet<()>,
}

impl Churn {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (goal, wanted) = watch::channel(0);
        let changes: Arc<AtomicUsize> = Arc::default();
        let counted = changes.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.spawn(answer(stream, wanted.clone(), counted.clone()));
            }
        });
        Self {
            address,
            changes,
            goal,
            _tasks: tasks,
        }
    }

    /// Makes so many more changes, and waits until they are sent.
    async fn change(&self, more: usize) {
        self.goal.send_modify(|goal| *goal += more);
        let goal = *self.goal.borrow();
        let sent = async {
            while self.changes.load(Ordering::Relaxed) < goal {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(PATIENCE * 3, sent)
            .await
            .expect("changes are taken");
    }
}

/// Answers one request: pods for who asks for them, nothing for others.
async fn answer(
    mut stream: TcpStream,
    mut goal: watch::Receiver<usize>,
    changes: Arc<AtomicUsize>,
) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    let line = String::from_utf8_lossy(&request);
    let line = line.lines().next().unwrap().to_owned();
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n";
    if !line.starts_with("GET /api/v1/pods?") {
        let refused = "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        let _ = stream.write_all(refused.as_bytes()).await;
        return;
    }
    if line.contains("sendInitialEvents") {
        let refused = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        let _ = stream.write_all(refused.as_bytes()).await;
        return;
    }
    let _ = stream.write_all(head.as_bytes()).await;
    if !line.contains("watch=") {
        let pods: Vec<String> = (0..PODS).map(|pod| self::pod(pod, 1)).collect();
        let list = format!(
            r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"1"}},"items":[{}]}}"#,
            pods.join(",")
        );
        let _ = stream.write_all(list.as_bytes()).await;
        return;
    }
    loop {
        let made = changes.load(Ordering::Relaxed);
        if made >= *goal.borrow_and_update() {
            if goal.changed().await.is_err() {
                return;
            }
            continue;
        }
        let object = pod(made % PODS, made + 2);
        let event = format!("{{\"type\":\"MODIFIED\",\"object\":{object}}}\n");
        if stream.write_all(event.as_bytes()).await.is_err() {
            return;
        }
        changes.store(made + 1, Ordering::Relaxed);
    }
}

/// A pod in a version, as large as [`SIZE`].
fn pod(number: usize, version: usize) -> String {
    let mut pod = format!(
        r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"pod-{number:03}","namespace":"default","uid":"{number}","resourceVersion":"{version}","annotations":{{"a":""#
    );
    while pod.len() < SIZE {
        write!(pod, "{version:x}-").unwrap();
    }
    pod + "\"}}}"
}

/// The bytes of memory that this process holds.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.unwrap().split_whitespace().next().unwrap();
    kib.parse::<usize>().unwrap() << 10
}

/// Waits until the gateway shows the last of so many changes: it goes on, whoever does not read.
async fn caught_up(address: SocketAddr, changes: usize) {
    let last = format!("\"resourceVersion\":\"{}\"", changes + 1);
    let shown = async {
        while !get(address, "/pod/list").await.body.contains(&last) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(PATIENCE * 6, shown)
        .await
        .expect("the gateway goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_clients_that_never_read_cost_no_more_the_longer_it_takes() {
    let churn = Churn::start().await;
    let config = Config::new(&format!("http://{}", churn.address)).unwrap();
    // Nobody is given up while this lasts.
    let gateway = Gateway::builder(config)
        .listen(([127, 0, 0, 1], 0).into())
        .patience(Duration::from_secs(600))
        .start()
        .await
        .unwrap();
    let address = gateway.address();
    assert!(
        get(address, "/pod/list?limit=1")
            .await
            .body
            .contains("pod-000")
    );
    let mut silent = Vec::new();
    for _ in 0..CLIENTS {
        // Of the system's buffers they have as little as there is.
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut stream = socket.connect(address).await.unwrap();
        let request = format!("GET /stream/pods/core/v1 HTTP/1.1\r\nHost: {address}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        silent.push(stream);
    }
    // Buffers fill, ours and the system's, and memory that was needed once is kept by the allocator.
    churn.change(CHANGES).await;
    caught_up(address, CHANGES).await;
    let before = resident();
    churn.change(CHANGES).await;
    caught_up(address, 2 * CHANGES).await;
    let grown = resident().saturating_sub(before);
    // What happened meanwhile, kept once for all, would be much more.
    let happened = CHANGES * SIZE;
    assert!(grown < happened / 4, "{grown} bytes more, of {happened}");
    drop(silent);
}

const PODS: usize = 100;
const SIZE: usize = 16 << 10;
const CLIENTS: usize = 100;
const CHANGES: usize = 2_500;
