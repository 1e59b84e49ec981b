//! Work queues for controllers: what is to be looked at, each key once, by one worker at a time.
//!
//! Handlers [`add`](WorkQueue::add) keys, workers [`get`](WorkQueue::get) them. A key that is added
//! while it waits is there once; one that is added while a worker has it comes again when that worker
//! is done, and never to two workers at the same time. What fails is [tried again](Item::retry) later
//! and later.
//!
//! ```
//! use std::sync::Arc;
//! use pintle_env::ManualClock;
//! use pintle_workqueue::WorkQueue;
//!
//! async fn worker(queue: WorkQueue<Arc<str>>) {
//!     while let Some(item) = queue.get().await {
//!         match reconcile(&item).await {
//!             Ok(()) => item.finish(),
//!             Err(_) => item.retry(),
//!         }
//!     }
//! }
//! # async fn reconcile(key: &str) -> Result<(), ()> { Ok(()) }
//!
//! let queue: WorkQueue<Arc<str>> = WorkQueue::new("websites", Arc::new(ManualClock::new()));
//! queue.add("default/blog".into());
//! queue.add("default/blog".into());
//! assert_eq!(queue.len(), 1);
//! ```
//!
//! - [`WorkQueue`] is the queue that tasks share; it needs no runtime, spawns nothing, and wakes
//!   workers when something is due.
//! - [`Queue`] is the machine underneath, without locks and with time as an argument.
//! - A [`Limiter`] says how long a key waits before it is tried again; [`Exponential`], [`Bucket`],
//!   [`FastSlow`], [`MaxOf`] and [`AtMost`] are client-go's.
//! - An [`Order`] says which key comes next: [`Fifo`], or [`ByPriority`] as controller-runtime's
//!   queue.
//! - [`KeyedBackoff`] and [`parallel_for_each`] stand by themselves.
//!
//! Keys are cloned when they are handed out, so they should be cheap to clone: `Arc<str>` and the like.

mod add;
mod backoff;
mod builder;
mod delays;
mod get;
mod inbox;
mod item;
mod key;
mod limiter;
mod metrics;
mod order;
mod parallel;
mod queue;
mod slots;
mod sync;
mod table;
mod waiters;
mod work_queue;

pub use add::{Add, LOW_PRIORITY};
pub use backoff::KeyedBackoff;
pub use builder::Builder;
pub use get::{Drain, Get};
pub use item::Item;
pub use key::Key;
pub use limiter::{
    AtMost, Bucket, Exponential, FastSlow, Limiter, MaxOf, controller_limiter, item_limiter,
};
pub use order::{ByPriority, Fifo, Order, Rank, Ticket};
pub use parallel::{parallel_for_each, parallelize};
pub use queue::{Delayed, Queue, Taken};
pub use work_queue::WorkQueue;
