//! What is due later: a heap of four branches, whose slots know where they stand in it.

use std::hash::Hash;

use pintle_env::Instant;

use crate::slots::{NOWHERE, Slots};

/// Invariant: `slots.get(entry.slot).delay` is the place of the entry, and of no other.
#[derive(Default)]
pub(crate) struct Delays {
    heap: Vec<Due>,
    /// How many were added; those of one moment come in the order in which they were.
    added: u32,
}

#[derive(Clone, Copy)]
struct Due {
    at: Instant,
    added: u32,
    slot: u32,
}

impl Due {
    fn is_before(&self, other: &Self) -> bool {
        // The counter may have begun anew in between.
        let earlier = || (self.added.wrapping_sub(other.added) as i32) < 0;
        self.at < other.at || self.at == other.at && earlier()
    }
}

impl Delays {
    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    /// When the next one is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.heap.first().map(|due| due.at)
    }

    /// Adds a slot, or lets it be due earlier if that is earlier than it would be.
    pub(crate) fn add<K: Hash + Eq>(&mut self, slot: u32, at: Instant, slots: &mut Slots<K>) {
        match slots.get(slot).delay {
            NOWHERE => {
                let added = self.added;
                self.added = added.wrapping_add(1);
                let due = Due { at, added, slot };
                self.heap.push(due);
                self.rise(self.heap.len() - 1, due, slots);
            }
            place => {
                let place = place as usize;
                let before = self.heap[place];
                if at < before.at {
                    self.rise(place, Due { at, ..before }, slots);
                }
            }
        }
    }

    /// Takes out the next one that is due, and says when it was.
    pub(crate) fn pop<K: Hash + Eq>(
        &mut self,
        now: Instant,
        slots: &mut Slots<K>,
    ) -> Option<(u32, Instant)> {
        let first = *self.heap.first().filter(|due| due.at <= now)?;
        self.remove(first.slot, slots);
        Some((first.slot, first.at))
    }

    /// Takes out a slot, if it is there.
    pub(crate) fn remove<K: Hash + Eq>(&mut self, slot: u32, slots: &mut Slots<K>) {
        let place = std::mem::replace(&mut slots.get_mut(slot).delay, NOWHERE);
        if place == NOWHERE {
            return;
        }
        let place = place as usize;
        let last = self.heap.pop().expect("a place in the heap is in use");
        if place < self.heap.len() {
            // It fills the gap, from where it may have to go either way.
            self.sink(place, last, slots);
            let place = slots.get(last.slot).delay as usize;
            self.rise(place, last, slots);
        }
        if self.heap.is_empty() {
            self.heap = Vec::new();
        }
    }

    /// Takes out all.
    pub(crate) fn clear<K: Hash + Eq>(&mut self, slots: &mut Slots<K>) -> Vec<u32> {
        let heap = std::mem::take(&mut self.heap);
        let slot = |due: Due| {
            slots.get_mut(due.slot).delay = NOWHERE;
            due.slot
        };
        heap.into_iter().map(slot).collect()
    }

    /// Puts an entry at a place, or above it.
    fn rise<K: Hash + Eq>(&mut self, mut place: usize, due: Due, slots: &mut Slots<K>) {
        while place > 0 {
            let parent = (place - 1) / BRANCHES;
            if !due.is_before(&self.heap[parent]) {
                break;
            }
            self.set(place, self.heap[parent], slots);
            place = parent;
        }
        self.set(place, due, slots);
    }

    /// Puts an entry at a place, or below it.
    fn sink<K: Hash + Eq>(&mut self, mut place: usize, due: Due, slots: &mut Slots<K>) {
        loop {
            let first = place * BRANCHES + 1;
            let children = first..(first + BRANCHES).min(self.heap.len());
            let earliest = children.reduce(|earliest, child| {
                if self.heap[child].is_before(&self.heap[earliest]) {
                    child
                } else {
                    earliest
                }
            });
            match earliest {
                Some(child) if self.heap[child].is_before(&due) => {
                    self.set(place, self.heap[child], slots);
                    place = child;
                }
                _ => break,
            }
        }
        self.set(place, due, slots);
    }

    fn set<K: Hash + Eq>(&mut self, place: usize, due: Due, slots: &mut Slots<K>) {
        self.heap[place] = due;
        slots.get_mut(due.slot).delay = place as u32;
    }
}

const BRANCHES: usize = 4;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pintle_env::{Random as _, SeededRandom};

    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_origin(Duration::from_secs(seconds))
    }

    #[test]
    fn what_is_due_first_comes_first_whatever_was_removed() {
        let random = SeededRandom::new(7);
        let mut slots = Slots::new();
        let mut delays = Delays::default();
        let mut expected: Vec<(u64, u32)> = Vec::new();
        for key in 0..2_000u32 {
            let slot = slots.find_or_insert(key, key);
            let due = random.below(500);
            delays.add(slot, at(due), &mut slots);
            expected.push((due, slot));
        }
        for _ in 0..700 {
            let (_, slot) = expected.swap_remove(random.below(expected.len() as u64) as usize);
            delays.remove(slot, &mut slots);
        }
        for _ in 0..300 {
            let entry = &mut expected[random.below(1_300) as usize];
            let due = random.below(500);
            delays.add(entry.1, at(due), &mut slots);
            entry.0 = entry.0.min(due);
        }
        expected.sort_by_key(|&(due, _)| due);
        let popped = std::iter::from_fn(|| delays.pop(Instant::FAR_FUTURE, &mut slots));
        let popped: Vec<Instant> = popped.map(|(_, due)| due).collect();
        let expected: Vec<Instant> = expected.iter().map(|&(due, _)| at(due)).collect();
        assert_eq!(popped, expected);
    }

    #[test]
    fn those_of_one_moment_come_in_the_order_in_which_they_were_added() {
        let mut slots = Slots::new();
        let mut delays = Delays::default();
        for key in 0..100u32 {
            let slot = slots.find_or_insert(key, key);
            delays.add(slot, at(1), &mut slots);
        }
        let popped = std::iter::from_fn(|| delays.pop(at(1), &mut slots));
        let popped: Vec<u32> = popped.map(|(slot, _)| slot).collect();
        assert_eq!(popped, (0..100).collect::<Vec<u32>>());
    }
}
