//! [`Interner`], which lets equal strings of many objects share their text.

use std::fmt;

use crate::Str;

/// The strings that were read lately.
///
/// Objects of one kind repeat each other: images, label keys, names of nodes. A string that is too
/// long to be held in place is looked for here before it is copied to the heap. The table is
/// bounded and forgets, so a string that comes once costs nothing for long; a string that is found
/// was checked to be UTF-8 when it was first read.
pub(crate) struct Interner {
    /// Pairs of places: a string may stand in either place of the pair that its hash names, the one
    /// that was asked for last in the first.
    places: Vec<Str>,
    misses: usize,
    max_places: usize,
}

impl Default for Interner {
    fn default() -> Self {
        Self::of_at_most(MAX_PLACES)
    }
}

impl Interner {
    /// An empty one that will hold at most so many strings: a power of two, and at least
    /// [`MIN_PLACES`].
    pub(crate) fn of_at_most(max_places: usize) -> Self {
        Self {
            places: Vec::new(),
            misses: 0,
            max_places,
        }
    }

    /// The string that was read before, if it is still known; its [`hash`] was computed.
    ///
    /// Strings that are held in place or longer than anything that repeats are never known.
    #[inline]
    pub(crate) fn find(&mut self, text: &[u8], hash: u64) -> Option<Str> {
        let at = self.pair(hash);
        let pair = self.places.get_mut(at..at + 2)?;
        if pair[0].as_bytes() == text {
            return Some(pair[0].clone());
        }
        if pair[1].as_bytes() == text {
            pair.swap(0, 1);
            return Some(pair[0].clone());
        }
        None
    }

    /// Takes in a string that was not found, and returns it.
    pub(crate) fn add(&mut self, text: &str, hash: u64) -> Str {
        let string = Str::from(text);
        self.misses += 1;
        if self.misses > 2 * self.places.len() {
            self.grow();
        }
        let at = self.pair(hash);
        if let Some(pair) = self.places.get_mut(at..at + 2) {
            pair.swap(0, 1);
            pair[0] = string.clone();
        }
        string
    }

    fn grow(&mut self) {
        let size = (self.places.len() * 4).clamp(MIN_PLACES, self.max_places);
        self.misses = 0;
        if size == self.places.len() {
            return;
        }
        let known = std::mem::replace(&mut self.places, vec![Str::new(); size]);
        for string in known.into_iter().filter(|string| !string.is_empty()) {
            let at = self.pair(hash(string.as_bytes()));
            self.places.swap(at, at + 1);
            self.places[at] = string;
        }
    }

    /// The first place of the pair in which a string may stand.
    #[inline]
    fn pair(&self, hash: u64) -> usize {
        // The sizes are powers of two.
        hash as usize & self.places.len().saturating_sub(1) & !1
    }
}

/// Says how many places there are; what is in them may be a secret.
impl fmt::Debug for Interner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interner({} places)", self.places.len())
    }
}

/// Whether a string of this length is worth looking for: shorter ones are held in place, and longer
/// ones hardly repeat.
#[inline]
pub(crate) fn is_worthwhile(length: usize) -> bool {
    (MIN_LENGTH..=MAX_LENGTH).contains(&length)
}

/// A hash of the ends, the middle and the length: enough to tell most strings apart, and as fast
/// for long ones; 0 for strings of less than eight bytes. Equal hashes of different strings cost a miss, never more.
#[inline]
pub(crate) fn hash(text: &[u8]) -> u64 {
    let words = text.first_chunk().zip(text.last_chunk());
    let Some((first, last)) = words else {
        return 0;
    };
    let middle = text[text.len() / 2 - 4..].first_chunk();
    let middle = middle.map_or(0, |middle| u64::from_le_bytes(*middle));
    let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    let word = first ^ middle.rotate_left(21) ^ last.rotate_left(42) ^ text.len() as u64;
    // The upper half of the product depends on every bit, the lower one on the lower ones alone.
    let product = u128::from(word) * u128::from(MULTIPLIER);
    product as u64 ^ (product >> 64) as u64
}

/// The bits of the golden ratio, an odd number without a pattern.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// [`Str`] holds up to 16 bytes in place.
const MIN_LENGTH: usize = 17;
const MAX_LENGTH: usize = 256;

/// 4 KiB of places: the strings of a pod.
const MIN_PLACES: usize = 256;
/// 64 KiB of places: the strings of a few hundred workloads.
const MAX_PLACES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::{Interner, MAX_PLACES, MIN_LENGTH, hash, is_worthwhile};
    use crate::Str;

    fn intern(interner: &mut Interner, text: &str) -> Str {
        let hash = hash(text.as_bytes());
        match interner.find(text.as_bytes(), hash) {
            Some(string) => string,
            None => interner.add(text, hash),
        }
    }

    #[test]
    fn equal_strings_share_their_text() {
        let mut interner = Interner::default();
        let one = intern(&mut interner, "app.kubernetes.io/name");
        let other = intern(&mut interner, "app.kubernetes.io/name");
        assert_eq!(one.as_ptr(), other.as_ptr());
        let different = intern(&mut interner, "app.kubernetes.io/part");
        assert_eq!(different, "app.kubernetes.io/part");
    }

    #[test]
    fn what_repeats_stays_known_among_what_does_not() {
        let mut interner = Interner::default();
        let often = |n: usize| format!("registry.example.com/image-{n}");
        let mut hits = 0;
        for round in 0..200 {
            for n in 0..50 {
                hits += usize::from(
                    interner
                        .find(often(n).as_bytes(), hash(often(n).as_bytes()))
                        .is_some(),
                );
                assert_eq!(intern(&mut interner, &often(n)), often(n));
            }
            intern(&mut interner, &format!("{round:032x}"));
        }
        assert!(hits > 9_000, "{hits} of 10000");
    }

    #[test]
    fn the_table_is_bounded() {
        let mut interner = Interner::default();
        for n in 0..100_000 {
            intern(&mut interner, &format!("containerd://{n:064x}"));
        }
        assert_eq!(interner.places.len(), MAX_PLACES);
    }

    #[test]
    fn strings_held_in_place_are_not_looked_for() {
        let held = "x".repeat(MIN_LENGTH - 1);
        assert!(!is_worthwhile(held.len()));
        let in_place = Str::from(held.as_str());
        assert_ne!(in_place.clone().as_ptr(), in_place.as_ptr());
        let shared = Str::from("x".repeat(MIN_LENGTH));
        assert_eq!(shared.clone().as_ptr(), shared.as_ptr());
    }
}
