//! What a watch cache decides, without I/O: an exact local copy of a server's objects, and who is
//! told what about it.
//!
//! ```text
//!  list, watch ──▶ Reflector ──▶ Change ──▶ DeltaQueue ──▶ Store ──▶ Version ──▶ readers
//!                     │                          └──── Informer ───┐
//!                  Actions: list, watch, wait                      └──▶ log ──▶ Subscription
//! ```
//!
//! - A [`Reflector`] decides what to ask the server for, and makes [`Change`]s of the answers.
//! - A [`DeltaQueue`] holds what changed until the store takes it: in the order of arrival, or by
//!   key.
//! - A [`Store`] holds the objects and their indexes; a [`Snapshot`] is what it was at one moment.
//! - An [`Informer`] joins queue and store with the delivery to any number of [`Subscription`]s, and
//!   publishes a [`Version`] for each batch of changes.
//!
//! Everything here is a plain struct that takes the time as an argument and returns what is to be
//! done. There is no task, no channel, no socket and no clock: `pintle-cache` drives these structs
//! for programs, and a simulation drives them for proof, where one seed reproduces any schedule.
//!
//! Objects are of any type that is [`Cached`]. `pintle-cache` uses one for all kinds, so that this
//! code is compiled once.
#![forbid(unsafe_code)]

mod cached;
mod change;
mod delta_queue;
mod fan_out;
mod informer;
mod mutation_cache;
mod reflector;
mod store;

pub use cached::Cached;
pub use change::{Change, ChangeKind, Replacement, SourceId, Tombstone};
pub use delta_queue::{Delta, DeltaQueue, Item, Policy};
pub use fan_out::{
    Delivery, Event, KeyEvent, KeyEventKind, Lag, Notice, Subscriber, SubscriberId, Subscription,
};
pub use informer::{Informer, SubscribeOptions, Swept, Version};
pub use mutation_cache::MutationCache;
pub use reflector::{
    Action, Backoff, EventKind, Failure, Phase, Reflector, ReflectorOptions, Warning,
};
pub use store::{IndexError, IndexFunction, IndexNameError, Indexers, Snapshot, Store, Stored};
