//! Orders that a program brings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pintle_env::Instant;
use pintle_workqueue::{Add, Order, Queue, Rank, Ticket, item_limiter};

/// By the alphabet, but what was touched comes first.
#[derive(Default)]
struct Alphabetic {
    waiting: BTreeMap<(bool, &'static str), Ticket>,
    nonsense: Vec<Ticket>,
}

impl Order<&'static str> for Alphabetic {
    fn push(&mut self, ticket: Ticket, key: &&'static str, _: Rank) {
        self.waiting.insert((true, key), ticket);
        self.nonsense.push(ticket);
    }

    fn touch(&mut self, ticket: Ticket, key: &&'static str, _: Rank, _: Rank) {
        self.waiting.remove(&(true, key));
        self.waiting.insert((false, key), ticket);
    }

    fn pop(&mut self) -> Option<Ticket> {
        match self.waiting.pop_first() {
            Some((_, ticket)) => Some(ticket),
            // Everything that it ever saw.
            None => self.nonsense.pop(),
        }
    }
}

// claims: workqueue.pluggable
#[test]
fn an_order_says_what_is_next_and_hears_what_is_added_again() {
    let now = Instant::ORIGIN;
    let mut queue = Queue::new(Alphabetic::default(), item_limiter());
    for key in ["c", "a", "b", "d"] {
        queue.add(key, Add::now(), now);
    }
    queue.add("d", Add::now(), now);
    let mut order = Vec::new();
    while let Some(taken) = queue.take(now) {
        // While it is taken the order hears nothing of it.
        if order.is_empty() {
            queue.add(taken.key(), Add::now(), now);
        }
        order.push(*taken.key());
        queue.done(taken, now);
    }
    assert_eq!(order, ["d", "a", "b", "c", "d"]);
}

#[test]
fn what_an_order_makes_up_is_passed_over() {
    let now = Instant::ORIGIN;
    let mut queue = Queue::new(Alphabetic::default(), item_limiter());
    queue.add("a", Add::now(), now);
    let taken = queue.take(now).unwrap();
    assert!(queue.take(now).is_none(), "its ticket is good for once");
    queue.add("a", Add::now(), now);
    assert!(queue.take(now).is_none(), "it is with a worker");
    queue.done(taken, now);
    assert_eq!(queue.len(), 1);
    let taken = queue.take(now).unwrap();
    queue.done(taken, now);
    assert!(queue.take(now).is_none(), "it is gone");
}

/// First in, first out, and every ticket that there ever was.
#[derive(Default)]
struct Counts {
    waiting: Vec<Ticket>,
    tickets: Arc<Mutex<BTreeSet<Ticket>>>,
}

impl Order<u32> for Counts {
    fn push(&mut self, ticket: Ticket, _: &u32, _: Rank) {
        self.waiting.push(ticket);
        self.tickets.lock().unwrap().insert(ticket);
    }

    fn pop(&mut self) -> Option<Ticket> {
        self.waiting.pop()
    }
}

#[test]
fn a_key_that_is_done_makes_room_for_another() {
    let now = Instant::ORIGIN;
    let order = Counts::default();
    let tickets = order.tickets.clone();
    let mut queue = Queue::new(order, item_limiter());
    for key in 0..1_000 {
        queue.add(key, Add::now(), now);
        let taken = queue.take(now).unwrap();
        // Some fail, and are forgotten later.
        if key % 3 == 0 {
            queue.add_again(&taken, Add::now().rate_limited(), now);
        }
        queue.done(taken, now);
        let later = now + Duration::from_secs(1);
        if let Some(taken) = queue.take(later) {
            queue.forget_taken(&taken);
            queue.done(taken, later);
        }
    }
    let tickets = tickets.lock().unwrap().len();
    assert!(tickets < 10, "{tickets} for a key at a time");
}
