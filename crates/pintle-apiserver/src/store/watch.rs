//! [`Watcher`], one watch of one resource: what it delivers next, and how long it waits.
//!
//! Invariant: what it delivers is, in the order of revisions, everything that happened to the
//! objects it selects since its start, and nothing twice. It holds a revision and, until the initial
//! objects are out, a snapshot; the log holds nothing for it.

use std::{sync::Arc, time::Duration};

use pintle_env::Instant;
use pintle_meta::LabelSelector;

use super::{Event, EventKind, Expired, Object, Position, Revision, Scope, Snapshot};
use crate::selector::FieldSelector;

/// One watch.
#[derive(Debug)]
pub(crate) struct Watcher {
    options: WatcherOptions,
    phase: Phase,
    /// Everything up to here was delivered, or was not selected.
    seen: Revision,
    next_bookmark: Option<Instant>,
}

/// What a watch is about and how long it lasts.
#[derive(Debug)]
pub(crate) struct WatcherOptions {
    /// The objects it follows.
    pub(crate) filter: Filter,
    /// Whether it wants to be told now and then how far it has come.
    pub(crate) bookmarks: bool,
    /// When it ends.
    pub(crate) deadline: Instant,
}

/// Where a watch starts.
#[derive(Debug)]
pub(crate) enum Start {
    /// With what happens after a revision.
    After(Revision),
    /// With the objects of a snapshot, as if they had just been added. `marked` asks for a bookmark
    /// that says where they end.
    With {
        /// The objects.
        snapshot: Snapshot,
        /// Whether a bookmark ends them.
        marked: bool,
    },
}

/// Which objects a list or a watch is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Where they are.
    pub(crate) scope: Scope,
    /// What their labels are.
    pub(crate) labels: LabelSelector,
    /// What their fields are.
    pub(crate) fields: FieldSelector,
}

/// What a watch does next.
#[derive(Debug)]
pub(crate) enum Step {
    /// It has something for its client, or nothing yet of all that it has looked at: others may have
    /// their turn before it goes on.
    Deliver(Vec<Delivery>),
    /// It waits for the next write to its resource, or until this instant.
    Wait(Instant),
    /// The log has passed it: the client has to list again.
    Expired {
        /// The revision that it could not go on from.
        from: Revision,
        /// The oldest revision from which it could.
        floor: Revision,
    },
    /// Its time is over.
    End,
}

/// One thing for a watch's client.
#[derive(Clone, Debug)]
pub(crate) enum Delivery {
    /// An object was there from the start.
    Initial(Arc<Object>),
    /// Something happened to an object: for this client, what the kind says.
    Event(EventKind, Arc<Event>),
    /// Everything up to a revision was delivered.
    Bookmark {
        /// The revision.
        revision: Revision,
        /// Whether this is the end of the initial objects.
        initial_end: bool,
    },
}

/// What happened to a resource, as far as it was asked for.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The events, oldest first.
    pub(crate) events: Vec<Arc<Event>>,
    /// Nothing else happened up to here.
    pub(crate) until: Revision,
}

#[derive(Debug)]
enum Phase {
    Initial {
        snapshot: Snapshot,
        next: Option<Position>,
        marked: bool,
    },
    Live,
}

impl Watcher {
    /// A watch that starts now.
    pub(crate) fn new(start: Start, options: WatcherOptions, now: Instant) -> Self {
        let (seen, phase) = match start {
            Start::After(revision) => (revision, Phase::Live),
            Start::With { snapshot, marked } => {
                let next = None;
                let seen = snapshot.revision();
                let phase = Phase::Initial {
                    snapshot,
                    next,
                    marked,
                };
                (seen, phase)
            }
        };
        let mut watcher = Self {
            options,
            phase,
            seen,
            next_bookmark: None,
        };
        watcher.schedule_bookmark(now);
        watcher
    }

    /// What to do now. `history` gives what happened after a revision, at most so many events.
    pub(crate) fn poll(
        &mut self,
        now: Instant,
        history: impl FnOnce(Revision, usize) -> Result<Batch, Expired>,
    ) -> Step {
        if now >= self.options.deadline {
            return Step::End;
        }
        if let Some(deliveries) = self.poll_initial() {
            return Step::Deliver(deliveries);
        }
        let batch = match history(self.seen, BATCH) {
            Ok(batch) => batch,
            Err(Expired { floor }) => {
                return Step::Expired {
                    from: self.seen,
                    floor,
                };
            }
        };
        // A watch may start in the future: what happens before that is not for it.
        let seen = self.seen.max(batch.until);
        let deliveries = batch
            .events
            .iter()
            .filter(|event| event.revision() > self.seen)
            .filter_map(|event| self.options.filter.deliver(event));
        let mut deliveries: Vec<_> = deliveries.collect();
        self.seen = seen;
        if self.next_bookmark.is_some_and(|at| now >= at) {
            deliveries.push(Delivery::Bookmark {
                revision: self.seen,
                initial_end: false,
            });
            self.schedule_bookmark(now);
        }
        if !deliveries.is_empty() {
            return Step::Deliver(deliveries);
        }
        if batch.events.len() == BATCH {
            // Nothing of it was for this client, but there may be more.
            return Step::Deliver(Vec::new());
        }
        let wake = self.next_bookmark.unwrap_or(self.options.deadline);
        Step::Wait(wake.min(self.options.deadline))
    }

