//! When objects are reconciled, and what becomes of reconciles.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pintle_api::core::v1::ConfigMap;
use pintle_controller::{Action, Context, Controller, Predicate, Source};
use pintle_env::{ManualClock, Metrics, OpenMetrics};
use pintle_meta::{Metadata as _, ObjectName};
use tokio::sync::Semaphore;

use crate::support::{Fed, Running, Told, map, soon, telling, until};

/// `name@version` of the object, or that it is gone.
fn seen(key: &ObjectName, cx: &Context<ConfigMap>) -> String {
    match cx.object() {
        Some(object) => format!("{}@{}", key.name, object.resource_version()),
        None => format!("{} is gone", key.name),
    }
}

/// A controller whose reconciles say what they see, and end one for each permit of a gate.
fn gated(fed: &Fed, workers: usize, gate: &Arc<Semaphore>) -> (Running, Told) {
    let (teller, told) = telling();
    let controller = Controller::new("test", &fed.informer).workers(workers);
    let gate = gate.clone();
    let running = Running::start(controller, move |key, cx: Context<ConfigMap>| {
        let (gate, teller) = (gate.clone(), teller.clone());
        async move {
            teller.tell(seen(&key, &cx));
            gate.acquire().await?.forget();
            Ok(Action::Done)
        }
    });
    (running, told)
}

// claims: controller.all, controller.changes
#[tokio::test]
async fn every_object_is_reconciled_and_again_when_it_changes() {
    let fed = Fed::new(&["a", "b"]);
    let (teller, mut told) = telling();
    let mut running = Running::start(
        Controller::new("test", &fed.informer),
        move |key, cx: Context<ConfigMap>| {
            teller.tell(seen(&key, &cx));
            async { Ok(Action::Done) }
        },
    );
    assert_eq!(told.sorted(2).await, ["a@10", "b@10"]);
    fed.change(map("a", 11));
    assert_eq!(told.next().await, "a@11");
    fed.add(map("c", 12));
    assert_eq!(told.next().await, "c@12");
    let mut gone = map("b", 13);
    gone.metadata.generation = 1;
    fed.delete(gone);
    assert_eq!(told.next().await, "b is gone");
    told.nothing().await;
    running.stop();
    running.ended().await.unwrap();
}

// claims: controller.serial, controller.workers
#[tokio::test]
async fn an_object_is_with_one_worker_and_several_objects_with_several() {
    let fed = Fed::new(&["a", "b", "c"]);
    let gate = Arc::new(Semaphore::new(0));
    let (_running, mut told) = gated(&fed, 2, &gate);
    let first = told.sorted(2).await;
    told.nothing().await;
    // What changes while a worker has it comes again, and not before that worker is done.
    let busy = first[0].split('@').next().unwrap().to_owned();
    fed.change(map(&busy, 11));
    told.nothing().await;
    gate.add_permits(4);
    let rest = told.sorted(2).await;
    assert!(rest.contains(&format!("{busy}@11")), "{rest:?}");
    told.nothing().await;
}

// claims: controller.priority
#[tokio::test]
async fn what_changes_is_more_urgent_than_what_was_there() {
    let fed = Fed::new(&["a", "b", "c"]);
    let gate = Arc::new(Semaphore::new(0));
    let (_running, mut told) = gated(&fed, 1, &gate);
    told.next().await;
    fed.add(map("new", 11));
    until("it is known", || fed.informer.snapshot().len() == 4).await;
    // The handler is told when the informer is.
    tokio::time::sleep(Duration::from_millis(50)).await;
    gate.add_permits(1);
    assert_eq!(told.next().await, "new@11");
    gate.add_permits(9);
    told.sorted(2).await;
}

// claims: controller.priority
#[tokio::test]
async fn what_is_to_be_deleted_is_urgent_from_the_start() {
    let mut objects = ["a", "b", "c"].map(|name| map(name, 10));
    objects[2].metadata.deletion_timestamp = Some("2026-01-01T00:00:00Z".parse().unwrap());
    let fed = Fed::of(objects.into());
    let gate = Arc::new(Semaphore::new(9));
    let (_running, mut told) = gated(&fed, 1, &gate);
    assert_eq!(told.next().await, "c@10");
    assert_eq!(told.sorted(2).await, ["a@10", "b@10"]);
}

