//! What a watch shows.

use std::time::Duration;

use pintle_api::core::v1::ConfigMap;
use pintle_meta::WatchEvent;
use pintle_meta::v1::{DeleteOptions, ListOptions, ResourceVersionMatch, UpdateOptions};

use crate::Cluster;
use crate::cluster::{PATIENCE, config_map, create, mine, next_event, next_line};

async fn relabel(api: &pintle_client::Api<ConfigMap>, name: &str, app: &str) {
    let mut object = api.get(name).await.unwrap();
    object.metadata.labels.insert("app", app.into());
    api.update(&object, &UpdateOptions::new()).await.unwrap();
}

// claims: wire.watch.initial-implied
pub(super) async fn a_watch_begins_with_what_there_is(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    create(&config_maps, &config_map("a", "x")).await;
    let mut watch = config_maps.watch(&mine()).await.unwrap();
    assert_eq!(next_line(&mut watch).await, "ADDED a");
    create(&config_maps, &config_map("b", "x")).await;
    assert_eq!(next_line(&mut watch).await, "ADDED b");
    relabel(&config_maps, "a", "y").await;
    assert_eq!(next_line(&mut watch).await, "MODIFIED a");
    config_maps
        .delete("a", &DeleteOptions::new())
        .await
        .unwrap();
    let WatchEvent::Deleted(last) = next_event(&mut watch).await else {
        panic!("DELETED")
    };
    // A deleted object shows its last state, at the version of its deletion.
    assert_eq!(last.metadata.labels.get("app").unwrap(), "y");
    let next = create(&config_maps, &config_map("c", "x")).await;
    let version = |text: &str| text.parse::<u64>().unwrap();
    assert!(version(&last.metadata.resource_version) < version(&next.metadata.resource_version));
}

// claims: wire.watch.from
pub(super) async fn a_watch_from_a_version_shows_what_came_after(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    create(&config_maps, &config_map("a", "x")).await;
    let version = config_maps
        .list(&mine())
        .await
        .unwrap()
        .metadata
        .resource_version;
    create(&config_maps, &config_map("b", "x")).await;
    config_maps
        .delete("a", &DeleteOptions::new())
        .await
        .unwrap();
    let mut watch = config_maps
        .watch(&mine().resource_version(version))
        .await
        .unwrap();
    assert_eq!(next_line(&mut watch).await, "ADDED b");
    assert_eq!(next_line(&mut watch).await, "DELETED a");
    create(&config_maps, &config_map("c", "x")).await;
    assert_eq!(next_line(&mut watch).await, "ADDED c");
}

// claims: wire.watch.initial-implied
pub(super) async fn a_watch_from_zero_begins_with_what_there_is(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    create(&config_maps, &config_map("a", "x")).await;
    // "Any version" may be one from before `a`; the watch shows it then as it comes.
    let mut watch = config_maps
        .watch(&mine().resource_version("0"))
        .await
        .unwrap();
    assert_eq!(next_line(&mut watch).await, "ADDED a");
    create(&config_maps, &config_map("b", "x")).await;
    assert_eq!(next_line(&mut watch).await, "ADDED b");
}

// claims: wire.watch.initial-end
pub(super) async fn a_watch_ends_its_initial_events_with_a_bookmark(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let object = create(&config_maps, &config_map("a", "x")).await;
    let mut options = mine().bookmarks();
    options.send_initial_events = Some(true);
    options.resource_version_match = ResourceVersionMatch::NOT_OLDER_THAN;
    let mut watch = config_maps.watch(&options).await.unwrap();
    let WatchEvent::Added(first) = next_event(&mut watch).await else {
        panic!("ADDED")
    };
    assert_eq!(first.metadata.name, "a");
    let WatchEvent::Bookmark(bookmark) = next_event(&mut watch).await else {
        panic!("BOOKMARK")
    };
    assert!(bookmark.initial_events_end);
    let version = |text: &str| text.parse::<u64>().unwrap();
    assert!(
        version(bookmark.resource_version.as_str()) >= version(&object.metadata.resource_version)
    );
    create(&config_maps, &config_map("b", "x")).await;
    assert_eq!(next_line(&mut watch).await, "ADDED b");
    options.resource_version_match = ResourceVersionMatch::default();
    let refused = config_maps.watch(&options).await.unwrap_err();
    assert!(refused.is_invalid(), "{refused}");
}

