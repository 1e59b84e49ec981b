//! Elections on the embedded server.

use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pintle_api::coordination::v1::Lease;
use pintle_api::core::v1::ConfigMap;
use pintle_client::{Api, Client, Patch};
use pintle_env::{Clock as _, ManualClock, Metrics, OpenMetrics};
use pintle_leader::{Election, Leadership, Timing};
use pintle_meta::v1::{CreateOptions, DeleteOptions, PatchOptions};
use pintle_test::{Cluster, Fault, Requests};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

async fn cluster() -> Cluster {
    Cluster::builder().in_process().start().await.unwrap()
}

fn election(client: &Client, identity: &str, clock: &ManualClock) -> Election {
    Election::new(client, "default", "lock", identity)
        .unwrap()
        .time(Arc::new(clock.clone()))
}

fn leases(client: &Client) -> Api<Lease> {
    client.api::<Lease>().namespace("default")
}

async fn holder(client: &Client) -> String {
    let lease = leases(client).get("lock").await.unwrap();
    lease.spec.holder_identity.unwrap_or_default().to_string()
}

/// Moves the clock, a step at a time, until something has come true. Bounded by the real clock.
async fn until(clock: &ManualClock, what: &str, mut true_yet: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if true_yet() {
            return;
        }
        clock.advance(Duration::from_millis(100));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{what} does not come true");
}

// claims: leader.guard, leader.release, leader.transitions
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lease_is_given_back_when_the_work_has_ended() {
    let cluster = cluster().await;
    let client = cluster.client();
    let clock = ManualClock::new();
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = Arc::new(AtomicBool::new(false));
    let first = election(&client, "first", &clock);
    let work = async |leadership: Leadership| {
        assert!(leadership.is_held());
        assert_eq!(leadership.fence().holder(), "first");
        assert_eq!(leadership.fence().transitions(), 0);
        stop.send(()).unwrap();
        leadership.ended().await;
        // It takes its time, and the lease is its own all the while.
        for _ in 0..20 {
            clock.advance(Duration::from_millis(500));
            assert_eq!(holder(&client).await, "first");
        }
        assert!(leadership.is_held());
        ended.store(true, Ordering::SeqCst);
        7
    };
    let stop = async { stopped.await.unwrap() };
    assert_eq!(first.run_until(stop, work).await.unwrap(), Some(7));
    assert!(ended.load(Ordering::SeqCst));
    let lease = leases(&client).get("lock").await.unwrap();
    assert_eq!(lease.spec.holder_identity.as_deref(), Some(""));
    assert_eq!(lease.spec.lease_duration_seconds, Some(1));

    // So the next one need not wait.
    let second = election(&client, "second", &clock);
    let transitions =
        second.run_while_leading(async |leadership: Leadership| leadership.fence().transitions());
    assert_eq!(transitions.await.unwrap(), 1);
}

// claims: leader.stopped
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_waits_can_be_stopped() {
    let cluster = cluster().await;
    let client = cluster.client();
    let clock = ManualClock::new();
    let leader = election(&client, "leader", &clock);
    let waits = election(&client, "waits", &clock);
    let outcome = leader.run_while_leading(async |_| {
        let never = |_| async { unreachable!("it never leads") };
        waits
            .run_until(std::future::ready(()), never)
            .await
            .unwrap()
    });
    assert_eq!(outcome.await.unwrap(), None::<()>);
}

