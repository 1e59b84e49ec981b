//! What a queue tells its limiter, and what it says of itself.

use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Waker};
use std::time::Duration;

use pintle_env::{Instant, ManualClock};
use pintle_workqueue::{
    Add, Bucket, Fifo, KeyedBackoff, Limiter, MaxOf, Queue, WorkQueue, item_limiter,
};

/// Tells what it is asked and told.
struct Tells(Sender<String>);

impl Limiter<&'static str> for Tells {
    fn delay(&mut self, key: &&'static str, failures: u32, _: Instant) -> Duration {
        self.0.send(format!("{key} failed {failures}")).unwrap();
        Duration::from_secs(1)
    }

    fn forget(&mut self, key: &&'static str) {
        self.0.send(format!("{key} is forgotten")).unwrap();
    }
}

// claims: workqueue.retry, workqueue.forget
#[test]
fn a_limiter_hears_of_every_failure_and_of_what_is_forgotten() {
    let (sender, receiver) = channel();
    let clock = ManualClock::new();
    let queue = WorkQueue::builder("test", Arc::new(clock.clone()))
        .limiter(Tells(sender))
        .build();
    queue.add("a");
    queue.try_get().unwrap().retry();
    clock.advance(Duration::from_secs(1));
    queue.try_get().unwrap().retry();
    clock.advance(Duration::from_secs(1));
    queue.try_get().unwrap().finish();
    queue.forget(&"b");
    drop(queue);
    let told: Vec<String> = receiver.iter().collect();
    assert_eq!(told[..3], ["a failed 0", "a failed 1", "a is forgotten"]);
}

#[test]
fn a_jitter_below_nothing_is_none() {
    let second = Duration::from_secs(1);
    let mut backoff = KeyedBackoff::new(second, second * 100).jitter(-1.0);
    assert!(backoff.is_empty());
    assert_eq!(backoff.failed("a", Instant::ORIGIN, 1.0), second);
    assert_eq!(backoff.failed("a", Instant::ORIGIN, 1.0), second * 2);
}

#[test]
fn a_queue_says_what_is_where() {
    let now = Instant::ORIGIN;
    let second = Duration::from_secs(1);
    let mut queue = Queue::new(Fifo::new(), item_limiter());
    let where_they_are =
        |queue: &Queue<&'static str>| (queue.len(), queue.processing(), queue.delayed_len());
    assert_eq!(
        (where_they_are(&queue), queue.is_empty()),
        ((0, 0, 0), true)
    );
    assert!(queue.is_idle() && !queue.is_finished() && !queue.is_shutting_down());
    queue.add("a", Add::now(), now);
    queue.add("b", Add::now(), now);
    queue.add("c", Add::now().after(second), now);
    assert_eq!(
        (where_they_are(&queue), queue.is_empty()),
        ((2, 0, 1), false)
    );
    let a = queue.take(now).unwrap();
    assert_eq!(where_they_are(&queue), (1, 1, 1));
    assert!(!queue.is_idle());
    let said = format!("{queue:?}");
    let expected = "Queue { ready: 1, processing: 1, delayed: 1, shutting_down: false, .. }";
    assert_eq!(said, expected);
    queue.advance(now + second);
    assert_eq!(where_they_are(&queue), (2, 1, 0));
    queue.shut_down();
    assert!(queue.is_shutting_down() && !queue.is_finished());
    queue.done(a, now);
    for _ in 0..2 {
        let taken = queue.take(now + second).unwrap();
        assert!(!queue.is_idle());
        queue.done(taken, now);
    }
    assert!(queue.is_idle() && queue.is_finished());
}

#[test]
fn what_is_printed_of_a_queue_says_how_much_there_is() {
    let clock = ManualClock::new();
    let builder = WorkQueue::<&str>::builder("websites", Arc::new(clock));
    let said = format!("{builder:?}");
    assert_eq!(said, r#"Builder { name: "websites", delayed: Apart, .. }"#);
    let queue = builder.build();
    queue.add("a");
    let item = queue.try_get().unwrap();
    assert_eq!(format!("{item:?}"), r#"Item("a")"#);
    let said = "Queue { ready: 0, processing: 1, delayed: 0, shutting_down: false, .. }";
    assert_eq!(format!("{queue:?}"), said);
    assert_eq!(format!("{:?}", queue.get()), "Get { .. }");
    let mut drain = pin!(queue.drain());
    let mut cx = Context::from_waker(Waker::noop());
    assert!(drain.as_mut().poll(&mut cx).is_pending());
    assert_eq!(format!("{drain:?}"), "Drain { .. }");
    let limiters = MaxOf::<&str>::new()
        .and(item_limiter())
        .and(Bucket::new(1.0, 1));
    assert_eq!(format!("{limiters:?}"), "MaxOf(2 limiters)");
}

#[test]
fn a_key_is_written_over_the_one_that_was_handed_back() {
    let now = Instant::ORIGIN;
    let mut queue = Queue::new(Fifo::new(), item_limiter());
    for key in ["first", "other"] {
        queue.add(key.to_owned(), Add::now(), now);
    }
    let first = queue.take(now).unwrap();
    let place = first.key().as_ptr();
    queue.done(first, now);
    // Were the place free, these would have it.
    let _others: Vec<String> = (0..10).map(|_| "taken".to_owned()).collect();
    let other = queue.take(now).unwrap();
    assert_eq!(other.key(), "other");
    assert_eq!(other.key().as_ptr(), place, "no memory is asked for");
}

#[test]
fn a_key_of_which_nothing_is_known_any_more_is_let_go() {
    let mut now = Instant::ORIGIN;
    let mut queue = Queue::new(Fifo::new(), item_limiter());
    let key: Arc<str> = "key".into();
    queue.add(key.clone(), Add::now().rate_limited(), now);
    now = queue.next_deadline().unwrap();
    let taken = queue.take(now).unwrap();
    queue.done(taken, now);
    assert_eq!(Arc::strong_count(&key), 2, "it has failed once");
    queue.forget(&key);
    assert_eq!(Arc::strong_count(&key), 1);
    queue.add(key.clone(), Add::now().after(Duration::from_secs(1)), now);
    queue.shut_down();
    assert_eq!(Arc::strong_count(&key), 1);
}
