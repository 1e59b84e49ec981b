//! Events on their way to the embedded server.

use std::sync::Arc;
use std::time::Duration;

use pintle_api::core::v1::{ConfigMap, Event as CoreEvent};
use pintle_api::events::v1::Event as SeriesEvent;
use pintle_client::Client;
use pintle_env::{ManualClock, Metrics, OpenMetrics};
use pintle_events::{Builder, Event, Recorder, Recording};
use pintle_meta::v1::ListOptions;
use pintle_test::{Cluster, Fault, Requests};
use tokio::task::JoinSet;

async fn cluster() -> Cluster {
    Cluster::builder().in_process().start().await.unwrap()
}

fn map(name: &str) -> ConfigMap {
    let mut map = ConfigMap::default();
    map.metadata.name = name.into();
    map.metadata.namespace = "default".into();
    map.metadata.uid = "uid".into();
    map
}

async fn core_events(client: &Client) -> Vec<CoreEvent> {
    let events = client.api::<CoreEvent>().namespace("default");
    let list = events.list(&ListOptions::new()).await.unwrap();
    list.items.into_iter().collect()
}

/// A recorder whose events go to a server of its own, by a clock that the test moves.
struct Sending {
    cluster: Cluster,
    client: Client,
    clock: ManualClock,
    recorder: Recorder,
    /// Ends with this.
    _tasks: JoinSet<()>,
}

impl Sending {
    async fn start(recording: impl FnOnce(&Client) -> Builder) -> Self {
        let cluster = cluster().await;
        let client = cluster.client();
        let clock = ManualClock::new();
        let recording = recording(&client).time(Arc::new(clock.clone()));
        let (recorder, recording) = recording.build();
        let mut tasks = JoinSet::new();
        tasks.spawn(recording.run());
        Self {
            cluster,
            client,
            clock,
            recorder,
            _tasks: tasks,
        }
    }

    /// Moves the clock until everything has been written.
    async fn flushed(&self) {
        let mut flushed = std::pin::pin!(self.recorder.flushed());
        for _ in 0..5_000 {
            tokio::select! {
                biased;
                () = &mut flushed => return,
                () = tokio::time::sleep(Duration::from_millis(2)) => {}
            }
            self.clock.advance(Duration::from_secs(1));
        }
        panic!("events are not written");
    }
}

// claims: events.series, events.fields
#[tokio::test]
async fn an_event_is_written_with_all_that_is_said_of_it() {
    let cluster = cluster().await;
    let client = cluster.client();
    let (recorder, recording) = Recording::events(&client, "controller")
        .instance("pod-1")
        .build();
    let mut tasks = JoinSet::new();
    tasks.spawn(recording.run());
    let event = Event::warning("Broken", "it does not work")
        .action("Repairing")
        .related(&map("other"))
        .annotation("a", "b");
    for _ in 0..3 {
        recorder.record(&map("it"), event.clone());
        recorder.flushed().await;
    }
    let events = client.api::<SeriesEvent>().namespace("default");
    let list = events.list(&ListOptions::new()).await.unwrap();
    assert_eq!(list.items.len(), 1);
    let written = &list.items[0];
    assert!(
        written.metadata.name.starts_with("it."),
        "{}",
        written.metadata.name
    );
    assert_eq!(written.metadata.annotations.get("a").unwrap().as_str(), "b");
    assert_eq!(&*written.type_, "Warning");
    assert_eq!(
        (&*written.reason, &*written.action),
        ("Broken", "Repairing")
    );
    assert_eq!(&*written.note, "it does not work");
    assert_eq!(&*written.reporting_controller, "controller");
    assert_eq!(&*written.reporting_instance, "pod-1");
    let regarding = &written.regarding;
    assert_eq!(
        (&*regarding.kind, &*regarding.api_version),
        ("ConfigMap", "v1")
    );
    assert_eq!((&*regarding.name, &*regarding.uid), ("it", "uid"));
    assert_eq!(&*written.related.as_ref().unwrap().name, "other");
    assert!(!written.event_time.is_zero());
    assert_eq!(
        written.series.as_ref().unwrap().count,
        2,
        "the third is not told yet"
    );
    // The end tells it.
    drop(recorder);
    tasks.join_all().await;
    let list = events.list(&ListOptions::new()).await.unwrap();
    assert_eq!(list.items[0].series.as_ref().unwrap().count, 3);
}

