//! The garbage collector: what becomes of objects whose owners are gone, or go.
//!
//! [`Graph`] knows who is owned by whom and whom to look at next; it is pure. [`Collector`] feeds it
//! from the history of all resources and does what it says. Whether an owner exists is never taken from
//! the graph: the store is asked, by what the dependent says of its owner.
//!
//! Invariant: every object that the collector might have to do something about is looked at after the
//! last change that could make it so. What it finds then decides, not what happened.

mod collector;
mod graph;
#[cfg(test)]
mod tests;

pub(crate) use collector::Collector;
pub(crate) use graph::{Graph, Place, Standing, Verdict};
