//! What the server says of itself: version, health, metrics, paths.

use super::*;

#[tokio::test]
async fn the_version_is_indented_as_the_real_one_is() {
    let server = Server::new();
    let version = server.get("/version").await;
    assert_eq!(version.headers["content-type"], "application/json");
    let start = concat!(
        "{\n  \"major\": \"1\",\n  \"minor\": \"36\",\n  \"emulationMajor\": \"1\",\n",
        "  \"emulationMinor\": \"36\",\n  \"minCompatibilityMajor\": \"1\",\n",
        "  \"minCompatibilityMinor\": \"35\",\n  \"gitVersion\": \"v1.36."
    );
    assert!(version.text.starts_with(start), "{}", version.text);
    let fields = [
        "gitCommit",
        "gitTreeState",
        "buildDate",
        "goVersion",
        "compiler",
        "platform",
    ];
    let json = version.json();
    assert!(
        fields
            .iter()
            .all(|field| json.get(field).and_then(Value::as_str).is_some())
    );
    let head = server.call("HEAD", "/version", "").await;
    assert_eq!((head.code, &*head.text), (200, ""));
    assert_eq!(
        head.headers["content-length"],
        version.text.len().to_string()
    );
}

#[tokio::test]
async fn a_healthy_server_is_ok() {
    let server = Server::new();
    for uri in [
        "/healthz",
        "/livez",
        "/readyz",
        "/readyz?exclude=etcd",
        "/readyz?exclude=nothing",
        "/readyz/ping",
        "/healthz/etcd",
        "/livez/ping?verbose",
        "/readyz/poststarthook/start-system-namespaces-controller",
    ] {
        let answered = server.get(uri).await;
        assert_eq!((answered.code, &*answered.text), (200, "ok"), "{uri}");
        assert_eq!(
            answered.headers["content-type"],
            "text/plain; charset=utf-8"
        );
    }
    for uri in [
        "/healthz/",
        "/readyz/nothing",
        "/livez/shutdown",
        "/healthzz",
    ] {
        let answered = server.get(uri).await;
        let expected = (404, "404 page not found\n");
        assert_eq!((answered.code, &*answered.text), expected, "{uri}");
        assert_eq!(answered.headers["x-content-type-options"], "nosniff");
    }
    assert_eq!(server.call("POST", "/healthz", "").await.text, "ok");
}

#[tokio::test]
async fn health_is_told_check_by_check() {
    let server = Server::new();
    // The form is that of kube-apiserver 1.36.3, which has more of them.
    assert_eq!(
        server.get("/livez?verbose").await.text,
        concat!(
            "[+]ping ok\n[+]log ok\n[+]etcd ok\n",
            "[+]poststarthook/start-system-namespaces-controller ok\nlivez check passed\n"
        )
    );
    let told = server
        .get("/readyz?verbose&exclude=nothing&exclude=more&exclude=etcd")
        .await;
    let lines: Vec<&str> = told.text.lines().collect();
    assert_eq!(lines[2], "[+]etcd excluded: ok");
    assert_eq!(
        lines[lines.len() - 3..],
        [
            "[+]shutdown ok",
            "warn: some health checks cannot be excluded: no matches for \"more\",\"nothing\"",
            "readyz check passed"
        ]
    );
}

#[tokio::test]
async fn a_server_that_ends_is_alive_and_not_ready() {
    let server = Server::new();
    server.trigger.request();
    assert_eq!(server.get("/livez").await.text, "ok");
    assert_eq!(server.get("/readyz?exclude=shutdown").await.text, "ok");
    let ready = server.get("/readyz").await;
    assert_eq!(ready.code, 500);
    let end = "[-]shutdown failed: reason withheld\nreadyz check failed\n";
    assert!(ready.text.ends_with(end), "{}", ready.text);
    let shutdown = server.get("/readyz/shutdown").await;
    let expected = "internal server error: process is shutting down\n";
    assert_eq!((shutdown.code, &*shutdown.text), (500, expected));
}

#[tokio::test]
async fn the_paths_are_listed() {
    let server = Server::new();
    let index = server.get("/").await;
    assert!(
        index
            .text
            .starts_with("{\n  \"paths\": [\n    \"/.well-known/openid-configuration\",\n")
    );
    let json = index.json();
    let paths = json.get("paths").and_then(Value::as_array).unwrap();
    let paths: Vec<&str> = paths.iter().filter_map(Value::as_str).collect();
    assert!(paths.is_sorted());
    for path in [
        "/api/v1",
        "/apis/apps",
        "/apis/apps/v1",
        "/readyz/shutdown",
        "/openapi/v2",
    ] {
        assert!(paths.contains(&path), "{path}");
    }
    // Each leads somewhere, but for the one below which documents are.
    for path in paths {
        let expected = if path == "/openapi/v3/" { 404 } else { 200 };
        assert_eq!(server.get(path).await.code, expected, "{path}");
    }
    for path in ["/logs", "/logs/x", "/configz", "/swagger.json"] {
        assert_eq!(server.get(path).await.text, "404 page not found\n");
    }
}

