//! A few tasks at a queue, in every order in which their steps can happen.
#![cfg(loom)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use loom::future::block_on;
use loom::thread;
use pintle_env::ManualClock;
use pintle_workqueue::WorkQueue;

fn queue() -> WorkQueue<u8> {
    WorkQueue::new("", Arc::new(ManualClock::new()))
}

fn model(body: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    // Two are known to find nearly everything; three are still quick.
    model.preemption_bound = Some(3);
    model.check(body);
}

#[test]
fn a_key_that_is_added_reaches_a_worker_that_waits() {
    model(|| {
        let queue = queue();
        let worker = {
            let queue = queue.clone();
            thread::spawn(move || *block_on(queue.get()).unwrap())
        };
        queue.add(7);
        assert_eq!(worker.join().unwrap(), 7);
    });
}

#[test]
fn two_workers_get_two_keys() {
    model(|| {
        let queue = queue();
        let worker = |queue: WorkQueue<u8>| thread::spawn(move || *block_on(queue.get()).unwrap());
        let (one, two) = (worker(queue.clone()), worker(queue.clone()));
        queue.add(1);
        queue.add(2);
        assert_eq!(one.join().unwrap() + two.join().unwrap(), 3);
    });
}

#[test]
fn a_worker_gets_what_two_add_at_once() {
    model(|| {
        let queue = queue();
        let worker = {
            let queue = queue.clone();
            thread::spawn(move || {
                let first = *block_on(queue.get()).unwrap();
                first + *block_on(queue.get()).unwrap()
            })
        };
        let other = {
            let queue = queue.clone();
            thread::spawn(move || queue.add(1))
        };
        queue.add(2);
        other.join().unwrap();
        assert_eq!(worker.join().unwrap(), 3);
    });
}

#[test]
fn a_worker_that_gives_up_leaves_its_turn_to_the_other() {
    model(|| {
        let queue = queue();
        let gives_up = {
            let queue = queue.clone();
            thread::spawn(move || {
                let mut get = Box::pin(queue.get());
                let polled = get.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                drop(get);
                // It may have got the key, and hands it back unfinished.
                if let std::task::Poll::Ready(Some(item)) = polled {
                    let key = *item;
                    drop(item);
                    queue.add(key);
                }
            })
        };
        let stays = {
            let queue = queue.clone();
            thread::spawn(move || *block_on(queue.get()).unwrap())
        };
        queue.add(7);
        gives_up.join().unwrap();
        assert_eq!(stays.join().unwrap(), 7);
    });
}

#[test]
fn a_key_that_is_added_while_it_is_worked_on_comes_again() {
    model(|| {
        let queue = queue();
        queue.add(7);
        let times = Arc::new(AtomicUsize::new(0));
        let item = queue.try_get().unwrap();
        let adds = {
            let queue = queue.clone();
            thread::spawn(move || queue.add(7))
        };
        let works = {
            let (queue, times) = (queue.clone(), times.clone());
            thread::spawn(move || {
                let item = block_on(queue.get()).unwrap();
                times.fetch_add(1, Ordering::Relaxed);
                item.finish();
            })
        };
        item.finish();
        adds.join().unwrap();
        works.join().unwrap();
        assert_eq!(times.load(Ordering::Relaxed), 1);
        assert_eq!((queue.len(), queue.processing()), (0, 0));
    });
}

#[test]
fn the_end_reaches_everybody_and_a_drain_waits_for_the_last() {
    model(|| {
        let queue = queue();
        queue.add(7);
        let done = Arc::new(AtomicUsize::new(0));
        let worker = {
            let (queue, done) = (queue.clone(), done.clone());
            thread::spawn(move || {
                while let Some(item) = block_on(queue.get()) {
                    done.fetch_add(1, Ordering::Relaxed);
                    item.finish();
                }
            })
        };
        block_on(queue.drain());
        assert_eq!(done.load(Ordering::Relaxed), 1);
        worker.join().unwrap();
    });
}
