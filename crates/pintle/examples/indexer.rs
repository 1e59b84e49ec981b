//! Three pods in an indexer, found by namespace and by the node that they run on.
//!
//! ```console
//! $ cargo run --example indexer
//! namespace default: pod-1, pod-2
//! nodeName node2: pod-2, pod-3
//! nodes: node1, node2
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use pintle::api::core::v1::Pod;
use pintle::cache::Indexer;
use pintle::meta::Metadata;

fn main() -> Result<(), Box<dyn Error>> {
    let pods = Indexer::<Pod>::new();
    let by_node = pods.add_index("nodeName", |pod: &Pod| vec![pod.spec.node_name.clone()])?;
    pods.replace([
        pod("pod-1", "default", "node1"),
        pod("pod-2", "default", "node2"),
        pod("pod-3", "kube-system", "node2"),
    ])?;

    let snapshot = pods.snapshot();
    for (index, value) in [("namespace", "default"), (by_node.as_ref(), "node2")] {
        let found = snapshot.by_index(index, value)?;
        let names: Vec<String> = found.map(|pod| pod.name().to_owned()).collect();
        println!("{index} {value}: {}", names.join(", "));
    }
    println!("nodes: {}", snapshot.index_values(&by_node)?.join(", "));
    Ok(())
}

fn pod(name: &str, namespace: &str, node: &str) -> Pod {
    let mut pod = Pod::default();
    pod.metadata.name = name.into();
    pod.metadata.namespace = namespace.into();
    pod.spec.node_name = node.into();
    pod
}
