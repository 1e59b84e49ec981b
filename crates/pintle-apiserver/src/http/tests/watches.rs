//! Watches.

use pintle_env::Clock as _;

use super::*;

#[tokio::test]
async fn without_a_revision_a_watch_begins_with_what_there_is() {
    let server = Server::new();
    server.create("a").await;
    server.create("b").await;
    for query in ["watch=true", "watch=1&resourceVersion=0"] {
        let mut watch = server.watch(&format!("{CONFIG_MAPS}?{query}")).await;
        assert_eq!(watch.events(), ["ADDED a", "ADDED b"], "{query}");
    }
    let mut watch = server
        .watch("/api/v1/watch/namespaces/default/configmaps")
        .await;
    assert_eq!(watch.events(), ["ADDED a", "ADDED b"]);
    server.change("a", "x").await;
    server.delete("b").await;
    server.create("c").await;
    assert_eq!(watch.events(), ["MODIFIED a", "DELETED b", "ADDED c"]);
    assert_eq!(watch.events(), [""; 0]);
}

#[tokio::test]
async fn from_a_revision_a_watch_sees_what_came_after_it() {
    let server = Server::new();
    let first = server.create("a").await;
    server.create("b").await;
    let last = server.change("a", "x").await;
    let mut watch = server
        .watch(&format!("{CONFIG_MAPS}?watch=1&resourceVersion={first}"))
        .await;
    assert_eq!(watch.events(), ["ADDED b", "MODIFIED a"]);
    let future = last + 2;
    let mut watch = server
        .watch(&format!("{CONFIG_MAPS}?watch=1&resourceVersion={future}"))
        .await;
    assert_eq!(watch.events(), [""; 0]);
    server.create("c").await;
    server.create("d").await;
    server.create("e").await;
    assert_eq!(
        watch.events(),
        ["ADDED e"],
        "what is before its start is not for it"
    );
}

