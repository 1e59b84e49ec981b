//! `pintle watch`.
//!
//! `watching` lists, then watches from the version of the list. What is shown and what is done next
//! is decided by a `follower`, which knows no server; `form` is what is kept of an object, `lines`
//! how it is written, `patience` how often what broke is begun again.

mod follower;
mod form;
mod lines;
mod patience;
mod watching;

pub(super) use watching::run;
