//! [`Table`], from the hash of a key to the numbers of the slots that may have it.
//!
//! In a queue of a million keys each look is at memory that nobody has looked at for long, and what takes
//! time is to wait for that. Here it is one line of memory a look: hashes and numbers lie side by side in
//! one open table, from which nothing is ever taken out; it is made anew instead.
//!
//! Invariant: from where the hash of an entry says that it should be to where it is there is no gap.

use std::hint::black_box;

/// What a table holds: a slot, and the hash of its key, so that a table that grows looks at nothing else.
#[derive(Clone, Copy)]
struct Entry {
    hash: u32,
    slot: u32,
}

impl Entry {
    const NONE: Self = Self {
        hash: 0,
        slot: FREE,
    };
}

pub(crate) struct Table {
    /// A power of two of them, a quarter of which is free.
    entries: Vec<Entry>,
    len: usize,
}

impl Table {
    pub(crate) fn with_room_for(len: usize) -> Self {
        let room = (len / 3 * 4 + 4).next_power_of_two();
        Self {
            entries: vec![Entry::NONE; room],
            len: 0,
        }
    }

    /// The slot with this hash of which `is_it` says so.
    pub(crate) fn find(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let found = |entry: &Entry| entry.hash == hash && is_it(entry.slot);
        let place = self.search(hash, found)?;
        Some(self.entries[place].slot)
    }

    /// Adds a slot, of which there is none yet.
    pub(crate) fn insert(&mut self, hash: u32, slot: u32) {
        if self.len >= self.entries.len() / 4 * 3 {
            self.grow();
        }
        self.len += 1;
        self.put(Entry { hash, slot });
    }

    /// Looks at where entries with these hashes would be.
    pub(crate) fn expect(&self, hashes: impl Iterator<Item = u32>) {
        let seen = hashes.map(|hash| self.entries[self.home(hash)].hash);
        black_box(seen.fold(0, |all, hash| all ^ hash));
    }

    #[cfg(test)]
    pub(crate) fn room(&self) -> usize {
        self.entries.len()
    }

    /// Where the first entry is that is looked for.
    fn search(&self, hash: u32, is_it: impl Fn(&Entry) -> bool) -> Option<usize> {
        let mut place = self.home(hash);
        loop {
            let entry = &self.entries[place];
            if entry.slot == FREE {
                return None;
            }
            if is_it(entry) {
                return Some(place);
            }
            place = self.after(place);
        }
    }

    fn put(&mut self, entry: Entry) {
        let mut place = self.home(entry.hash);
        while self.entries[place].slot != FREE {
            place = self.after(place);
        }
        self.entries[place] = entry;
    }

    fn grow(&mut self) {
        let larger = vec![Entry::NONE; self.entries.len() * 2];
        for entry in std::mem::replace(&mut self.entries, larger) {
            if entry.slot != FREE {
                self.put(entry);
            }
        }
    }

    /// Where a hash should be.
    fn home(&self, hash: u32) -> usize {
        // The upper half of a product depends on every bit.
        let spread = hash.wrapping_mul(0x9e37_79b9);
        ((u64::from(spread) * self.entries.len() as u64) >> 32) as usize
    }

    fn after(&self, place: usize) -> usize {
        (place + 1) & (self.entries.len() - 1)
    }
}

/// No slot.
const FREE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_found_among_others_with_its_hash() {
        // Few hashes, so that many are equal, and many that should be at the table's end.
        for hash in [
            |slot| slot % 7,
            |slot: u32| u32::MAX - slot % 5,
            |slot| slot,
        ] {
            let mut table = Table::with_room_for(0);
            for slot in 0..500 {
                table.insert(hash(slot), slot);
                for known in [0, slot / 2, slot] {
                    let found = table.find(hash(known), |other| other == known);
                    assert_eq!(found, Some(known), "of {slot}");
                }
                assert_eq!(table.find(hash(slot + 1), |other| other > slot), None);
            }
        }
    }

    #[test]
    fn a_table_that_has_room_does_not_grow() {
        for len in [0, 1, 5, 6, 7, 96, 97, 1_000] {
            let mut table = Table::with_room_for(len);
            let room = table.room();
            for slot in 0..len as u32 {
                table.insert(slot, slot);
            }
            assert_eq!(table.room(), room, "{len}");
        }
    }
}
