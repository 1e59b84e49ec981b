//! [`Stock`], what is made for several objects at once.

use std::any::Any;
use std::vec;

/// Things of one type that were made ahead. Each is a block of its own, but blocks that are made one
/// right after the other lie together, and not an object apart.
#[derive(Debug, Default)]
pub(crate) struct Stock {
    made: usize,
    /// A `vec::IntoIter` of them.
    ahead: Option<Box<dyn Any + Send + Sync>>,
}

impl Stock {
    /// The next one. As long as few were asked for, none is made ahead; later an eighth of those made so
    /// far.
    pub(crate) fn take<T: Any + Send + Sync>(&mut self, make: impl Fn() -> T) -> T {
        let ahead = self.ahead.as_mut();
        let ahead = ahead.and_then(|ahead| ahead.downcast_mut::<vec::IntoIter<T>>());
        if let Some(next) = ahead.and_then(Iterator::next) {
            return next;
        }
        let more = (self.made / PART).min(MOST);
        self.made += 1 + more;
        let next = make();
        if more > 0 {
            let ahead: Vec<T> = (0..more).map(|_| make()).collect();
            self.ahead = Some(Box::new(ahead.into_iter()));
        }
        next
    }
}

/// One for so many that were made before.
const PART: usize = 8;

/// The most that are made ahead: a few pages.
const MOST: usize = 255;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{MOST, PART, Stock};

    #[test]
    fn what_is_made_ahead_is_a_part_of_what_was_asked_for_and_bounded() {
        let (mut stock, made) = (Stock::default(), Cell::new(0));
        let make = || {
            made.set(made.get() + 1);
            made.get()
        };
        let mut most = 0;
        for asked in 1..20_000 {
            assert_eq!(
                stock.take(make),
                asked,
                "in the order in which they are made"
            );
            let ahead = made.get() - asked;
            assert!(ahead <= MOST.min(asked / PART), "{asked}: {ahead}");
            most = most.max(ahead);
        }
        assert_eq!(most, MOST);
    }

    #[test]
    fn another_type_begins_anew() {
        let mut stock = Stock::default();
        for number in 0..100 {
            assert_eq!(stock.take(|| number / 100), 0);
        }
        assert_eq!(stock.take(|| "text"), "text");
        assert_eq!(stock.take(|| 7), 7);
    }
}
