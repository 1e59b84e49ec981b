//! [`SnapshotCell`], where a writer publishes versions of a value.
//!
//! Invariant: a reader sees a whole version, and nobody waits for anybody.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

/// Holds the version of a value that was published last.
pub struct SnapshotCell<T>(ArcSwap<T>);

/// A version, as a reader holds it for a moment. To keep one, see [`SnapshotCell::get`].
pub struct Loaded<T>(Guard<Arc<T>>);

impl<T> SnapshotCell<T> {
    /// A cell that holds `first`.
    pub fn new(first: impl Into<Arc<T>>) -> Self {
        Self(ArcSwap::new(first.into()))
    }

    /// The latest version, to be looked at and let go. Cheaper than [`SnapshotCell::get`]: most of
    /// the time not even a reference is counted.
    pub fn load(&self) -> Loaded<T> {
        Loaded(self.0.load())
    }

    /// The latest version, to be kept.
    pub fn get(&self) -> Arc<T> {
        self.0.load_full()
    }

    /// Publishes a version. The one before lives as long as somebody holds it.
    pub fn store(&self, version: impl Into<Arc<T>>) {
        self.0.store(version.into());
    }
}

impl<T> Deref for Loaded<T> {
    type Target = Arc<T>;

    fn deref(&self) -> &Arc<T> {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for SnapshotCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SnapshotCell").field(&**self.load()).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for Loaded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}