#[tokio::test]
async fn requests_are_counted_by_what_they_were() {
    let server = Server::new();
    server.create("a").await;
    server.create("b").await;
    server.change("a", "x").await;
    server.get("/api/v1/configmaps").await;
    server.get(&format!("{CONFIG_MAPS}?limit=1")).await;
    server.get(&format!("{CONFIG_MAPS}/nothing")).await;
    server
        .call("DELETE", &format!("{CONFIG_MAPS}/a?dryRun=All"), "")
        .await;
    server.get("/api/v1/nonsense").await;
    server.get("/nonsense").await;
    server.get("/readyz").await;
    let metrics = server.get("/metrics").await;
    assert_eq!(
        metrics.headers["content-type"],
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let totals = metrics
        .text
        .lines()
        .filter(|line| line.starts_with("apiserver_request_total{"));
    let totals: Vec<&str> = totals
        .map(|line| &line["apiserver_request_total".len()..])
        .collect();
    // The labels are those of kube-apiserver 1.36.3.
    let of = |code: u16, scope: &str, verb: &str, dry: &str, count: u64| {
        format!(
            "{{code=\"{code}\",component=\"apiserver\",dry_run=\"{dry}\",group=\"\",\
             resource=\"configmaps\",scope=\"{scope}\",subresource=\"\",verb=\"{verb}\",\
             version=\"v1\"}} {count}"
        )
    };
    let mut expected = vec![
        of(200, "resource", "DELETE", "All", 1),
        of(404, "resource", "GET", "", 1),
        of(200, "cluster", "LIST", "", 1),
        of(200, "namespace", "LIST", "", 1),
        of(201, "resource", "POST", "", 2),
        of(200, "resource", "PUT", "", 1),
        concat!(
            r#"{code="200",component="",dry_run="",group="",resource="",scope="","#,
            r#"subresource="/readyz",verb="GET",version=""} 1"#
        )
        .to_owned(),
    ];
    expected.sort();
    let mut totals: Vec<String> = totals.into_iter().map(str::to_owned).collect();
    totals.sort();
    assert_eq!(totals, expected);
    let counted = server.api.metrics().requests();
    let posts = counted
        .iter()
        .find(|counted| counted.verb == "POST")
        .unwrap();
    assert_eq!(
        (posts.resource, posts.code, posts.count),
        ("configmaps", 201, 2)
    );
}

#[tokio::test]
async fn times_and_objects_and_watches_are_counted() {
    let server = Server::new();
    let line = |text: &str, start: &str| {
        let mut lines = text.lines();
        lines
            .find(|line| line.starts_with(start))
            .map(str::to_owned)
    };
    server.create("a").await;
    let mut watch = server
        .watch(&format!("{CONFIG_MAPS}?watch=true&resourceVersion=0"))
        .await;
    server.create("b").await;
    assert_eq!(watch.events(), ["ADDED a", "ADDED b"]);
    let metrics = server.get("/metrics").await.text;
    for (start, expected) in [
        (
            "apiserver_current_inflight_requests{request_kind=\"readOnly\"}",
            "1",
        ),
        (
            "apiserver_current_inflight_requests{request_kind=\"mutating\"}",
            "0",
        ),
        ("apiserver_storage_objects{resource=\"configmaps\"}", "2"),
        (
            "apiserver_storage_objects{resource=\"deployments.apps\"}",
            "0",
        ),
        (
            "apiserver_resource_objects{group=\"\",resource=\"configmaps\"}",
            "2",
        ),
        (
            "apiserver_watch_events_total{group=\"\",resource=\"configmaps\",version=\"v1\"}",
            "2",
        ),
        (
            "apiserver_longrunning_requests{component=\"apiserver\",group=\"\",resource=\"configmaps\",\
             scope=\"namespace\",subresource=\"\",verb=\"WATCH\",version=\"v1\"}",
            "1",
        ),
        ("process_start_time_seconds", "1767225600"),
    ] {
        let found = line(&metrics, start);
        assert_eq!(found, Some(format!("{start} {expected}")));
    }
    assert!(line(&metrics, "kubernetes_build_info{build_date=").is_some());
    assert!(!metrics.contains("verb=\"WATCH\",version=\"v1\",dry_run"));
    server.clock.advance(3 * SECOND);
    drop(watch);
    let metrics = server.get("/metrics").await.text;
    let labels = "component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"configmaps\",\
                  scope=\"namespace\",subresource=\"\",verb=\"WATCH\",version=\"v1\"";
    for (name, label, expected) in [
        ("apiserver_request_total", "code=\"200\",".to_owned(), "1"),
        ("apiserver_request_duration_seconds_sum", String::new(), "3"),
        (
            "apiserver_request_duration_seconds_count",
            String::new(),
            "1",
        ),
    ] {
        let start = format!("{name}{{{label}{labels}}}");
        assert_eq!(line(&metrics, &start), Some(format!("{start} {expected}")));
    }
    let bucket = |bound: &str, count: u64| {
        let start = format!("apiserver_request_duration_seconds_bucket{{{labels},le=\"{bound}\"}}");
        assert_eq!(line(&metrics, &start), Some(format!("{start} {count}")));
    };
    bucket("2", 0);
    bucket("3", 1);
    bucket("+Inf", 1);
    assert!(!metrics.contains("apiserver_longrunning_requests{"));
}
