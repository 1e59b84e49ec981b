//! What a server said before: in memory, and on disk.

mod disk;
mod http;
mod memory;

pub use disk::{DiskCache, DiskCacheBuilder};
pub use http::{HttpCache, HttpCacheLayer};
pub use memory::MemoryCache;
