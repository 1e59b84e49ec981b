//! All pods at once, in pages.

use bench_cache_harness::{Digest, Failure, Stopwatch};
use bench_harness::Counted;
use pintle_api::core::v1::Pod;
use pintle_meta::Object as _;
use pintle_meta::v1::ListOptions;
use serde_json::{Value, json};

use crate::{Source, add};

/// Lists everything, page by page, into one list of decoded pods.
pub(crate) async fn run(source: &Source, heap: Option<&Counted>) -> Result<Value, Failure> {
    let pods = source.client()?.api::<Pod>();
    let before = heap.map_or(0, |heap| {
        heap.reset_peak();
        heap.counts().live_bytes
    });
    let watch = Stopwatch::start();
    let list = pods.list_all(&ListOptions::new()).await?;
    let stage = watch.stop();
    let peak = heap.map_or(0, Counted::peak_bytes).saturating_sub(before);
    // The connection is kept, and is no part of the list.
    drop(pods);
    let live = heap
        .map_or(0, |heap| heap.counts().live_bytes)
        .saturating_sub(before);
    let mut digest = Digest::default();
    for pod in list.items {
        add(&mut digest, pod.metadata(), &pod);
    }
    let mut found = stage.to_json(digest.to_json());
    found["live_bytes"] = json!(live);
    found["peak_bytes"] = json!(peak);
    Ok(found)
}
