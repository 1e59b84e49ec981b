//! Streams of what happens, and what becomes of those who read slowly.

use std::net::SocketAddr;

use pintle_gateway::Gateway;
use pintle_test::meta::GroupVersion;
use pintle_test::{Cluster, Requests};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::http::{PATIENCE, get};
use crate::lists::up;

/// A stream, read as a browser reads it.
struct Stream {
    lines: Lines<BufReader<TcpStream>>,
    id: String,
}

impl Stream {
    async fn open(address: SocketAddr, target: &str, last_id: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let last_id = match last_id {
            "" => String::new(),
            id => format!("Last-Event-ID: {id}\r\n"),
        };
        // An answer to HTTP/1.0 is not cut into chunks.
        let request = format!("GET {target} HTTP/1.0\r\nHost: {address}\r\n{last_id}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut stream = Self {
            lines: BufReader::new(stream).lines(),
            id: String::new(),
        };
        let head = stream.line().await;
        assert!(head.starts_with("HTTP/1.0 200"), "{head}");
        while !stream.line().await.is_empty() {}
        stream
    }

    async fn line(&mut self) -> String {
        let line = timeout(PATIENCE, self.lines.next_line()).await;
        line.expect("a line comes in time")
            .unwrap()
            .expect("the stream goes on")
    }

