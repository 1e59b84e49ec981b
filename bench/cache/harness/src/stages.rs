//! How long something took.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{cpu_ns, peak_resident, resident};

/// Measures from its making.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    start: Instant,
    cpu: u64,
}

/// What it measured, and what the process held at the end.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    wall_ns: u64,
    cpu_ns: u64,
    resident: u64,
    peak: u64,
}

impl Stopwatch {
    pub fn start() -> Self {
        Self {
            cpu: cpu_ns(),
            start: Instant::now(),
        }
    }

    pub fn stop(self) -> Stage {
        let wall_ns = self.start.elapsed().as_nanos() as u64;
        Stage {
            wall_ns,
            cpu_ns: cpu_ns() - self.cpu,
            resident: resident(),
            peak: peak_resident(),
        }
    }
}

impl Stage {
    /// With what else is to be said of it.
    pub fn to_json(self, more: Value) -> Value {
        let mut all = json!({
            "wall_ns": self.wall_ns,
            "cpu_ns": self.cpu_ns,
            "resident": self.resident,
            "peak_resident": self.peak,
        });
        if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
            all.extend(more);
        }
        all
    }
}