    /// The next initial objects, until they are out. As of the log, so many are looked at at once,
    /// however few of them are selected.
    fn poll_initial(&mut self) -> Option<Vec<Delivery>> {
        let Phase::Initial {
            snapshot,
            next,
            marked,
        } = &mut self.phase
        else {
            return None;
        };
        let filter = &self.options.filter;
        let page = snapshot.page(&filter.scope, next.as_ref(), BATCH, |_| true);
        let objects = page.objects.into_iter();
        let mut deliveries: Vec<_> = objects
            .filter(|object| filter.selects(object))
            .map(Delivery::Initial)
            .collect();
        if let Some(position) = page.next {
            *next = Some(position);
            return Some(deliveries);
        }
        if *marked {
            deliveries.push(Delivery::Bookmark {
                revision: self.seen,
                initial_end: true,
            });
        }
        self.phase = Phase::Live;
        (!deliveries.is_empty()).then_some(deliveries)
    }

    /// The next bookmark is due in a while, and in any case shortly before the end: a client that
    /// comes back starts from it.
    fn schedule_bookmark(&mut self, now: Instant) {
        let last = self.options.deadline - BOOKMARK_BEFORE_END;
        let next = (now + BOOKMARK_EVERY).min(last);
        self.next_bookmark = (self.options.bookmarks && next > now).then_some(next);
    }
}

impl Filter {
    /// Whether an object is among those that it is about.
    pub(crate) fn selects(&self, object: &Object) -> bool {
        self.scope.contains(&object.key) && self.matches(object)
    }

    /// Whether it takes the whole scope.
    pub(crate) fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// What a client that follows these objects is told of an event, if anything.
    ///
    /// An object that comes to be selected was added, for this client, and one that no longer is
    /// was deleted: as it last was, at the revision of the change.
    fn deliver(&self, event: &Arc<Event>) -> Option<Delivery> {
        if !self.scope.contains(&event.object.key) {
            return None;
        }
        let is = event.kind != EventKind::Deleted && self.matches(&event.object);
        let was = event.previous.as_ref().is_some_and(|old| self.matches(old));
        let kind = match (was, is) {
            (false, false) => return None,
            (false, true) => EventKind::Added,
            (true, true) => EventKind::Modified,
            (true, false) => EventKind::Deleted,
        };
        Some(Delivery::Event(kind, event.clone()))
    }

    fn matches(&self, object: &Object) -> bool {
        let Object {
            key, attributes, ..
        } = object;
        self.labels.matches_with(|label| attributes.label(label))
            && self.fields.matches(|field| match field {
                NAME_FIELD => key.name(),
                NAMESPACE_FIELD => key.namespace(),
                field => attributes.field(field - FIRST_FIELD),
            })
    }
}

/// The numbers of the fields that selectors may ask for: those that every resource has, and the
/// first of a resource's own.
pub(crate) const NAME_FIELD: usize = 0;
pub(crate) const NAMESPACE_FIELD: usize = 1;
pub(crate) const FIRST_FIELD: usize = 2;

/// How many events are taken from the log, or objects from a snapshot, at once.
const BATCH: usize = 256;

