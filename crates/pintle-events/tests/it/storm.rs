//! A hundred thousand events: what reaches the server, beside what client-go's recorders send of the
//! same (`oracle/storm.txt`, recorded by `tools/events`).

use pintle_api::core::v1::Pod;
use pintle_events::{Event, EventType, Recorder, Recording};
use pintle_test::{Cluster, Requests};
use tokio::task::JoinSet;

// claims: record.storm, events.storm
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_leaves_on_the_server_what_client_go_would() {
    for (api, kind) in [
        ("core", Recording::core as fn(&_, &_) -> _),
        ("events", Recording::events),
    ] {
        let cluster = Cluster::builder().in_process().start().await.unwrap();
        let (recorder, recording) = kind(&cluster.client(), "controller").build();
        let mut tasks = JoinSet::new();
        tasks.spawn(recording.run());
        blow(&recorder).await;
        assert_eq!(recorder.dropped(), 0);
        for verb in ["create", "patch"] {
            let sent = cluster.count(&Requests::any().verb(verb).resource("events"));
            let expected = recorded(api, verb);
            println!("{api} {verb}: {sent}, client-go {expected}");
            let tenth = expected / 10;
            let within = expected - tenth..=expected + tenth;
            assert!(
                within.contains(&sent),
                "{api} {verb}: {sent}, not {expected}"
            );
        }
    }
}

fn recorded(api: &str, verb: &str) -> u64 {
    let lines = include_str!("oracle/storm.txt").lines();
    let prefix = format!("{api} {verb} ");
    let mut found = lines.filter_map(|line| line.strip_prefix(&prefix));
    found.next().unwrap().parse().unwrap()
}

/// The events of `tools/events`, one by one.
async fn blow(recorder: &Recorder) {
    let pod = |n: usize| {
        let mut pod = Pod::default();
        pod.metadata.name = format!("pod-{n}").into();
        pod.metadata.namespace = "default".into();
        pod.metadata.uid = "uid".into();
        pod
    };
    let pods: Vec<Pod> = (0..100).map(pod).collect();
    for n in 0..100_000 {
        let kind = if n % 7 == 0 {
            EventType::Warning
        } else {
            EventType::Normal
        };
        let event = if n / 100 % 5 == 4 {
            Event::new(kind, "Many", format!("message {n}"))
        } else {
            let reason = format!("Few{}", n / 100 % 4);
            Event::new(kind, &reason, format!("message {}", n / 400 % 5))
        };
        recorder.record(&pods[n % 100], event);
        if n % 200 == 199 {
            recorder.flushed().await;
        }
    }
    recorder.flushed().await;
}
