//! Who is told what, and how far each has come.
//!
//! What happens to the store is written once, to a log of segments, one for each batch
//! ([`log`]). A subscriber is a place in the log: a slow one delays nobody, and costs the segments
//! from its place on, which the writer frees when the slowest has passed them. One that may not cost that
//! much is given a [`mailbox`] instead, in which less is kept.
//!
//! Every version that is published knows its place in the log, so that whoever begins with a snapshot
//! goes on exactly where that ends.

mod cursor;
mod event;
mod log;
mod mailbox;
mod progress;
mod subscription;
mod walk;

pub use self::event::{Event, KeyEvent, KeyEventKind, Notice};
pub use self::mailbox::Delivery;
pub use self::progress::{Lag, Subscriber, SubscriberId};
pub use self::subscription::Subscription;

pub(crate) use self::event::Logged;
pub(crate) use self::log::{Log, Passed, Place, Unseen};
pub(crate) use self::mailbox::Mailbox;
pub(crate) use self::walk::Walk;
