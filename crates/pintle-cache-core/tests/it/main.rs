//! The decisions of a cache, one struct at a time, by hand and beside models.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod delta_queue;
mod informer;
mod mutation_cache;
mod objects;
mod reflector;
mod simulation;
mod store;
mod subscription;