// claims: wire.watch.selector
pub(super) async fn what_leaves_a_selector_is_deleted_and_what_enters_is_added(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    create(&config_maps, &config_map("a", "x")).await;
    create(&config_maps, &config_map("other", "z")).await;
    let mut watch = config_maps
        .watch(&ListOptions::new().labels("app=x"))
        .await
        .unwrap();
    assert_eq!(next_line(&mut watch).await, "ADDED a");
    relabel(&config_maps, "a", "y").await;
    assert_eq!(next_line(&mut watch).await, "DELETED a");
    relabel(&config_maps, "a", "x").await;
    assert_eq!(next_line(&mut watch).await, "ADDED a");
    relabel(&config_maps, "other", "zz").await;
    config_maps
        .delete("a", &DeleteOptions::new())
        .await
        .unwrap();
    assert_eq!(next_line(&mut watch).await, "DELETED a");
}

// claims: wire.watch.too-old
pub(super) async fn a_watch_from_too_old_a_version_ends_with_an_error_event(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let mut watch = config_maps
        .watch(&mine().resource_version("1"))
        .await
        .unwrap();
    let WatchEvent::Error(status) = next_event(&mut watch).await else {
        panic!("ERROR")
    };
    assert_eq!((status.code, status.reason.as_str()), (410, "Expired"));
    assert!(
        status.message.starts_with("too old resource version: 1 ("),
        "{}",
        status.message
    );
    let end = tokio::time::timeout(PATIENCE, watch.try_next())
        .await
        .expect("the watch ends");
    assert!(matches!(end, Ok(None)), "{end:?}");
}

// claims: wire.fields.everywhere
pub(super) async fn a_watch_of_one_name_sees_nothing_else(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let mut watch = config_maps
        .watch(&ListOptions::new().fields("metadata.name=b"))
        .await
        .unwrap();
    for name in ["a", "b"] {
        create(&config_maps, &config_map(name, "x")).await;
    }
    assert_eq!(next_line(&mut watch).await, "ADDED b");
}

// claims: wire.watch.timeout
pub(super) async fn a_watch_ends_when_its_time_is_up(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let mut watch = config_maps.watch(&mine().timeout_seconds(1)).await.unwrap();
    let end = tokio::time::timeout(Duration::from_secs(20), watch.try_next()).await;
    assert!(matches!(end, Ok(Ok(None))), "{end:?}");
}

// claims: wire.watch.initial-events-match
pub(super) async fn options_of_watches_that_contradict_each_other_are_invalid(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    for (query, answer) in [
        (
            "sendInitialEvents=true",
            "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        ),
        (
            "sendInitialEvents=true&resourceVersion=1&resourceVersionMatch=Exact",
            r#"[resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]"#,
        ),
        (
            "resourceVersion=1&resourceVersionMatch=NotOlderThan",
            "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        ),
    ] {
        let request = format!("GET /api/v1/namespaces/{namespace}/configmaps?watch=true&{query}");
        assert_eq!(
            cluster.ask(&request, "").await.line(),
            format!(r#"422 Invalid: ListOptions.meta.k8s.io "" is invalid: {answer}"#),
            "{query}"
        );
    }
}

// claims: wire.watch.bookmarks
pub(super) async fn a_watch_is_told_before_its_end_how_far_it_has_come(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let seen = config_maps.list(&mine()).await.unwrap().metadata;
    let options = mine()
        .resource_version(seen.resource_version)
        .timeout_seconds(5);
    let mut told = config_maps
        .watch(&options.clone().bookmarks())
        .await
        .unwrap();
    let mut silent = config_maps.watch(&options).await.unwrap();
    // It is not for them, and they have seen it nevertheless.
    let mut other = config_map("a", "x");
    other.metadata.labels = Default::default();
    let other = create(&config_maps, &other).await;
    let WatchEvent::Bookmark(bookmark) = next_event(&mut told).await else {
        panic!("BOOKMARK")
    };
    assert!(!bookmark.initial_events_end);
    let version = |text: &str| text.parse::<u64>().unwrap();
    assert!(
        version(bookmark.resource_version.as_str()) >= version(&other.metadata.resource_version)
    );
    // Who has not asked for any is told nothing.
    let end = tokio::time::timeout(PATIENCE, silent.try_next()).await;
    assert!(matches!(end, Ok(Ok(None))), "{end:?}");
}
