//! Every key that the queue knows, once: a slab of slots and a table from keys to them.
//!
//! Invariant: a slot's number names the same key until the slot is [released](Slots::release). Slots lie
//! in pieces of fixed size, so that a queue that grows never copies what it holds.
//!
//! A slot that was released rests: its key stays for a while, and is there again when it is added again.
//! To take a key out of a table takes as long as to find it; to take out all that rest, once they are more
//! than the others, takes a part of that for each.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use pintle_env::Instant;

use crate::table::Table;

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

    /// Whether it is another's once it is needed.
    fn is_spare(&self) -> bool {
        self.key.is_none() || self.is_idle()
    }

    /// Whether there is no reason to know the key.
    pub(crate) fn is_idle(&self) -> bool {
        !self.wanted && !self.taken && self.delay == NOWHERE && self.failures == 0
    }
}

pub(crate) struct Slots<K> {
    pieces: Vec<Vec<Slot<K>>>,
    free: u32,
    live: usize,
    resting: usize,
    table: Table,
    hasher: Hasher,
}

/// What hashes keys.
#[derive(Clone, Default)]
pub(crate) struct Hasher(RandomState);

impl Hasher {
    pub(crate) fn hash(&self, key: &impl Hash) -> u32 {
        let hash = self.0.hash_one(key);
        (hash ^ (hash >> 32)) as u32
    }
}

impl<K: Hash + Eq> Slots<K> {
    pub(crate) fn new() -> Self {
        Self {
            pieces: Vec::new(),
            free: NOWHERE,
            live: 0,
            resting: 0,
            table: Table::with_room_for(0),
            hasher: Hasher::default(),
        }
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.hasher
    }

    /// The slot of a key that does not rest.
    pub(crate) fn find(&self, key: &K) -> Option<u32> {
        let slot = self.find_hashed(key, self.hasher.hash(key))?;
        (!self.get(slot).is_idle()).then_some(slot)
    }

    fn find_hashed(&self, key: &K, hash: u32) -> Option<u32> {
        self.table
            .find(hash, |slot| self.get(slot).key.as_ref() == Some(key))
    }

    /// Looks at where keys with these hashes would be: the looks of many wait for memory together.
    pub(crate) fn expect(&self, hashes: impl Iterator<Item = u32>) {
        self.table.expect(hashes);
    }

    /// The slot of a key, which the caller sees to that it is not idle.
    pub(crate) fn find_or_insert(&mut self, key: K, hash: u32) -> u32 {
        if let Some(slot) = self.find_hashed(&key, hash) {
            if self.get(slot).is_idle() {
                self.resting -= 1;
                self.live += 1;
            }
            return slot;
        }
        let slot = self.occupy(key, hash);
        self.table.insert(hash, slot);
        self.live += 1;
        slot
    }

    /// A slot became idle: it rests.
    pub(crate) fn release(&mut self) {
        self.live -= 1;
        self.resting += 1;
        // Whatever made it large is over.
        let is_over = self.live == 0 && self.pieces.len() > 1;
        // To sweep takes time for each slot that there is.
        let most = MOST_RESTING + self.live.max(self.pieces.len() * PIECE / 16);
        if is_over || self.resting > most {
            self.sweep();
        }
    }

