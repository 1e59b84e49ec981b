//! [`Key`], what a queue holds.

use std::hash::Hash;

/// What a queue can hold: anything that can be compared, and is cheap to clone.
///
/// Every such type is a key. Of the name of an object, `Arc<str>` and pairs of them are good ones.
pub trait Key: Clone + Eq + Hash + Send + 'static {}

impl<K: Clone + Eq + Hash + Send + 'static> Key for K {}
