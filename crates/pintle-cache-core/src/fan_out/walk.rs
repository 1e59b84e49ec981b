//! [`Walk`], all objects of a snapshot, one by one.

use std::sync::Arc;
use std::vec;

use pintle_meta::ObjectName;

use crate::{Cached, Snapshot};

/// Goes through a snapshot, which it owns, and lets it go at the end.
pub(crate) struct Walk<O> {
    snapshot: Arc<Snapshot<O>>,
    /// Up to here everything is at hand or was handed out.
    behind: Option<ObjectName>,
    at_hand: vec::IntoIter<O>,
    left: usize,
}

impl<O: Cached> Walk<O> {
    pub(crate) fn new(snapshot: Arc<Snapshot<O>>) -> Self {
        Self {
            left: snapshot.len(),
            snapshot,
            behind: None,
            at_hand: Vec::new().into_iter(),
        }
    }

    /// How many objects are still to come.
    pub(crate) fn left(&self) -> usize {
        self.left
    }
}

impl<O: Cached> Iterator for Walk<O> {
    type Item = O;

    fn next(&mut self) -> Option<O> {
        if self.left == 0 {
            return None;
        }
        if self.at_hand.len() == 0 {
            let objects = self.snapshot.objects_behind(self.behind.as_ref());
            let objects: Vec<O> = objects.take(AT_ONCE).cloned().collect();
            self.behind = objects.last().map(Cached::key);
            self.at_hand = objects.into_iter();
        }
        self.left -= 1;
        self.at_hand.next()
    }
}

/// How many objects are looked up at once: to find a place in the snapshot takes longer than to go on.
const AT_ONCE: usize = 64;