    /// Forgets the keys that rest.
    fn sweep(&mut self) {
        self.resting = 0;
        self.free = NOWHERE;
        self.table = Table::with_room_for(self.live);
        while self
            .pieces
            .pop_if(|piece| piece.iter().all(Slot::is_spare))
            .is_some()
        {}
        for (piece, slots) in self.pieces.iter_mut().enumerate().rev() {
            for (place, slot) in slots.iter_mut().enumerate().rev() {
                let number = (piece * PIECE + place) as u32;
                if slot.is_spare() {
                    slot.key = None;
                    slot.delay = std::mem::replace(&mut self.free, number);
                } else {
                    self.table.insert(slot.hash, number);
                }
            }
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
}

fn at<K>(pieces: &[Vec<Slot<K>>], slot: u32) -> &Slot<K> {
    &pieces[slot as usize / PIECE][slot as usize % PIECE]
}

/// No slot, and no place among the delays.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// How many slots a piece has.
const PIECE: usize = 1024;

/// How many keys rest at most beside as many as do not.
const MOST_RESTING: usize = 256;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn insert<K: Hash + Eq>(slots: &mut Slots<K>, key: K) -> u32 {
        let hash = slots.hasher().hash(&key);
        let slot = slots.find_or_insert(key, hash);
        slots.get_mut(slot).wanted = true;
        slot
    }

    fn rest<K: Hash + Eq>(slots: &mut Slots<K>, slot: u32) {
        slots.get_mut(slot).wanted = false;
        slots.release();
    }

    #[test]
    fn a_key_has_one_slot_whatever_becomes_of_others() {
        let mut slots = Slots::new();
        let keys: Vec<u32> = (0..5_000).collect();
        let places: Vec<u32> = keys.iter().map(|&key| insert(&mut slots, key)).collect();
        let (gone, stay): (Vec<_>, Vec<_>) = places
            .into_iter()
            .zip(keys)
            .partition(|(_, key)| key % 5 > 0);
        for (place, _) in &gone {
            rest(&mut slots, *place);
        }
        for (place, key) in stay {
            assert_eq!(slots.find(&key), Some(place));
            assert_eq!(insert(&mut slots, key), place);
            assert_eq!(*slots.key(place), key);
        }
        for (_, key) in gone {
            assert_eq!(slots.find(&key), None);
        }
    }

    #[test]
    fn a_key_that_rests_has_its_slot_again() {
        let mut slots = Slots::new();
        let place = insert(&mut slots, "a");
        rest(&mut slots, place);
        assert_eq!(slots.find(&"a"), None);
        let other = insert(&mut slots, "b");
        assert_ne!(other, place);
        assert_eq!(insert(&mut slots, "a"), place);
        assert_eq!((slots.live, slots.resting), (2, 0));
    }

    #[test]
    fn no_more_rest_than_are_wanted_or_are_few_beside_the_slots() {
        let mut slots = Slots::new();
        let known = Arc::new(());
        let key = |number: u32| (number, ByNumber(known.clone()));
        let places: Vec<u32> = (0..20_000).map(|n| insert(&mut slots, key(n))).collect();
        for (gone, &place) in places.iter().enumerate() {
            rest(&mut slots, place);
            let (kept, wanted) = (Arc::strong_count(&known) - 1, 19_999 - gone);
            assert!(
                kept <= 2 * wanted + 256 || kept <= wanted + 20_480 / 16 + 256,
                "{kept} of {wanted}"
            );
        }
        // What waits for long keeps its slot, and others need no new ones.
        let last = insert(&mut slots, key(0));
        for n in 1..50_000 {
            let place = insert(&mut slots, key(n));
            rest(&mut slots, place);
        }
        assert_eq!(slots.find(&key(0)), Some(last));
        assert!(slots.pieces.len() <= 2, "{}", slots.pieces.len());
    }

    #[test]
    fn an_empty_queue_gives_back_what_it_took() {
        let mut slots = Slots::new();
        let places: Vec<u32> = (0..3_000u32).map(|key| insert(&mut slots, key)).collect();
        for place in places {
            rest(&mut slots, place);
        }
        assert!(slots.pieces.is_empty());
        assert_eq!(slots.table.room(), Table::with_room_for(0).room());
        assert_eq!(insert(&mut slots, 1), 0);
    }

    /// What keys share, to count those that are kept.
    struct ByNumber(Arc<()>);

    impl PartialEq for ByNumber {
        fn eq(&self, other: &Self) -> bool {
            Arc::ptr_eq(&self.0, &other.0)
        }
    }

    impl Eq for ByNumber {}

    impl Hash for ByNumber {
        fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
    }
}
