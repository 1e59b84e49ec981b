//! [`MutationCache`], what a program has written and its watch has not shown it yet.

use std::collections::HashMap;
use std::time::Duration;

use pintle_env::Instant;
use pintle_meta::{ObjectName, ResourceVersion};

use crate::Cached;

/// Remembers objects that the program itself has written, until the cache has them or something
/// newer: who has just written an object and reads it from the cache would otherwise get the one
/// before.
///
/// It remembers a bounded number of objects, each for a limited time. client-go's
/// `cache.MutationCache`.
#[derive(Debug)]
pub struct MutationCache<O> {
    written: HashMap<ObjectName, Written<O>>,
    ttl: Duration,
    capacity: usize,
    includes_additions: bool,
    uses: u64,
}

#[derive(Debug)]
struct Written<O> {
    object: O,
    expires: Instant,
    /// The number of the last use: the object with the least is forgotten first.
    used: u64,
}

impl<O: Cached> MutationCache<O> {
    /// A cache that remembers each object for `ttl`, and 100 at most.
    pub fn new(ttl: Duration) -> Self {
        Self {
            written: HashMap::new(),
            ttl,
            capacity: 100,
            includes_additions: false,
            uses: 0,
        }
    }

    /// The most objects that are remembered; of more, those that were not asked for the longest
    /// are forgotten. The default is 100.
    #[must_use]
    pub fn capacity(mut self, objects: usize) -> Self {
        self.capacity = objects.max(1);
        self
    }

    /// Counts an object that was written and is not in the store as one that is there. The default
    /// is not to: it may have been deleted already.
    #[must_use]
    pub fn includes_additions(mut self) -> Self {
        self.includes_additions = true;
        self
    }

    /// Remembers what was written, as the server answered it.
    pub fn write(&mut self, now: Instant, object: O) {
        let key = object.key();
        let written = Written {
            object,
            expires: now + self.ttl,
            used: self.next_use(),
        };
        self.written.insert(key, written);
        if self.written.len() > self.capacity {
            self.written.retain(|_, written| now < written.expires);
        }
        while self.written.len() > self.capacity {
            let oldest = self.written.iter().min_by_key(|(_, written)| written.used);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else {
                return;
            };
            self.written.remove(&key);
        }
    }

    /// The object under a key, of which the store holds `known`: the newer of the two.
    pub fn newest(&mut self, now: Instant, key: &ObjectName, known: Option<&O>) -> Option<O> {
        let used = self.next_use();
        let Some(written) = self.written.get_mut(key) else {
            return known.cloned();
        };
        if now >= written.expires || known.is_some_and(|known| !is_newer(&written.object, known)) {
            self.written.remove(key);
            return known.cloned();
        }
        written.used = used;
        match known {
            None if !self.includes_additions => None,
            _ => Some(written.object.clone()),
        }
    }

    /// The objects that were written, are not in a store, and count as being there.
    pub fn additions(&self, now: Instant, is_known: impl Fn(&ObjectName) -> bool) -> Vec<O> {
        if !self.includes_additions {
            return Vec::new();
        }
        let written = self.written.iter();
        written
            .filter(|(key, written)| now < written.expires && !is_known(key))
            .map(|(_, written)| written.object.clone())
            .collect()
    }

    fn next_use(&mut self) -> u64 {
        self.uses += 1;
        self.uses
    }
}

/// Whether what was written is newer than what is known. If nobody can tell, it is not.
fn is_newer<O: Cached>(written: &O, known: &O) -> bool {
    let version = |object: &O| ResourceVersion::from(object.resource_version());
    let order = version(written).compare(&version(known));
    order.is_some_and(std::cmp::Ordering::is_gt)
}