/// As kube-apiserver.
const BOOKMARK_EVERY: Duration = Duration::from_secs(60);
const BOOKMARK_BEFORE_END: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use pintle_env::{Random, SeededRandom};

    use super::{
        super::{Attributes, Draft, HistoryLimits, Key, ResourceId, Store},
        *,
    };
    use crate::{generated::core_v1::CONFIG_MAP, schema::Tree};

    const PODS: ResourceId = ResourceId::new(0);
    const NODES: ResourceId = ResourceId::new(1);

    /// A client that keeps what a watch tells it.
    struct Client {
        watcher: Watcher,
        filter: Filter,
        objects: BTreeMap<String, Revision>,
        seen: Revision,
    }

    impl Client {
        fn new(store: &Store, filter: Filter) -> Self {
            let snapshot = store.snapshot(PODS);
            let marked = true;
            let options = WatcherOptions {
                filter: filter.clone(),
                bookmarks: true,
                deadline: Instant::FAR_FUTURE,
            };
            let start = Start::With { snapshot, marked };
            Self {
                watcher: Watcher::new(start, options, Instant::ORIGIN),
                filter,
                objects: BTreeMap::new(),
                seen: Revision::default(),
            }
        }

        /// Takes one step; whether there was nothing to do.
        fn step(&mut self, store: &Store, now: Instant) -> bool {
            let history = |after, limit| store.events(PODS, after, limit);
            match self.watcher.poll(now, history) {
                Step::Deliver(deliveries) => {
                    deliveries.iter().for_each(|delivery| self.take(delivery));
                    false
                }
                Step::Wait(until) => {
                    assert!(until > now, "a wait has an end in the future");
                    true
                }
                Step::Expired { .. } => {
                    *self = Self::new(store, self.filter.clone());
                    false
                }
                Step::End => panic!("the deadline is far away"),
            }
        }

        fn take(&mut self, delivery: &Delivery) {
            if let Delivery::Bookmark { revision, .. } = delivery {
                assert!(*revision >= self.seen, "bookmarks go back");
                self.seen = *revision;
            }
            if let Some((kind, object)) = shown(delivery) {
                let (key, revision) = (object.key.to_string(), object.revision);
                let had = match kind {
                    EventKind::Deleted => self.objects.remove(&key),
                    _ => self.objects.insert(key.clone(), revision),
                };
                assert_eq!(had.is_some(), kind != EventKind::Added, "{kind:?} {key}");
                assert!(had.is_none_or(|had| had < revision), "{key} goes back");
                if kind != EventKind::Added {
                    assert!(revision > self.seen, "{key} was told before");
                }
            }
        }
    }

    /// The object that a delivery is about, if it is about one, as the client is shown it.
    fn shown(delivery: &Delivery) -> Option<(EventKind, Arc<Object>)> {
        Some(match delivery {
            Delivery::Initial(object) => (EventKind::Added, object.clone()),
            Delivery::Event(EventKind::Deleted, event) => (EventKind::Deleted, event.tombstone()),
            Delivery::Event(kind, event) => (*kind, event.object.clone()),
            Delivery::Bookmark { .. } => return None,
        })
    }

    fn write(store: &mut Store, random: &SeededRandom, now: Instant) {
        let name = format!("p{}", random.below(12));
        let namespace = ["a", "a-b", "b"][random.below(3) as usize];
        let key = Key::new(namespace, &name);
        match random.below(4) {
            0 => drop(store.remove(PODS, &key, now)),
            1 => {
                let draft = Draft::encode(&Tree::zero(&CONFIG_MAP));
                let attributes = Attributes::default();
                store.put(NODES, Key::new("", "n"), &draft, attributes, now);
            }
            _ => {
                let draft = Draft::encode(&Tree::zero(&CONFIG_MAP));
                let value = if random.below(2) == 0 { "0" } else { "1" };
                let attributes = Attributes::labelled("x", value);
                store.put(PODS, key, &draft, attributes, now);
            }
        }
    }

    #[test]
    fn whatever_the_schedule_a_client_ends_up_with_what_there_is() {
        for seed in 0..200 {
            let random = SeededRandom::new(seed);
            // Some histories are so short that clients have to begin again.
            let events = [5, 300, 100_000][random.below(3) as usize];
            let limits = HistoryLimits::default().events(events);
            let mut store = Store::new(2, limits);
            let mut now = Instant::ORIGIN;
            let mut clients = Vec::new();
            for _ in 0..600 {
                match random.below(10) {
                    0 if clients.len() < 6 => {
                        let labels = ["", "x=1", "!x", "x!=1"][random.below(4) as usize];
                        let scope = match random.below(3) {
                            0 => Scope::All,
                            1 => Scope::Namespace("a".into()),
                            _ => Scope::Object(Key::new("a", "p1")),
                        };
                        let filter = Filter {
                            scope,
                            labels: LabelSelector::parse(labels).unwrap(),
                            fields: FieldSelector::default(),
                        };
                        clients.push(Client::new(&store, filter));
                    }
                    1 => now = now + Duration::from_secs(random.below(90)),
                    2..5 if !clients.is_empty() => {
                        let at = random.below(clients.len() as u64) as usize;
                        clients[at].step(&store, now);
                    }
                    _ => write(&mut store, &random, now),
                }
            }
            for client in &mut clients {
                while !client.step(&store, now) {}
                let snapshot = store.snapshot(PODS);
                let expected: BTreeMap<_, _> = snapshot
                    .objects(&Scope::All, None)
                    .filter(|object| client.filter.selects(object))
                    .map(|object| (object.key.to_string(), object.revision))
                    .collect();
                assert_eq!(client.objects, expected, "seed {seed}");
            }
        }
    }
}
