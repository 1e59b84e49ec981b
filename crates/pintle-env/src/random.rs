//! Randomness: the operating system's, and a reproducible one.

use std::sync::atomic::{AtomicU64, Ordering};

/// Draws random numbers.
pub trait Random: Send + Sync + 'static {
    /// A number whose every value is equally likely.
    fn next_u64(&self) -> u64;

    /// A number below `bound`, without bias; zero if `bound` is zero.
    fn below(&self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // Values from the last, incomplete run of `bound` would make small results likelier.
        let zone = u64::MAX - u64::MAX % bound;
        loop {
            let value = self.next_u64();
            if value < zone {
                return value % bound;
            }
        }
    }

    /// A number in `[0, 1)`.
    fn unit(&self) -> f64 {
        // The 53 bits that a double holds exactly.
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Overwrites `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next_u64().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The operating system's random source, fit for secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    ///
    /// If the operating system has no random source: nothing that needs one can go on safely.
    fn next_u64(&self) -> u64 {
        getrandom::u64().expect("the operating system has a random source")
    }
}

/// A reproducible sequence (SplitMix64): the same seed gives the same numbers. Never for secrets.
#[derive(Debug)]
pub struct SeededRandom {
    state: AtomicU64,
}

impl SeededRandom {
    /// The sequence of `seed`.
    pub const fn new(seed: u64) -> Self {
        Self {
            state: AtomicU64::new(seed),
        }
    }
}

impl Random for SeededRandom {
    fn next_u64(&self) -> u64 {
        let state = self
            .state
            .fetch_add(GOLDEN_GAMMA, Ordering::Relaxed)
            .wrapping_add(GOLDEN_GAMMA);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// 2⁶⁴ divided by the golden ratio, made odd: SplitMix64's step.
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_sequence() {
        let random = SeededRandom::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.next_u64()).collect();
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn below_stays_below() {
        let random = SeededRandom::new(1);
        assert_eq!(random.below(0), 0);
        assert_eq!(random.below(1), 0);
        assert!((0..1_000).all(|_| random.below(27) < 27));
        assert!(
            (0..1_000)
                .map(|_| random.unit())
                .all(|x| (0.0..1.0).contains(&x))
        );
    }

    #[test]
    fn system_numbers_differ() {
        let (mut first, mut second) = ([0; 13], [0; 13]);
        SystemRandom.fill(&mut first);
        SystemRandom.fill(&mut second);
        assert_ne!(first, second);
    }
}
