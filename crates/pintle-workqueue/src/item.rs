//! [`Item`], a key that a worker has.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::work_queue::Shared;
use crate::{Add, Key, Taken};

/// A key that a worker has, lent by the queue. Nobody else is given it until this is dropped.
///
/// It dereferences to the key. What came of the work is said by [`finish`](Self::finish),
/// [`retry`](Self::retry) or [`again_after`](Self::again_after). When it is dropped instead, by a panic
/// for example, the key is merely handed back: it comes again if it was added meanwhile. A task that is
/// spawned for it takes it along as [`into_owned`](Self::into_owned) makes it.
#[must_use = "dropping it hands the key back"]
pub struct Item<'a, K: Key> {
    queue: Handle<'a, K>,
    /// There until it is handed back.
    taken: Option<Taken<K>>,
}

/// The queue. To count a reference to it for each key would take a tenth of all that is done for one.
enum Handle<'a, K> {
    Lent(&'a Arc<Shared<K>>),
    Own(Arc<Shared<K>>),
}

impl<'a, K: Key> Item<'a, K> {
    #[inline]
    pub(crate) fn new(queue: &'a Arc<Shared<K>>, taken: Taken<K>) -> Self {
        Self {
            queue: Handle::Lent(queue),
            taken: Some(taken),
        }
    }

    /// The same, which keeps the queue itself.
    pub fn into_owned(mut self) -> Item<'static, K> {
        let queue = match &self.queue {
            Handle::Lent(queue) => Arc::clone(queue),
            Handle::Own(queue) => queue.clone(),
        };
        Item {
            queue: Handle::Own(queue),
            taken: self.taken.take(),
        }
    }

    /// The key.
    pub fn key(&self) -> &K {
        self.taken().key()
    }

    /// The priority with which it was added.
    pub fn priority(&self) -> i32 {
        self.taken().priority()
    }

    /// It is done: hands the key back, and forgets how often it failed. client-go's `Forget` and
    /// `Done`.
    pub fn finish(mut self) {
        self.hand_back(None, true);
    }

    /// It failed: the key comes again when the limiter lets it, with the priority that it had.
    /// client-go's `AddRateLimited` and `Done`.
    pub fn retry(mut self) {
        let how = Add::now().rate_limited().priority(self.priority());
        self.hand_back(Some(how), false);
    }

    /// It is done for now: forgets how often it failed, and the key comes again after a while.
    /// client-go's `Forget`, `AddAfter` and `Done`.
    pub fn again_after(mut self, delay: Duration) {
        let how = Add::now().after(delay).priority(self.priority());
        self.hand_back(Some(how), true);
    }

    /// Only hands the key back, as dropping it does. client-go's `Done`.
    #[inline]
    pub fn done(mut self) {
        self.hand_back(None, false);
    }

    fn taken(&self) -> &Taken<K> {
        self.taken
            .as_ref()
            .expect("it is there until it is handed back")
    }

    #[inline]
    fn hand_back(&mut self, again: Option<Add>, forget: bool) {
        let Some(taken) = self.taken.take() else {
            return;
        };
        let Some(how) = again else {
            return self.queue.done(taken, forget);
        };
        self.queue.with(how, |queue, now| {
            if forget {
                queue.forget_taken(&taken);
            }
            queue.add_again(&taken, how, now);
            queue.done(taken, now);
        });
    }
}

impl<K> Deref for Handle<'_, K> {
    type Target = Shared<K>;

    fn deref(&self) -> &Shared<K> {
        match self {
            Self::Lent(queue) => queue,
            Self::Own(queue) => queue,
        }
    }
}

impl<K: Key> Deref for Item<'_, K> {
    type Target = K;

    fn deref(&self) -> &K {
        self.key()
    }
}

impl<K: Key> Drop for Item<'_, K> {
    fn drop(&mut self) {
        self.hand_back(None, false);
    }
}

impl<K: Key + fmt::Debug> fmt::Debug for Item<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Item").field(self.key()).finish()
    }
}