#[tokio::test]
async fn an_event_carries_the_object_as_it_was() {
    let server = Server::new();
    let revision = server.create("a").await;
    let mut watch = server
        .watch(&format!("{CONFIG_MAPS}?watch=1&resourceVersion={revision}"))
        .await;
    server.change("a", "x").await;
    let changed = server.get(&format!("{CONFIG_MAPS}/a")).await.text;
    server.delete("a").await;
    let (lines, _) = watch.poll();
    assert_eq!(
        lines[0],
        format!(r#"{{"type":"MODIFIED","object":{changed}}}"#)
    );
    let gone = changed.replace(
        &format!(r#""resourceVersion":"{}""#, revision + 1),
        &format!(r#""resourceVersion":"{}""#, revision + 2),
    );
    assert_eq!(lines[1], format!(r#"{{"type":"DELETED","object":{gone}}}"#));
}

#[tokio::test]
async fn objects_enter_and_leave_a_selection() {
    let server = Server::new();
    let label = |value: &str, data: &str| {
        format!(
            r#"{{"metadata":{{"name":"a","labels":{{"x":"{value}"}}}},"data":{{"k":"{data}"}}}}"#
        )
    };
    let mut watch = server
        .watch(&format!("{CONFIG_MAPS}?watch=1&labelSelector=x%3D1"))
        .await;
    let uri = format!("{CONFIG_MAPS}/a");
    server.call("POST", CONFIG_MAPS, &label("0", "first")).await;
    assert_eq!(watch.events(), [""; 0]);
    server.call("PUT", &uri, &label("1", "second")).await;
    server.call("PUT", &uri, &label("1", "third")).await;
    assert_eq!(watch.events(), ["ADDED a", "MODIFIED a"]);
    let left = server
        .call("PUT", &uri, &label("2", "fourth"))
        .await
        .revision();
    let (lines, _) = watch.poll();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with(r#"{"type":"DELETED""#));
    assert!(
        lines[0].contains(r#""data":{"k":"third"}"#),
        "it is shown as it last was: {}",
        lines[0]
    );
    assert!(
        lines[0].contains(&format!(r#""resourceVersion":"{left}""#)),
        "at the change's revision"
    );
    server.delete("a").await;
    assert_eq!(watch.events(), [""; 0]);
}

#[tokio::test]
async fn a_watch_of_one_object_sees_no_other() {
    let server = Server::new();
    let uri = format!("{CONFIG_MAPS}?watch=1&fieldSelector=metadata.name%3Db");
    let mut watch = server.watch(&uri).await;
    let mut older = server
        .watch("/api/v1/watch/namespaces/default/configmaps/b")
        .await;
    server.create("a").await;
    server.create("b").await;
    assert_eq!(watch.events(), ["ADDED b"]);
    assert_eq!(older.events(), ["ADDED b"]);
}

#[tokio::test]
async fn initial_events_end_with_a_bookmark() {
    let server = Server::new();
    server
        .call(
            "POST",
            PODS,
            r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}"#,
        )
        .await;
    let revision = server.create("c").await;
    let list = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
    let mut watch = server
        .watch(&format!("{PODS}?{list}&allowWatchBookmarks=true"))
        .await;
    let (lines, _) = watch.poll();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        lines[1],
        format!(
            r#"{{"type":"BOOKMARK","object":{{"kind":"Pod","apiVersion":"v1","metadata":{{"resourceVersion":"{revision}","annotations":{{"k8s.io/initial-events-end":"true"}}}},"spec":{{"containers":null}},"status":{{}}}}}}"#
        )
    );
    let mut without = server.watch(&format!("{PODS}?{list}")).await;
    assert_eq!(without.events(), ["ADDED p"]);
    let mut none = server
        .watch(&format!("{PODS}?{}", list.replace("true", "false")))
        .await;
    assert_eq!(none.events(), [""; 0]);
    server
        .call(
            "POST",
            PODS,
            r#"{"metadata":{"name":"q"},"spec":{"containers":[{"name":"c"}]}}"#,
        )
        .await;
    assert_eq!(none.events(), ["ADDED q"]);
}

#[tokio::test]
async fn many_initial_objects_come_once_each() {
    let server = Server::new();
    for n in 0..600 {
        server.create(&format!("c{n:03}")).await;
    }
    let mut watch = server.watch(&format!("{CONFIG_MAPS}?watch=1")).await;
    let expected: Vec<_> = (0..600).map(|n| format!("ADDED c{n:03}")).collect();
    assert_eq!(watch.events(), expected);
    for n in 0..600 {
        server.change(&format!("c{n:03}"), "x").await;
    }
    let expected: Vec<_> = (0..600).map(|n| format!("MODIFIED c{n:03}")).collect();
    assert_eq!(watch.events(), expected);
}

#[tokio::test]
async fn initial_events_wait_for_their_revision() {
    let server = Server::new();
    let uri = format!(
        "{CONFIG_MAPS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=99"
    );
    let mut waiting = Box::pin(server.watch(&uri));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(waiting.as_mut().poll(&mut cx).is_pending());
    server.clock.advance(3 * SECOND);
    let mut watch = waiting.await;
    assert_eq!(
        watch.events(),
        ["ERROR Timeout: Too large resource version: 99, current: 5"]
    );
    assert!(watch.has_ended());
}

// claims: wire.watch.bookmarks
#[tokio::test]
async fn bookmarks_say_how_far_a_watch_has_come() {
    let server = Server::new();
    let revision = server.create("a").await;
    let uri = format!("{CONFIG_MAPS}?watch=1&resourceVersion={revision}&timeoutSeconds=100");
    let mut watch = server
        .watch(&format!("{uri}&allowWatchBookmarks=true"))
        .await;
    let mut without = server.watch(&uri).await;
    // Something else moves the store on.
    let pod = server
        .call(
            "POST",
            PODS,
            r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}"#,
        )
        .await
        .revision();
    assert_eq!(watch.events(), [""; 0]);
    server.clock.advance(60 * SECOND);
    assert_eq!(watch.events(), [format!("BOOKMARK {pod}")]);
    server.clock.advance(38 * SECOND);
    assert_eq!(
        watch.events(),
        [format!("BOOKMARK {pod}")],
        "the last one is shortly before the end"
    );
    server.clock.advance(SECOND);
    assert_eq!(watch.events(), [""; 0]);
    assert_eq!(without.events(), [""; 0]);
    server.clock.advance(SECOND);
    assert!(watch.has_ended());
    assert!(without.has_ended());
}

// claims: wire.watch.lifetime
#[tokio::test]
async fn a_watch_lasts_as_long_as_it_asks_for() {
    let server = Server::new();
    let mut short = server
        .watch(&format!("{CONFIG_MAPS}?watch=1&timeoutSeconds=5"))
        .await;
    let mut default = server.watch(&format!("{CONFIG_MAPS}?watch=1")).await;
    assert!(!short.has_ended());
    server.clock.advance(5 * SECOND);
    assert!(short.has_ended());
    server.clock.advance(30 * 60 * SECOND - 5 * SECOND);
    assert!(!default.has_ended(), "30 minutes at least");
    server.clock.advance(30 * 60 * SECOND);
    assert!(default.has_ended(), "an hour at most");
}

#[tokio::test]
async fn too_old_a_revision_is_told_in_the_stream() {
    let server = Server::with_history(HistoryLimits::default().events(2));
    let first = server.create("a").await;
    let uri = format!("{CONFIG_MAPS}?watch=1&resourceVersion={first}");
    let mut slow = server.watch(&uri).await;
    for n in 0..3 {
        server.change("a", &n.to_string()).await;
    }
    let floor = first + 1;
    let expired = format!("ERROR too old resource version: {first} ({floor})");
    // A client that did not read while it mattered, and one that comes too late.
    assert_eq!(slow.events(), [expired]);
    assert!(slow.has_ended());
    let mut late = server.watch(&uri).await;
    let (lines, ended) = late.poll();
    assert_eq!(
        lines,
        [format!(
            r#"{{"type":"ERROR","object":{{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure","message":"too old resource version: {first} ({floor})","reason":"Expired","code":410}}}}"#
        )]
    );
    assert!(ended);
}

#[tokio::test]
async fn a_watch_of_an_idle_resource_does_not_get_old() {
    let server = Server::with_history(HistoryLimits::default().events(2));
    let revision = server.create("a").await;
    let mut watch = server
        .watch(&format!("{CONFIG_MAPS}?watch=1&resourceVersion={revision}"))
        .await;
    for n in 0..10 {
        server
            .call(
                "POST",
                PODS,
                &format!(
                    r#"{{"metadata":{{"name":"p{n}"}},"spec":{{"containers":[{{"name":"c"}}]}}}}"#
                ),
            )
            .await;
    }
    assert_eq!(watch.events(), [""; 0]);
    server.create("b").await;
    assert_eq!(watch.events(), ["ADDED b"]);
}

#[tokio::test]
async fn a_watch_ends_with_the_server() {
    let server = Server::new();
    let mut watch = server.watch(&format!("{CONFIG_MAPS}?watch=1")).await;
    assert!(!watch.has_ended());
    server.trigger.request();
    assert!(watch.has_ended());
}

#[tokio::test]
async fn metadata_can_be_watched_alone() {
    let server = Server::new();
    let accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    let uri = format!(
        "{CONFIG_MAPS}?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
    );
    let mut watch = server.watch_as(&uri, accept).await;
    server.create("a").await;
    let (lines, _) = watch.poll();
    assert_eq!(
        lines[0],
        r#"{"type":"BOOKMARK","object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"5","annotations":{"k8s.io/initial-events-end":"true"}}}}"#
    );
    assert!(lines[1].starts_with(
        r#"{"type":"ADDED","object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a","#
    ));
}

#[tokio::test]
async fn a_watch_gives_way_while_nothing_is_for_it() {
    let server = Server::new();
    let revision = server.create("first").await;
    for n in 0..300 {
        server.create(&format!("other-{n}")).await;
    }
    server.create_labelled("wanted", r#"{"a":"b"}"#).await;
    let live = format!("resourceVersion={revision}");
    let initial = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
    for start in [live.as_str(), initial] {
        let uri = format!("{CONFIG_MAPS}?watch=1&labelSelector=a%3Db&{start}");
        let mut watch = server.watch(&uri).await;
        assert_eq!(watch.events(), [""; 0], "others have their turn: {start}");
        assert_eq!(watch.events(), ["ADDED wanted"], "{start}");
    }
}

#[tokio::test]
async fn a_watch_that_nobody_reads_gives_back_what_it_holds() {
    let server = Server::new();
    server.create("a").await;
    let config_maps = server.registry.find("", "v1", "configmaps").unwrap().id;
    let store = server.registry.store();
    let object = store.read(|store| {
        let snapshot = store.snapshot(config_maps);
        let object = snapshot.objects(&crate::store::Scope::All, None).next();
        Arc::downgrade(object.unwrap())
    });
    let uri = format!(
        "{CONFIG_MAPS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=10"
    );
    let mut watch = server.watch(&uri).await;
    let expiry = watch.body.expiry().unwrap();
    server.delete("a").await;
    store.write(|store| store.compact(store.revision()));
    assert!(expiry.is_pending(server.clock.now()));
    assert!(object.upgrade().is_some(), "the watch begins with it");
    server.clock.advance(10 * SECOND);
    assert!(!expiry.is_pending(server.clock.now()));
    assert!(object.upgrade().is_none());
    assert!(watch.has_ended());
}

#[tokio::test]
async fn whoever_waits_for_a_watch_hears_that_it_was_ended() {
    let server = Server::new();
    let uri = format!("{CONFIG_MAPS}?watch=1&resourceVersion=5&timeoutSeconds=10");
    let mut body = server.watch(&uri).await.body;
    let wakes = Arc::new(Wakes::default());
    let waker = wakes.clone().into();
    let mut cx = Context::from_waker(&waker);
    assert!(Pin::new(&mut body).poll_frame(&mut cx).is_pending());
    // The clock stands still, so that nothing else wakes the reader.
    let expiry = body.expiry().unwrap();
    assert!(!expiry.is_pending(server.clock.now() + 10 * SECOND));
    assert_eq!(wakes.0.load(Ordering::Relaxed), 1);
    let frame = Pin::new(&mut body).poll_frame(&mut cx);
    assert!(matches!(frame, Poll::Ready(None)));
}
