//! Orders that a program brings.

use std::collections::BTreeMap;

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
