//! Proxies in front of the server.

use http::Version;
use pintle_config::Proxies;

use crate::ask::{get, transport, who_am_i};
use crate::loopback_proxy::{LoopbackProxy, Manner};
use crate::{Case, Cluster};

pub(crate) const CASES: &[Case] = &[
    ("http_proxy_leads_to_the_server", |cluster| {
        Box::pin(through(cluster, "http", None))
    }),
    (
        "http_proxy_with_credentials_leads_to_the_server",
        |cluster| Box::pin(through(cluster, "http", Some(CREDENTIALS))),
    ),
    ("socks5_proxy_leads_to_the_server", |cluster| {
        Box::pin(through(cluster, "socks5", None))
    }),
    (
        "socks5_proxy_with_credentials_leads_to_the_server",
        |cluster| Box::pin(through(cluster, "socks5", Some(CREDENTIALS))),
    ),
];

const CREDENTIALS: &str = "robot:sesame";

async fn through(cluster: Cluster, scheme: &'static str, credentials: Option<&'static str>) {
    let mut proxy = LoopbackProxy::start(Manner {
        socks: scheme == "socks5",
        credentials,
        ..Manner::default()
    })
    .await;
    let mut config = cluster.config;
    let user = credentials.map(|it| format!("{it}@")).unwrap_or_default();
    let url = format!("{scheme}://{user}{}", proxy.address);
    config.proxies = Proxies::always(url.parse().unwrap());
    let transport = transport(&config);

    assert_eq!(who_am_i(&transport).await, "admin");
    let mut watch = get(&transport, "/api/v1/namespaces?watch=true").await;
    let event = watch.body_mut().chunk().await.unwrap().unwrap();

    assert!(event.starts_with(b"{\"type\":\"ADDED\""), "{event:?}");
    assert_eq!(watch.version(), Version::HTTP_2);
    // One tunnel serves them both.
    assert_eq!(proxy.asked(), [config.server.authority().to_string()]);
}
