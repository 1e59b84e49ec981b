//! Long lists in pieces.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::Response;
use pintle_api::core::v1::{ConfigMap, Pod};
use pintle_client::{Client, ErrorKind};
use pintle_meta::v1::ListOptions;

use crate::{answering, json, lines, refusal, streaming};

/// A page of config maps with these names.
fn page(names: &[&str], next: &str) -> Response<Bytes> {
    let items: Vec<String> = names
        .iter()
        .map(|name| format!(r#"{{"metadata":{{"name":"{name}"}}}}"#))
        .collect();
    json(
        200,
        &format!(
            r#"{{"kind":"ConfigMapList","apiVersion":"v1","metadata":{{"resourceVersion":"9","continue":"{next}"}},"items":[{}]}}"#,
            items.join(",")
        ),
    )
}

async fn all(client: &Client) -> Result<Vec<String>, pintle_client::Error> {
    let list = client
        .api::<ConfigMap>()
        .list_all(&ListOptions::new().labels("x"))
        .await?;
    assert_eq!(list.metadata.continue_, "");
    assert_eq!(list.metadata.resource_version, "9");
    Ok(list
        .items
        .iter()
        .map(|item| item.metadata.name.to_string())
        .collect())
}

#[tokio::test]
async fn a_list_goes_on_until_its_last_page() {
    let (client, seen) = answering(|request| match &request.line {
        line if line.ends_with("continue=one") => page(&["c", "d"], "two"),
        line if line.ends_with("continue=two") => page(&["e"], ""),
        _ => page(&["a", "b"], "one"),
    });
    assert_eq!(all(&client).await.unwrap(), ["a", "b", "c", "d", "e"]);
    assert_eq!(
        lines(&seen),
        [
            "GET /api/v1/configmaps?labelSelector=x&limit=500",
            "GET /api/v1/configmaps?labelSelector=x&limit=500&continue=one",
            "GET /api/v1/configmaps?labelSelector=x&limit=500&continue=two",
        ]
    );
}

#[tokio::test]
async fn a_version_that_is_forgotten_between_pages_is_listed_anew_at_once() {
    let (client, seen) = answering(|request| match &request.line {
        line if line.ends_with("continue=one") => refusal(410, "Expired"),
        line if line.contains("limit") => page(&["a", "b"], "one"),
        _ => page(&["a", "b", "c"], ""),
    });
    assert_eq!(all(&client).await.unwrap(), ["a", "b", "c"]);
    assert_eq!(
        lines(&seen)[2],
        "GET /api/v1/configmaps?labelSelector=x",
        "{:?}",
        lines(&seen)
    );
}

#[tokio::test]
async fn the_first_page_is_not_asked_for_twice() {
    let (client, seen) = answering(|_| refusal(410, "Expired"));
    assert!(all(&client).await.unwrap_err().is_gone());
    assert_eq!(lines(&seen).len(), 1);
}

#[tokio::test]
async fn whoever_takes_objects_one_by_one_gets_none_twice() {
    let (client, _) = answering(|request| match &request.line {
        line if line.ends_with("continue=one") => refusal(410, "Expired"),
        _ => page(&["a", "b"], "one"),
    });
    let mut pages = client.api::<ConfigMap>().pages(&ListOptions::new());
    for name in ["a", "b"] {
        assert_eq!(pages.try_next().await.unwrap().unwrap().metadata.name, name);
    }
    assert!(pages.try_next().await.unwrap_err().is_gone());
    assert!(pages.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn the_next_page_comes_while_the_last_one_is_taken() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let (client, _) = answering(|request| {
        ASKED.fetch_add(1, Ordering::Relaxed);
        match &request.line {
            line if line.ends_with("continue=one") => page(&["c"], ""),
            _ => page(&["a", "b"], "one"),
        }
    });
    let mut pages = client
        .api::<ConfigMap>()
        .pages(&ListOptions::new().limit(2));
    pages.try_next().await.unwrap();
    assert_eq!(ASKED.load(Ordering::Relaxed), 2);
    let mut rest = Vec::new();
    while let Some(item) = pages.try_next().await.unwrap() {
        rest.push(item.metadata.name);
    }
    assert_eq!(rest, ["b", "c"]);
}

#[tokio::test]
async fn items_are_handed_out_before_the_list_has_ended() {
    let client = streaming(vec![
        Ok(br#"{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"}},"#),
        Ok(br#"{"metadata":{"name":7}},{"metadata":{"name":"c"}}"#),
        Err("cut"),
    ]);
    let mut items = client
        .api::<Pod>()
        .list_stream(&ListOptions::new())
        .await
        .unwrap();
    assert_eq!(items.try_next().await.unwrap().unwrap().metadata.name, "a");
    let bad = items.try_next().await.unwrap_err();
    assert_eq!(bad.kind(), ErrorKind::InvalidObject);
    assert_eq!(bad.as_undecodable().unwrap().index(), Some(1));
    assert_eq!(items.try_next().await.unwrap().unwrap().metadata.name, "c");
    let cut = items.try_next().await.unwrap_err();
    assert_eq!(cut.kind(), ErrorKind::Transport);
    assert!(items.try_next().await.unwrap().is_none());
    assert!(items.metadata().is_none());
}

#[tokio::test]
async fn a_table_in_place_of_a_list_is_refused() {
    let (client, _) = answering(|_| {
        json(
            200,
            r#"{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{},"rows":[]}"#,
        )
    });
    let error = client.api::<Pod>().list(&ListOptions::new()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidAnswer);
}
