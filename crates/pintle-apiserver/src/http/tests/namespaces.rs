//! Namespaces: born complete, kept while they have content, then gone.

use super::*;
use crate::controllers;

const NAMESPACES: &str = "/api/v1/namespaces";

impl Server {
    /// Lets the namespace controller do all that it can do now.
    fn settle(&self) {
        let mut controller = Box::pin(controllers::empty_namespaces(
            self.registry.clone(),
            Arc::new(self.clock.clone()),
            Arc::new(self.clock.clone()),
            self.shutdown.clone(),
        ));
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..10 {
            assert!(controller.as_mut().poll(&mut cx).is_pending());
        }
    }
}

#[tokio::test]
async fn a_new_namespace_is_active_and_named() {
    let server = Server::new();
    assert_eq!(
        server.get(NAMESPACES).await.names(),
        ["default", "kube-node-lease", "kube-public", "kube-system"]
    );
    let created = server
        .call("POST", NAMESPACES, r#"{"metadata":{"name":"ns1"}}"#)
        .await;
    let uid = created.text_at(&["metadata", "uid"]);
    assert_eq!(
        created.text,
        format!(
            r#"{{"kind":"Namespace","apiVersion":"v1","metadata":{{"name":"ns1","uid":"{uid}","resourceVersion":"6","creationTimestamp":"2026-01-01T00:00:00Z","labels":{{"kubernetes.io/metadata.name":"ns1"}}}},"spec":{{"finalizers":["kubernetes"]}},"status":{{"phase":"Active"}}}}"#
        )
    );
    let refused = server
        .call("POST", NAMESPACES, r#"{"metadata":{"name":"ns.1"}}"#)
        .await;
    assert_eq!(
        refused.message(),
        r#"Namespace "ns.1" is invalid: metadata.name: Invalid value: "ns.1": must not contain dots"#
    );
    let body = r#"{"metadata":{"name":"ns1"},"spec":{"finalizers":[]}}"#;
    let updated = server.call("PUT", &format!("{NAMESPACES}/ns1"), body).await;
    assert_eq!(
        updated.text, created.text,
        "finalizers and label are not an update's to take"
    );
}

#[tokio::test]
async fn some_namespaces_are_immortal() {
    let server = Server::new();
    for name in ["default", "kube-system", "kube-public"] {
        let refused = server
            .call("DELETE", &format!("{NAMESPACES}/{name}"), "")
            .await;
        assert_eq!(
            refused.text,
            format!(
                r#"{{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure","message":"namespaces \"{name}\" is forbidden: this namespace may not be deleted","reason":"Forbidden","details":{{"name":"{name}","kind":"namespaces"}},"code":403}}"#
            )
        );
    }
}

#[tokio::test]
async fn a_deleted_namespace_takes_nothing_new_and_goes_when_it_is_empty() {
    let server = Server::new();
    server
        .call("POST", NAMESPACES, r#"{"metadata":{"name":"ns1"}}"#)
        .await;
    let uri = format!("{NAMESPACES}/ns1");
    let kept = r#"{"metadata":{"name":"kept","finalizers":["a/b"]}}"#;
    server
        .call("POST", &format!("{uri}/configmaps"), kept)
        .await;
    server
        .call(
            "POST",
            &format!("{uri}/pods"),
            r#"{"metadata":{"name":"p"}}"#,
        )
        .await;
    let deleted = server.call("DELETE", &uri, "").await;
    assert_eq!(deleted.text_at(&["status", "phase"]), "Terminating");
    let again = server.call("DELETE", &uri, "").await;
    assert_eq!(again.text, deleted.text);
    let refused = server
        .call(
            "POST",
            &format!("{uri}/configmaps"),
            r#"{"metadata":{"name":"c1"}}"#,
        )
        .await;
    assert_eq!(
        refused.text,
        r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps \"c1\" is forbidden: unable to create new content in namespace ns1 because it is being terminated","reason":"Forbidden","details":{"name":"c1","kind":"configmaps","causes":[{"reason":"NamespaceTerminating","message":"namespace ns1 is being terminated","field":"metadata.namespace"}]},"code":403}"#
    );
    server.settle();
    assert_eq!(server.get(&format!("{uri}/pods")).await.names(), [""; 0]);
    assert_eq!(server.get(&uri).await.code, 200, "its content keeps it");
    let freed = r#"{"metadata":{"name":"kept"}}"#;
    server
        .call("PUT", &format!("{uri}/configmaps/kept"), freed)
        .await;
    server.settle();
    assert_eq!(server.get(&uri).await.code, 404);
}

#[tokio::test]
async fn a_namespace_can_be_finalized_by_hand() {
    let server = Server::new();
    let body = r#"{"metadata":{"name":"ns1"},"spec":{"finalizers":["a/b"]}}"#;
    server.call("POST", NAMESPACES, body).await;
    let uri = format!("{NAMESPACES}/ns1");
    server.call("DELETE", &uri, "").await;
    server.settle();
    let waiting = server.get(&uri).await;
    let json = waiting.json();
    let finalizers = json
        .at(&["spec", "finalizers"])
        .and_then(Value::as_array)
        .unwrap();
    assert_eq!(
        finalizers,
        [Value::from("a/b")],
        "the server removes its own only"
    );
    let body = r#"{"metadata":{"name":"ns1"},"spec":{"finalizers":[]}}"#;
    let finalized = server.call("PUT", &format!("{uri}/finalize"), body).await;
    assert_eq!(finalized.code, 200);
    assert_eq!(server.get(&uri).await.code, 404);
}

#[tokio::test]
async fn only_what_keeps_a_namespace_wakes_its_controller() {
    let server = Server::new();
    let body = r#"{"metadata":{"name":"ns1"}}"#;
    server.call("POST", NAMESPACES, body).await;
    let uri = format!("{NAMESPACES}/ns1");
    let kept = r#"{"metadata":{"name":"kept","finalizers":["a/b"]}}"#;
    let config_maps = format!("{uri}/configmaps");
    server.call("POST", &config_maps, kept).await;
    server.call("DELETE", &uri, "").await;
    let mut controller = Box::pin(controllers::empty_namespaces(
        server.registry.clone(),
        Arc::new(server.clock.clone()),
        Arc::new(server.clock.clone()),
        server.shutdown.clone(),
    ));
    let wakes = Arc::new(Wakes::default());
    let waker = wakes.clone().into();
    let mut cx = Context::from_waker(&waker);
    let mut settle = || {
        let mut woken = 1;
        while woken > 0 {
            assert!(controller.as_mut().poll(&mut cx).is_pending());
            woken = wakes.0.swap(0, Ordering::Relaxed);
        }
    };
    settle();
    let pod = r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}"#;
    assert_eq!(server.call("POST", PODS, pod).await.code, 201);
    assert_eq!(wakes.0.load(Ordering::Relaxed), 0, "no pod keeps it");
    let freed = r#"{"metadata":{"name":"kept"}}"#;
    let kept = format!("{config_maps}/kept");
    assert_eq!(server.call("PUT", &kept, freed).await.code, 200);
    assert!(
        wakes.0.load(Ordering::Relaxed) > 0,
        "the last object is gone"
    );
    settle();
    assert_eq!(server.get(&uri).await.code, 404);
}
