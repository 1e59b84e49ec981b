//! The requests of the driver and the answers of a peer: JSON, a line each.

use std::ops::AddAssign;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Json,
    Protobuf,
}

/// One of the ways in which a peer reads and writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    pub format: Format,
    /// What is special about it; empty for a peer's ordinary way.
    #[serde(default)]
    pub variant: String,
}

/// The first line that a peer prints.
#[derive(Debug, Serialize)]
pub(crate) struct Greeting<'a> {
    pub(crate) peer: &'a str,
    pub(crate) lanes: Vec<Lane>,
    /// Whether it can look at every field of an object.
    pub(crate) walks: bool,
}

/// What the driver asks.
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    #[serde(flatten)]
    pub(crate) lane: Lane,
    /// The name of an input.
    pub(crate) input: String,
    /// Without managedFields.
    #[serde(default)]
    pub(crate) pruned: bool,
    #[serde(flatten)]
    pub(crate) task: Task,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "task", rename_all = "kebab-case")]
pub(crate) enum Task {
    /// Decodes for at least so long, and at least every object once.
    Decode { millis: u64 },
    /// Decodes and looks at every field, likewise.
    Walk { millis: u64 },
    /// Edits and encodes, likewise.
    Encode { millis: u64 },
    /// Counts the allocations of decoding.
    CountDecode,
    /// Counts the allocations of an edit and encoding.
    CountEncode,
    /// Holds every object and counts what is live.
    Live,
    /// Decodes, edits, encodes, and writes the result as a set.
    Write { to: PathBuf },
}

/// What a peer answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Time(Timing),
    Count {
        objects: u64,
        allocations: u64,
        reallocations: u64,
    },
    Live {
        objects: u64,
        bytes: u64,
    },
    Written,
    /// The peer does not know this kind, or not in this lane.
    Unsupported,
    Failed(String),
}

/// How long something took.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Timing {
    pub(crate) objects: u64,
    /// Of the thread that does it, as the scheduler counts: what a clock would show if nothing else ran.
    pub(crate) thread_ns: u64,
    /// As a clock shows.
    pub(crate) wall_ns: u64,
    /// Of the whole process.
    pub(crate) cpu_ns: u64,
}

impl AddAssign for Timing {
    fn add_assign(&mut self, other: Self) {
        self.objects += other.objects;
        self.thread_ns += other.thread_ns;
        self.wall_ns += other.wall_ns;
        self.cpu_ns += other.cpu_ns;
    }
}
