//! Every key that the queue knows, once: a slab of slots and a table from keys to them.
//!
//! Invariant: a slot's number names the same key until the slot is [removed](Slots::remove). Slots lie
//! in pieces of fixed size, so that a queue that grows never copies what it holds.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use pintle_env::Instant;

use crate::table::{Found, Is, Table};

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
    fn of(key: K, hash: u32) -> Self {
        Self {
            key: Some(key),
            since: Instant::ORIGIN,
            added: 0,
            hash,
            delay: NOWHERE,
            priority: 0,
            failures: 0,
            wanted: false,
            taken: false,
        }
    }

    /// The key of a slot that is not free.
    pub(crate) fn key(&self) -> &K {
        let key = self.key.as_ref();
        key.expect("only the numbers of slots in use are handed out")
    }

    /// Whether it waits for a worker.
    pub(crate) fn waits(&self) -> bool {
        self.wanted && !self.taken
    }

    /// Whether nothing is known of the key.
    pub(crate) fn is_over(&self) -> bool {
        !self.wanted && !self.taken && self.delay == NOWHERE && self.failures == 0
    }
}

pub(crate) struct Slots<K> {
    pieces: Vec<Vec<Slot<K>>>,
    free: u32,
    live: usize,
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
            table: Table::with_room_for(0),
            hasher: Hasher::default(),
        }
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.hasher
    }

    /// Looks at where keys with these hashes would be: the looks of many wait for memory together.
    pub(crate) fn expect(&self, hashes: impl Iterator<Item = u32>) {
        self.table.expect(hashes);
    }

    pub(crate) fn find(&self, key: &K) -> Option<u32> {
        let hash = self.hasher.hash(key);
        match self.search(key, hash) {
            Found::Here(slot) => Some(slot),
            Found::Room(_) => None,
        }
    }

    pub(crate) fn find_or_insert(&mut self, key: K, hash: u32) -> u32 {
        let room = match self.search(&key, hash) {
            Found::Here(slot) => return slot,
            Found::Room(room) => room,
        };
        let slot = self.occupy(key, hash);
        self.live += 1;
        if !self.table.put(room, hash, slot) {
            self.make_room();
        }
        slot
    }

    fn search(&self, key: &K, hash: u32) -> Found {
        self.table.search(hash, |slot| match self.in_use(slot) {
            Some(known) if known.hash == hash => match known.key.as_ref() == Some(key) {
                true => Is::It,
                false => Is::Another,
            },
            _ => Is::Over,
        })
    }

    /// Makes a table with room for more.
    fn make_room(&mut self) {
        if self.table.len() < 2 * self.live {
            self.table.grow();
            return;
        }
        // Most of it is of keys that were removed. To look at all slots takes a while, so there is room for
        // as many keys before that is done again.
        let slots: usize = self.pieces.iter().map(Vec::len).sum();
        let mut table = Table::with_room_for(2 * slots);
        for (number, slot) in (0..).zip(self.pieces.iter().flatten()) {
            if slot.key.is_some() {
                table.insert(slot.hash, number);
            }
        }
        self.table = table;
    }

    /// Forgets a key; its slot will be another's. The table is left as it is: to find where a key stands in
    /// it would take as long as all the rest.
    #[inline]
    pub(crate) fn remove(&mut self, slot: u32) {
        self.live -= 1;
        if self.live == 0 && self.pieces.len() > 1 {
            // Whatever made it large is over.
            self.pieces.clear();
            self.table = Table::with_room_for(0);
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
        self.get(slot).key()
    }

    /// The slot of this number, if one is in use.
    pub(crate) fn in_use(&self, slot: u32) -> Option<&Slot<K>> {
        let piece = self.pieces.get(slot as usize / PIECE)?;
        let found = piece.get(slot as usize % PIECE)?;
        found.key.is_some().then_some(found)
    }

    #[inline]
    pub(crate) fn get(&self, slot: u32) -> &Slot<K> {
        at(&self.pieces, slot)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, slot: u32) -> &mut Slot<K> {
        &mut self.pieces[slot as usize / PIECE][slot as usize % PIECE]
    }

    fn occupy(&mut self, key: K, hash: u32) -> u32 {
        if self.free != NOWHERE {
            let slot = self.free;
            self.free = self.get(slot).delay;
            *self.get_mut(slot) = Slot::of(key, hash);
            return slot;
        }
        if self.pieces.last().is_none_or(|piece| piece.len() == PIECE) {
            // A queue that stays small takes little.
            let room = if self.pieces.is_empty() { 0 } else { PIECE };
            self.pieces.push(Vec::with_capacity(room));
        }
        let before = (self.pieces.len() - 1) * PIECE;
        let piece = self.pieces.last_mut().expect("a piece was just added");
        piece.push(Slot::of(key, hash));
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use pintle_env::{Random as _, SeededRandom};

    use super::*;

    fn insert<K: Hash + Eq>(slots: &mut Slots<K>, key: K) -> u32 {
        let hash = slots.hasher().hash(&key);
        slots.find_or_insert(key, hash)
    }

    #[test]
    fn a_key_has_one_slot_until_it_is_removed() {
        let mut slots = Slots::new();
        let keys: Vec<u32> = (0..5_000).collect();
        let places: Vec<u32> = keys.iter().map(|&key| insert(&mut slots, key)).collect();
        for (&key, &place) in keys.iter().zip(&places) {
            assert_eq!(slots.find(&key), Some(place));
            assert_eq!(insert(&mut slots, key), place);
            assert_eq!(*slots.key(place), key);
        }
        slots.remove(places[17]);
        assert_eq!(slots.find(&17), None);
        assert!(slots.in_use(places[17]).is_none());
        assert_eq!(insert(&mut slots, 9_999), places[17], "it is used again");
        assert_eq!(slots.find(&17), None);
        assert_ne!(insert(&mut slots, 17), places[17]);
    }

    #[test]
    fn what_is_known_is_what_was_not_removed() {
        for seed in 0..6 {
            let random = SeededRandom::new(seed);
            let mut slots = Slots::new();
            let mut expected = HashMap::new();
            // Few hashes in some, so that many keys have the same.
            let hash = |key: u64| match seed % 2 {
                0 => (key % 3) as u32,
                _ => (key as u32).wrapping_mul(0x85eb_ca6b),
            };
            for _ in 0..3_000 {
                let key = random.below(100);
                match expected.remove(&key) {
                    Some(slot) => slots.remove(slot),
                    None => _ = expected.insert(key, slots.find_or_insert(key, hash(key))),
                }
                for key in 0..100 {
                    let found = match slots.search(&key, hash(key)) {
                        Found::Here(slot) => Some(slot),
                        Found::Room(_) => None,
                    };
                    assert_eq!(found, expected.get(&key).copied(), "{key} of {seed}");
                }
            }
            assert!(slots.table.room() <= 4_096, "{}", slots.table.room());
        }
    }

    #[test]
    fn a_table_does_not_grow_of_keys_that_come_and_go() {
        let mut slots = Slots::new();
        let stays = insert(&mut slots, 0_u64);
        for key in 1..100_000 {
            // Always the same, and always another.
            for key in [1, key] {
                let slot = insert(&mut slots, key);
                slots.remove(slot);
            }
        }
        assert_eq!(slots.find(&0), Some(stays));
        assert!(slots.table.room() <= 4_096, "{}", slots.table.room());
        // Nor do those that it was once full of make it slow, or stay.
        let places: Vec<u32> = (1..5_000).map(|key| insert(&mut slots, key)).collect();
        let room = slots.table.room();
        places.into_iter().for_each(|place| slots.remove(place));
        for key in 5_000..100_000 {
            let slot = insert(&mut slots, key);
            slots.remove(slot);
        }
        assert!(slots.table.room() <= 2 * room, "{}", slots.table.room());
        assert_eq!(slots.find(&0), Some(stays));
    }

    #[test]
    fn an_empty_queue_gives_back_what_it_took() {
        let mut slots = Slots::new();
        let places: Vec<u32> = (0..3_000u32).map(|key| insert(&mut slots, key)).collect();
        for place in places {
            slots.remove(place);
        }
        assert!(slots.pieces.is_empty());
        assert_eq!(slots.table.room(), Table::with_room_for(0).room());
        assert_eq!(insert(&mut slots, 1), 0);
    }
}
