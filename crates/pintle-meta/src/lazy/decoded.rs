//! [`Decoded`], what a [`Lazy`](crate::Lazy) was decoded to.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// An object that a [`Lazy`](crate::Lazy) decoded, shared by all who hold it.
///
/// It dereferences to the object. A clone counts a reference.
// The box is what lets memory go: the block that an `Arc` allocates stays as long as a `Weak` knows
// it, and every `Lazy` that was ever looked into keeps a `Weak`. So that block holds a pointer only,
// 32 bytes, and not the 850 of a pod.
pub struct Decoded<T>(#[expect(clippy::redundant_allocation)] Arc<Box<T>>);

/// What was decoded, for whoever asks while somebody holds it.
pub(super) struct Slot<T>(Mutex<Weak<Box<T>>>);

impl<T> Decoded<T> {
    /// An object that is shared from now on.
    pub fn new(object: T) -> Self {
        Self(Arc::new(Box::new(object)))
    }

    /// Whether both are the same object, not only equal ones.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The object, cloned if somebody else holds it too.
    pub fn into_inner(self) -> T
    where
        T: Clone,
    {
        *Arc::unwrap_or_clone(self.0)
    }
}

impl<T> Deref for Decoded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Clone for Decoded<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Decoded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> Slot<T> {
    /// What was decoded, if somebody holds it.
    pub(super) fn known(&self) -> Option<Decoded<T>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.upgrade().map(Decoded)
    }

    /// What somebody holds already, or else what `decode` makes. No lock is held while it does.
    pub(super) fn get<E>(
        &self,
        decode: impl FnOnce() -> Result<Decoded<T>, E>,
    ) -> Result<Decoded<T>, E> {
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let decoded = decode()?;
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Another may have been faster.
        if let Some(known) = slot.upgrade() {
            return Ok(Decoded(known));
        }
        *slot = Arc::downgrade(&decoded.0);
        Ok(decoded)
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}
