//! What keeps a controller from running.

use std::time::Duration;

use pintle_api::core::v1::{ConfigMap, Secret};
use pintle_cache::InformerFactory;
use pintle_client::ErrorKind;
use pintle_controller::{Action, Context, Controller};
use pintle_test::{Cluster, Fault, Requests};

use crate::support::{Fed, Running, telling, until};

// claims: controller.sync
#[tokio::test]
async fn caches_that_do_not_sync_are_an_error_that_says_which_and_why() {
    let cluster = Cluster::builder().in_process().start().await.unwrap();
    cluster.inject(Fault::status(403).on(Requests::any().resource("secrets")));
    let factory = InformerFactory::new(cluster.client());
    let config_maps = factory.informer::<ConfigMap>();
    let controller = Controller::new("test", &config_maps)
        .watches(factory.informer::<Secret>(), |_| None)
        .sync_timeout(Duration::from_millis(500));
    let health = controller.health();
    assert!(health.check().is_err());
    let mut running = Running::start(controller, |_, _: Context<ConfigMap>| async {
        panic!("nothing is reconciled before all that there is is known")
    });
    let error = running.ended().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    let message = error.to_string();
    assert!(
        message.starts_with("not synced within 500ms; secrets: "),
        "{message}"
    );
    assert!(message.contains("403"), "{message}");
    assert!(!message.contains("configmaps"), "{message}");
    let ended = health.check().unwrap_err();
    assert_eq!(ended.to_string(), "the controller has ended");
}

#[tokio::test]
async fn an_informer_that_stops_ends_the_controller() {
    let fed = Fed::new(&["a"]);
    let controller = Controller::new("test", &fed.informer);
    let health = controller.health();
    let (teller, mut told) = telling();
    let mut running = Running::start(controller, move |_, _: Context<ConfigMap>| {
        teller.tell("runs");
        async { Ok(Action::Done) }
    });
    told.next().await;
    until("it runs", || health.check().is_ok()).await;
    fed.informer.stop();
    let error = running.ended().await.unwrap_err();
    assert_eq!(error.to_string(), "the informer of configmaps has stopped");
    assert!(health.check().is_err());
}

#[tokio::test]
async fn a_controller_can_be_stopped_before_it_has_synced() {
    let cluster = Cluster::builder().in_process().start().await.unwrap();
    cluster.inject(Fault::status(500).on(Requests::any().resource("configmaps")));
    let factory = InformerFactory::new(cluster.client());
    let controller = Controller::new("test", factory.informer::<ConfigMap>());
    let mut running = Running::start(controller, |_, _| async { Ok(Action::Done) });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!running.has_ended());
    running.stop();
    running.ended().await.unwrap();
}
