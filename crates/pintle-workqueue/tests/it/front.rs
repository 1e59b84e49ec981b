//! What tasks see of a queue: polled by hand, in any order, dropped at any time.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use pintle_env::{Clock as _, ManualClock, Random as _, SeededRandom};
use pintle_workqueue::{Add, Get, Item, WorkQueue, item_limiter};

#[derive(Default)]
struct Flag {
    woken: AtomicBool,
    times: AtomicUsize,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Relaxed);
        self.times.fetch_add(1, Ordering::Relaxed);
    }
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>, flag: &Arc<Flag>) -> Poll<F::Output> {
    let waker = Waker::from(flag.clone());
    future.poll(&mut Context::from_waker(&waker))
}

fn now<F: Future>(future: F) -> Option<F::Output> {
    match poll(pin!(future), &Arc::default()) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

fn queue<K: pintle_workqueue::Key>() -> (WorkQueue<K>, ManualClock) {
    let clock = ManualClock::new();
    (WorkQueue::new("test", Arc::new(clock.clone())), clock)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

// claims: workqueue.dedup, workqueue.reprocess, workqueue.one-worker
#[test]
fn a_key_is_there_once_and_with_one_worker_at_a_time() {
    let (queue, _) = queue();
    queue.add("a");
    queue.add("a");
    queue.add("b");
    let first = now(queue.get()).unwrap().unwrap();
    assert_eq!((*first, queue.len(), queue.processing()), ("a", 1, 1));
    queue.add("a");
    queue.add("a");
    let second = now(queue.get()).unwrap().unwrap();
    assert_eq!(*second, "b");
    assert!(now(queue.get()).is_none(), "the other worker has it");
    first.finish();
    assert_eq!(*now(queue.get()).unwrap().unwrap(), "a");
    second.finish();
    assert!(queue.is_empty());
}

#[test]
fn who_waits_is_woken_for_a_key_and_only_then() {
    let (queue, _) = queue();
    let flags: [Arc<Flag>; 2] = Default::default();
    let (mut one, mut two) = (pin!(queue.get()), pin!(queue.get()));
    assert!(poll(one.as_mut(), &flags[0]).is_pending());
    assert!(poll(two.as_mut(), &flags[1]).is_pending());
    queue.add("a");
    let woken = |n: usize| flags[n].times.load(Ordering::Relaxed);
    assert_eq!((woken(0), woken(1)), (1, 0), "the first who came");
    assert!(poll(one.as_mut(), &flags[0]).is_ready());
    queue.add("b");
    assert_eq!((woken(0), woken(1)), (1, 1));
    assert!(poll(two.as_mut(), &flags[1]).is_ready());
}

// claims: workqueue.delay
#[test]
fn a_key_comes_when_it_is_due_and_one_task_looks_at_the_clock() {
    let (queue, clock) = queue();
    let flags: [Arc<Flag>; 3] = Default::default();
    let mut gets: Vec<Pin<Box<Get<'_, &str>>>> = (0..3).map(|_| Box::pin(queue.get())).collect();
    for (get, flag) in gets.iter_mut().zip(&flags) {
        assert!(poll(get.as_mut(), flag).is_pending());
    }
    assert_eq!(clock.sleepers(), 0, "nothing is due");
    queue.add_after("b", seconds(10));
    // Who was woken sets the alarm.
    let woken = flags
        .iter()
        .position(|flag| flag.woken.swap(false, Ordering::Relaxed));
    let woken = woken.expect("somebody has to");
    assert!(poll(gets[woken].as_mut(), &flags[woken]).is_pending());
    assert_eq!((clock.sleepers(), queue.delayed_len()), (1, 1));
    queue.add_after("a", seconds(5));
    assert!(
        flags[woken].woken.swap(false, Ordering::Relaxed),
        "it is to be set anew"
    );
    assert!(poll(gets[woken].as_mut(), &flags[woken]).is_pending());
    assert_eq!(clock.next_deadline(), Some(clock.now() + seconds(5)));
    clock.advance(seconds(4));
    assert!(!flags[woken].woken.load(Ordering::Relaxed));
    clock.advance(seconds(1));
    let Poll::Ready(Some(item)) = poll(gets[woken].as_mut(), &flags[woken]) else {
        panic!("it is due");
    };
    assert_eq!(*item, "a");
    // Somebody else looks at the clock for the other key.
    let next = (0..3).find(|&n| n != woken && flags[n].woken.load(Ordering::Relaxed));
    let next = next.expect("somebody has to");
    assert!(poll(gets[next].as_mut(), &flags[next]).is_pending());
    clock.advance(seconds(5));
    assert!(poll(gets[next].as_mut(), &flags[next]).is_ready());
}

// claims: workqueue.retry, workqueue.forget
#[test]
fn what_fails_comes_later_and_later_until_it_is_finished() {
    let (queue, clock) = queue();
    queue.add("a");
    for (failures, delay) in [5, 10, 20, 40].into_iter().enumerate() {
        let item = now(queue.get()).unwrap().unwrap();
        assert_eq!(queue.requeues(&"a"), failures as u32);
        item.retry();
        clock.advance(Duration::from_millis(delay - 1));
        assert!(now(queue.get()).is_none(), "{delay} ms are not over");
        clock.advance(Duration::from_millis(1));
    }
    now(queue.get()).unwrap().unwrap().again_after(seconds(60));
    assert_eq!(queue.requeues(&"a"), 0);
    clock.advance(seconds(60));
    let item = now(queue.get()).unwrap().unwrap();
    queue.add_rate_limited("a");
    queue.forget(&"a");
    assert_eq!(queue.requeues(&"a"), 0);
    item.finish();
    clock.advance(Duration::from_millis(5));
    assert_eq!(*now(queue.get()).unwrap().unwrap(), "a");
}

// claims: workqueue.priority.low
#[test]
fn low_priority_comes_last_and_is_kept_by_a_retry() {
    let clock = ManualClock::new();
    let queue = WorkQueue::builder("test", Arc::new(clock.clone()))
        .limiter(item_limiter())
        .by_priority()
        .build();
    let low = Add::now().priority(pintle_workqueue::LOW_PRIORITY);
    assert_eq!(pintle_workqueue::LOW_PRIORITY, -100);
    queue.add_all(["a", "b", "c"], low);
    queue.add("d");
    queue.add("b");
    let mut order = Vec::new();
    while let Some(item) = queue.try_get() {
        order.push((*item, item.priority()));
        item.retry();
    }
    assert_eq!(order, [("d", 0), ("b", 0), ("a", -100), ("c", -100)]);
    clock.advance(Duration::from_millis(1));
    let priorities: Vec<i32> = std::iter::from_fn(|| queue.try_get())
        .map(|item| item.priority())
        .collect();
    assert_eq!(priorities, [0, 0, -100, -100]);
}

// claims: workqueue.shutdown, workqueue.shutdown.queued, workqueue.delay.shutdown
#[test]
fn a_queue_that_shuts_down_hands_out_what_it_has() {
    let (queue, clock) = queue();
    queue.add("a");
    queue.add("b");
    let first = now(queue.get()).unwrap().unwrap();
    queue.add("a");
    queue.add_after("later", seconds(1));
    queue.shut_down();
    queue.add("c");
    queue.add_after("c", seconds(1));
    clock.advance(seconds(2));
    assert!(queue.is_shutting_down());
    assert_eq!((queue.len(), queue.delayed_len()), (1, 0));
    assert_eq!(*now(queue.get()).unwrap().unwrap(), "b");
    // It was added again before the end, so a worker waits for it.
    let flag = Arc::default();
    let mut get = pin!(queue.get());
    assert!(poll(get.as_mut(), &flag).is_pending());
    first.finish();
    let Poll::Ready(Some(again)) = poll(get.as_mut(), &flag) else {
        panic!("it was added again");
    };
    assert_eq!(*again, "a");
    assert!(now(queue.get()).unwrap().is_none(), "there is no more");
}

#[test]
fn everybody_who_waits_hears_of_the_end() {
    let (queue, _) = queue::<u8>();
    let flags: [Arc<Flag>; 3] = Default::default();
    let mut gets: Vec<_> = (0..3).map(|_| Box::pin(queue.get())).collect();
    for (get, flag) in gets.iter_mut().zip(&flags) {
        assert!(poll(get.as_mut(), flag).is_pending());
    }
    queue.shut_down();
    for (get, flag) in gets.iter_mut().zip(&flags) {
        assert!(flag.woken.load(Ordering::Relaxed));
        assert!(matches!(poll(get.as_mut(), flag), Poll::Ready(None)));
    }
}

// claims: workqueue.drain
#[test]
fn a_drain_waits_for_what_is_being_worked_on() {
    let (queue, _) = queue();
    queue.add("a");
    queue.add("b");
    let first = now(queue.get()).unwrap().unwrap();
    let flag = Arc::<Flag>::default();
    let mut drain = pin!(queue.drain());
    queue.add("c");
    assert!(poll(drain.as_mut(), &flag).is_pending());
    first.finish();
    assert!(poll(drain.as_mut(), &flag).is_pending(), "b waits");
    let second = now(queue.get()).unwrap().unwrap();
    assert!(!flag.woken.load(Ordering::Relaxed));
    second.finish();
    assert!(flag.woken.load(Ordering::Relaxed));
    assert!(poll(drain.as_mut(), &flag).is_ready());
}

// claims: workqueue.drain
#[test]
fn a_plain_shutdown_ends_a_drain() {
    let (queue, _) = queue();
    queue.add("a");
    let _held = now(queue.get()).unwrap().unwrap();
    let flag = Arc::<Flag>::default();
    let mut drain = pin!(queue.drain());
    assert!(poll(drain.as_mut(), &flag).is_pending());
    drop(queue.drain());
    queue.shut_down();
    assert!(flag.woken.load(Ordering::Relaxed));
    assert!(poll(drain.as_mut(), &flag).is_ready());
    assert!(now(queue.drain()).is_none(), "a drain after it waits again");
}

#[test]
fn a_worker_that_panics_hands_its_key_back() {
    let (queue, _) = queue();
    queue.add("a");
    let item = now(queue.get()).unwrap().unwrap();
    queue.add("a");
    let worker = move || {
        let _item = item;
        std::panic::resume_unwind(Box::new("not this one"));
    };
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(worker)).is_err());
    assert_eq!((queue.processing(), queue.len()), (0, 1));
}

