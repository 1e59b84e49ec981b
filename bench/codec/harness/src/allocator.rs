//! The system's allocator, counted. The one place with unsafe code: a global allocator needs it.
//!
//! A block is charged as glibc's malloc charges it: the bytes asked for and a header of 8, rounded up to 16,
//! at least 32.
#![allow(
    unsafe_code,
    reason = "a global allocator is an unsafe trait; every call is passed on"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ops::{AddAssign, Sub};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The system's allocator, with counters.
#[derive(Debug)]
pub struct Counted {
    allocations: AtomicU64,
    reallocations: AtomicU64,
    live: AtomicU64,
    peak: AtomicU64,
}

/// What a [`Counted`] saw since the program began.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub allocations: u64,
    pub reallocations: u64,
    /// Charged for blocks that are not free again.
    pub live_bytes: u64,
}

impl Counted {
    /// Counters at zero.
    #[expect(clippy::new_without_default, reason = "only ever made in a static")]
    pub const fn new() -> Self {
        Self {
            allocations: AtomicU64::new(0),
            reallocations: AtomicU64::new(0),
            live: AtomicU64::new(0),
            peak: AtomicU64::new(0),
        }
    }

    /// The counters now.
    pub fn counts(&self) -> Counts {
        Counts {
            allocations: self.allocations.load(Relaxed),
            reallocations: self.reallocations.load(Relaxed),
            live_bytes: self.live.load(Relaxed),
        }
    }

    /// The most live bytes there were since [`Counted::reset_peak`].
    pub fn peak_bytes(&self) -> u64 {
        self.peak.load(Relaxed)
    }

    /// Begins a new peak at what is live now.
    pub fn reset_peak(&self) {
        self.peak.store(self.live.load(Relaxed), Relaxed);
    }

    fn add_live(&self, charged: u64) {
        let live = self.live.fetch_add(charged, Relaxed) + charged;
        self.peak.fetch_max(live, Relaxed);
    }
}

impl Sub for Counts {
    type Output = Self;

    /// What happened since `earlier`; live bytes may have become fewer, which counts as none.
    fn sub(self, earlier: Self) -> Self {
        Self {
            allocations: self.allocations - earlier.allocations,
            reallocations: self.reallocations - earlier.reallocations,
            live_bytes: self.live_bytes.saturating_sub(earlier.live_bytes),
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.allocations += other.allocations;
        self.reallocations += other.reallocations;
        self.live_bytes += other.live_bytes;
    }
}

/// What glibc takes for a block of this size.
fn charged(size: usize) -> u64 {
    (size as u64 + 8).next_multiple_of(16).max(32)
}

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.allocations.fetch_add(1, Relaxed);
        self.add_live(charged(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.live.fetch_sub(charged(layout.size()), Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        self.reallocations.fetch_add(1, Relaxed);
        // Where a block moves, both are there for a while.
        self.add_live(charged(size));
        self.live.fetch_sub(charged(layout.size()), Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_charged_as_glibc_does() {
        for (size, chunk) in [
            (1, 32),
            (24, 32),
            (25, 48),
            (40, 48),
            (41, 64),
            (1000, 1008),
        ] {
            assert_eq!(charged(size), chunk, "{size}");
        }
    }
}
