//! A reflector: from nothing to synced, then events.

use std::pin::pin;

use bench_cache_harness::{Digest, Failure, Stopwatch, ask, count, resident};
use bench_harness::Counted;
use futures_util::StreamExt as _;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::{WatchStreamExt as _, reflector, watcher};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::{add, pods};

/// What whoever reads the stream says.
enum Heard {
    Synced,
    /// The last of the events that were asked for.
    Enough,
}

/// Follows the server through so many events. Both times end when the stream has brought everything.
pub(crate) async fn run(address: &str, watch_list: bool, events: u64) -> Result<Value, Failure> {
    let watch = Stopwatch::start();
    let (reader, writer) = reflector::store::<Pod>();
    let config = match watch_list {
        true => watcher::Config::default().streaming_lists(),
        false => watcher::Config::default(),
    };
    let stream = watcher(pods(address)?, config).reflect(writer);
    let (tell, mut told) = mpsc::unbounded_channel();
    let task = tokio::spawn(async move {
        let (mut stream, mut changes) = (pin!(stream), 0);
        while let Some(event) = stream.next().await {
            let heard = match event.expect("the watch does not fail") {
                watcher::Event::InitDone => Heard::Synced,
                watcher::Event::Apply(_) => {
                    changes += 1;
                    if changes != events {
                        continue;
                    }
                    Heard::Enough
                }
                _ => continue,
            };
            // Nobody listens once everything is known.
            let _ = tell.send(heard);
        }
    });
    let mut hear = async || told.recv().await.ok_or("the stream has ended");
    let Heard::Synced = hear().await? else {
        return Err("events before the end of the list".into());
    };
    let synced = watch.stop().to_json(digest(&reader).to_json());
    if events == 0 {
        return Ok(json!({ "synced": synced }));
    }
    let watch = Stopwatch::start();
    ask(address, &format!("/events?count={events}"))?;
    hear().await?;
    let watched = watch.stop().to_json(digest(&reader).to_json());
    task.abort();
    Ok(json!({ "synced": synced, "watched": watched }))
}

/// Fills a reflector, and sees what its pods weigh.
pub(crate) async fn weigh(address: &str, prunes: bool, heap: &Counted) -> Result<Value, Failure> {
    let objects = count(address)?;
    let before = heap.counts();
    let (reader, writer) = reflector::store::<Pod>();
    let stream = watcher(pods(address)?, watcher::Config::default());
    let stream = stream.modify(move |pod| {
        if prunes {
            pod.metadata.managed_fields = None;
        }
    });
    let stream = stream.reflect(writer);
    let task = tokio::spawn(async move { pin!(stream).for_each(async |_| ()).await });
    reader.wait_until_ready().await?;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let live = (heap.counts() - before).live_bytes;
    if reader.len() as u64 != objects {
        return Err("a pod is missing".into());
    }
    task.abort();
    Ok(json!({ "objects": objects, "live_bytes": live, "resident": resident() }))
}

fn digest(reader: &reflector::Store<Pod>) -> Digest {
    let mut digest = Digest::default();
    for pod in reader.state() {
        add(&mut digest, &pod);
    }
    digest
}