// claims: controller.backoff, controller.requeue
#[tokio::test]
async fn what_fails_is_tried_again_later_and_later() {
    let fed = Fed::new(&["a"]);
    let clock = ManualClock::new();
    let (teller, mut told) = telling();
    let controller = Controller::new("test", &fed.informer).time(Arc::new(clock.clone()));
    let _running = Running::start(controller, move |_, cx: Context<ConfigMap>| {
        teller.tell(cx.failures().to_string());
        let failures = cx.failures();
        async move {
            match failures {
                0 | 1 => Err("not yet".into()),
                2 => Ok(Action::Requeue),
                _ => Ok(Action::RequeueAfter(Duration::from_secs(60))),
            }
        }
    });
    assert_eq!(told.next().await, "0");
    for (wait, failures) in [(5, "1"), (10, "2"), (20, "3")] {
        told.nothing().await;
        clock.advance(Duration::from_millis(wait) - Duration::from_micros(1));
        told.nothing().await;
        clock.advance(Duration::from_micros(1));
        assert_eq!(told.next().await, failures);
    }
    // It is well now, and comes again when it wanted to.
    told.nothing().await;
    clock.advance(Duration::from_secs(59));
    told.nothing().await;
    clock.advance(Duration::from_secs(1));
    assert_eq!(told.next().await, "0");
}

// claims: controller.panic, controller.metrics
#[tokio::test]
async fn a_panic_costs_one_reconcile() {
    let fed = Fed::new(&["bad", "good"]);
    let exporter = OpenMetrics::new();
    let (teller, mut told) = telling();
    let controller = Controller::new("test", &fed.informer)
        .workers(1)
        .metrics(Metrics::to(Arc::new(exporter.clone())));
    let mut running = Running::start(controller, move |key, cx: Context<ConfigMap>| {
        let teller = teller.clone();
        // Before there is a future, and within it.
        assert!(key.name != "bad" || cx.failures() != 0, "at once");
        async move {
            tokio::task::yield_now().await;
            assert!(key.name != "bad" || cx.failures() != 1, "later");
            teller.tell(&*key.name);
            Ok(Action::Done)
        }
    });
    assert_eq!(told.sorted(2).await, ["bad", "good"]);
    running.stop();
    running.ended().await.unwrap();
    let printed = exporter.to_string();
    for line in [
        "controller_runtime_reconcile_total{controller=\"test\",result=\"success\"} 2",
        "controller_runtime_reconcile_total{controller=\"test\",result=\"error\"} 2",
        "controller_runtime_reconcile_errors_total{controller=\"test\"} 2",
        "controller_runtime_reconcile_panics_total{controller=\"test\"} 2",
        "controller_runtime_max_concurrent_reconciles{controller=\"test\"} 1",
        "controller_runtime_active_workers{controller=\"test\"} 0",
        "controller_runtime_reconcile_time_seconds_count{controller=\"test\"} 4",
        "workqueue_retries_total{name=\"test\"} 2",
    ] {
        assert!(printed.contains(line), "no {line} in\n{printed}");
    }
}

// claims: controller.timeout
#[tokio::test]
async fn a_reconcile_that_takes_too_long_is_ended() {
    let fed = Fed::new(&["a"]);
    let clock = ManualClock::new();
    let (teller, mut told) = telling();
    let controller = Controller::new("test", &fed.informer)
        .reconcile_timeout(Duration::from_secs(30))
        .time(Arc::new(clock.clone()));
    let _running = Running::start(controller, move |_, cx: Context<ConfigMap>| {
        teller.tell(cx.failures().to_string());
        async move {
            if cx.failures() == 0 {
                std::future::pending::<()>().await;
            }
            Ok(Action::Done)
        }
    });
    assert_eq!(told.next().await, "0");
    until("it is waited for", || clock.sleepers() > 0).await;
    clock.advance(Duration::from_secs(29));
    told.nothing().await;
    clock.advance(Duration::from_secs(1));
    told.nothing().await;
    clock.advance(Duration::from_millis(5));
    assert_eq!(told.next().await, "1");
}

