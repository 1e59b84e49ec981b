//! Controllers of which one works.

use std::time::Duration;

use pintle_api::core::v1::ConfigMap;
use pintle_cache::InformerFactory;
use pintle_controller::{Action, Context, Controller};
use pintle_leader::{Election, Timing};
use pintle_meta::v1::CreateOptions;
use pintle_test::Cluster;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::support::{Failed, soon, telling};

// claims: controller.leader
#[tokio::test]
async fn the_leader_reconciles_and_the_next_begins_with_everything() {
    let cluster = Cluster::builder().in_process().start().await.unwrap();
    let client = cluster.client();
    let mut map = ConfigMap::default();
    map.metadata.name = "a".into();
    let api = client.api::<ConfigMap>().namespace("default");
    api.create(&map, &CreateOptions::new()).await.unwrap();
    let timing = Timing::default()
        .lease_duration(Duration::from_secs(3))
        .renew_deadline(Duration::from_secs(2))
        .retry_period(Duration::from_millis(50));
    let (teller, mut told) = telling();
    let mut replicas = JoinSet::new();
    let mut stops = Vec::new();
    for replica in ["one", "two"] {
        let election = Election::new(&client, "default", "lock", replica).unwrap();
        let election = election.timing(timing).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        stops.push(stop);
        let (teller, client) = (teller.clone(), client.clone());
        replicas.spawn(async move {
            // The caches are warm whether it leads or not.
            let factory = InformerFactory::new(client);
            let informer = factory.informer::<ConfigMap>();
            factory.start();
            let stopped = async { drop(stopped.await) };
            let work = |leadership: pintle_leader::Leadership| {
                let controller = Controller::new("test", &informer);
                let ended = async move { leadership.ended().await };
                controller.run_until(ended, move |key, _: Context<ConfigMap>| {
                    if key.name == "a" {
                        teller.tell(replica);
                    }
                    async { Ok::<_, Failed>(Action::Done) }
                })
            };
            election.run_until(stopped, work).await.unwrap();
        });
        if replica == "one" {
            assert_eq!(told.next().await, "one");
        }
    }
    told.nothing().await;
    drop(stops.remove(0));
    soon(replicas.join_next()).await.unwrap().unwrap();
    assert_eq!(told.next().await, "two");
    drop(stops);
    soon(replicas.join_next()).await.unwrap().unwrap();
}
