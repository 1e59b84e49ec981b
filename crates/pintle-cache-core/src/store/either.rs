//! [`Either`], an iterator that is one of two.

/// One of two iterators over the same.
pub(super) enum Either<A, B> {
    One(A),
    Other(B),
}

impl<T, A: Iterator<Item = T>, B: Iterator<Item = T>> Iterator for Either<A, B> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match self {
            Self::One(items) => items.next(),
            Self::Other(items) => items.next(),
        }
    }
}
