//! What the Rust peers of the codec benchmark share, so that they differ in nothing but the library measured.
//!
//! A peer is a process that answers requests, a line each: decode, or encode after an edit, an input for a
//! while and say how long it took; count allocations; hold objects and say what they weigh; write what it
//! makes of them, to be checked. The driver asks one peer at a time, so that all meet the same machine.
//!
//! Each peer has two programs: one with the system's allocator for time, and one that counts.

mod allocator;
mod codec;
mod input;
mod profile;
mod protocol;
mod serve;
mod workload;

pub use allocator::{Counted, Counts};
pub use codec::{Codec, EDITS, Edit, Failure, LABEL};
pub use input::Set;
pub use profile::profile;
pub use protocol::{Format, Lane, Timing};
pub use serve::{Peer, serve, serve_counting};
pub use workload::{Workload, workload};
