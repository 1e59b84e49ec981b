//! Every key that the queue knows, once: a slab of slots and a table from keys to them.
//!
//! Invariant: a slot's number names the same key until the slot is [removed](Slots::remove). Slots lie
//! in pieces of fixed size, so that a queue that grows never copies what it holds.

use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};
use pintle_env::Instant;

/// A key and what is known of it.
pub(crate) struct Slot<K> {
    /// None while the slot is free.
    key: Option<K>,
    /// When it was asked for, if anybody measures.
    pub(crate) since: Instant,
    /// When it was asked for among all that was.
    pub(crate) added: u64,
    hash: u32,
    /// Where it stands among the delays, or [`NOWHERE`]; while the slot is free, the next free one.
    pub(crate) delay: u32,
    pub(crate) priority: i32,
    pub(crate) failures: u16,
    /// It is to be worked on: it waits for a worker, or for the one that has it.
    pub(crate) wanted: bool,
    /// A worker has it.
    pub(crate) taken: bool,
}

impl<K> Slot<K> {
    /// Whether it waits for a worker.
    pub(crate) fn waits(&self) -> bool {
        self.wanted && !self.taken
    }
}

pub(crate) struct Slots<K> {
    pieces: Vec<Vec<Slot<K>>>,
    free: u32,
    live: usize,
    table: HashTable<Place>,
    hasher: DefaultHashBuilder,
}

/// Where a key is. Its hash is kept here, so that a table that grows looks at nothing else.
#[derive(Clone, Copy)]
struct Place {
    hash: u32,
    slot: u32,
}

impl<K: Hash + Eq> Slots<K> {
    pub(crate) fn new() -> Self {
        Self {
            pieces: Vec::new(),
            free: NOWHERE,
            live: 0,
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    pub(crate) fn find(&self, key: &K) -> Option<u32> {
        self.find_hashed(key, self.hash(key))
    }

    fn find_hashed(&self, key: &K, hash: u32) -> Option<u32> {
        let is_it = |place: &Place| {
            place.hash == hash && at(&self.pieces, place.slot).key.as_ref() == Some(key)
        };
        let place = self.table.find(spread(hash), is_it)?;
        Some(place.slot)
    }

    pub(crate) fn find_or_insert(&mut self, key: K) -> u32 {
        let hash = self.hash(&key);
        if let Some(slot) = self.find_hashed(&key, hash) {
            return slot;
        }
        let slot = self.occupy(key, hash);
        self.table
            .insert_unique(spread(hash), Place { hash, slot }, |place| {
                spread(place.hash)
            });
        self.live += 1;
        slot
    }

    /// Forgets a key; its slot will be another's.
    pub(crate) fn remove(&mut self, slot: u32) {
        let hash = self.get(slot).hash;
        let is_it = |place: &Place| place.slot == slot;
        if let Ok(entry) = self.table.find_entry(spread(hash), is_it) {
            entry.remove();
        }
        self.live -= 1;
        if self.live == 0 && self.pieces.len() > 1 {
            // Whatever made it large is over.
            self.pieces.clear();
            self.table = HashTable::new();
            self.free = NOWHERE;
        } else {
            let next = self.free;
            let freed = self.get_mut(slot);
            freed.key = None;
            freed.delay = next;
            self.free = slot;
        }
    }

    /// The key of a slot that is not free.
    pub(crate) fn key(&self, slot: u32) -> &K {
        let key = self.get(slot).key.as_ref();
        key.expect("only the numbers of slots in use are handed out")
    }

    /// The slot of this number, if one is in use.
    pub(crate) fn in_use(&self, slot: u32) -> Option<&Slot<K>> {
        let piece = self.pieces.get(slot as usize / PIECE)?;
        let found = piece.get(slot as usize % PIECE)?;
        found.key.is_some().then_some(found)
    }

    pub(crate) fn get(&self, slot: u32) -> &Slot<K> {
        at(&self.pieces, slot)
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> &mut Slot<K> {
        &mut self.pieces[slot as usize / PIECE][slot as usize % PIECE]
    }

    fn occupy(&mut self, key: K, hash: u32) -> u32 {
        let fresh = Slot {
            key: Some(key),
            since: Instant::ORIGIN,
            added: 0,
            hash,
            delay: NOWHERE,
            priority: 0,
            failures: 0,
            wanted: false,
            taken: false,
        };
        if self.free != NOWHERE {
            let slot = self.free;
            self.free = self.get(slot).delay;
            *self.get_mut(slot) = fresh;
            return slot;
        }
        if self.pieces.last().is_none_or(|piece| piece.len() == PIECE) {
            // A queue that stays small takes little.
            let room = if self.pieces.is_empty() { 0 } else { PIECE };
            self.pieces.push(Vec::with_capacity(room));
        }
        let before = (self.pieces.len() - 1) * PIECE;
        let piece = self.pieces.last_mut().expect("a piece was just added");
        piece.push(fresh);
        u32::try_from(before + piece.len() - 1)
            .ok()
            .filter(|&slot| slot < NOWHERE)
            .expect("a queue holds fewer than 2³² keys")
    }

    fn hash(&self, key: &K) -> u32 {
        let hash = self.hasher.hash_one(key);
        (hash ^ (hash >> 32)) as u32
    }
}

fn at<K>(pieces: &[Vec<Slot<K>>], slot: u32) -> &Slot<K> {
    &pieces[slot as usize / PIECE][slot as usize % PIECE]
}

/// The table looks at both ends of a hash; half of one is kept.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// No slot, and no place among the delays.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// How many slots a piece has.
const PIECE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_slot_until_it_is_removed() {
        let mut slots = Slots::new();
        let keys: Vec<u32> = (0..5_000).collect();
        let places: Vec<u32> = keys.iter().map(|&key| slots.find_or_insert(key)).collect();
        for (&key, &place) in keys.iter().zip(&places) {
            assert_eq!(slots.find(&key), Some(place));
            assert_eq!(slots.find_or_insert(key), place);
            assert_eq!(*slots.key(place), key);
        }
        slots.remove(places[17]);
        assert_eq!(slots.find(&17), None);
        assert!(slots.in_use(places[17]).is_none());
        assert_eq!(slots.find_or_insert(9_999), places[17], "it is used again");
    }

    #[test]
    fn an_empty_queue_gives_back_what_it_took() {
        let mut slots = Slots::new();
        let places: Vec<u32> = (0..3_000u32).map(|key| slots.find_or_insert(key)).collect();
        for place in places {
            slots.remove(place);
        }
        assert!(slots.pieces.is_empty());
        assert_eq!(slots.table.capacity(), 0);
        assert_eq!(slots.find_or_insert(1), 0);
    }
}
