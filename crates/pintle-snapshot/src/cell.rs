//! [`SnapshotCell`], where a writer publishes versions of a value.
//!
//! Invariants: a reader sees a whole version, and waits for nobody; what has been replaced is freed by
//! the writer, unless somebody keeps it.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwap, Guard};

/// Holds the version of a value that was published last.
pub struct SnapshotCell<T> {
    current: ArcSwap<T>,
    /// Versions that somebody held when they were replaced. To free one takes long, for all that only
    /// it held, and locks of the allocator: it is not for readers to do.
    retired: Mutex<Vec<Arc<T>>>,
}

/// A version, as a reader holds it for a moment. To keep one, see [`SnapshotCell::get`].
pub struct Loaded<T>(Guard<Arc<T>>);

impl<T> SnapshotCell<T> {
    /// A cell that holds `first`.
    pub fn new(first: impl Into<Arc<T>>) -> Self {
        Self {
            current: ArcSwap::new(first.into()),
            retired: Mutex::default(),
        }
    }

    /// The latest version, to be looked at and let go. Cheaper than [`SnapshotCell::get`]: most of
    /// the time not even a reference is counted.
    pub fn load(&self) -> Loaded<T> {
        Loaded(self.current.load())
    }

    /// The latest version, to be kept.
    pub fn get(&self) -> Arc<T> {
        self.current.load_full()
    }

    /// Publishes a version. The one before lives as long as somebody holds it, and if somebody does now,
    /// until the next is published after that, or [`SnapshotCell::take_retired`] takes it.
    pub fn store(&self, version: impl Into<Arc<T>>) {
        let replaced = self.current.swap(version.into());
        self.retired().push(replaced);
        // It takes long, and others may publish meanwhile.
        drop(self.take_retired());
    }

    /// What was replaced while somebody held it, and is held by nobody any more: to be dropped, which may
    /// take long. What is published takes it too.
    pub fn take_retired(&self) -> Vec<Arc<T>> {
        // Nobody can begin to look at these any more: who is alone with one stays so.
        let is_free = |version: &mut Arc<T>| Arc::strong_count(version) == 1;
        self.retired().extract_if(.., is_free).collect()
    }

    fn retired(&self) -> MutexGuard<'_, Vec<Arc<T>>> {
        // Each statement leaves it whole.
        self.retired.lock().unwrap_or_else(PoisonError::into_inner)
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
