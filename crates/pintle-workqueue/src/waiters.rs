//! Tasks that wait for a key, in the order in which they came.
//!
//! Invariant: a waiter that was called is counted until it comes back or is gone, so that nobody is
//! called for a key that another will take, and nobody is forgotten.

use std::collections::VecDeque;
use std::task::Waker;

#[derive(Default)]
pub(crate) struct Waiters {
    /// Those that were not called yet, by ascending number.
    waiting: VecDeque<(Seat, Waker)>,
    /// How many were called and did not come back yet.
    called: usize,
    next: u64,
}

/// The number of a waiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seat(u64);

impl Waiters {
    /// A task waits. It keeps the seat that it has, if it was not called.
    pub(crate) fn sit(&mut self, seat: Option<Seat>, waker: &Waker) -> Seat {
        if let Some(at) = seat.and_then(|seat| self.find(seat)) {
            let (seat, before) = &mut self.waiting[at];
            before.clone_from(waker);
            return *seat;
        }
        if seat.is_some() {
            self.called -= 1;
        }
        self.next += 1;
        let seat = Seat(self.next);
        self.waiting.push_back((seat, waker.clone()));
        seat
    }

    /// A task waits no more, called or not.
    pub(crate) fn leave(&mut self, seat: Seat) {
        match self.find(seat) {
            Some(at) => drop(self.waiting.remove(at)),
            None => self.called -= 1,
        }
    }

    /// Calls the one that waits longest.
    pub(crate) fn call(&mut self) -> Option<Waker> {
        let (_, waker) = self.waiting.pop_front()?;
        self.called += 1;
        Some(waker)
    }

    /// Calls this one, if it waits.
    pub(crate) fn call_seat(&mut self, seat: Seat) -> Option<Waker> {
        let at = self.find(seat)?;
        let (_, waker) = self.waiting.remove(at)?;
        self.called += 1;
        Some(waker)
    }

    pub(crate) fn is_waiting(&self, seat: Seat) -> bool {
        self.find(seat).is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many were called and did not come back yet.
    pub(crate) fn called(&self) -> usize {
        self.called
    }

    fn find(&self, seat: Seat) -> Option<usize> {
        self.waiting
            .binary_search_by_key(&seat, |&(seat, _)| seat)
            .ok()
    }
}