// claims: controller.stop
#[tokio::test]
async fn what_runs_is_awaited_and_what_waits_is_left() {
    let fed = Fed::new(&["a", "b"]);
    let gate = Arc::new(Semaphore::new(0));
    let (teller, mut told) = telling();
    let mut running = Running::start(Controller::new("test", &fed.informer).workers(1), {
        let gate = gate.clone();
        move |_, cx: Context<ConfigMap>| {
            let (gate, teller) = (gate.clone(), teller.clone());
            async move {
                teller.tell("begins");
                cx.stopping().await;
                teller.tell("is to stop");
                gate.acquire().await?.forget();
                teller.tell("ends");
                Ok(Action::Done)
            }
        }
    });
    assert_eq!(told.next().await, "begins");
    running.stop();
    assert_eq!(told.next().await, "is to stop");
    told.nothing().await;
    assert!(!running.has_ended());
    gate.add_permits(2);
    assert_eq!(told.next().await, "ends");
    running.ended().await.unwrap();
    told.nothing().await;
}

#[tokio::test]
async fn a_controller_that_is_dropped_leaves_nothing_running() {
    struct Tells(Option<tokio::sync::oneshot::Sender<()>>);
    impl Drop for Tells {
        fn drop(&mut self) {
            drop(self.0.take());
        }
    }
    let fed = Fed::new(&["a"]);
    let (teller, mut told) = telling();
    let (sender, dropped) = tokio::sync::oneshot::channel::<()>();
    let sender = Arc::new(std::sync::Mutex::new(Some(sender)));
    let running = Running::start(
        Controller::new("test", &fed.informer),
        move |_, _: Context<ConfigMap>| {
            let tells = Tells(sender.lock().unwrap().take());
            teller.tell("runs");
            async move {
                let _tells = tells;
                std::future::pending().await
            }
        },
    );
    told.next().await;
    drop(running);
    soon(dropped).await.unwrap_err();
}

// claims: controller.predicates
#[tokio::test]
async fn a_source_leaves_out_what_its_predicate_does() {
    let fed = Fed::new(&["a"]);
    let (teller, mut told) = telling();
    let source = Source::from(&fed.informer)
        .when(Predicate::labels())
        .when(Predicate::object(|map| map.name() != "other"));
    let _running = Running::start(
        Controller::new("test", source),
        move |key, cx: Context<ConfigMap>| {
            teller.tell(seen(&key, &cx));
            async { Ok(Action::Done) }
        },
    );
    assert_eq!(told.next().await, "a@10");
    fed.change(map("a", 11));
    fed.add(map("other", 12));
    told.nothing().await;
    let mut labelled = map("a", 13);
    labelled.metadata.labels.insert("a", "b".into());
    fed.change(labelled);
    assert_eq!(told.next().await, "a@13");
}

// claims: controller.read-your-writes
#[tokio::test]
async fn a_reconcile_sees_what_the_one_before_has_written() {
    let fed = Fed::new(&["a"]);
    let clock = ManualClock::new();
    let (teller, mut told) = telling();
    let writes = AtomicUsize::new(0);
    let controller = Controller::new("test", &fed.informer).time(Arc::new(clock.clone()));
    let _running = Running::start(controller, move |key, cx: Context<ConfigMap>| {
        teller.tell(seen(&key, &cx));
        // As if it had been written, which is 20, then 30, and then comes again.
        let version = match writes.fetch_add(1, Ordering::Relaxed) {
            0 => Some(20),
            1 => Some(30),
            _ => None,
        };
        async move {
            let Some(version) = version else {
                return Ok(Action::Done);
            };
            cx.wrote(&map("a", version));
            Ok(Action::RequeueAfter(Duration::ZERO))
        }
    });
    assert_eq!(told.next().await, "a@10");
    // It is due, and has not been seen.
    told.nothing().await;
    fed.change(map("a", 19));
    told.nothing().await;
    fed.change(map("a", 20));
    assert_eq!(told.next().await, "a@20");
    // Nor waited for without an end.
    told.nothing().await;
    clock.advance(Duration::from_secs(10));
    assert_eq!(told.next().await, "a@20");
}
