//! Lists and gets.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::*;

#[tokio::test]
async fn items_do_not_say_what_they_are() {
    let server = Server::new();
    let empty = server.get(CONFIG_MAPS).await;
    assert_eq!(
        empty.text,
        r#"{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[]}"#
    );
    server.create("a").await;
    let list = server.get(CONFIG_MAPS).await;
    assert!(
        list.text.contains(r#""items":[{"metadata":{"name":"a","#),
        "{}",
        list.text
    );
    assert_eq!(list.revision(), 6);
}

#[tokio::test]
async fn a_list_is_of_one_namespace_or_of_all() {
    let server = Server::new();
    server.create("b").await;
    let system = "/api/v1/namespaces/kube-system/configmaps";
    server
        .call("POST", system, r#"{"metadata":{"name":"a"}}"#)
        .await;
    assert_eq!(server.get(CONFIG_MAPS).await.names(), ["b"]);
    assert_eq!(server.get("/api/v1/configmaps").await.names(), ["b", "a"]);
    assert_eq!(
        server
            .get("/api/v1/namespaces/nope/configmaps")
            .await
            .names(),
        [""; 0]
    );
    let uri = "/api/v1/configmaps?fieldSelector=metadata.namespace%3Dkube-system";
    assert_eq!(server.get(uri).await.names(), ["a"]);
}

#[tokio::test]
async fn selectors_choose() {
    let server = Server::new();
    server
        .create_labelled("a", r#"{"app":"web","tier":"front"}"#)
        .await;
    server.create_labelled("b", r#"{"app":"web"}"#).await;
    server.create_labelled("c", "{}").await;
    for (query, names) in [
        ("labelSelector=app%3Dweb", vec!["a", "b"]),
        ("labelSelector=app%3Dweb%2C!tier", vec!["b"]),
        ("labelSelector=app+notin+(web)", vec!["c"]),
        ("fieldSelector=metadata.name%3Db", vec!["b"]),
        (
            "fieldSelector=metadata.name!%3Db&labelSelector=app",
            vec!["a"],
        ),
        ("fieldSelector=metadata.name%3Dnope", vec![]),
    ] {
        let list = server.get(&format!("{CONFIG_MAPS}?{query}")).await;
        assert_eq!(list.names(), names, "{query}");
    }
    let pod = |name: &str, node: &str| {
        format!(
            r#"{{"metadata":{{"name":"{name}"}},"spec":{{"nodeName":"{node}","containers":[{{"name":"c"}}]}}}}"#
        )
    };
    server.call("POST", PODS, &pod("p1", "n1")).await;
    server.call("POST", PODS, &pod("p2", "n2")).await;
    for (selector, names) in [
        ("spec.nodeName%3Dn1", vec!["p1"]),
        ("spec.host%3Dn2", vec!["p2"]),
        ("status.phase%3DPending%2Cspec.nodeName!%3Dn1", vec!["p2"]),
        ("spec.hostNetwork%3Dfalse", vec!["p1", "p2"]),
    ] {
        let list = server
            .get(&format!("{PODS}?fieldSelector={selector}"))
            .await;
        assert_eq!(list.names(), names, "{selector}");
    }
}

#[tokio::test]
async fn pages_show_one_revision() {
    let server = Server::new();
    for name in ["a", "b", "c", "d", "e"] {
        server.create(name).await;
    }
    let first = server.get(&format!("{CONFIG_MAPS}?limit=2")).await;
    assert_eq!(first.names(), ["a", "b"]);
    let remaining = |answered: &Answered| {
        answered
            .json()
            .at(&["metadata", "remainingItemCount"])
            .and_then(Value::as_int)
    };
    assert_eq!(remaining(&first), Some(3));
    server.delete("c").await;
    server.create("aa").await;
    server.change("d", "new").await;
    let token = first.text_at(&["metadata", "continue"]);
    let second = server
        .get(&format!("{CONFIG_MAPS}?limit=2&continue={token}"))
        .await;
    assert_eq!(second.names(), ["c", "d"]);
    assert_eq!(
        (second.revision(), remaining(&second)),
        (first.revision(), Some(1))
    );
    assert!(!second.text.contains("new"));
    let token = second.text_at(&["metadata", "continue"]);
    let last = server
        .get(&format!("{CONFIG_MAPS}?limit=2&continue={token}"))
        .await;
    assert_eq!(last.names(), ["e"]);
    assert_eq!(
        (last.text_at(&["metadata", "continue"]), remaining(&last)),
        (String::new(), None)
    );
    let selected = server
        .get(&format!("{CONFIG_MAPS}?limit=1&labelSelector=!x"))
        .await;
    assert_eq!(
        remaining(&selected),
        None,
        "what a selector leaves is not counted"
    );
}

// claims: wire.list.expired-token
#[tokio::test]
async fn a_lost_revision_can_be_continued_inconsistently() {
    let server = Server::with_history(HistoryLimits::default().events(1));
    for name in ["a", "b", "c"] {
        server.create(name).await;
    }
    let first = server.get(&format!("{CONFIG_MAPS}?limit=1")).await;
    let token = first.text_at(&["metadata", "continue"]);
    server.delete("b").await;
    server.create("d").await;
    let expired = server
        .get(&format!("{CONFIG_MAPS}?limit=1&continue={token}"))
        .await;
    assert_eq!(
        (expired.code, &*expired.text_at(&["reason"])),
        (410, "Expired")
    );
    assert!(
        expired
            .message()
            .starts_with("The provided continue parameter is too old to display")
    );
    let token = expired.text_at(&["metadata", "continue"]);
    let decoded = URL_SAFE_NO_PAD.decode(&token).unwrap();
    assert_eq!(
        decoded,
        br#"{"v":"meta.k8s.io/v1","rv":-1,"start":"a\u0000"}"#
    );
    let rest = server
        .get(&format!("{CONFIG_MAPS}?limit=1&continue={token}"))
        .await;
    assert_eq!(rest.names(), ["c"]);
    assert!(rest.revision() > first.revision());
    let exact = format!("{CONFIG_MAPS}?resourceVersion=6&resourceVersionMatch=Exact");
    assert_eq!(
        server.get(&exact).await.failure(),
        (
            410,
            "Expired".to_owned(),
            "The resourceVersion for the provided list is too old.".to_owned()
        )
    );
}

#[tokio::test]
async fn revisions_are_read_as_they_are_meant() {
    let server = Server::new();
    let first = server.create("a").await;
    let second = server.create("b").await;
    for (query, names, revision) in [
        ("resourceVersion=0".to_owned(), vec!["a", "b"], second),
        (
            "resourceVersion=0&limit=1".to_owned(),
            vec!["a", "b"],
            second,
        ),
        (format!("resourceVersion={first}"), vec!["a", "b"], second),
        (
            format!("resourceVersion={first}&resourceVersionMatch=Exact"),
            vec!["a"],
            first,
        ),
        (
            format!("resourceVersion={first}&resourceVersionMatch=NotOlderThan"),
            vec!["a", "b"],
            second,
        ),
        (format!("resourceVersion={first}&limit=5"), vec!["a"], first),
    ] {
        let list = server.get(&format!("{CONFIG_MAPS}?{query}")).await;
        assert_eq!(list.names(), names, "{query}");
        assert_eq!(list.revision(), revision, "{query}");
    }
}

#[tokio::test]
async fn the_future_is_waited_for_but_not_for_long() {
    let server = Server::new();
    let revision = server.create("a").await;
    for uri in [
        format!("{CONFIG_MAPS}?resourceVersion={}", revision + 1),
        format!("{CONFIG_MAPS}/b?resourceVersion={}", revision + 2),
    ] {
        let mut waiting = Box::pin(server.get(&uri));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(waiting.as_mut().poll(&mut cx).is_pending());
        server
            .create(if uri.contains("/b?") { "b" } else { "x" })
            .await;
        assert_eq!(waiting.await.code, 200, "{uri}");
    }
    let uri = format!("{CONFIG_MAPS}?resourceVersion=99");
    let mut waiting = Box::pin(server.get(&uri));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(waiting.as_mut().poll(&mut cx).is_pending());
    server.clock.advance(3 * SECOND);
    let answered = waiting.await;
    assert_eq!(
        answered.text,
        r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Timeout: Too large resource version: 99, current: 8","reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1},"code":504}"#
    );
    assert_eq!(answered.headers["retry-after"], "1");
}

#[tokio::test]
async fn a_long_list_comes_in_pieces() {
    let server = Server::new();
    let body = |n: usize| {
        format!(
            r#"{{"metadata":{{"name":"c{n:04}"}},"data":{{"k":"{}"}}}}"#,
            "x".repeat(900)
        )
    };
    for n in 0..200 {
        server.call("POST", CONFIG_MAPS, &body(n)).await;
    }
    let request = Request::builder()
        .uri(CONFIG_MAPS)
        .body(Full::default())
        .unwrap();
    let mut response = server.respond(request).await.into_body();
    let mut pieces = Vec::new();
    while let Some(Ok(frame)) = response.frame().await {
        pieces.push(frame.into_data().unwrap());
    }
    assert!(pieces.len() > 2, "{}", pieces.len());
    let list = json::parse(&pieces.concat()).unwrap();
    assert_eq!(list.get("items").unwrap().as_array().unwrap().len(), 200);
}

#[tokio::test]
async fn metadata_can_be_had_alone() {
    let server = Server::new();
    server.create_labelled("a", r#"{"x":"y"}"#).await;
    let meta = "application/json;g=meta.k8s.io;v=v1;as=";
    let one = server
        .get_as(
            &format!("{CONFIG_MAPS}/a"),
            &format!("{meta}PartialObjectMetadata"),
        )
        .await;
    assert!(
        one.text.starts_with(
            r#"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a","#
        ),
        "{}",
        one.text
    );
    let list = server
        .get_as(CONFIG_MAPS, &format!("{meta}PartialObjectMetadataList"))
        .await;
    assert!(
        list.text.starts_with(
            r#"{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"6"},"items":[{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a","#
        ),
        "{}",
        list.text
    );
    let wrong = server
        .get_as(CONFIG_MAPS, &format!("{meta}PartialObjectMetadata"))
        .await;
    assert_eq!(
        wrong.failure(),
        (
            406,
            "NotAcceptable".to_owned(),
            "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)".to_owned()
        )
    );
}
