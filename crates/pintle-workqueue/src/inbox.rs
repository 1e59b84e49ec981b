//! [`Inbox`], where keys are left for whoever looks at the queue next.
//!
//! To add a key touches nothing that a worker touches for each key, so that the two do not wait for one
//! another. Invariant: while a task waits for a key, the inbox is watched, and whoever leaves one there
//! sees to it that it is found.

use std::collections::VecDeque;
use std::sync::PoisonError;

use crate::sync::{AtomicBool, Mutex, MutexGuard, Ordering};

/// Keys that were added and nobody has looked at.
// On a line of memory of its own: a worker only looks at it, as long as nothing is there.
#[repr(align(128))]
pub(crate) struct Inbox<K> {
    /// Whether anything is there. It changes under the lock; who looks without it sees at least what was left
    /// before it was told of that in another way.
    is_filled: AtomicBool,
    kept: Mutex<Kept<K>>,
}

struct Kept<K> {
    arrived: VecDeque<Arrival<K>>,
    watched: bool,
}

/// A key that was added to be worked on at once.
pub(crate) struct Arrival<K> {
    pub(crate) key: K,
    pub(crate) hash: u32,
    pub(crate) priority: i32,
}

impl<K> Inbox<K> {
    pub(crate) fn new() -> Self {
        let kept = Kept {
            arrived: VecDeque::new(),
            watched: false,
        };
        Self {
            is_filled: AtomicBool::new(false),
            kept: Mutex::new(kept),
        }
    }

    /// Leaves a key; whether it must be looked at now.
    pub(crate) fn leave(&self, arrival: Arrival<K>) -> bool {
        let mut kept = self.lock();
        kept.arrived.push_back(arrival);
        self.is_filled.store(true, Ordering::Relaxed);
        kept.watched || kept.arrived.len() >= MOST
    }

    /// Fetches everything, and says whether that is anything. Where nothing is, and nobody has to watch it, it
    /// stays watched if it was: then one is told of a key for nothing, who finds that nobody waits.
    #[inline]
    pub(crate) fn fetch(&self, into: &mut VecDeque<Arrival<K>>, watched: bool) -> bool {
        if watched || self.is_filled.load(Ordering::Relaxed) {
            let mut kept = self.lock();
            kept.watched = watched;
            self.is_filled.store(false, Ordering::Relaxed);
            if into.is_empty() {
                std::mem::swap(into, &mut kept.arrived);
            } else {
                into.append(&mut kept.arrived);
            }
        }
        !into.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Kept<K>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many keys wait here at most, not knowing whether they are there already: enough that workers are
/// seldom kept from the queue, and few enough that they are not kept from it for long.
const MOST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(key: usize) -> Arrival<usize> {
        Arrival {
            key,
            hash: 0,
            priority: 0,
        }
    }

    #[test]
    fn whoever_fills_it_sees_to_it() {
        let inbox = Inbox::new();
        let seen_to: Vec<usize> = (1..MOST + 2)
            .filter(|&key| inbox.leave(arrival(key)))
            .collect();
        assert_eq!(seen_to, [MOST, MOST + 1]);
    }

    #[test]
    fn whoever_leaves_a_key_while_it_is_watched_sees_to_it() {
        let (inbox, mut fetched) = (Inbox::new(), VecDeque::new());
        assert!(!inbox.leave(arrival(1)));
        assert!(inbox.fetch(&mut fetched, true));
        assert!(inbox.leave(arrival(2)));
        // What was fetched before stays in front.
        assert!(inbox.fetch(&mut fetched, false));
        let keys: Vec<usize> = fetched.drain(..).map(|arrival| arrival.key).collect();
        assert_eq!(keys, [1, 2]);
        assert!(!inbox.fetch(&mut fetched, true));
        // Nobody has to be told, and one is; then nobody is.
        assert!(!inbox.fetch(&mut fetched, false));
        assert!(inbox.leave(arrival(3)));
        assert!(inbox.fetch(&mut fetched, false));
        assert!(!inbox.leave(arrival(4)));
    }
}
