//! HTTP of both versions.

use http::Version;

use crate::ask::{get, transport, who_am_i};
use crate::{Case, Cluster};

pub(crate) const CASES: &[Case] = &[
    ("http2_is_negotiated", |cluster| Box::pin(http2(cluster))),
    ("http11_is_spoken_where_http2_is_off", |cluster| {
        Box::pin(http11(cluster))
    }),
    (
        "more_watches_than_a_connection_takes_are_served",
        |cluster| Box::pin(many_watches(cluster)),
    ),
];

async fn http2(cluster: Cluster) {
    let transport = transport(&cluster.config);
    assert_eq!(get(&transport, "/version").await.version(), Version::HTTP_2);
}

async fn http11(cluster: Cluster) {
    let mut config = cluster.config;
    config.http2.enabled = false;
    let transport = transport(&config);
    assert_eq!(
        get(&transport, "/version").await.version(),
        Version::HTTP_11
    );
    assert_eq!(who_am_i(&transport).await, "admin");
}

/// kube-apiserver takes 250 requests at once on a connection. What waits for a place waits for ever.
async fn many_watches(cluster: Cluster) {
    let transport = transport(&cluster.config);
    let mut watches = Vec::new();
    for _ in 0..300 {
        let mut watch = get(&transport, "/api/v1/namespaces?watch=true").await;
        assert_eq!(watch.version(), Version::HTTP_2);
        let event = watch.body_mut().chunk().await.unwrap().unwrap();
        assert!(event.starts_with(b"{\"type\":\"ADDED\""), "{event:?}");
        watches.push(watch);
    }
    assert_eq!(who_am_i(&transport).await, "admin");
}
