//! What lets one writer change a large map while any number of readers look at it.
//!
//! - [`SnapshotMap`] is an ordered map of which a copy costs a reference count. A copy never
//!   changes; what is written afterwards shares with it all but the few nodes on the way to the
//!   change. [`SnapshotSet`] is what it is made of: entries that know their own keys.
//! - [`SnapshotCell`] is where the writer puts its latest version. Readers take what is there; they
//!   wait neither for the writer nor for one another.
//!
//! ```
//! use pintle_snapshot::{SnapshotCell, SnapshotMap};
//!
//! let mut map = SnapshotMap::new();
//! map.insert("a", 1);
//! let cell = SnapshotCell::new(map.clone());
//!
//! map.insert("b", 2);
//! assert_eq!(cell.load().len(), 1);
//! cell.store(map);
//! assert_eq!(cell.load().len(), 2);
//! ```
#![forbid(unsafe_code)]

mod cell;
mod entry;
mod iter;
mod leaf;
mod map;
mod node;
mod set;

pub use cell::{Loaded, SnapshotCell};
pub use entry::{Entry, Sought};
pub use iter::{End, Iter};
pub use map::SnapshotMap;
pub use set::SnapshotSet;
