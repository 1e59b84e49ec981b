//! What the clientset sends, against what client-go's sends.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod calls;
mod expansions;
mod limits;
mod recorded;
mod verbs;
