//! Pods of a node.

use std::hint::black_box;
use std::time::Instant;

use bench_cache_harness::{Failure, cpu_ns};
use pintle_api::core::v1::Pod;
use pintle_meta::Metadata as _;
use serde_json::{Value, json};

use crate::Source;

/// Asks for the pods of every node, so many times, and looks at the name of each.
pub(crate) async fn run(source: &Source, passes: usize) -> Result<Value, Failure> {
    let informer = source.informer()?;
    let by_node = informer.add_index("nodeName", |pod: &Pod| vec![pod.spec.node_name.clone()])?;
    informer.start();
    informer.wait_for_sync().await?;
    let lister = informer.lister();
    let nodes = lister.index_values(&by_node)?;
    let (start, cpu) = (Instant::now(), cpu_ns());
    let (mut found, mut letters) = (0, 0);
    let count = passes * nodes.len();
    for at in 0..count {
        // Not in the order in which they are kept.
        let node = &nodes[at * 7_919 % nodes.len()];
        for pod in lister.snapshot().by_index(&by_node, node)? {
            found += 1;
            letters += pod.name().len();
        }
    }
    black_box(letters);
    Ok(json!({
        "objects": informer.snapshot().len(),
        "lookups": count,
        "found": found,
        "letters": letters,
        "wall_ns": start.elapsed().as_nanos() as u64,
        "cpu_ns": cpu_ns() - cpu,
    }))
}
