//! What the gateway knows of one resource: its objects as the bytes that are sent, and in which order
//! they changed.
//!
//! Every change has a number. A list is the objects at a number; a stream is a number up to which
//! somebody has been told. So a stream that is slow costs nothing: it is told the last state of what
//! has changed since, whatever came in between. Only deletions are kept for streams, and of these a
//! bounded number; a stream that is further behind begins anew.
//!
//! Invariant: the bytes of an object exist once, however many lists and streams they are part of; a second time
//! in the answer to who asks for everything, where that is short.

mod item;
mod snapshot;
mod store;

#[cfg(test)]
mod tests;

pub(crate) use item::{Item, Key};
pub(crate) use snapshot::{Piece, Snapshot};
pub(crate) use store::{Board, Change, News};
