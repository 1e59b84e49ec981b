//! Beginning anew, when the server has forgotten the version that a watch is at.

use std::sync::Arc;

use bench_cache_harness::{Failure, ask, peak_resident, reset_peak_resident, resident};
use bench_harness::Counted;
use pintle_cache::Handler;
use serde_json::{Value, json};

use crate::follow::Goal;
use crate::{Source, digest};

/// Has the server end the watch and change so many pods, and waits until the handler has been told of them.
pub(crate) async fn run(source: &Source, changed: u64, heap: &Counted) -> Result<Value, Failure> {
    let before = heap.counts().live_bytes;
    let informer = source.informer()?;
    let updates = Arc::new(Goal::of(changed));
    let updated = updates.clone();
    let handler = Handler::new().on_update(move |_, _| updated.count());
    let handle = informer.add_handler(handler)?;
    informer.start();
    informer.wait_for_sync().await?;
    handle.wait_for_sync().await?;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let (live, held) = (heap.counts().live_bytes - before, resident());
    heap.reset_peak();
    reset_peak_resident();
    ask(&source.address, &format!("/expire?changed={changed}"))?;
    updates.reached().await;
    let peak = heap.peak_bytes() - before;
    let peak_resident = peak_resident();
    let found = digest(&informer)?.to_json();
    Ok(json!({
        "live_bytes": live,
        "peak_bytes": peak,
        "resident": held,
        "peak_resident": peak_resident,
        "objects": found["objects"],
        "digest": found["digest"],
    }))
}
