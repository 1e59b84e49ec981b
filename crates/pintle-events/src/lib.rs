//! Events: what a program tells people about objects, for `kubectl describe` and `kubectl events`.
//!
//! A [`Recorder`] takes events and never waits; a [`Recording`] sends them, and is to be run beside the
//! rest of the program. What is the same is grouped, and what is too much is left out, by the rules of
//! client-go's recorders:
//!
//! - [`Recording::events`] writes events of `events.k8s.io`: an event that comes again becomes a
//!   series, which is written when it begins, every half hour, and when it is over.
//! - [`Recording::core`] writes those of the core group: events that differ in their message alone are
//!   combined, one that comes again is counted, and an object that has no end of them is given one in
//!   five minutes.
//!
//! ```no_run
//! use pintle_api::core::v1::Pod;
//! use pintle_client::Client;
//! use pintle_events::Recording;
//!
//! # async fn example(client: Client, pod: &Pod, tasks: &mut tokio::task::JoinSet<()>) {
//! let (recorder, recording) = Recording::events(&client, "website-controller").build();
//! tasks.spawn(recording.run());
//! recorder.normal(pod, "Started", "started as wanted");
//! # }
//! ```
//!
//! Events are best effort. They are lost, and [counted](Recorder::dropped), when there are more than
//! 1,000 that were not looked at yet, when the server refuses them, and when it cannot be reached for
//! two minutes; nowhere else.

mod builder;
mod core_v1;
mod event;
mod lru;
mod metrics;
mod recorder;
mod recording;
mod regarding;
mod series;
mod write;

pub use builder::Builder;
pub use core_v1::{Correlated, Correlator};
pub use event::{Event, EventType};
pub use recorder::Recorder;
pub use recording::Recording;
pub use regarding::{Reference, Regarding};
pub use series::{Key, Series};
