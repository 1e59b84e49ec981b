//! [`Room`], memory for many objects, asked for at once.

use std::hint::black_box;

/// What an allocator has grown by ahead of the objects that will take it.
///
/// An arena of glibc's, and each thread but the first has one, grows by as much as it was asked for: a call
/// to the kernel for nearly every object, which takes as long as to read one. To take a large block and give it
/// back is one call for many; what lives on is as much as before, and lies where it would have.
#[derive(Debug, Default)]
pub(crate) struct Room {
    objects: usize,
    left: usize,
}

impl Room {
    /// An object of so many bytes is about to be kept.
    pub(crate) fn take(&mut self, bytes: usize) {
        if self.is_used_up(bytes) {
            // Nobody may find out that it is not used.
            black_box(Vec::<u8>::with_capacity(AT_ONCE));
        }
    }

    /// Whether more is to be asked for.
    fn is_used_up(&mut self, bytes: usize) -> bool {
        // There may be no more than a few.
        self.objects = (self.objects + 1).min(FEW);
        if self.objects < FEW || bytes > AT_ONCE / 2 {
            return false;
        }
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or(AT_ONCE - bytes);
        left.is_none()
    }
}

/// As many objects are read without.
const FEW: usize = 100;

/// So much at once: less than what glibc gives back to the kernel as soon as it is free.
const AT_ONCE: usize = 60 << 10;

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, FEW, Room};

    fn asked(objects: usize, bytes: usize) -> usize {
        let mut room = Room::default();
        (0..objects).filter(|_| room.is_used_up(bytes)).count()
    }

    #[test]
    fn what_many_objects_take_is_asked_for_at_once() {
        let (objects, bytes) = (100_000, 5_000);
        assert_eq!(
            asked(objects, bytes),
            (objects - (FEW - 1)).div_ceil(AT_ONCE / bytes)
        );
    }

    #[test]
    fn few_objects_and_large_ones_are_left_to_the_allocator() {
        assert_eq!(asked(FEW - 1, 5_000), 0);
        assert_eq!(asked(1_000, AT_ONCE), 0);
        assert_eq!(asked(1_000, usize::MAX), 0);
    }
}
