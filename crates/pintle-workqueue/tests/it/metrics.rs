//! What a queue tells about itself.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use pintle_env::{ManualClock, Metrics, OpenMetrics};
use pintle_workqueue::WorkQueue;

fn queue(name: &str) -> (WorkQueue<&'static str>, ManualClock, OpenMetrics) {
    let (clock, exporter) = (ManualClock::new(), OpenMetrics::new());
    let queue = WorkQueue::builder(name, Arc::new(clock.clone()))
        .metrics(Metrics::to(Arc::new(exporter.clone())))
        .build();
    (queue, clock, exporter)
}

fn value(exporter: &OpenMetrics, series: &str) -> f64 {
    let text = exporter.to_string();
    let line = text.lines().find_map(|line| line.strip_prefix(series));
    line.unwrap_or_else(|| panic!("no {series} in {text}"))
        .trim()
        .parse()
        .unwrap()
}

// claims: workqueue.metrics
#[test]
fn depth_additions_and_retries_are_counted() {
    let (queue, clock, exporter) = queue("websites");
    queue.add("a");
    queue.add("a");
    queue.add("b");
    assert_eq!(value(&exporter, "workqueue_depth{name=\"websites\"}"), 2.0);
    let item = queue.try_get().unwrap();
    assert_eq!(value(&exporter, "workqueue_depth{name=\"websites\"}"), 1.0);
    // What comes again waits too.
    queue.add("a");
    assert_eq!(value(&exporter, "workqueue_depth{name=\"websites\"}"), 2.0);
    item.retry();
    queue.add_after("c", Duration::from_secs(1));
    assert_eq!(
        value(&exporter, "workqueue_adds_total{name=\"websites\"}"),
        3.0
    );
    assert_eq!(
        value(&exporter, "workqueue_retries_total{name=\"websites\"}"),
        2.0
    );
    clock.advance(Duration::from_secs(1));
    assert_eq!(queue.len(), 3);
    assert_eq!(
        value(&exporter, "workqueue_adds_total{name=\"websites\"}"),
        4.0
    );
    assert_eq!(value(&exporter, "workqueue_depth{name=\"websites\"}"), 3.0);
}

// claims: workqueue.metrics
#[test]
fn waiting_and_working_are_timed() {
    let (queue, clock, exporter) = queue("websites");
    queue.add("a");
    queue.add_after("b", Duration::from_secs(1));
    clock.advance(Duration::from_secs(3));
    let (a, b) = (queue.try_get().unwrap(), queue.try_get().unwrap());
    let waited = "workqueue_queue_duration_seconds_sum{name=\"websites\"}";
    assert_eq!(value(&exporter, waited), 5.0, "b since it was due");
    clock.advance(Duration::from_secs(4));
    a.finish();
    let worked = "workqueue_work_duration_seconds_sum{name=\"websites\"}";
    assert_eq!(value(&exporter, worked), 4.0);
    let bucket = "workqueue_work_duration_seconds_bucket{name=\"websites\",le=\"10.0\"}";
    assert_eq!(value(&exporter, bucket), 1.0);
    drop(b);
    assert_eq!(value(&exporter, worked), 8.0);
}

// claims: workqueue.metrics.unfinished
#[test]
fn unfinished_work_is_told_of_twice_a_second() {
    let (queue, clock, exporter) = queue("websites");
    queue.add_all(["a", "b"], pintle_workqueue::Add::now());
    let _a = queue.try_get().unwrap();
    clock.advance(Duration::from_secs(2));
    let _b = queue.try_get().unwrap();
    let mut telling = pin!(queue.tell_unfinished());
    let mut cx = Context::from_waker(Waker::noop());
    assert!(telling.as_mut().poll(&mut cx).is_pending());
    let (sum, longest) = (
        "workqueue_unfinished_work_seconds{name=\"websites\"}",
        "workqueue_longest_running_processor_seconds{name=\"websites\"}",
    );
    assert_eq!(
        (value(&exporter, sum), value(&exporter, longest)),
        (2.0, 2.0)
    );
    clock.advance(Duration::from_millis(499));
    assert!(telling.as_mut().poll(&mut cx).is_pending());
    assert_eq!(value(&exporter, sum), 2.0);
    clock.advance(Duration::from_millis(1));
    assert!(telling.as_mut().poll(&mut cx).is_pending());
    assert_eq!(
        (value(&exporter, sum), value(&exporter, longest)),
        (3.0, 2.5)
    );
    queue.shut_down();
    clock.advance(Duration::from_millis(500));
    assert!(telling.as_mut().poll(&mut cx).is_ready());
}

// claims: workqueue.metrics.unnamed
#[test]
fn a_queue_without_a_name_tells_nothing() {
    let (queue, _, exporter) = queue("");
    queue.add("a");
    drop(queue.try_get());
    assert_eq!(exporter.to_string(), "# EOF\n");
    let mut telling = pin!(queue.tell_unfinished());
    let mut cx = Context::from_waker(Waker::noop());
    assert!(telling.as_mut().poll(&mut cx).is_ready());
}
