//! [`Action`], what is to follow a reconcile.

use std::time::Duration;

/// What is to follow a reconcile that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Nothing, until something changes.
    Done,
    /// Another reconcile of the object after this time, or when something changes before. How often the
    /// object has failed is forgotten.
    RequeueAfter(Duration),
    /// Another reconcile of the object as after a failure: later and later.
    Requeue,
}
