//! Doing something with each of many, several at a time: [`parallel_for_each`] for what waits,
//! [`parallelize`] for what computes.

use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Does something that waits with each of `items`, at most `workers` at a time, all within the task
/// that polls this.
///
/// ```
/// # use std::num::NonZeroUsize;
/// # async fn delete(name: &str) {}
/// # async fn example(names: Vec<String>) {
/// let ten = NonZeroUsize::new(10).unwrap();
/// pintle_workqueue::parallel_for_each(ten, &names, |name| delete(name)).await;
/// # }
/// ```
///
/// # Cancel safety
///
/// Dropping it drops what is going on, and begins nothing more.
pub async fn parallel_for_each<T, F: Future<Output = ()>>(
    workers: NonZeroUsize,
    items: impl IntoIterator<Item = T>,
    mut work: impl FnMut(T) -> F,
) {
    let mut items = items.into_iter().fuse();
    let mut going_on: Vec<(Pin<Box<F>>, Arc<Bell>)> = Vec::new();
    std::future::poll_fn(|cx| {
        let mut next = 0;
        loop {
            while let Some((future, bell)) = going_on.get_mut(next) {
                // Only what was woken is polled.
                if bell.has_rung(cx.waker())
                    && future
                        .as_mut()
                        .poll(&mut Context::from_waker(&bell.clone().into()))
                        .is_ready()
                {
                    going_on.swap_remove(next);
                } else {
                    next += 1;
                }
            }
            if going_on.len() == workers.get() {
                return Poll::Pending;
            }
            match items.next() {
                Some(item) => going_on.push((Box::pin(work(item)), Arc::new(Bell::rung()))),
                None if going_on.is_empty() => return Poll::Ready(()),
                None => return Poll::Pending,
            }
        }
    })
    .await;
}

/// Remembers that it was rung, and wakes the task around.
struct Bell {
    rung: AtomicBool,
    around: Mutex<Waker>,
}

impl Bell {
    fn rung() -> Self {
        Self {
            rung: AtomicBool::new(true),
            around: Mutex::new(Waker::noop().clone()),
        }
    }

    /// Whether it was rung since it was last asked; it will wake `around`.
    fn has_rung(&self, around: &Waker) -> bool {
        self.around
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone_from(around);
        self.rung.swap(false, Ordering::AcqRel)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        let around = self
            .around
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        around.wake();
    }
}

