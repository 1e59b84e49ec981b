//! What pods weigh once an informer holds them.

use bench_cache_harness::{Failure, resident};
use bench_harness::Counted;
use serde_json::{Value, json};

use crate::Source;

/// Fills an informer. Everything that is live afterwards and was not before is the pods': keys and trees are in
/// it, and what the connection keeps.
pub(crate) async fn run(source: &Source, heap: &Counted) -> Result<Value, Failure> {
    let before = heap.counts();
    let informer = source.informer()?;
    informer.start();
    informer.wait_for_sync().await?;
    // The last page, and what it was read from, may be on their way to be freed.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let live = (heap.counts() - before).live_bytes;
    Ok(json!({
        "objects": informer.snapshot().len(),
        "live_bytes": live,
        "resident": resident(),
    }))
}
