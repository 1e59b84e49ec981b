//! Events stay for a while.

use super::*;
use crate::controllers;

const EVENTS: &str = "/api/v1/namespaces/default/events";

#[tokio::test]
async fn an_event_is_gone_an_hour_after_it_was_last_written() {
    let server = Server::new();
    let mut controller = Box::pin(controllers::expire_events(
        server.registry.clone(),
        Duration::from_secs(60 * 60),
        Arc::new(server.clock.clone()),
        Arc::new(server.clock.clone()),
        server.shutdown.clone(),
    ));
    let mut settle = || {
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            assert!(controller.as_mut().poll(&mut cx).is_pending());
        }
    };
    let event = |name: &str, count: u32| {
        format!(
            r#"{{"metadata":{{"name":"{name}","namespace":"default"}},"involvedObject":{{"namespace":"default"}},"count":{count}}}"#
        )
    };
    for name in ["once", "twice"] {
        let created = server.call("POST", EVENTS, &event(name, 1)).await;
        assert_eq!(created.code, 201, "{created:?}");
    }
    settle();
    server.clock.advance(Duration::from_secs(40 * 60));
    let uri = format!("{EVENTS}/twice");
    assert_eq!(server.call("PUT", &uri, &event("twice", 2)).await.code, 200);
    settle();
    server.clock.advance(Duration::from_secs(20 * 60 - 1));
    settle();
    assert_eq!(server.get(EVENTS).await.names(), ["once", "twice"]);
    let before = server.get(EVENTS).await.revision();
    server.clock.advance(Duration::from_secs(1));
    settle();
    assert_eq!(server.get(EVENTS).await.names(), ["twice"]);
    let mut watch = server
        .watch(&format!("{EVENTS}?watch=1&resourceVersion={before}"))
        .await;
    assert_eq!(watch.events(), ["DELETED once"]);
    server.clock.advance(Duration::from_secs(40 * 60));
    settle();
    assert_eq!(server.get(EVENTS).await.names(), [""; 0]);
}