/// Computes something for each number below `pieces`, on `workers` threads, until `stop` says so; each
/// thread takes `chunk` of them at a time. Returns when all threads have ended.
///
/// client-go's `workqueue.ParallelizeUntil`.
///
/// # Panics
///
/// If `work` panics; the other threads come to their end first.
pub fn parallelize(
    workers: NonZeroUsize,
    pieces: usize,
    chunk: NonZeroUsize,
    stop: impl Fn() -> bool + Sync,
    work: impl Fn(usize) + Sync,
) {
    let next = AtomicUsize::new(0);
    let run = || {
        loop {
            let chunk_number = next.fetch_add(1, Ordering::Relaxed);
            let Some(start) = chunk_number.checked_mul(chunk.get()) else {
                return;
            };
            if start >= pieces {
                return;
            }
            for piece in start..start.saturating_add(chunk.get()).min(pieces) {
                if stop() {
                    return;
                }
                work(piece);
            }
        }
    };
    let threads = workers.get().min(pieces.div_ceil(chunk.get()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(run);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::time::Duration;

    use pintle_env::{Clock as _, ManualClock, Timer as _};

    use super::*;

    fn number(number: usize) -> NonZeroUsize {
        NonZeroUsize::new(number).unwrap()
    }

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    // claims: workqueue.parallelize
    #[test]
    fn so_many_wait_at_a_time() {
        let clock = ManualClock::new();
        let (now, most, done) = (Cell::new(0), Cell::new(0), RefCell::new(Vec::new()));
        let work = |item: u64| {
            let until = clock.now() + Duration::from_secs(item % 3);
            let sleep = clock.sleep_until(until);
            let (now, most, done) = (&now, &most, &done);
            async move {
                now.set(now.get() + 1);
                most.set(most.get().max(now.get()));
                sleep.await;
                now.set(now.get() - 1);
                done.borrow_mut().push(item);
            }
        };
        let mut all = std::pin::pin!(parallel_for_each(number(4), 0..100, work));
        let mut steps = 0;
        while poll(all.as_mut()).is_pending() {
            assert_eq!(
                now.get(),
                if done.borrow().len() < 96 {
                    4
                } else {
                    now.get()
                }
            );
            clock.advance(Duration::from_secs(1));
            steps += 1;
            assert!(steps < 1_000, "it makes progress");
        }
        assert_eq!(most.get(), 4);
        let mut done = done.take();
        done.sort_unstable();
        assert_eq!(done, (0..100).collect::<Vec<u64>>());
    }

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn only_what_was_woken_is_polled_and_the_task_around_is_woken_for_it() {
        let (polls, wakers) = (RefCell::new([0; 2]), RefCell::new([const { None }; 2]));
        let open = Cell::new(false);
        let work = |n: usize| {
            let (polls, wakers, open) = (&polls, &wakers, &open);
            std::future::poll_fn(move |cx: &mut Context<'_>| {
                polls.borrow_mut()[n] += 1;
                wakers.borrow_mut()[n] = Some(cx.waker().clone());
                match open.get() {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                }
            })
        };
        let wake = |n: usize| wakers.borrow()[n].as_ref().unwrap().wake_by_ref();
        let around = Arc::new(Woken::default());
        let waker = Waker::from(around.clone());
        let mut cx = Context::from_waker(&waker);
        let mut all = std::pin::pin!(parallel_for_each(number(2), 0..2, work));
        assert!(all.as_mut().poll(&mut cx).is_pending());
        assert_eq!(
            (*polls.borrow(), around.0.load(Ordering::Relaxed)),
            ([1, 1], 0)
        );
        wake(1);
        assert_eq!(around.0.load(Ordering::Relaxed), 1);
        assert!(all.as_mut().poll(&mut cx).is_pending());
        assert_eq!(*polls.borrow(), [1, 2]);
        open.set(true);
        wake(0);
        assert!(all.as_mut().poll(&mut cx).is_pending());
        assert_eq!(*polls.borrow(), [2, 2]);
        wake(1);
        assert!(all.as_mut().poll(&mut cx).is_ready());
    }

    #[test]
    fn nothing_to_do_is_done_at_once() {
        let none = parallel_for_each(number(4), Vec::<u8>::new(), |_| async {});
        assert!(poll(std::pin::pin!(none)).is_ready());
        parallelize(
            number(4),
            0,
            number(1),
            || false,
            |_| panic!("nothing to do"),
        );
    }

    // claims: workqueue.parallelize
    #[test]
    fn every_piece_is_computed_once() {
        for (workers, pieces, chunk) in [(1, 1, 1), (4, 1000, 1), (4, 1000, 7), (8, 3, 100)] {
            let counts: Vec<AtomicUsize> = (0..pieces).map(|_| AtomicUsize::new(0)).collect();
            let work = |piece: usize| {
                counts[piece].fetch_add(1, Ordering::Relaxed);
            };
            parallelize(number(workers), pieces, number(chunk), || false, work);
            let once = |count: &AtomicUsize| count.load(Ordering::Relaxed) == 1;
            assert!(counts.iter().all(once), "{workers} {pieces} {chunk}");
        }
    }

    // claims: workqueue.parallelize
    #[test]
    fn what_is_to_stop_begins_nothing_more() {
        let count = AtomicUsize::new(0);
        let stop = || count.load(Ordering::Relaxed) >= 5;
        let work = |_| {
            count.fetch_add(1, Ordering::Relaxed);
        };
        parallelize(number(1), 1000, number(10), stop, work);
        assert_eq!(count.load(Ordering::Relaxed), 5);
    }
}
