//! Watches.
//!
//! A watch is a [`Watcher`] and the future that drives it: it asks the watcher what to do, sends what
//! there is, and else sleeps until the next write to the resource, its deadline, or the end of the
//! server. It has no task: it goes on when the connection asks for data, and is dropped with it. A
//! client that takes nothing is not asked for; the connection ends its watches when their time is over.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::StatusCode;
use pintle_env::{Clock, Instant, Sleep, Timer};

use super::{
    Api, Body,
    api::{Answer, Call},
    body::Source,
    options::{self, ListOptions},
    represent::Renderer,
};
use crate::{
    registry::Registry,
    shared::Changes,
    shutdown::Shutdown,
    status::Failure,
    store::{Delivery, Filter, ResourceId, Revision, Start, Step, Store, Watcher, WatcherOptions},
};

impl Api {
    pub(super) async fn watch(
        &self,
        call: &Call<'_>,
        options: ListOptions,
        filter: Filter,
    ) -> Result<Answer, Failure> {
        let renderer = call.list_renderer(self, true)?;
        let revision = options::revision(&options.resource_version);
        let revision = revision.map_err(Failure::internal_plain)?;
        let resource = call.served.id;
        let store = self.registry.store();
        // From here on whatever is written wakes the watch.
        let changes = store.changes(resource);
        let wanted = revision.unwrap_or_default();
        let start = if options.send_initial_events == Some(true) {
            if let Err(failure) = self.reach(wanted).await {
                return Ok(broken_off(&renderer, &failure));
            }
            Start::With {
                snapshot: store.read(|store| store.snapshot(resource)),
                marked: options.bookmarks,
            }
        } else if wanted == Revision::default() {
            Start::After(store.read(Store::revision))
        } else if let Err(expired) = store.read(|store| store.check_compacted(wanted)) {
            return Ok(broken_off(&renderer, &too_old(wanted, expired.floor)));
        } else {
            Start::After(wanted)
        };
        let now = self.clock.now();
        let deadline = now + self.lifetime(options.timeout);
        let watcher = Watcher::new(
            start,
            WatcherOptions {
                filter,
                bookmarks: options.bookmarks,
                deadline,
            },
            now,
        );
        let driver = Driver {
            watcher,
            renderer,
            resource,
            changes,
            registry: self.registry.clone(),
            clock: self.clock.clone(),
            timer: self.timer.clone(),
            shutdown: self.shutdown.clone(),
            wake: None,
            sent: self.metrics().events(call.served.facts),
            first: true,
            over: false,
        };
        let body = Body::source(driver, deadline);
        Ok(Answer::new(StatusCode::OK, renderer.stream_type(), body))
    }

    /// How long a watch lasts. Without a wish it is left to chance, so that not all end at once.
    fn lifetime(&self, timeout: Option<i64>) -> Duration {
        match timeout.and_then(|seconds| u64::try_from(seconds).ok()) {
            None | Some(0) => DEFAULT_LIFETIME.mul_f64(1.0 + self.random.unit()),
            Some(seconds) => Duration::from_secs(seconds),
        }
    }
}

/// What drives a watcher.
struct Driver {
    watcher: Watcher,
    renderer: Renderer,
    resource: ResourceId,
    changes: Changes,
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    shutdown: Shutdown,
    /// When it goes on though nothing is written, and what waits for that.
    wake: Option<(Instant, Sleep)>,
    /// Where to count what is sent.
    sent: Arc<AtomicU64>,
    /// Whether nothing was sent yet.
    first: bool,
    over: bool,
}

impl Source for Driver {
    async fn next(&mut self) -> Option<Vec<Bytes>> {
        loop {
            if self.over || self.shutdown.is_requested() {
                return None;
            }
            let store = self.registry.store();
            let resource = self.resource;
            let step = self.watcher.poll(self.clock.now(), |after, limit| {
                store.read(|store| store.events(resource, after, limit))
            });
            match step {
                Step::Deliver(deliveries) if deliveries.is_empty() => {
                    tokio::task::yield_now().await;
                }
                Step::Deliver(_) if !self.renderer.is_watchable() => return None,
                Step::Deliver(deliveries) => {
                    let count = deliveries.len() as u64;
                    self.sent.fetch_add(count, Ordering::Relaxed);
                    // The ages in a table are those of this moment, however long the watch has lasted.
                    self.renderer.set_time(self.registry.timestamp());
                    let lines = deliveries.into_iter().map(|delivery| self.line(&delivery));
                    return Some(lines.collect());
                }
                Step::Wait(until) => {
                    // Mostly it is woken by a write, and its next bookmark is due when it was.
                    if self.wake.as_ref().is_none_or(|(due, _)| *due != until) {
                        self.wake = Some((until, self.timer.sleep_until(until)));
                    }
                    let wake = async {
                        if let Some((_, sleep)) = &mut self.wake {
                            sleep.await;
                        }
                    };
                    tokio::select! {
                        () = self.changes.next() => {}
                        () = wake => self.wake = None,
                        () = self.shutdown.requested() => {}
                    }
                }
                Step::Expired { from, floor } => {
                    self.over = true;
                    let failure = too_old(from, floor);
                    return Some(vec![self.renderer.error(&failure)]);
                }
                Step::End => return None,
            }
        }
    }
}

impl Driver {
    fn line(&mut self, delivery: &Delivery) -> Bytes {
        let first = std::mem::take(&mut self.first);
        match delivery {
            Delivery::Initial(object) => self.renderer.initial(object, first),
            Delivery::Event(kind, event) => self.renderer.event(*kind, event, first),
            Delivery::Bookmark {
                revision,
                initial_end,
            } => self.renderer.bookmark(*revision, *initial_end, first),
        }
    }
}

/// A watch that ends as it begins: clients have to find out why in the stream.
fn broken_off(renderer: &Renderer, failure: &Failure) -> Answer {
    let body = Body::whole(renderer.error(failure));
    Answer::new(StatusCode::OK, renderer.stream_type(), body)
}

fn too_old(from: Revision, floor: Revision) -> Failure {
    Failure::expired(format!("too old resource version: {from} ({floor})"))
}

/// As kube-apiserver, which takes up to twice as long.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(30 * 60);
