//! [`Get`] and [`Drain`], the futures that wait on a queue.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pintle_env::{Instant, Sleep};

use crate::waiters::Seat;
use crate::work_queue::{Asked, Shared};
use crate::{Item, Key};

/// Waits for the next key; see [`WorkQueue::get`](crate::WorkQueue::get).
#[must_use = "a future does nothing unless it is polled"]
pub struct Get<'a, K: Key> {
    shared: &'a Arc<Shared<K>>,
    seat: Option<Seat>,
    alarm: Option<(Instant, Sleep)>,
}

impl<'a, K: Key> Get<'a, K> {
    pub(crate) fn new(shared: &'a Arc<Shared<K>>) -> Self {
        Self {
            shared,
            seat: None,
            alarm: None,
        }
    }

    /// Sleeps until a time; whether that has come.
    fn sleep(&mut self, until: Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(until) = until else {
            self.alarm = None;
            return Poll::Pending;
        };
        if self.alarm.as_ref().is_none_or(|&(set, _)| set != until) {
            self.alarm = Some((until, self.shared.time().sleep_until(until)));
        }
        let (_, sleep) = self.alarm.as_mut().expect("the alarm was just set");
        let rings = sleep.as_mut().poll(cx);
        if rings.is_ready() {
            self.alarm = None;
        }
        rings
    }
}

impl<'a, K: Key> Future for Get<'a, K> {
    type Output = Option<Item<'a, K>>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        loop {
            match this.shared.poll_get(&mut this.seat, cx.waker()) {
                Asked::Key(taken) => return Poll::Ready(Some(Item::new(this.shared, taken))),
                Asked::Over => return Poll::Ready(None),
                Asked::Waits(until) => {
                    if this.sleep(until, cx).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}

impl<K: Key> Drop for Get<'_, K> {
    fn drop(&mut self) {
        if let Some(seat) = self.seat {
            self.shared.leave(seat);
        }
    }
}

impl<K: Key> fmt::Debug for Get<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Get").finish_non_exhaustive()
    }
}

/// Waits until workers are done with everything; see [`WorkQueue::drain`](crate::WorkQueue::drain).
#[must_use = "the queue is shut down, but nobody waits until it is drained"]
pub struct Drain<'a, K: Key> {
    shared: &'a Shared<K>,
    place: Option<u64>,
}

impl<'a, K: Key> Drain<'a, K> {
    pub(crate) fn new(shared: &'a Shared<K>) -> Self {
        Self {
            shared,
            place: None,
        }
    }
}

impl<K: Key> Future for Drain<'_, K> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.shared.poll_drain(&mut this.place, cx.waker())
    }
}

impl<K: Key> Drop for Drain<'_, K> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.shared.leave_drain(place);
        }
    }
}

impl<K: Key> fmt::Debug for Drain<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").finish_non_exhaustive()
    }
}
