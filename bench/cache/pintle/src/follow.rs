//! From nothing to synced, then events.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bench_cache_harness::{Failure, Stopwatch, ask, count};
use peer_pintle::walk;
use pintle_api::core::v1::Pod;
use pintle_cache::Handler;
use pintle_meta::Lazy;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{Source, digest};

/// Follows the server through so many events. Both times end when the handler has been called with everything,
/// and has looked at every field if it `walks`.
pub(crate) async fn run(source: &Source, walks: bool, events: u64) -> Result<Value, Failure> {
    let pods = count(&source.address)?;
    let watch = Stopwatch::start();
    let informer = source.informer()?;
    let (adds, updates) = (Arc::new(Goal::of(pods)), Arc::new(Goal::of(events)));
    let look = move |pod: &Lazy<Pod>| {
        if walks {
            let decoded = pod.get().expect("the server's pods can be decoded");
            black_box(walk(&*decoded));
        }
    };
    let (added, updated) = (adds.clone(), updates.clone());
    let handler = Handler::new()
        .on_add(move |pod, _| {
            look(pod);
            added.count();
        })
        .on_update(move |_, pod| {
            look(pod);
            updated.count();
        });
    let _handle = informer.add_handler(handler)?;
    informer.start();
    adds.reached().await;
    informer.wait_for_sync().await?;
    let synced = watch.stop().to_json(digest(&informer)?.to_json());
    if events == 0 {
        return Ok(json!({ "synced": synced }));
    }
    let watch = Stopwatch::start();
    ask(&source.address, &format!("/events?count={events}"))?;
    updates.reached().await;
    let watched = watch.stop().to_json(digest(&informer)?.to_json());
    Ok(json!({ "synced": synced, "watched": watched }))
}

/// A number that is counted up to.
pub(crate) struct Goal {
    left: AtomicU64,
    reached: Notify,
}

impl Goal {
    pub(crate) fn of(count: u64) -> Self {
        Self {
            left: AtomicU64::new(count),
            reached: Notify::new(),
        }
    }

    pub(crate) fn count(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.reached.notify_one();
        }
    }

    pub(crate) async fn reached(&self) {
        self.reached.notified().await;
    }
}
