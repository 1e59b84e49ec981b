//! Events are gone an hour after they were last written.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use pintle_env::{Clock, Instant, Timer};

use crate::{
    registry::{Registry, Served},
    shutdown::Shutdown,
    store::{Event, EventKind, Key, Object, Revision, Scope},
};

/// When events go: those of one age, in the order in which they were written.
#[derive(Debug)]
struct Ends {
    /// How long an event stays.
    stay: Duration,
    due: VecDeque<(Instant, Key, Revision)>,
}

/// Removes the events whose time is over, for as long as the server lasts.
pub(crate) async fn expire_events(
    registry: Arc<Registry>,
    stay: Duration,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    mut shutdown: Shutdown,
) {
    let mut stored = registry.stored().iter();
    let Some(&events) = stored.find(|served| served.facts.kind == "Event") else {
        return;
    };
    let mut changes = registry.store().changes(events.id);
    let mut ends = Ends::new(stay);
    let mut seen = ends.begin(&registry, events, clock.now());
    loop {
        seen = ends.follow(&registry, events, seen, clock.now());
        for (key, revision) in ends.take_due(clock.now()) {
            registry.expire(events, &key, revision);
        }
        let next = timer.sleep_until(ends.next().unwrap_or(Instant::FAR_FUTURE));
        tokio::select! {
            () = changes.next() => {}
            () = next => {}
            () = shutdown.requested() => return,
        }
    }
}

impl Ends {
    fn new(stay: Duration) -> Self {
        let due = VecDeque::new();
        Self { stay, due }
    }

    /// Takes what there is for written now.
    fn begin(&mut self, registry: &Registry, events: Served, now: Instant) -> Revision {
        let snapshot = registry.store().read(|store| store.snapshot(events.id));
        self.due.clear();
        for object in snapshot.objects(&Scope::All, None) {
            self.written(object, now);
        }
        snapshot.revision()
    }

    /// Takes note of what was written after a revision, and says up to where that is.
    fn follow(
        &mut self,
        registry: &Registry,
        events: Served,
        mut seen: Revision,
        now: Instant,
    ) -> Revision {
        loop {
            let batch = registry
                .store()
                .read(|store| store.events(events.id, seen, BATCH));
            let Ok(batch) = batch else {
                // So much was written that it is no longer known.
                return self.begin(registry, events, now);
            };
            batch.events.iter().for_each(|event| self.observe(event));
            seen = batch.until;
            if batch.events.len() < BATCH {
                return seen;
            }
        }
    }

    fn observe(&mut self, event: &Event) {
        if event.kind != EventKind::Deleted {
            self.written(&event.object, event.at());
        }
    }

    fn written(&mut self, object: &Object, at: Instant) {
        let end = (at + self.stay, object.key.clone(), object.revision);
        self.due.push_back(end);
    }

    /// When the next event goes, unless it is written again.
    fn next(&self) -> Option<Instant> {
        self.due.front().map(|(at, ..)| *at)
    }

    /// The events that go now, each as it was when its time began.
    fn take_due(&mut self, now: Instant) -> Vec<(Key, Revision)> {
        let mut taken = Vec::new();
        while self.next().is_some_and(|at| at <= now) {
            let due = self.due.pop_front();
            taken.extend(due.map(|(_, key, revision)| (key, revision)));
        }
        taken
    }
}

/// How many events are taken from the log at once.
const BATCH: usize = 256;
