//! Spans and metrics.

use std::sync::Arc;

use pintle_env::OpenMetrics;
use tracing::Level;

use crate::log::Log;
use crate::script::{Answer, Script, config, get, post};

#[tokio::test(start_paused = true)]
async fn a_request_has_a_span_with_opentelemetrys_names() {
    let log = Log::begin();
    let script = Script::new()
        .answer(503, &[("retry-after", "1")], "")
        .answer(404, &[], "");
    let transport = script.transport(&config());
    transport
        .send(get("/api/v1/pods?hidden=yes"))
        .await
        .unwrap();

    let text = log.text();
    for field in [
        "otel.kind=\"client\"",
        "http.request.method=\"GET\"",
        "server.address=\"cluster.example\"",
        "server.port=8001",
        "url.full=http://cluster.example:8001/api/v1/pods",
        "http.request.resend_count=1",
        "http.response.status_code=404",
        "error.type=\"404\"",
    ] {
        assert!(text.contains(field), "{field} in {text}");
    }
    assert!(!text.contains("hidden"), "{text}");
    assert_eq!(log.count(Level::DEBUG, "span request"), 1, "{text}");

    let script = Script::new().then(|| Answer::Resets);
    let transport = script.transport(&config());
    transport.send(post("/a", "x")).await.unwrap_err();
    assert!(log.text().contains("error.type=Foreign"), "{}", log.text());
}

// claims: rest.metrics.size, rest.metrics.result, rest.metrics.registration
#[tokio::test(start_paused = true)]
async fn requests_are_measured_by_the_recorder_of_their_configuration() {
    let exporter = OpenMetrics::new();
    let config = config()
        .rate_limit(1.0, 1)
        .recorder(Arc::new(exporter.clone()));
    let script = Script::new()
        .answer(429, &[("retry-after", "3")], "")
        .answer(201, &[], "created");
    let transport = script.transport(&config);
    let mut response = transport.send(post("/a", "four")).await.unwrap();
    response.body_mut().read_all(100).await.unwrap();
    drop(response);
    let watch = transport.send(get("/a?watch=true")).await.unwrap();
    drop(watch);

    let text = exporter.to_string();
    let host = "host=\"cluster.example:8001\"";
    for line in [
        format!("rest_client_requests_total{{code=\"429\",method=\"POST\",{host}}} 1"),
        format!("rest_client_requests_total{{code=\"201\",method=\"POST\",{host}}} 1"),
        format!("rest_client_requests_total{{code=\"201\",method=\"GET\",{host}}} 1"),
        format!("rest_client_request_retries_total{{code=\"201\",verb=\"POST\",{host}}} 1"),
        format!("rest_client_request_size_bytes_sum{{verb=\"POST\",{host}}} 8"),
        format!("rest_client_response_size_bytes_sum{{verb=\"POST\",{host}}} 7"),
        format!("rest_client_request_duration_seconds_sum{{verb=\"POST\",{host}}} 3"),
        format!("rest_client_rate_limiter_duration_seconds_count{{verb=\"POST\",{host}}} 2"),
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    assert!(!text.contains(&format!("duration_seconds_sum{{verb=\"GET\",{host}}}")));
}

// claims: rest.metrics.registration
#[tokio::test(start_paused = true)]
async fn two_clients_have_two_recorders() {
    let (one, other) = (OpenMetrics::new(), OpenMetrics::new());
    let script = Script::new().then(|| Answer::Resets);
    let first = script.transport(&config().recorder(Arc::new(one.clone())));
    let _second = script.transport(&config().recorder(Arc::new(other.clone())));
    first.send(post("/a", "x")).await.unwrap_err();
    assert!(one.to_string().contains("code=\"<error>\""), "{one}");
    assert_eq!(other.to_string(), "# EOF\n");
}
