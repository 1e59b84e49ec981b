//! kube-rs in the cache and list benchmarks, in JSON, the only format that it has.
//!
//! ```text
//! follow ADDRESS FORMAT HOW STORAGE LOOK EVENTS    to synced, then events to whoever reads its stream
//! weigh ADDRESS STORAGE whole|pruned               what pods weigh once they are held
//! list ADDRESS FORMAT                              all pods in pages, decoded
//! ```
//!
//! Arguments that it has no choice about are passed over.

mod follow;
mod list;

use std::process::ExitCode;

use bench_cache_harness::{Digest, Facts, Failure};
use bench_harness::{Counted, LABEL};
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, Client, Config};
use serde_json::Value;

/// Does what the program's arguments say; `heap` is its allocator, if it counts.
pub fn main(heap: Option<&'static Counted>) -> ExitCode {
    bench_cache_harness::main(heap, run)
}

async fn run(arguments: &[&str], heap: Option<&'static Counted>) -> Result<Value, Failure> {
    match *arguments {
        ["follow", address, _, how, _, _, events] => {
            follow::run(address, how == "watch-list", events.parse()?).await
        }
        ["weigh", address, _, what] => {
            let heap = heap.ok_or("the program does not count")?;
            follow::weigh(address, what == "pruned", heap).await
        }
        ["list", address, _] => list::run(address, heap).await,
        _ => Err("there is no such thing to do".into()),
    }
}

fn pods(address: &str) -> Result<Api<Pod>, Failure> {
    let config = Config::new(format!("http://{address}").parse()?);
    Ok(Api::all(Client::try_from(config)?))
}

fn add(digest: &mut Digest, pod: &Pod) {
    let metadata = &pod.metadata;
    let text = |text: &Option<String>| -> String { text.clone().unwrap_or_default() };
    let label = metadata
        .labels
        .as_ref()
        .and_then(|labels| labels.get(LABEL));
    let status = pod
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_ref());
    let message = status.and_then(|conditions| conditions.first()?.message.clone());
    digest.add(&Facts {
        namespace: &text(&metadata.namespace),
        name: &text(&metadata.name),
        uid: &text(&metadata.uid),
        resource_version: &text(&metadata.resource_version),
        label: label.map_or("", String::as_str),
        node: &text(&pod.spec.as_ref().and_then(|spec| spec.node_name.clone())),
        message: &message.unwrap_or_default(),
    });
}
