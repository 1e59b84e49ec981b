//! Connections that leave HTTP.

use http::{Request, StatusCode};
use pintle_config::Proxies;
use pintle_transport::{Body, Transport, Upgrade};
use tokio::io::AsyncReadExt as _;

use crate::ask::{json, transport};
use crate::loopback_proxy::{LoopbackProxy, Manner};
use crate::{Case, Cluster};

pub(crate) const CASES: &[Case] = &[
    ("watch_comes_over_a_websocket", |cluster| {
        Box::pin(watch(transport(&cluster.config)))
    }),
    ("websocket_goes_through_a_proxy", |cluster| {
        Box::pin(through_a_proxy(cluster))
    }),
    (
        "command_without_a_pod_is_refused_with_a_reason",
        |cluster| Box::pin(no_pod(cluster)),
    ),
];

async fn watch(transport: Transport) {
    // kube-apiserver asks for an origin here, as for a browser, and takes any.
    let request = Request::get("/api/v1/namespaces?watch=true").header("origin", "http://here");
    let request = request.body(Body::empty()).unwrap();
    let opened = transport.websocket(request, &[]).await.unwrap();
    let Upgrade::Switched(response) = opened else {
        panic!("{opened:?}");
    };
    let mut stream = response.into_body();

    // A frame: text in one piece, its length, and an event.
    assert_eq!(stream.read_u8().await.unwrap(), 0x81);
    let length = match stream.read_u8().await.unwrap() {
        126 => stream.read_u16().await.unwrap(),
        length => u16::from(length),
    };
    let mut event = vec![0; usize::from(length)];
    stream.read_exact(&mut event).await.unwrap();
    let event: serde_json::Value = serde_json::from_slice(&event).unwrap();
    assert_eq!(event["type"], "ADDED");
    assert_eq!(event["object"]["kind"], "Namespace");
}

async fn through_a_proxy(cluster: Cluster) {
    let mut proxy = LoopbackProxy::start(Manner::default()).await;
    let mut config = cluster.config;
    let url = format!("http://{}", proxy.address);
    config.proxies = Proxies::always(url.parse().unwrap());
    watch(transport(&config)).await;
    assert_eq!(proxy.asked(), [config.server.authority().to_string()]);
}

async fn no_pod(cluster: Cluster) {
    let transport = transport(&cluster.config);
    let uri = "/api/v1/namespaces/default/pods/nobody/exec?command=date&stdout=true";
    for upgrade in ["websocket", "SPDY/3.1"] {
        let request = Request::post(uri)
            .header("upgrade", upgrade)
            .header("x-stream-protocol-version", "v4.channel.k8s.io");
        let request = request.body(Body::empty()).unwrap();
        let Upgrade::Refused(response) = transport.upgrade(request).await.unwrap() else {
            panic!("switched");
        };
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(json(response).await["reason"], "NotFound");
    }
}
