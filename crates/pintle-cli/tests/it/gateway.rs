//! `serve`, and the gateway, nodes and demonstration of `up`.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::binary::{PATIENCE, Running, Workplace, words};
use crate::own_cluster::up;

/// The body of what is at a path, asked for by hand.
async fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    let read = timeout(PATIENCE, stream.read_to_string(&mut text)).await;
    read.expect("an answer ends in time").unwrap();
    text.split_once("\r\n\r\n").unwrap().1.to_owned()
}

fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

/// `pintle up` with more on its line, a place that knows its cluster, and where its gateway is.
async fn up_with(more: &str) -> (Workplace, Running, String) {
    let place = Workplace::new();
    let kubeconfig = place.path("kubeconfig");
    let address = free_address().to_string();
    let line = format!(
        "up --gateway {address} --kubeconfig-out {} {more}",
        kubeconfig.display()
    );
    let mut up = place.start(line.trim());
    assert_eq!(up.line().await, kubeconfig.display().to_string());
    (place, up, address)
}

/// Looks again and again until what is printed is as it shall be.
async fn eventually(place: &Workplace, line: &str, holds: impl Fn(&str) -> bool) -> String {
    let mut last = String::new();
    for _ in 0..200 {
        last = place.run(line).await.stdout;
        if holds(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{line} still prints {last}");
}

#[tokio::test]
async fn serve_is_a_gateway_to_the_cluster_of_the_kubeconfig() {
    let (place, _up) = up().await;
    let mut serve = place.start("serve --listen 127.0.0.1:0");
    let url = serve.line().await;
    let address = url
        .strip_prefix("http://")
        .unwrap()
        .trim_end_matches('/')
        .to_owned();
    assert_eq!(
        get(&address, "/ping").await,
        r#"{"code":20000,"message":"pong"}"#
    );
    assert!(get(&address, "/").await.contains("<title>pintle</title>"));
    assert!(
        get(&address, "/namespaces/core/v1")
            .await
            .contains(r#""name":"kube-system""#)
    );
    let through = place
        .run(&format!("get namespaces -o name --server http://{address}"))
        .await;
    assert!(
        through.stdout.contains("namespace/default\n"),
        "{through:?}"
    );
    serve.terminate().await;
    assert_eq!(serve.end().await.code, 0);
}

#[tokio::test]
async fn serve_does_not_open_the_cluster_to_others() {
    let (place, _up) = up().await;
    let outcome = place.run("serve --listen 0.0.0.0:0").await;
    outcome.fails(
        2,
        "without TLS and a way to know callers they could do what the gateway may",
        "--token-auth-file",
    );
    place.file("tokens", "secret-token,ada\n");
    let outcome = place
        .run("serve --listen 127.0.0.1:0 --token-auth-file tokens")
        .await;
    outcome.fails(8, "line 1 is not token,user,uid", "correct the file");
    assert!(!outcome.stderr.contains("secret-token"), "{outcome:?}");
}

#[tokio::test]
async fn up_has_a_gateway() {
    let (_place, up, address) = up_with("").await;
    assert_eq!(
        get(&address, "/ping").await,
        r#"{"code":20000,"message":"pong"}"#
    );
    for list in [
        "pods/core",
        "services/core",
        "namespaces/core",
        "deployments/apps",
        "statefulsets/apps",
        "daemonsets/apps",
    ] {
        let body = get(&address, &format!("/{list}/v1")).await;
        assert!(
            body.starts_with(r#"{"code":20000,"message":"success","data":["#),
            "{list}: {body}"
        );
    }
    up.terminate().await;
    let outcome = up.end().await;
    assert!(
        outcome
            .stderr
            .contains(&format!("See it live at http://{address}/")),
        "{outcome:?}"
    );
    assert_eq!(outcome.code, 0);
}

#[tokio::test]
async fn simulated_nodes_run_pods() {
    let (place, _up, _) = up_with("--nodes 2").await;
    let nodes = eventually(&place, "get nodes --no-headers", |text| {
        text.matches(" Ready ").count() == 2
    })
    .await;
    assert!(
        nodes.contains("node-1") && nodes.contains("node-2"),
        "{nodes}"
    );
    let mut watch = place.start("watch pods");
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {terminationGracePeriodSeconds: 1, \
               containers: [{name: m, image: example.org/none}]}}";
    place
        .run_with_input("apply -f -", pod)
        .await
        .prints("pod/a created\n");
    let mut seen = Vec::new();
    loop {
        let line = watch.words().await;
        let words: Vec<&str> = line.split(' ').collect();
        let what = format!("{} {} {}", words[0], words[2], words[3]);
        if seen.last() != Some(&what) {
            seen.push(what.clone());
        }
        if what == "MODIFIED 1/1 Running" {
            break;
        }
    }
    let order = [
        "ADDED 0/1 Pending",
        "MODIFIED 0/1 ContainerCreating",
        "MODIFIED 0/1 Running",
        "MODIFIED 1/1 Running",
    ];
    let mut expected = order.iter();
    let mut next = expected.next();
    for what in &seen {
        if next.is_some_and(|next| next == what) {
            next = expected.next();
        }
    }
    assert_eq!(next, None, "{seen:?}");
    let once = "{apiVersion: v1, kind: Pod, metadata: {name: b, annotations: {pintle.dev/runs-for-seconds: '1'}}, \
                spec: {restartPolicy: Never, containers: [{name: m, image: example.org/none}]}}";
    place.run_with_input("apply -f -", once).await;
    eventually(&place, "get pod b --no-headers", |text| {
        text.contains("Completed")
    })
    .await;
    let events = eventually(&place, "get events --no-headers", |text| {
        text.contains("Started container m")
    })
    .await;
    assert!(events.contains("Scheduled"), "{events}");
    // What it ran for is what it has written about.
    let log = place.run("logs b").await.stdout;
    assert!(
        log.starts_with("simulated by pintle: example.org/none would run here\n"),
        "{log}"
    );
    assert_eq!(place.run("logs b").await.stdout, log, "it is over");
    let mut following = place.start("logs -f a");
    let line = following.line().await;
    assert!(line.starts_with("simulated by pintle: "), "{line}");
    let line = following.line().await;
    assert!(line.starts_with("request 1 answered in "), "{line}");
    let outcome = place.run("exec a -- true").await;
    assert_eq!(outcome.code, 1, "{outcome:?}");
    // It has its grace, and is gone.
    place
        .run("delete pod a")
        .await
        .prints("pod \"a\" deleted from default namespace\n");
    let left = place.run("get pods --no-headers").await;
    assert!(!words(&left.stdout).starts_with("a "), "{left:?}");
    // Who follows its log is not kept waiting for more.
    assert_eq!(following.end().await.code, 0);
}

#[tokio::test]
async fn a_demonstration_keeps_pods_changing() {
    let (place, _up, address) = up_with("--demo").await;
    eventually(&place, "get pods -n shop --no-headers", |text| {
        text.matches(" Running ").count() >= 8
    })
    .await;
    let names = |text: &str| {
        let names = text.lines().filter_map(|line| line.split(' ').next());
        names
            .map(str::to_owned)
            .collect::<std::collections::BTreeSet<_>>()
    };
    let first = names(
        &place
            .run("get pods -n shop -l app=web --no-headers")
            .await
            .stdout,
    );
    eventually(&place, "get pods -n shop -l app=web --no-headers", |text| {
        names(text) != first
    })
    .await;
    eventually(&place, "get deployment web -n shop --no-headers", |text| {
        words(text).contains("/3") || words(text).contains("/4")
    })
    .await;
    let agents = place
        .run("get pods -n shop -l app=agent --no-headers")
        .await
        .stdout;
    assert_eq!(agents.lines().count(), 3, "{agents}");
    assert!(
        get(&address, "/pod/list?namespace=shop")
            .await
            .contains(r#""name":"web-"#)
    );
}
