//! What goes wrong on purpose.

use std::time::Duration;

use pintle_api::core::v1::ConfigMap;
use pintle_client::Client;
use pintle_meta::{
    WatchEvent,
    v1::{CreateOptions, ListOptions},
};
use pintle_test::{Cluster, Fault, Requests};
use pintle_transport::RequestOptions;

use crate::{clusters, config_maps, create};

/// A client that does not try again.
fn once(client: Client) -> Client {
    client.request_options(RequestOptions::new().max_retries(0))
}

#[tokio::test]
async fn requests_fail_as_often_as_they_shall() {
    for cluster in clusters().await {
        let lists = Requests::any().verb("list").resource("configmaps");
        let unavailable = Fault::status(503).retry_after(Duration::from_secs(7));
        cluster.inject(unavailable.on(lists.clone()).times(2));
        let config_maps = config_maps(&once(cluster.client()));
        for _ in 0..2 {
            let error = config_maps.list(&ListOptions::new()).await.unwrap_err();
            let status = error.as_status().unwrap();
            assert_eq!(
                (status.code, status.reason.as_str()),
                (503, "ServiceUnavailable")
            );
            assert_eq!(status.details.as_ref().unwrap().retry_after_seconds, 7);
        }
        assert!(config_maps.get("a").await.unwrap_err().is_not_found());
        assert!(config_maps.list(&ListOptions::new()).await.is_ok());
        assert_eq!(cluster.count(&lists), 3);
        assert_eq!(cluster.count(&Requests::any()), 4);
    }
}

#[tokio::test]
async fn a_reset_breaks_the_connection_and_what_goes_over_it() {
    for cluster in clusters().await {
        let client = once(cluster.client());
        create(&client, "a").await;
        cluster.inject(Fault::reset().on(Requests::any().verb("get")).times(1));
        let error = config_maps(&client).get("a").await.unwrap_err();
        assert!(error.as_transport().unwrap().is_closed(), "{error:?}");
        assert!(config_maps(&client).get("a").await.is_ok(), "it is over");
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_done() {
    for cluster in clusters().await {
        let client = once(cluster.client());
        let writes = Requests::any().verb("create");
        cluster.inject(Fault::lost_answer().on(writes).times(1));
        let mut map = ConfigMap::default();
        map.metadata.name = "a".into();
        let error = config_maps(&client)
            .create(&map, &CreateOptions::new())
            .await;
        let error = error.unwrap_err();
        assert!(error.as_transport().unwrap().is_closed(), "{error:?}");
        assert!(config_maps(&client).get("a").await.is_ok());
    }
}

#[tokio::test]
async fn all_connections_can_be_lost() {
    for cluster in clusters().await {
        let client = cluster.client();
        create(&client, "a").await;
        let mut watch = config_maps(&client)
            .watch(&ListOptions::new())
            .await
            .unwrap();
        for _ in 0..2 {
            // What the namespace has of itself, and what was created.
            assert!(watch.try_next().await.unwrap().is_some());
        }
        cluster.disconnect();
        assert!(watch.try_next().await.is_err(), "it broke off");
        assert!(config_maps(&client).get("a").await.is_ok());
    }
}

#[tokio::test]
async fn watches_end_as_if_their_time_was_over() {
    for cluster in clusters().await {
        let client = cluster.client();
        create(&client, "a").await;
        let mut watch = config_maps(&client)
            .watch(&ListOptions::new())
            .await
            .unwrap();
        for _ in 0..2 {
            assert!(watch.try_next().await.unwrap().is_some());
        }
        cluster.end_watches(&Requests::any().resource("pods"));
        create(&client, "b").await;
        assert!(watch.try_next().await.unwrap().is_some(), "it goes on");
        cluster.end_watches(&Requests::any().resource("configmaps"));
        assert!(
            watch.try_next().await.unwrap().is_none(),
            "it has ended well"
        );
    }
}

#[tokio::test]
async fn forgotten_history_is_gone_for_those_who_come_back() {
    for cluster in clusters().await {
        let client = cluster.client();
        let old = create(&client, "a").await.metadata.resource_version;
        let config_maps = config_maps(&client);
        let from = |version| ListOptions::new().resource_version(version);
        let mut running = config_maps.watch(&from(old.clone())).await.unwrap();
        create(&client, "b").await;
        cluster.compact();
        assert!(
            matches!(
                running.try_next().await.unwrap(),
                Some(WatchEvent::Added(_))
            ),
            "who was there is told"
        );
        let mut late = config_maps.watch(&from(old)).await.unwrap();
        let event = late.try_next().await.unwrap();
        assert!(
            matches!(&event, Some(WatchEvent::Error(status)) if status.code == 410),
            "{event:?}"
        );
        create(&client, "c").await;
        assert!(running.try_next().await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_delay_is_of_the_simulated_clock() {
    let cluster = Cluster::builder().simulated_clock().start().await.unwrap();
    let client = cluster.client();
    let gets = Requests::any().verb("get");
    cluster.inject(
        Fault::delay(Duration::from_secs(3600))
            .on(gets.clone())
            .times(1),
    );
    let config_maps = config_maps(&client);
    let mut get = Box::pin(config_maps.get("a"));
    let waits = async {
        while cluster.count(&gets) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        _ = &mut get => panic!("it did not wait"),
        () = waits => {}
    }
    // It may not have come to wait yet.
    let clock = cluster.clock().unwrap();
    let passes = async {
        loop {
            clock.advance(Duration::from_secs(3600));
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        got = &mut get => assert!(got.unwrap_err().is_not_found()),
        () = passes => {}
    }
}
