//! What clients share: connections, credentials that were fetched.
//!
//! Invariant: nothing is shared by way of the process, only by way of a [`Shared`] that went from one
//! configuration to another.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// What the clients of a configuration, and of its clones, have in common.
///
/// Clones are the same registry. Clients of two configurations share connections and plugins if both
/// have one: `other.shared = config.shared.clone()`.
#[derive(Clone, Default)]
pub struct Shared(Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>);

impl Shared {
    /// A registry of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The part of type `T`, made when it is first asked for. Each crate keeps a part of its own.
    pub fn part<T: Any + Send + Sync + Default>(&self) -> Arc<T> {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let part = parts
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Arc::<T>::default());
        let part = Arc::clone(part).downcast();
        part.expect("a part is kept by its type")
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_have_the_same_parts() {
        let shared = Shared::new();
        let count = shared.part::<Mutex<u32>>();
        *count.lock().unwrap() += 1;
        assert_eq!(*shared.clone().part::<Mutex<u32>>().lock().unwrap(), 1);
        assert_eq!(*Shared::new().part::<Mutex<u32>>().lock().unwrap(), 0);
    }
}
