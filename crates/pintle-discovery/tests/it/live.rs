//! Asking the server itself.

use pintle_discovery::{Discovery as _, ErrorKind};
use pintle_meta::GroupVersion;

use crate::{CORE, NAMED, Server, V2, V2BETA1, aggregated, failed, legacy, names};

// claims: discovery.aggregated, discovery.stale
#[tokio::test]
async fn two_requests_are_enough_for_all_groups_and_resources() {
    let server = aggregated();
    let served = server.discovery().all().await.unwrap();
    let expected = [
        "nodes v1",
        "pods v1",
        "pods/eviction v1",
        "deployments apps/v1",
        "deployments/scale apps/v1",
        "widgets example.com/v2",
        "widgets example.com/v1",
        "gadgets example.com/v1",
        // Its parent says no kind, and is not there.
        "parents/status example.com/v1",
        "widgets other.example.com/v1",
    ];
    assert_eq!(names(&served), expected);
    assert_eq!(failed(&served), ["example.com/v0"]);
    let stale = served.failed().values().next().unwrap();
    assert_eq!(stale.kind(), ErrorKind::Stale);
    // Once, and once more for what failed.
    assert_eq!(server.asked(), ["/api", "/apis", "/api", "/apis"]);

    let groups: Vec<_> = served.groups().iter().map(|it| it.name.as_str()).collect();
    assert_eq!(groups, ["", "apps", "example.com", "other.example.com"]);
    let example = &served.groups()[2];
    assert_eq!(example.versions.len(), 2);
    assert_eq!(example.preferred_version.group_version, "example.com/v2");
    let (_, deployments) = served.resources().nth(3).unwrap();
    assert_eq!(deployments.kind, "Deployment");
    assert!(deployments.namespaced);
    let eviction = served.resources().nth(2).unwrap().1;
    assert_eq!(
        (eviction.group.as_str(), eviction.kind.as_str()),
        ("policy", "Eviction")
    );
}

// claims: discovery.accept
#[tokio::test]
async fn newer_forms_are_asked_for_first() {
    let server = aggregated();
    server.discovery().groups().await.unwrap();
    let accepts = |server: &Server| {
        let state = server.0.lock().unwrap();
        let accept = |it: &http::Request<()>| it.headers()["accept"].to_str().unwrap().to_owned();
        state.asked.iter().map(accept).collect::<Vec<_>>()
    };
    let all = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
               application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,\
               application/json";
    assert_eq!(accepts(&server), [all, all]);
    server.asked();
    server.discovery().without_peers().groups().await.unwrap();
    let nopeer =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;profile=nopeer,";
    assert!(
        accepts(&server)
            .iter()
            .all(|it| *it == format!("{nopeer}{all}"))
    );
    server.asked();
    server.discovery().legacy().groups().await.unwrap();
    assert_eq!(accepts(&server)[0], "application/json");
    let state = server.0.lock().unwrap();
    assert_eq!(state.asked[0].uri().query(), Some("timeout=32s"));
}

// claims: discovery.aggregated
#[tokio::test]
async fn the_beta_form_is_understood() {
    let server = Server::default();
    server
        .serve("/api", V2BETA1, CORE)
        .serve("/apis", V2BETA1, NAMED);
    let beta = server.discovery().all().await.unwrap();
    assert_eq!(
        names(&beta),
        names(&aggregated().discovery().all().await.unwrap())
    );
}

// claims: discovery.legacy, discovery.partial
#[tokio::test]
async fn an_old_server_is_asked_for_each_group_version_and_failures_are_said_beside_the_rest() {
    let server = legacy();
    let served = server.discovery().all().await.unwrap();
    let expected = [
        "pods v1",
        "deployments apps/v1",
        "deployments apps/v1beta1",
        "oldsets apps/v1beta1",
    ];
    assert_eq!(names(&served), expected);
    assert_eq!(failed(&served), ["metrics.k8s.io/v1"]);
    let mut asked = server.asked();
    assert_eq!(asked.len(), 12, "once, and once more for what failed");
    assert_eq!(&asked[..2], ["/api", "/apis"]);
    asked.truncate(6);
    assert_eq!(asked[5], "/apis/metrics.k8s.io/v1");

    let error = served.complete().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert!(error.to_string().contains("metrics.k8s.io/v1: "), "{error}");
    assert_eq!(names(error.discovered().unwrap()), expected);
}