    /// The next event: its type and the object's name, or its own name.
    async fn event(&mut self) -> String {
        let mut name = String::new();
        loop {
            let line = self.line().await;
            if let Some(id) = line.strip_prefix("id: ") {
                id.clone_into(&mut self.id);
            } else if let Some(event) = line.strip_prefix("event: ") {
                event.clone_into(&mut name);
            } else if let Some(data) = line.strip_prefix("data: ") {
                if !name.is_empty() {
                    return name;
                }
                let between =
                    |from: &str| data.split(from).nth(1).unwrap().split('"').next().unwrap();
                return format!(
                    "{} {}",
                    between(r#"{"type":""#),
                    between(r#""metadata":{"name":""#)
                );
            }
        }
    }
}

async fn label(cluster: &Cluster, name: &str, value: &str) {
    let patch = format!(r#"{{"metadata":{{"labels":{{"app":"{value}"}}}}}}"#);
    for _ in 0..100 {
        let core = cluster.client().rest(&GroupVersion::core("v1"));
        let request = core
            .patch()
            .namespace("default")
            .resource("pods")
            .name(name);
        let request = request.body_bytes("application/merge-patch+json", patch.clone());
        // A connection that the server has just broken may not be known to be.
        if request.send().await.is_ok() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{name} cannot be changed");
}

async fn delete(cluster: &Cluster, name: &str) {
    let core = cluster.client().rest(&GroupVersion::core("v1"));
    let request = core
        .delete()
        .namespace("default")
        .resource("pods")
        .name(name);
    request
        .param("gracePeriodSeconds", "0")
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_stream_begins_with_what_there_is_and_goes_on_with_what_happens() {
    let (cluster, gateway) = up().await;
    let mut stream = Stream::open(gateway.address(), "/stream/pods/core/v1", "").await;
    let mut first = [
        stream.event().await,
        stream.event().await,
        stream.event().await,
    ];
    first.sort();
    assert_eq!(first, ["ADDED a", "ADDED b", "ADDED c"]);
    assert_eq!(stream.event().await, "synced");
    label(&cluster, "a", "changed").await;
    assert_eq!(stream.event().await, "MODIFIED a");
    let id = stream.id.clone();
    delete(&cluster, "b").await;
    let mut last = stream.event().await;
    if last == "MODIFIED b" {
        last = stream.event().await;
    }
    assert_eq!(last, "DELETED b");
    drop(stream);
    label(&cluster, "a", "again").await;
    // Who comes back is told what has changed, and nothing else.
    let mut resumed = Stream::open(gateway.address(), "/stream/pods/core/v1", &id).await;
    let mut events = vec![resumed.event().await];
    while events.last().unwrap() != "MODIFIED a" {
        events.push(resumed.event().await);
    }
    assert!(events.contains(&"DELETED b".to_owned()), "{events:?}");
    assert!(
        !events.iter().any(|event| event.starts_with("ADDED")),
        "{events:?}"
    );
    let mut stranger = Stream::open(gateway.address(), "/stream/pods/core/v1", "0000-5").await;
    assert_eq!(stranger.event().await, "reset");
    assert!(stranger.event().await.starts_with("ADDED"));
    let watches = Requests::any().verb("watch").resource("pods");
    assert!(cluster.count(&watches) <= 1, "one watch feeds all");
}

#[tokio::test]
async fn a_beginning_has_an_end_though_things_change_all_the_time() {
    let (cluster, gateway) = up().await;
    let change = async {
        for change in 0u64.. {
            label(&cluster, "a", &format!("v{change}")).await;
        }
    };
    let listen = async {
        let mut stream = Stream::open(gateway.address(), "/stream/pods/core/v1", "").await;
        let mut events = 0;
        while stream.event().await != "synced" {
            assert_eq!(
                stream.id, "",
                "nothing to come back to before everything is told"
            );
            events += 1;
        }
        assert_ne!(stream.id, "");
        events
    };
    tokio::select! {
        () = change => unreachable!("it goes on"),
        events = listen => assert_eq!(events, 3),
    }
}

#[tokio::test]
async fn a_selecting_stream_tells_of_what_comes_and_goes() {
    let (cluster, gateway) = up().await;
    let target = "/stream/pods/core/v1?namespace=default&labelSelector=app%3Dweb";
    let mut stream = Stream::open(gateway.address(), target, "").await;
    assert_eq!(stream.event().await, "ADDED a");
    assert_eq!(stream.event().await, "synced");
    label(&cluster, "b", "web").await;
    assert_eq!(stream.event().await, "ADDED b");
    label(&cluster, "a", "other").await;
    assert_eq!(stream.event().await, "DELETED a");
    delete(&cluster, "b").await;
    let mut last = stream.event().await;
    if last == "MODIFIED b" {
        last = stream.event().await;
    }
    assert_eq!(last, "DELETED b");
}

#[tokio::test]
async fn a_stream_that_selects_nothing_says_that_it_has_seen_all() {
    let (cluster, gateway) = up().await;
    let target = "/stream/pods/core/v1?labelSelector=app%3Dnone";
    let mut stream = Stream::open(gateway.address(), target, "").await;
    assert_eq!(stream.event().await, "synced");
    label(&cluster, "a", "none").await;
    assert_eq!(stream.event().await, "ADDED a");
}

#[tokio::test]
async fn there_are_no_more_streams_than_there_may_be() {
    let (cluster, _) = up().await;
    let gateway = Gateway::builder(cluster.config().unwrap())
        .listen(([127, 0, 0, 1], 0).into())
        .max_streams(1)
        .start()
        .await
        .unwrap();
    let address = gateway.address();
    let mut first = Stream::open(address, "/stream/pods/core/v1", "").await;
    while first.event().await != "synced" {}
    let refused = get(address, "/stream/pods/core/v1?httpStatus=true").await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.body.contains("as many streams"), "{refused:?}");
    drop(first);
    // The gateway learns by writing that nobody reads.
    for change in 0..500 {
        label(&cluster, "a", &format!("v{change}")).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request =
            format!("GET /stream/pods/core/v1?httpStatus=true HTTP/1.0\r\nHost: {address}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let head = BufReader::new(stream)
            .lines()
            .next_line()
            .await
            .unwrap()
            .unwrap();
        if head.starts_with("HTTP/1.0 200") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("a place never became free");
}

#[tokio::test]
async fn a_stream_outlives_the_loss_of_the_servers_connections() {
    let (cluster, gateway) = up().await;
    let mut stream = Stream::open(gateway.address(), "/stream/pods/core/v1", "").await;
    while stream.event().await != "synced" {}
    cluster.disconnect();
    cluster.compact();
    label(&cluster, "a", "meanwhile").await;
    assert_eq!(stream.event().await, "MODIFIED a");
}

#[tokio::test]
async fn who_reads_slowly_is_told_the_last_state() {
    let (cluster, gateway) = up().await;
    let mut slow = Stream::open(gateway.address(), "/stream/pods/core/v1", "").await;
    let mut fast = Stream::open(gateway.address(), "/stream/pods/core/v1", "").await;
    for change in 0..300 {
        label(&cluster, "a", &format!("v{change}")).await;
    }
    delete(&cluster, "b").await;
    for stream in [&mut fast, &mut slow] {
        let mut seen = 0;
        while stream.event().await != "DELETED b" {
            seen += 1;
        }
        assert!(seen <= 320, "{seen}");
    }
}
