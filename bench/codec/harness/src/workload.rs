//! The loops that are measured, compiled once for each kind of each peer.
//!
//! Nothing between two readings of the clock is hidden behind a virtual call but what the library itself hides,
//! so that no peer pays for one that another does not.

use std::hint::black_box;
use std::time::Instant;

use rustix::time::{ClockId, Timespec, clock_gettime};

use crate::protocol::Timing;
use crate::{Codec, Counted, Counts, EDITS, Failure};

/// A [`Codec`], its type hidden.
pub trait Workload {
    /// Decodes every object `passes` times, and drops it.
    fn decode(&self, objects: &[&[u8]], passes: u64) -> Result<Timing, Failure>;

    /// Decodes every object `passes` times, looks at every field, and drops it.
    fn walk(&self, objects: &[&[u8]], passes: u64) -> Result<Timing, Failure>;

    /// Edits and encodes every object `passes` times.
    fn encode(&self, objects: &[&[u8]], passes: u64) -> Result<Timing, Failure>;

    /// What decoding every object allocates.
    fn count_decode(&self, objects: &[&[u8]], heap: &Counted) -> Result<Counts, Failure>;

    /// What editing and encoding every object allocates.
    fn count_encode(&self, objects: &[&[u8]], heap: &Counted) -> Result<Counts, Failure>;

    /// The bytes that are live for `copies` of every object, with what the codec keeps for them.
    fn live(
        &self,
        objects: &[&[u8]],
        copies: usize,
        pruned: bool,
        heap: &Counted,
    ) -> Result<u64, Failure>;

    /// Each object, decoded, edited with the first of [`EDITS`], and encoded.
    fn rewrite(&self, objects: &[&[u8]]) -> Result<Vec<Vec<u8>>, Failure>;
}

/// Hides the type of a codec. `make` gives a new one for each measurement, so that none inherits what an
/// earlier one kept.
pub fn workload<C: Codec + 'static>(make: impl Fn() -> C + 'static) -> Box<dyn Workload> {
    Box::new(Measured(make))
}

struct Measured<F>(F);

impl<C: Codec, F: Fn() -> C> Workload for Measured<F> {
    fn decode(&self, objects: &[&[u8]], passes: u64) -> Result<Timing, Failure> {
        let mut codec = (self.0)();
        let watch = Stopwatch::start();
        for _ in 0..passes {
            for bytes in objects {
                drop(black_box(codec.decode(black_box(bytes))?));
            }
        }
        Ok(watch.stop(objects.len() as u64 * passes))
    }

    fn walk(&self, objects: &[&[u8]], passes: u64) -> Result<Timing, Failure> {
        let mut codec = (self.0)();
        let watch = Stopwatch::start();
        for _ in 0..passes {
            for bytes in objects {
                let object = codec.decode(black_box(bytes))?;
                black_box(codec.walk(&object)?);
                drop(black_box(object));
            }
        }
        Ok(watch.stop(objects.len() as u64 * passes))
    }

    fn encode(&self, objects: &[&[u8]], passes: u64) -> Result<Timing, Failure> {
        let mut codec = (self.0)();
        let mut total = Timing::default();
        // As many as are in use at a time, not the whole set: a peer with large objects should not be
        // measured by its page faults.
        for chunk in objects.chunks(CHUNK) {
            let mut decoded = decode_all(&mut codec, chunk)?;
            let watch = Stopwatch::start();
            for pass in 0..passes {
                let edit = &EDITS[(pass % EDITS.len() as u64) as usize];
                for object in &mut decoded {
                    codec.edit(object, edit)?;
                    drop(black_box(codec.encode(object)?));
                }
            }
            total += watch.stop(decoded.len() as u64 * passes);
        }
        Ok(total)
    }

    fn count_decode(&self, objects: &[&[u8]], heap: &Counted) -> Result<Counts, Failure> {
        let mut codec = (self.0)();
        if let [object] = objects {
            // What a codec keeps of one object is there when it reads it again.
            drop(black_box(codec.decode(object)?));
        }
        let mut total = Counts::default();
        for bytes in objects {
            let before = heap.counts();
            let object = codec.decode(bytes)?;
            total += heap.counts() - before;
            drop(black_box(object));
        }
        Ok(total)
    }

    fn count_encode(&self, objects: &[&[u8]], heap: &Counted) -> Result<Counts, Failure> {
        let mut codec = (self.0)();
        let mut total = Counts::default();
        for bytes in objects {
            let mut object = codec.decode(bytes)?;
            let before = heap.counts();
            codec.edit(&mut object, &EDITS[0])?;
            let encoded = codec.encode(&object)?;
            total += heap.counts() - before;
            drop(black_box(encoded));
        }
        Ok(total)
    }

    fn live(
        &self,
        objects: &[&[u8]],
        copies: usize,
        pruned: bool,
        heap: &Counted,
    ) -> Result<u64, Failure> {
        // The list of what is held is the cache's, not the objects'.
        let mut held = Vec::with_capacity(objects.len() * copies);
        let before = heap.counts();
        let mut codec = (self.0)();
        for _ in 0..copies {
            for bytes in objects {
                let mut object = codec.decode(bytes)?;
                if pruned {
                    codec.prune(&mut object);
                }
                held.push(object);
            }
        }
        let live = heap.counts().live_bytes - before.live_bytes;
        drop(black_box((held, codec)));
        Ok(live)
    }

    fn rewrite(&self, objects: &[&[u8]]) -> Result<Vec<Vec<u8>>, Failure> {
        let mut codec = (self.0)();
        objects
            .iter()
            .map(|bytes| {
                let mut object = codec.decode(bytes)?;
                codec.edit(&mut object, &EDITS[0])?;
                codec.encode(&object)
            })
            .collect()
    }
}

fn decode_all<C: Codec>(codec: &mut C, objects: &[&[u8]]) -> Result<Vec<C::Object>, Failure> {
    objects.iter().map(|bytes| codec.decode(bytes)).collect()
}

/// Reads the clock, and what the scheduler counts for the thread and for the process.
struct Stopwatch {
    process: Timespec,
    wall: Instant,
    thread: Timespec,
}

impl Stopwatch {
    fn start() -> Self {
        Self {
            process: clock_gettime(ClockId::ProcessCPUTime),
            wall: Instant::now(),
            thread: clock_gettime(ClockId::ThreadCPUTime),
        }
    }

    fn stop(self, objects: u64) -> Timing {
        let thread = clock_gettime(ClockId::ThreadCPUTime);
        let wall = self.wall.elapsed();
        let process = clock_gettime(ClockId::ProcessCPUTime);
        let nanoseconds = |at: Timespec| at.tv_sec * 1_000_000_000 + at.tv_nsec;
        let between = |start, end| (nanoseconds(end) - nanoseconds(start)) as u64;
        Timing {
            objects,
            thread_ns: between(self.thread, thread),
            wall_ns: wall.as_nanos() as u64,
            cpu_ns: between(self.process, process),
        }
    }
}

const CHUNK: usize = 250;
