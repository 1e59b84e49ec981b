//! [`Frames`], what an event looks like on the wire, made once and shared by all watches.
//!
//! Invariant: no lock is taken, and nobody waits while somebody else encodes. Two watches that want
//! the same frame at the same time may both make it; one of the two is kept.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;

use super::EventKind;

/// The frames of one event.
#[derive(Debug)]
pub(super) struct Frames {
    first: OnceLock<Box<Frame>>,
    /// The bytes of them that are part of the total, or [`CLOSED`].
    counted: AtomicUsize,
    /// The bytes of the frames of all events that are counted together.
    total: Arc<AtomicUsize>,
}

/// Which frame of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameKey {
    /// What the watch is told that happened.
    pub(crate) kind: EventKind,
    /// The encoding, the form of the object in it, and its version, as a number that only those who
    /// make frames know.
    pub(crate) form: u32,
}

#[derive(Debug)]
struct Frame {
    key: FrameKey,
    bytes: Bytes,
    next: OnceLock<Box<Frame>>,
}

impl Frames {
    /// No frames yet; what comes is counted in `total` until [`Frames::close`].
    pub(super) fn new(total: Arc<AtomicUsize>) -> Self {
        Self {
            first: OnceLock::new(),
            counted: AtomicUsize::new(0),
            total,
        }
    }

    /// The frame of this key, which `make` makes if nobody has asked for it before.
    pub(super) fn get(&self, key: FrameKey, make: impl FnOnce() -> Bytes) -> Bytes {
        let mut slot = &self.first;
        while let Some(frame) = slot.get() {
            if frame.key == key {
                return frame.bytes.clone();
            }
            slot = &frame.next;
        }
        let bytes = make();
        let size = bytes.len();
        let mut new = Box::new(Frame {
            key,
            bytes: bytes.clone(),
            next: OnceLock::new(),
        });
        // Somebody may have been faster, with this frame or with another one.
        while let Err(rejected) = slot.set(new) {
            new = rejected;
            if let Some(frame) = slot.get() {
                if frame.key == key {
                    return frame.bytes.clone();
                }
                slot = &frame.next;
            }
        }
        self.count(size);
        bytes
    }

    /// Counts the frames no more, those of the future neither.
    pub(super) fn close(&self) {
        match self.counted.swap(CLOSED, Ordering::Relaxed) {
            CLOSED => {}
            counted => drop(self.total.fetch_sub(counted, Ordering::Relaxed)),
        }
    }

    fn count(&self, size: usize) {
        // The total first: it may be too much for a moment, but never too little.
        self.total.fetch_add(size, Ordering::Relaxed);
        let count = |counted| (counted != CLOSED).then(|| counted + size);
        let order = Ordering::Relaxed;
        if self.counted.fetch_update(order, order, count).is_err() {
            self.total.fetch_sub(size, Ordering::Relaxed);
        }
    }
}

/// The frames of an event that is history no more.
const CLOSED: usize = usize::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    const fn key(kind: EventKind, form: u32) -> FrameKey {
        FrameKey { kind, form }
    }

    #[test]
    fn a_frame_is_made_once_and_counted_until_it_is_history_no_more() {
        let total = Arc::new(AtomicUsize::new(0));
        let frames = Frames::new(total.clone());
        let keys = [
            key(EventKind::Added, 0),
            key(EventKind::Added, 1),
            key(EventKind::Modified, 0),
        ];
        for (at, key) in keys.into_iter().enumerate() {
            assert_eq!(
                frames.get(key, || vec![at as u8; 10].into()),
                vec![at as u8; 10]
            );
        }
        for (at, key) in keys.into_iter().enumerate() {
            let again = frames.get(key, || panic!("it was made before"));
            assert_eq!(again, vec![at as u8; 10]);
        }
        assert_eq!(total.load(Ordering::Relaxed), 30);
        frames.close();
        frames.close();
        frames.get(key(EventKind::Deleted, 0), || vec![0; 10].into());
        assert_eq!(total.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn watches_that_ask_at_the_same_time_get_the_same() {
        let total = Arc::new(AtomicUsize::new(0));
        let frames = Frames::new(total.clone());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for form in 0..100 {
                        let make = || form.to_string().into();
                        let frame = frames.get(key(EventKind::Added, form), make);
                        assert_eq!(frame, form.to_string());
                    }
                });
            }
        });
        assert_eq!(total.load(Ordering::Relaxed), 10 + 2 * 90);
    }
}
