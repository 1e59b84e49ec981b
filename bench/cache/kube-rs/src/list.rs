//! All pods at once, in pages.

use bench_cache_harness::{Digest, Failure, Stopwatch};
use bench_harness::Counted;
use kube::api::ListParams;
use serde_json::{Value, json};

use crate::{add, pods};

/// Lists everything, page by page, into one list.
pub(crate) async fn run(address: &str, heap: Option<&Counted>) -> Result<Value, Failure> {
    let pods = pods(address)?;
    let before = heap.map_or(0, |heap| {
        heap.reset_peak();
        heap.counts().live_bytes
    });
    let watch = Stopwatch::start();
    let (mut all, mut params) = (Vec::new(), ListParams::default().limit(500));
    loop {
        let page = pods.list(&params).await?;
        all.extend(page.items);
        match page.metadata.continue_ {
            Some(next) if !next.is_empty() => params.continue_token = Some(next),
            _ => break,
        }
    }
    let stage = watch.stop();
    let peak = heap.map_or(0, Counted::peak_bytes).saturating_sub(before);
    drop(pods);
    let live = heap
        .map_or(0, |heap| heap.counts().live_bytes)
        .saturating_sub(before);
    let mut digest = Digest::default();
    for pod in &all {
        add(&mut digest, pod);
    }
    let mut found = stage.to_json(digest.to_json());
    found["live_bytes"] = json!(live);
    found["peak_bytes"] = json!(peak);
    Ok(found)
}