// claims: leader.guard, leader.renew-deadline, leader.health
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_is_dropped_when_the_lease_cannot_be_renewed() {
    struct Told(Arc<AtomicBool>);
    impl Drop for Told {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    let cluster = cluster().await;
    let clock = ManualClock::new();
    let exporter = OpenMetrics::new();
    let client = cluster.client();
    let first = election(&client, "first", &clock);
    let first = first.metrics(Metrics::to(Arc::new(exporter.clone())));
    let health = first.health();
    let (leads, dropped) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let mut tasks = JoinSet::new();
    let (told, begun) = (Told(dropped.clone()), leads.clone());
    tasks.spawn(async move {
        let work = |_| async move {
            let _told = told;
            begun.store(true, Ordering::SeqCst);
            pending::<()>().await;
        };
        first.run_while_leading(work).await
    });
    until(&clock, "the first leads", || leads.load(Ordering::SeqCst)).await;
    assert_eq!(health.leader(), "first");
    let status = "leader_election_master_status{name=\"lock\"}";
    assert!(exporter.to_string().contains(&format!("{status} 1")));

    let writes = Requests::any().resource("leases");
    cluster.inject(Fault::status(500).on(writes));
    let start = clock.now();
    until(&clock, "the work is dropped", || {
        dropped.load(Ordering::SeqCst)
    })
    .await;
    let took = clock.now().saturating_since(start);
    assert!(took < Duration::from_secs(14), "{took:?}");
    cluster.clear_faults();
    let mut ended = None;
    for _ in 0..500 {
        ended = tasks.try_join_next();
        if ended.is_some() {
            break;
        }
        clock.advance(Duration::from_millis(100));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let outcome = ended.expect("it ends").unwrap();
    assert!(outcome.unwrap_err().is_lost());
    assert!(exporter.to_string().contains(&format!("{status} 0")));
}

// claims: leader.acquire, leader.new-leader, leader.lease-only
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_takes_over_from_one_that_is_gone() {
    let cluster = cluster().await;
    let client = cluster.client();
    let clock = ManualClock::new();
    let leads = Arc::new(AtomicBool::new(false));
    let mut gone = JoinSet::new();
    let (first, begun) = (election(&client, "first", &clock), leads.clone());
    gone.spawn(async move {
        let work = |_| async move {
            begun.store(true, Ordering::SeqCst);
            pending::<()>().await;
        };
        drop(first.run_while_leading(work).await);
    });
    until(&clock, "the first leads", || leads.load(Ordering::SeqCst)).await;
    // Without a word.
    gone.shutdown().await;
    assert_eq!(holder(&client).await, "first");

    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let note = seen.clone();
    let second = election(&client, "second", &clock)
        .label("app", "lock")
        .on_new_leader(move |leader| note.lock().unwrap().push(leader.to_owned()));
    let second_leads = Arc::new(AtomicBool::new(false));
    let begun = second_leads.clone();
    let mut tasks = JoinSet::new();
    let start = clock.now();
    tasks.spawn(async move {
        let work = |leadership: Leadership| async move {
            begun.store(true, Ordering::SeqCst);
            leadership.fence().transitions()
        };
        second.run_while_leading(work).await
    });
    until(&clock, "the second leads", || {
        second_leads.load(Ordering::SeqCst)
    })
    .await;
    let waited = clock.now().saturating_since(start);
    assert!(waited >= Duration::from_secs(15), "{waited:?}");
    let transitions = tasks.join_next().await.unwrap().unwrap().unwrap();
    assert_eq!(transitions, 1);
    assert_eq!(*seen.lock().unwrap(), ["first", "second"]);
    let lease = leases(&client).get("lock").await.unwrap();
    assert_eq!(lease.metadata.labels.get("app").unwrap().as_str(), "lock");
}

// claims: leader.fence
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_comes_too_late_is_refused() {
    let cluster = cluster().await;
    let client = cluster.client();
    let clock = ManualClock::new();
    let maps = client.api::<ConfigMap>().namespace("default");
    let mut map = ConfigMap::default();
    map.metadata.name = "work".into();
    maps.create(&map, &CreateOptions::default()).await.unwrap();
    let edit = async |leadership: &Leadership, value: &str| {
        let fence = leadership.fence();
        let change = |map: &mut ConfigMap| drop(map.data.insert("by", value.into()));
        let options = PatchOptions::default();
        fence
            .edit(&maps, "work", &options, |map| &mut map.metadata, change)
            .await
            .unwrap()
    };
    let first = election(&client, "first", &clock);
    let old = first.run_while_leading(async |leadership: Leadership| {
        edit(&leadership, "first").await.unwrap();
        leadership
    });
    let old = old.await.unwrap();
    let second = election(&client, "second", &clock);
    let outcome = second.run_while_leading(async |leadership: Leadership| {
        edit(&leadership, "second").await.unwrap();
        let stale = edit(&old, "first, again").await.unwrap_err();
        assert!(stale.to_string().contains("second has written"), "{stale}");
        // And the lease itself carries nothing for who does not hold it.
        let note = |leadership: &Leadership| {
            let fence = leadership.fence();
            let annotations = pintle_codec::Object::from([("note", "x".into())]);
            Patch::json(
                fence
                    .precondition()
                    .add("/metadata/annotations", annotations),
            )
        };
        let options = PatchOptions::default();
        let leases = leases(&client);
        assert!(leases.patch("lock", &note(&old), &options).await.is_err());
        leases
            .patch("lock", &note(&leadership), &options)
            .await
            .unwrap();
    });
    outcome.await.unwrap();
    let map = maps.get("work").await.unwrap();
    assert_eq!(map.data.get("by").unwrap().as_str(), "second");
    assert!(!old.is_held());
    leases(&client)
        .delete("lock", &DeleteOptions::default())
        .await
        .unwrap();
}

// claims: leader.validation
#[tokio::test]
async fn names_and_times_are_checked_before_anything_happens() {
    let cluster = cluster().await;
    let client = cluster.client();
    for (namespace, name, identity) in [("", "a", "b"), ("a", "", "b"), ("a", "b", "")] {
        assert!(Election::new(&client, namespace, name, identity).is_err());
    }
    let election = Election::new(&client, "default", "lock", "me").unwrap();
    let times = Timing::default().lease_duration(Duration::from_secs(10));
    let error = election.timing(times).unwrap_err();
    assert!(
        error.to_string().contains("longer than the renew deadline"),
        "{error}"
    );
}

// claims: leader.health
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_goes_on_without_its_lease_is_unhealthy() {
    let cluster = cluster().await;
    let client = cluster.client();
    let clock = ManualClock::new();
    let election = election(&client, "me", &clock).release(false);
    let health = election.health();
    assert!(health.check(Duration::ZERO).is_ok(), "it has not begun");
    election.run_while_leading(async |_| ()).await.unwrap();
    assert_eq!(holder(&client).await, "me");
    clock.advance(Duration::from_secs(20));
    assert!(health.check(Duration::from_secs(5)).is_ok());
    clock.advance(Duration::from_millis(1));
    let error = health.check(Duration::from_secs(5)).unwrap_err();
    assert!(error.to_string().contains("ran out 5.001s ago"), "{error}");
}