// claims: discovery.legacy
#[tokio::test]
async fn group_versions_are_asked_for_at_the_same_time() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Barrier;

    let server = legacy();
    let (waiting, together) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(4)));
    let inner = server.transport_service();
    let service = tower::service_fn(move |request: http::Request<pintle_transport::Body>| {
        let (waiting, together, inner) = (waiting.clone(), together.clone(), inner.clone());
        async move {
            if !["/api", "/apis"].contains(&request.uri().path()) {
                waiting.fetch_add(1, Ordering::SeqCst);
                // Nobody is answered before all four have asked.
                together.wait().await;
            }
            tower::ServiceExt::oneshot(inner, request).await
        }
    });
    let transport = pintle_transport::Transport::from_service(service);
    let client = pintle_client::Client::from_transport(transport, "default");
    let discovery = pintle_discovery::DiscoveryClient::new(&client);
    let limit = std::time::Duration::from_secs(10);
    let served = tokio::time::timeout(limit, discovery.all())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(served.lists().len(), 3);
}

// claims: discovery.mixed
#[tokio::test]
async fn resources_count_only_if_both_documents_have_them() {
    let server = legacy();
    server.serve("/apis", V2, NAMED);
    server.json(
        "/apis/example.com/v2",
        r#"{"kind":"APIResourceList","groupVersion":"example.com/v2","resources":[]}"#,
    );
    let groups = server.discovery().groups().await.unwrap();
    assert!(groups.resources.is_none());
    assert_eq!(groups.groups.len(), 4);
    let served = server.discovery().all().await.unwrap();
    assert!(names(&served).contains(&"deployments apps/v1".to_owned()));
    assert!(failed(&served).contains(&"other.example.com/v1".to_owned()));
}

// claims: discovery.no-core
#[tokio::test]
async fn a_server_need_not_have_a_core_group() {
    let server = aggregated();
    server.fail("/api", 404);
    let served = server.discovery().all().await.unwrap();
    assert_eq!(served.groups().len(), 3);
    assert_eq!(names(&served)[0], "deployments apps/v1");
    server.fail("/api", 403);
    assert!(
        server
            .discovery()
            .all()
            .await
            .unwrap_err()
            .as_client()
            .unwrap()
            .is_forbidden()
    );
    // Nor to have anything in it.
    let list = server.discovery();
    server.fail("/api/v1", 404).fail("/apis/apps/v9", 404);
    let core = list.resources(&GroupVersion::core("v1")).await.unwrap();
    assert_eq!(
        (core.group_version.as_str(), core.resources.len()),
        ("v1", 0)
    );
    let missing = list.resources(&GroupVersion::new("apps", "v9")).await;
    assert!(missing.unwrap_err().as_client().unwrap().is_not_found());
}

// claims: discovery.preferred
#[tokio::test]
async fn each_resource_is_preferred_in_one_version() {
    let served = aggregated().discovery().preferred().await.unwrap();
    let expected = [
        "nodes v1",
        "pods v1",
        "deployments apps/v1",
        "widgets example.com/v2",
        "gadgets example.com/v1",
        "widgets other.example.com/v1",
    ];
    assert_eq!(names(&served), expected);
    assert_eq!(failed(&served), ["example.com/v0"]);
    let namespaced = served.namespaced();
    let expected = ["pods v1", "deployments apps/v1", "widgets example.com/v2"];
    assert_eq!(names(&namespaced), expected);
    assert_eq!(
        namespaced.lists().len(),
        3,
        "group versions without any are gone"
    );
    assert_eq!(names(&served.with_verbs(&["list", "watch"])), ["pods v1"]);
    let old = legacy().discovery().preferred().await.unwrap();
    let expected = ["pods v1", "deployments apps/v1", "oldsets apps/v1beta1"];
    assert_eq!(names(&old), expected);
}

// claims: discovery.version
#[tokio::test]
async fn the_version_is_the_servers() {
    let version = aggregated().discovery().version().await.unwrap();
    assert_eq!(version.to_string(), "v1.36.3");
    assert_eq!(
        (version.major.as_str(), version.minor.as_str()),
        ("1", "36")
    );
    let server = Server::default();
    server.json("/version", "<html>");
    let error = server.discovery().version().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidAnswer);
}

#[tokio::test]
async fn what_cannot_be_read_is_no_group() {
    let server = aggregated();
    server.serve("/apis", V2, "{\"items\":[");
    let error = server.discovery().all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidAnswer);
    server.json("/apis", r#"{"kind":"Status","apiVersion":"v1"}"#);
    let error = server.discovery().all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidAnswer);
}
