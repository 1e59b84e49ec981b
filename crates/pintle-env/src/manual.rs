//! A clock that stands still until a test moves it.
//!
//! Invariant: time only moves in [`ManualClock::advance`], and every sleep whose deadline it passes
//! has been woken when it returns.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use crate::{Clock, Instant, Sleep, Timer, Timestamp};

/// A [`Clock`] and [`Timer`] that a test moves by hand. Clones share one time.
///
/// It starts at 2026-01-01T00:00:00Z and at [`Instant::ORIGIN`].
///
/// ```
/// use std::time::Duration;
/// use pintle_env::{Clock, ManualClock};
///
/// let clock = ManualClock::new();
/// let start = clock.now();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now().saturating_since(start), Duration::from_secs(60));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    elapsed: Duration,
    sleepers: Vec<Sleeper>,
    next_sleeper: u64,
}

#[derive(Debug)]
struct Sleeper {
    id: u64,
    deadline: Instant,
    waker: Waker,
}

impl ManualClock {
    /// A clock at its start.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves both times forward and wakes the sleeps that have ended.
    pub fn advance(&self, by: Duration) {
        let woken: Vec<Sleeper> = {
            let mut state = self.lock();
            state.elapsed = state.elapsed.saturating_add(by);
            let now = state.now();
            state
                .sleepers
                .extract_if(.., |sleeper| sleeper.deadline <= now)
                .collect()
        };
        for sleeper in woken {
            sleeper.waker.wake();
        }
    }

    /// How many sleeps wait now: lets a test move on only once its subject has gone to sleep.
    pub fn sleepers(&self) -> usize {
        self.lock().sleepers.len()
    }

    /// The earliest deadline that is waited for, if any.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.lock()
            .sleepers
            .iter()
            .map(|sleeper| sleeper.deadline)
            .min()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole between statements: a panic elsewhere cannot have left it half-written.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.lock().now()
    }

    fn timestamp(&self) -> Timestamp {
        START + self.lock().elapsed
    }
}

impl Timer for ManualClock {
    fn sleep_until(&self, deadline: Instant) -> Sleep {
        Box::pin(ManualSleep {
            clock: self.clone(),
            deadline,
            id: None,
        })
    }
}

impl State {
    fn now(&self) -> Instant {
        Instant::from_origin(self.elapsed)
    }
}

struct ManualSleep {
    clock: ManualClock,
    deadline: Instant,
    id: Option<u64>,
}

impl Future for ManualSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut state = this.clock.lock();
        if state.now() >= this.deadline {
            return Poll::Ready(());
        }
        let id = *this.id.get_or_insert_with(|| {
            state.next_sleeper += 1;
            state.next_sleeper
        });
        let waker = cx.waker().clone();
        match state.sleepers.iter_mut().find(|sleeper| sleeper.id == id) {
            Some(sleeper) => sleeper.waker = waker,
            None => state.sleepers.push(Sleeper {
                id,
                deadline: this.deadline,
                waker,
            }),
        }
        Poll::Pending
    }
}

impl Drop for ManualSleep {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.clock
                .lock()
                .sleepers
                .retain(|sleeper| sleeper.id != id);
        }
    }
}

/// 2026-01-01T00:00:00Z.
const START: Timestamp = Timestamp::from_unix(1_767_225_600, 0);

#[cfg(test)]
mod tests {
    use std::task::Wake;

    use super::*;

    struct Flag(Mutex<bool>);

    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            *self.0.lock().unwrap() = true;
        }
    }

    #[test]
    fn advance_wakes_only_the_sleeps_that_ended() {
        let clock = ManualClock::new();
        let mut near = clock.sleep_until(clock.now() + Duration::from_secs(1));
        let mut far = clock.sleep_until(clock.now() + Duration::from_secs(3));
        let (near_flag, far_flag) = (
            Arc::new(Flag(Mutex::new(false))),
            Arc::new(Flag(Mutex::new(false))),
        );
        let (near_waker, far_waker) = (near_flag.clone().into(), far_flag.clone().into());
        assert!(
            near.as_mut()
                .poll(&mut Context::from_waker(&near_waker))
                .is_pending()
        );
        assert!(
            far.as_mut()
                .poll(&mut Context::from_waker(&far_waker))
                .is_pending()
        );
        assert_eq!(clock.sleepers(), 2);

        clock.advance(Duration::from_secs(2));
        assert!(*near_flag.0.lock().unwrap());
        assert!(!*far_flag.0.lock().unwrap());
        assert!(
            near.as_mut()
                .poll(&mut Context::from_waker(&near_waker))
                .is_ready()
        );
        assert_eq!(
            clock.next_deadline(),
            Some(Instant::from_origin(Duration::from_secs(3)))
        );

        drop(far);
        assert_eq!(clock.sleepers(), 0, "a dropped sleep no longer waits");
    }

    #[test]
    fn both_times_move_together() {
        let clock = ManualClock::new();
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(clock.now().since_origin(), Duration::from_millis(1_500));
        assert_eq!(
            clock.timestamp(),
            Timestamp::from_unix(1_767_225_601, 500_000_000)
        );
    }
}
