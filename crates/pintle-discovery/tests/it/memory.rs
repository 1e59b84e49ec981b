//! The cache in memory.

use std::sync::Arc;

use pintle_discovery::{Discovery as _, ErrorKind, MemoryCache};
use pintle_meta::GroupVersion;

use crate::{Server, aggregated, failed, legacy, names};

fn cache(server: &Server) -> Arc<MemoryCache> {
    Arc::new(MemoryCache::new(server.discovery()))
}

// claims: discovery.memory.lazy
#[tokio::test]
async fn the_server_is_asked_once_however_many_want_to_know() {
    let server = aggregated();
    let cache = cache(&server);
    assert_eq!(server.asked(), [""; 0]);
    assert!(!cache.is_fresh());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let cache = cache.clone();
        tasks.spawn(async move { names(&cache.all().await.unwrap()).len() });
    }
    assert_eq!(tasks.join_all().await, [10; 20]);
    assert_eq!(server.asked(), ["/api", "/apis"]);
    assert!(cache.is_fresh());
    let core = cache.resources(&GroupVersion::core("v1")).await.unwrap();
    assert_eq!(core.resources.len(), 3);
    assert_eq!(failed(&cache.all().await.unwrap()), ["example.com/v0"]);
    assert_eq!(server.asked(), [""; 0]);
}

// claims: discovery.memory.unknown
#[tokio::test]
async fn what_was_not_there_is_looked_for_again_when_all_is_forgotten() {
    let server = legacy();
    let cache = cache(&server);
    let new = GroupVersion::new("apps", "v2");
    let error = cache.resources(&new).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unknown);
    server.json(
        "/apis",
        r#"{"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"apps","versions":[{"groupVersion":"apps/v2","version":"v2"}]}]}"#,
    );
    server.json("/apis/apps/v2", r#"{"kind":"APIResourceList","groupVersion":"apps/v2","resources":[{"name":"things","kind":"Thing"}]}"#);
    assert!(cache.resources(&new).await.is_err());
    cache.invalidate();
    assert!(!cache.is_fresh());
    assert_eq!(cache.resources(&new).await.unwrap().resources.len(), 1);
}

// claims: discovery.memory.transient
#[tokio::test]
async fn a_failure_that_passes_is_asked_about_again() {
    let server = legacy();
    server.fail("/apis/apps/v1", 403);
    let cache = cache(&server);
    let served = cache.all().await.unwrap();
    assert_eq!(failed(&served), ["apps/v1", "metrics.k8s.io/v1"]);
    server.asked();
    // Forbidden stays so until all is forgotten; a server that was down is asked again.
    let (apps, metrics) = (
        GroupVersion::new("apps", "v1"),
        GroupVersion::new("metrics.k8s.io", "v1"),
    );
    assert!(cache.resources(&apps).await.is_err());
    assert_eq!(server.asked(), [""; 0]);
    assert!(cache.resources(&metrics).await.is_err());
    server.json("/apis/metrics.k8s.io/v1", r#"{"kind":"APIResourceList","groupVersion":"metrics.k8s.io/v1","resources":[{"name":"pods","kind":"PodMetrics"}]}"#);
    assert_eq!(cache.resources(&metrics).await.unwrap().resources.len(), 1);
    assert_eq!(cache.resources(&metrics).await.unwrap().resources.len(), 1);
    assert_eq!(server.asked(), ["/apis/metrics.k8s.io/v1"; 2]);
}

// claims: discovery.memory.empty
#[tokio::test]
async fn a_group_version_without_resources_has_failed() {
    let server = legacy();
    let empty = r#"{"kind":"APIResourceList","groupVersion":"metrics.k8s.io/v1","resources":[]}"#;
    server.json("/apis/metrics.k8s.io/v1", empty);
    let served = cache(&server).all().await.unwrap();
    let error = served.failed().values().next().unwrap();
    assert_eq!(error.kind(), ErrorKind::Empty);
}

#[tokio::test]
async fn a_server_that_fails_is_asked_by_the_next_one() {
    let server = aggregated();
    server.fail("/api", 500);
    let cache = cache(&server);
    assert!(cache.all().await.is_err());
    assert!(!cache.is_fresh());
    server.json("/api", r#"{"kind":"APIVersions","versions":[]}"#);
    server.json("/apis", r#"{"kind":"APIGroupList","groups":[]}"#);
    assert!(cache.all().await.is_ok());
    server
        .serve("/api", crate::V2, crate::CORE)
        .serve("/apis", crate::V2, crate::NAMED);
    cache.invalidate();
    assert_eq!(names(&cache.all().await.unwrap()).len(), 10);
}

/// A question during which all is forgotten is answered with what is true afterwards.
#[tokio::test]
async fn what_is_being_answered_while_all_is_forgotten_is_not_kept() {
    use std::sync::Mutex;
    let server = aggregated();
    let inner = server.transport_service();
    let cache: Arc<Mutex<Option<Arc<MemoryCache>>>> = Arc::default();
    let forget = cache.clone();
    let service = tower::service_fn(move |request: http::Request<pintle_transport::Body>| {
        if request.uri().path() == "/apis"
            && let Some(cache) = forget.lock().unwrap().take()
        {
            cache.invalidate();
        }
        tower::ServiceExt::oneshot(inner.clone(), request)
    });
    let transport = pintle_transport::Transport::from_service(service);
    let client = pintle_client::Client::from_transport(transport, "default");
    let live = pintle_discovery::DiscoveryClient::new(&client);
    let it = Arc::new(MemoryCache::new(live));
    *cache.lock().unwrap() = Some(it.clone());
    it.groups().await.unwrap();
    assert_eq!(server.asked(), ["/api", "/apis", "/api", "/apis"]);
}
