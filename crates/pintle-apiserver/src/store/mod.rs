//! Where objects are kept, and how their changes are followed.
//!
//! A pure, synchronous core: time comes in, nothing waits, nothing is spawned. One global
//! [`Revision`] orders all writes. Each resource has an ordered map of its current objects, whose
//! [`Snapshot`]s are free, and a log of its history.
//!
//! - A **list** reads a snapshot, so that it holds no lock while it filters and encodes. The
//!   snapshot at an earlier revision is rebuilt by undoing history, from the nearest checkpoint on.
//!   Keeping the map of every revision instead would cost every write the nodes it replaced for
//!   as long as the history lasts; a checkpoint every thousand events bounds both costs.
//! - A **watch** is a [`Watcher`]: a revision, moved along the log. Slow ones cost nothing; what the
//!   log no longer has is answered with [`Expired`].
//! - An object is **encoded** once, when it is written ([`Encoded`]), as protobuf: the smallest of the
//!   encodings, and what clients ask for first. What else an event looks like is made when the first
//!   watcher asks for it, and shared with all others for as long as the event lasts ([`FrameKey`]).

mod encoded;
mod frames;
mod key;
mod list;
mod log;
mod memory;
mod object;
mod owner;
mod revision;
mod snapshot;
mod texts;
mod watch;

pub(crate) use encoded::{Draft, Encoded};
pub(crate) use frames::FrameKey;
pub(crate) use key::{Key, Scope};
pub(crate) use list::{ContinueToken, Position};
pub use log::HistoryLimits;
pub(crate) use log::{Event, EventKind, Expired};
pub(crate) use memory::{Past, ResourceId, Store};
pub(crate) use object::{Attributes, Object};
pub(crate) use owner::{Awaited, Owner};
pub(crate) use revision::Revision;
pub(crate) use snapshot::Snapshot;
pub(crate) use watch::{
    Batch, Delivery, FIRST_FIELD, Filter, NAME_FIELD, NAMESPACE_FIELD, Start, Step, Watcher,
    WatcherOptions,
};
