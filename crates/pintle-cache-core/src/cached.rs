//! [`Cached`], what a cache asks of an object.

use pintle_meta::{AnyObject, Lazy, Metadata, Object, ObjectName};

/// An object in a cache: it is cheap to clone, and has metadata.
pub trait Cached: Metadata + Clone + 'static {
    /// About how many bytes of memory it takes; what a subscriber that lags behind keeps in memory is
    /// told in them.
    fn size(&self) -> usize;

    /// The key under which it is held: its namespace and its name.
    fn key(&self) -> ObjectName
    where
        Self: Sized,
    {
        ObjectName::of(self)
    }
}

impl Cached for AnyObject {
    fn size(&self) -> usize {
        AnyObject::size(self)
    }
}

impl<T: Object> Cached for Lazy<T> {
    fn size(&self) -> usize {
        Lazy::size(self)
    }
}
