//! [`Table`], from the hash of a key to the numbers of the slots that may have it.
//!
//! In a queue of a million keys each look is at memory that nobody has looked at for long, and what takes
//! time is to wait for that. Here it is one line of memory a look: hashes and numbers lie side by side in
//! one open table, from which nothing is ever taken out. An entry whose key is gone is used again for the
//! same hash, and left behind when the table is made anew.
//!
//! Invariant: from where the hash of an entry says that it should be to where it is there is no gap.

use std::hint::black_box;

/// A slot, and the hash of its key, so that a table that grows looks at nothing else.
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
    /// How many are used.
    len: usize,
}

/// What a slot with the right hash is to whoever looks for a key.
pub(crate) enum Is {
    It,
    /// The slot of another key with the same hash.
    Another,
    /// Nothing any more: the key that it was for is gone.
    Over,
}

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The slot.
    Here(u32),
    /// Where there is room for one.
    Room(usize),
}

impl Table {
    pub(crate) fn with_room_for(len: usize) -> Self {
        let room = (len / 3 * 4 + 4).next_power_of_two();
        Self {
            entries: vec![Entry::NONE; room],
            len: 0,
        }
    }

    /// How many entries are used, whether their keys are gone or not.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Looks at where entries with these hashes would be.
    pub(crate) fn expect(&self, hashes: impl Iterator<Item = u32>) {
        let seen = hashes.map(|hash| self.entries[self.home(hash)].hash);
        black_box(seen.fold(0, |all, hash| all ^ hash));
    }

    /// The slot with this hash that is it.
    pub(crate) fn search(&self, hash: u32, what_is: impl Fn(u32) -> Is) -> Found {
        let mut place = self.home(hash);
        let mut over = None;
        loop {
            let entry = self.entries[place];
            if entry.slot == FREE {
                return Found::Room(over.unwrap_or(place));
            }
            if entry.hash == hash {
                match what_is(entry.slot) {
                    Is::It => return Found::Here(entry.slot),
                    Is::Another => {}
                    Is::Over => over = over.or(Some(place)),
                }
            }
            place = self.after(place);
        }
    }

    /// Puts a slot where a search found room; says whether there is still enough for another.
    pub(crate) fn put(&mut self, place: usize, hash: u32, slot: u32) -> bool {
        let before = std::mem::replace(&mut self.entries[place], Entry { hash, slot });
        self.len += usize::from(before.slot == FREE);
        self.len < self.entries.len() / 4 * 3
    }

    /// Puts a slot where there is room.
    pub(crate) fn insert(&mut self, hash: u32, slot: u32) {
        let mut place = self.home(hash);
        while self.entries[place].slot != FREE {
            place = self.after(place);
        }
        self.put(place, hash, slot);
    }

    /// Doubles the room.
    pub(crate) fn grow(&mut self) {
        let larger = vec![Entry::NONE; self.entries.len() * 2];
        self.len = 0;
        for entry in std::mem::replace(&mut self.entries, larger) {
            if entry.slot != FREE {
                self.insert(entry.hash, entry.slot);
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn room(&self) -> usize {
        self.entries.len()
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
            let search = |table: &Table, wanted: u32| {
                table.search(hash(wanted), |slot| match slot == wanted {
                    true => Is::It,
                    false => Is::Another,
                })
            };
            for slot in 0..500 {
                let Found::Room(place) = search(&table, slot) else {
                    panic!("{slot} is not there");
                };
                if !table.put(place, hash(slot), slot) {
                    table.grow();
                }
                for known in [0, slot / 2, slot] {
                    assert_eq!(search(&table, known), Found::Here(known), "of {slot}");
                }
            }
            assert_eq!((table.len(), table.room()), (500, 1_024));
        }
    }

    #[test]
    fn a_table_that_has_room_need_not_grow() {
        for len in [0, 1, 5, 6, 7, 96, 97, 1_000] {
            let mut table = Table::with_room_for(len);
            for slot in 0..len as u32 {
                assert!(table.len() < table.room() / 4 * 3, "{slot} of {len}");
                table.insert(slot, slot);
            }
        }
    }
}