/// Tasks that get and are dropped at any time, while keys are added and time passes.
///
/// Whenever every task that was woken has been polled: nobody waits while there is a key, and somebody
/// sleeps until the next one is due. In the end every key has been handed out.
// claims: workqueue.cancel
#[test]
fn no_key_is_lost_whichever_poll_a_get_is_dropped_after() {
    for seed in 0..1_000 {
        let random = SeededRandom::new(seed);
        let (queue, clock) = queue::<u64>();
        let mut tasks: Vec<Waiting<'_>> = Vec::new();
        let mut held: Vec<Item<'_, u64>> = Vec::new();
        let (mut added, mut got) = (0, 0);
        for _ in 0..random.below(80) {
            match random.below(10) {
                0..3 => {
                    added += 1;
                    queue.add(added);
                }
                3..5 => {
                    added += 1;
                    queue.add_after(added, seconds(random.below(5)));
                }
                5 => {
                    let flag = Arc::<Flag>::default();
                    flag.woken.store(true, Ordering::Relaxed);
                    tasks.push((Box::pin(queue.get()), flag));
                }
                6 if !tasks.is_empty() => {
                    drop(tasks.swap_remove(random.below(tasks.len() as u64) as usize));
                }
                7 => clock.advance(seconds(random.below(3))),
                8 => held.clear(),
                // Polls one task, whether or not it was woken.
                _ if !tasks.is_empty() => {
                    let at = random.below(tasks.len() as u64) as usize;
                    let (task, flag) = &mut tasks[at];
                    flag.woken.store(false, Ordering::Relaxed);
                    if let Poll::Ready(item) = poll(task.as_mut(), flag) {
                        got += 1;
                        held.extend(item);
                        drop(tasks.swap_remove(at));
                    }
                }
                _ => {}
            }
            if random.below(3) == 0 {
                got += settle(&mut tasks);
                if !tasks.is_empty() {
                    assert!(queue.is_empty(), "somebody waits; seed {seed}");
                    let sleepers = usize::from(queue.delayed_len() > 0);
                    assert!(clock.sleepers() >= sleepers, "nobody sleeps; seed {seed}");
                }
            }
        }
        held.clear();
        // Those who are left, and the clock, do the rest.
        while got < added {
            let flag = Arc::<Flag>::default();
            flag.woken.store(true, Ordering::Relaxed);
            tasks.push((Box::pin(queue.get()), flag));
            let found = settle(&mut tasks);
            got += found;
            if found == 0 {
                let next = clock.next_deadline();
                let next = next.unwrap_or_else(|| panic!("keys are lost; seed {seed}"));
                clock.advance(next.saturating_since(clock.now()));
            }
        }
        assert_eq!(got, added, "seed {seed}");
        tasks.clear();
        assert_eq!(clock.sleepers(), 0);
    }
}

/// Somebody who waits for a key, and whether they were woken.
type Waiting<'a> = (Pin<Box<Get<'a, u64>>>, Arc<Flag>);

/// Polls whoever was woken, until nobody is. Returns how many got a key.
fn settle(tasks: &mut Vec<Waiting<'_>>) -> u64 {
    let mut got = 0;
    while let Some(at) = tasks
        .iter()
        .position(|(_, flag)| flag.woken.swap(false, Ordering::Relaxed))
    {
        let (task, flag) = &mut tasks[at];
        if let Poll::Ready(item) = poll(task.as_mut(), flag) {
            got += u64::from(item.is_some());
            drop(tasks.swap_remove(at));
        }
    }
    got
}