// claims: record.count, record.fields
#[tokio::test]
async fn a_core_event_is_counted_where_it_is() {
    let cluster = cluster().await;
    let client = cluster.client();
    let (recorder, recording) = Recording::core(&client, "controller")
        .instance("host")
        .build();
    let mut tasks = JoinSet::new();
    tasks.spawn(recording.run());
    for _ in 0..3 {
        recorder.normal(&map("it"), "Made", "a thing");
    }
    recorder.flushed().await;
    let events = core_events(&client).await;
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!(
        (event.count, &*event.message, &*event.reason),
        (3, "a thing", "Made")
    );
    assert_eq!(
        (&*event.source.component, &*event.source.host),
        ("controller", "host")
    );
    assert_eq!(
        (&*event.reporting_component, &*event.reporting_instance),
        ("controller", "host")
    );
    assert!(!event.first_timestamp.is_zero() && !event.last_timestamp.is_zero());
    // One that was deleted is made again, with its count.
    let api = client.api::<CoreEvent>().namespace("default");
    let options = Default::default();
    api.delete(&event.metadata.name, &options).await.unwrap();
    recorder.normal(&map("it"), "Made", "a thing");
    recorder.flushed().await;
    assert_eq!(core_events(&client).await[0].count, 4);
}

// claims: record.retry, record.queue
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_cannot_be_reached_is_tried_again_and_nothing_blocks() {
    for kind in [Recording::core, Recording::events] {
        let exporter = OpenMetrics::new();
        let metrics = Metrics::to(Arc::new(exporter.clone()));
        let sending = Sending::start(|client| kind(client, "controller").metrics(metrics)).await;
        let recorder = &sending.recorder;
        let writes = Requests::any().resource("events");
        // Eleven attempts fail, and the twelfth does not.
        sending
            .cluster
            .inject(Fault::reset().on(writes.clone()).times(11));
        recorder.normal(&map("lucky"), "Made", "a thing");
        sending.flushed().await;
        assert_eq!(core_events(&sending.client).await.len(), 1);
        assert_eq!(recorder.dropped(), 0);
        sending.cluster.inject(Fault::reset().on(writes).times(12));
        recorder.normal(&map("unlucky"), "Made", "a thing");
        sending.flushed().await;
        assert_eq!(core_events(&sending.client).await.len(), 1);
        assert_eq!(recorder.dropped(), 1);
        let lost = "events_dropped_total{reason=\"unreachable\"} 1";
        assert!(exporter.to_string().contains(lost), "{exporter}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_whose_answer_is_lost_is_not_lost() {
    for kind in [Recording::core, Recording::events] {
        let sending = Sending::start(|client| kind(client, "controller")).await;
        let recorder = &sending.recorder;
        let writes = Requests::any().verb("create").resource("events");
        sending
            .cluster
            .inject(Fault::lost_answer().on(writes.clone()).times(1));
        for _ in 0..2 {
            recorder.normal(&map("it"), "Made", "a thing");
            sending.flushed().await;
        }
        let events = core_events(&sending.client).await;
        assert_eq!((events.len(), recorder.dropped()), (1, 0));
        let count = events[0]
            .series
            .as_ref()
            .map_or(events[0].count, |it| it.count);
        assert_eq!((count, sending.cluster.count(&writes)), (2, 2));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_one_moment_are_different_events() {
    for kind in [Recording::core, Recording::events] {
        let sending = Sending::start(|client| kind(client, "controller")).await;
        let recorder = &sending.recorder;
        let writes = Requests::any().verb("create").resource("events");
        sending.cluster.inject(Fault::reset().on(writes).times(2));
        let reasons = ["Made", "Changed", "Kept"];
        for reason in reasons {
            recorder.normal(&map("it"), reason, "a thing");
        }
        sending.flushed().await;
        let events = core_events(&sending.client).await;
        let mut found: Vec<&str> = events.iter().map(|event| &*event.reason).collect();
        found.sort_by_key(|reason| reasons.iter().position(|known| known == reason));
        assert_eq!((&found[..], recorder.dropped()), (&reasons[..], 0));
    }
}

// claims: record.refused
#[tokio::test]
async fn what_the_server_refuses_is_not_tried_again() {
    let cluster = cluster().await;
    let client = cluster.client();
    let (recorder, recording) = Recording::core(&client, "controller").build();
    let mut tasks = JoinSet::new();
    tasks.spawn(recording.run());
    let writes = Requests::any().resource("events");
    cluster.inject(Fault::status(403).on(writes.clone()));
    recorder.normal(&map("it"), "Made", "a thing");
    recorder.flushed().await;
    assert_eq!((recorder.dropped(), cluster.count(&writes)), (1, 1));
}

// claims: record.queue
#[tokio::test]
async fn a_thousand_events_wait_and_further_ones_are_lost() {
    let cluster = cluster().await;
    // It is not run.
    let (recorder, _recording) = Recording::core(&cluster.client(), "controller").build();
    for n in 0..1_500 {
        recorder.normal(&map(&format!("map-{n}")), "Made", "a thing");
    }
    assert_eq!(recorder.dropped(), 500);
}
