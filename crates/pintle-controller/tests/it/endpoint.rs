//! What probes and scrapes are answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pintle_controller::Endpoint;
use pintle_env::{Metric, MetricKind, Metrics, OpenMetrics};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::support::soon;

static SITES: Metric = Metric {
    name: "sites",
    help: "How many there are.",
    kind: MetricKind::Gauge,
    labels: &[],
};

/// The first line and the body of an answer.
async fn ask(address: SocketAddr, what: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{what} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    soon(stream.read_to_string(&mut answer)).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

// claims: controller.endpoint
#[tokio::test]
async fn probes_say_what_is_wrong_and_scrapes_how_much() {
    let (well, metrics) = (Arc::new(AtomicBool::new(true)), OpenMetrics::new());
    Metrics::to(Arc::new(metrics.clone())).record(&SITES, &[], 3.0);
    let check = {
        let well = well.clone();
        move || match well.load(Ordering::Relaxed) {
            true => Ok(()),
            false => Err("it is lost"),
        }
    };
    let endpoint = Endpoint::bind("127.0.0.1:0".parse().unwrap())
        .await
        .unwrap()
        .live("lease", check)
        .live("other", || Ok::<_, String>(()))
        .metrics(metrics);
    let address = endpoint.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(endpoint.serve());
    let is = |line: &str, body: &str| (format!("HTTP/1.1 {line}"), body.to_owned());
    assert_eq!(ask(address, "GET /healthz").await, is("200 OK", "ok"));
    assert_eq!(ask(address, "GET /readyz").await, is("200 OK", "ok"));
    assert_eq!(ask(address, "HEAD /livez").await, is("200 OK", ""));
    well.store(false, Ordering::Relaxed);
    let lines = "[-]lease failed: it is lost\n[+]other ok\n";
    let failed = is("500 Internal Server Error", lines);
    assert_eq!(ask(address, "GET /healthz").await, failed);
    assert_eq!(ask(address, "GET /readyz").await, is("200 OK", "ok"));
    let (line, body) = ask(address, "GET /metrics").await;
    assert_eq!(line, "HTTP/1.1 200 OK");
    assert!(body.contains("\nsites 3\n"), "{body}");
    let (line, _) = ask(address, "GET /").await;
    assert_eq!(line, "HTTP/1.1 404 Not Found");
    let (line, _) = ask(address, "POST /healthz").await;
    assert_eq!(line, "HTTP/1.1 405 Method Not Allowed");
}
