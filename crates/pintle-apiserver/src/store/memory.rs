//! [`Store`], all resources in memory.
//!
//! Invariant: whoever holds the store sees all resources at the same revision, and every write is in
//! its resource's map and in its log, or in neither.

use std::{collections::VecDeque, sync::Arc};

use pintle_env::Instant;

use super::{
    Attributes, Batch, Draft, Event, EventKind, Expired, HistoryLimits, Key, Object, Revision,
    Snapshot, log::Log, snapshot::ObjectMap,
};

/// The objects of all resources, and their history.
#[derive(Debug)]
pub(crate) struct Store {
    revision: Revision,
    /// Nothing is told of what happened up to here, though it may still be known.
    compacted: Revision,
    resources: Vec<Resource>,
    limits: HistoryLimits,
    /// What was written to since it was last asked.
    written: Vec<ResourceId>,
    forgotten: Forgotten,
}

/// History that a store has let go of, and that nobody has dropped yet: freeing a lot of it takes a
/// while, in which others want the store.
#[derive(Debug, Default)]
pub(crate) struct Forgotten {
    events: Vec<Arc<Event>>,
    checkpoints: Vec<Snapshot>,
}

/// A resource of a store, which has no more than its number for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ResourceId(usize);

/// A resource at an earlier revision, which is still to be rebuilt: that takes a while and needs no
/// store.
#[derive(Debug)]
pub(crate) struct Past {
    /// The objects at a later revision.
    later: ObjectMap,
    /// What happened in between, oldest first.
    undo: Vec<Arc<Event>>,
    revision: Revision,
}

#[derive(Debug)]
struct Resource {
    objects: ObjectMap,
    log: Log,
    /// Every so many events, the map as it was, oldest first: where undoing history may start.
    checkpoints: VecDeque<Snapshot>,
    /// Events since the last checkpoint.
    unmarked: usize,
}

impl Store {
    /// An empty store with this many resources, at [`Revision::FIRST`].
    pub(crate) fn new(resources: usize, limits: HistoryLimits) -> Self {
        let revision = Revision::FIRST;
        let resources = (0..resources).map(|_| Resource::new(revision)).collect();
        Self {
            revision,
            compacted: revision,
            resources,
            limits,
            written: Vec::new(),
            forgotten: Forgotten::default(),
        }
    }

    /// The revision of the last write.
    pub(crate) fn revision(&self) -> Revision {
        self.revision
    }

    /// The object at `key`.
    pub(crate) fn get(&self, resource: ResourceId, key: &Key) -> Option<Arc<Object>> {
        self.resource(resource).objects.get(key).cloned()
    }

    /// All objects of a resource, now.
    pub(crate) fn snapshot(&self, resource: ResourceId) -> Snapshot {
        Snapshot::new(self.resource(resource).objects.clone(), self.revision)
    }

    /// What a resource was at `revision`, which must not lie in the future.
    pub(crate) fn past(&self, resource: ResourceId, revision: Revision) -> Result<Past, Expired> {
        self.check_compacted(revision)?;
        self.resource(resource).past(revision.min(self.revision))
    }

    /// Whether somebody may begin to follow what happened after `revision`. Whoever follows already
    /// finds it whatever was forgotten in the meantime.
    pub(crate) fn check_compacted(&self, revision: Revision) -> Result<(), Expired> {
        match revision < self.compacted {
            true => Err(Expired {
                floor: self.compacted,
            }),
            false => Ok(()),
        }
    }

    /// What happened to a resource after `revision`, oldest first, at most `limit` events of it.
    pub(crate) fn events(
        &self,
        resource: ResourceId,
        revision: Revision,
        limit: usize,
    ) -> Result<Batch, Expired> {
        let events = self.resource(resource).log.after(revision)?;
        let events: Vec<_> = events.take(limit).cloned().collect();
        let until = match events.last() {
            Some(last) if events.len() == limit => last.revision(),
            _ => self.revision,
        };
        Ok(Batch { events, until })
    }

    /// The resources that were written to after `revision`.
    pub(crate) fn written_after(&self, revision: Revision) -> Vec<ResourceId> {
        let resources = self.resources.iter().enumerate();
        let written = resources.filter(|(_, resource)| resource.log.last() > revision);
        written.map(|(number, _)| ResourceId(number)).collect()
    }

    /// Creates or replaces the object at `key`.
    pub(crate) fn put(
        &mut self,
        resource: ResourceId,
        key: Key,
        draft: &Draft,
        attributes: Attributes,
        now: Instant,
    ) -> Arc<Object> {
        let revision = self.next_revision();
        let previous = self.get(resource, &key);
        let kind = match previous {
            Some(_) => EventKind::Modified,
            None => EventKind::Added,
        };
        let object = Arc::new(Object::new(key, draft, attributes, revision));
        self.resource_mut(resource).objects.insert(object.clone());
        self.record(resource, kind, object.clone(), previous, now);
        object
    }

    /// Removes the object at `key` and returns its last state, at the revision of its removal.
    pub(crate) fn remove(
        &mut self,
        resource: ResourceId,
        key: &Key,
        now: Instant,
    ) -> Option<Arc<Object>> {
        let previous = self.get(resource, key)?;
        let object = Arc::new(previous.tombstone(self.next_revision()));
        self.resource_mut(resource).objects.remove(key);
        let kind = EventKind::Deleted;
        self.record(resource, kind, object.clone(), Some(previous), now);
        Some(object)
    }

    /// Forgets the history of all resources up to `revision`.
    pub(crate) fn compact(&mut self, revision: Revision) {
        let revision = revision.min(self.revision);
        self.compacted = self.compacted.max(revision);
        for resource in &mut self.resources {
            resource.log.compact(revision, &mut self.forgotten.events);
            resource.take_checkpoints(&mut self.forgotten.checkpoints);
        }
    }

    /// Forgets history that is too old.
    pub(crate) fn expire(&mut self, now: Instant) {
        for resource in &mut self.resources {
            resource.trim(&self.limits, now, &mut self.forgotten);
        }
    }

    /// The history that was forgotten since this was last called.
    pub(crate) fn take_forgotten(&mut self) -> Forgotten {
        std::mem::take(&mut self.forgotten)
    }

    /// The resources that were written to since this was last called.
    pub(crate) fn take_written(&mut self) -> Vec<ResourceId> {
        std::mem::take(&mut self.written)
    }

    fn next_revision(&mut self) -> Revision {
        self.revision = self.revision.next();
        self.revision
    }

    fn record(
        &mut self,
        id: ResourceId,
        kind: EventKind,
        object: Arc<Object>,
        previous: Option<Arc<Object>>,
        now: Instant,
    ) {
        let revision = self.revision;
        let resource = &mut self.resources[id.0];
        resource.log.push(kind, object, previous, now);
        resource.mark(revision);
        resource.trim(&self.limits, now, &mut self.forgotten);
        if !self.written.contains(&id) {
            self.written.push(id);
        }
    }

    fn resource(&self, id: ResourceId) -> &Resource {
        &self.resources[id.0]
    }

    fn resource_mut(&mut self, id: ResourceId) -> &mut Resource {
        &mut self.resources[id.0]
    }
}

impl ResourceId {
    /// The resource with this number, which must be below the number that the store has.
    pub(crate) const fn new(number: usize) -> Self {
        Self(number)
    }

    /// Its number.
    pub(crate) const fn number(self) -> usize {
        self.0
    }
}

impl Past {
    /// All objects as they were.
    pub(crate) fn rebuild(self) -> Snapshot {
        let mut objects = self.later;
        // The first event of each object says what it was; going back undoes that one last.
        for event in self.undo.iter().rev() {
            match &event.previous {
                Some(previous) => objects.insert(previous.clone()),
                None => objects.remove(&event.object.key),
            }
        }
        Snapshot::new(objects, self.revision)
    }
}

impl Resource {
    fn new(revision: Revision) -> Self {
        Self {
            objects: ObjectMap::default(),
            log: Log::new(revision),
            checkpoints: VecDeque::new(),
            unmarked: 0,
        }
    }

    fn past(&self, revision: Revision) -> Result<Past, Expired> {
        let checkpoint = self
            .checkpoints
            .iter()
            .find(|checkpoint| checkpoint.revision() >= revision);
        let later = match checkpoint {
            Some(checkpoint) => checkpoint.objects_map().clone(),
            None => self.objects.clone(),
        };
        let undo = self.log.after(revision)?;
        let until = checkpoint.map(Snapshot::revision);
        let undo = undo.take_while(|event| until.is_none_or(|until| event.revision() <= until));
        Ok(Past {
            later,
            undo: undo.cloned().collect(),
            revision,
        })
    }

    /// Sets a checkpoint when one is due.
    fn mark(&mut self, revision: Revision) {
        self.unmarked += 1;
        if self.unmarked >= CHECKPOINT_EVERY {
            self.unmarked = 0;
            self.checkpoints
                .push_back(Snapshot::new(self.objects.clone(), revision));
        }
    }

    fn trim(&mut self, limits: &HistoryLimits, now: Instant, out: &mut Forgotten) {
        self.log.trim(limits, now, &mut out.events);
        self.take_checkpoints(&mut out.checkpoints);
    }

    /// Takes out the checkpoints that no revision can start from any more.
    fn take_checkpoints(&mut self, out: &mut Vec<Snapshot>) {
        let floor = self.log.floor();
        while self
            .checkpoints
            .front()
            .is_some_and(|checkpoint| checkpoint.revision() < floor)
        {
            out.extend(self.checkpoints.pop_front());
        }
    }
}

/// Undoing this many events takes about a millisecond.
const CHECKPOINT_EVERY: usize = 1024;

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use pintle_codec::Value;
    use pintle_env::{Random, SeededRandom};

    use super::{
        super::{FrameKey, Scope},
        *,
    };
    use crate::{generated::core_v1::CONFIG_MAP, schema::Tree};

    const PODS: ResourceId = ResourceId::new(0);
    const NODES: ResourceId = ResourceId::new(1);
    const NOW: Instant = Instant::ORIGIN;

    fn store() -> Store {
        Store::new(2, HistoryLimits::default())
    }

    fn put(store: &mut Store, resource: ResourceId, path: &str, text: &str) -> Revision {
        let (namespace, name) = path.split_once('/').unwrap_or(("", path));
        let metadata = pintle_codec::Object::from([("name", Value::from(name))]);
        let data = pintle_codec::Object::from([("k", Value::from(text))]);
        let object =
            pintle_codec::Object::from([("metadata", metadata.into()), ("data", data.into())]);
        let draft = Draft::encode(&Tree::new(object, &CONFIG_MAP));
        let key = Key::new(namespace, name);
        let object = store.put(resource, key, &draft, Attributes::default(), NOW);
        object.revision
    }

    fn contents(snapshot: &Snapshot) -> BTreeMap<String, String> {
        let objects = snapshot.objects(&Scope::All, None);
        objects
            .map(|object| {
                let tree = object.encoded.decode(&CONFIG_MAP);
                let data = tree.get("data").unwrap().get("k").unwrap();
                (object.key.to_string(), data.as_str().unwrap().to_owned())
            })
            .collect()
    }

    #[test]
    fn one_revision_counts_the_writes_of_all_resources() {
        let mut store = store();
        assert_eq!(store.revision(), Revision::FIRST);
        assert_eq!(put(&mut store, PODS, "ns/a", ""), Revision::new(2));
        assert_eq!(put(&mut store, NODES, "n", ""), Revision::new(3));
        let gone = store.remove(PODS, &Key::new("ns", "a"), NOW).unwrap();
        assert_eq!(gone.revision, Revision::new(4));
        assert!(store.remove(PODS, &Key::new("ns", "a"), NOW).is_none());
        assert_eq!(
            store.revision(),
            Revision::new(4),
            "nothing was removed, nothing was written"
        );
        assert_eq!(store.take_written(), [PODS, NODES]);
        assert!(store.take_written().is_empty());
    }

    #[test]
    fn a_snapshot_does_not_see_later_writes() {
        let mut store = store();
        put(&mut store, PODS, "ns/a", "old");
        let before = store.snapshot(PODS);
        put(&mut store, PODS, "ns/a", "new");
        put(&mut store, PODS, "ns/b", "new");
        assert_eq!(contents(&before), [("ns/a".into(), "old".into())].into());
        assert_eq!(contents(&store.snapshot(PODS)).len(), 2);
    }

    #[test]
    fn any_revision_of_the_history_can_be_read() {
        let mut store = store();
        let random = SeededRandom::new(7);
        let mut expected = vec![(store.revision(), BTreeMap::new())];
        let mut now: BTreeMap<String, String> = BTreeMap::new();
        for n in 0..4 * CHECKPOINT_EVERY {
            let path = format!("ns/{}", random.below(40));
            if random.below(3) == 0 {
                let (namespace, name) = path.split_once('/').unwrap();
                store.remove(PODS, &Key::new(namespace, name), NOW);
                now.remove(&path);
            } else {
                put(&mut store, PODS, &path, &n.to_string());
                now.insert(path, n.to_string());
            }
            if n % 37 == 0 {
                put(&mut store, NODES, "n", "");
            }
            if n % 101 == 0 {
                expected.push((store.revision(), now.clone()));
            }
        }
        for (revision, objects) in expected {
            let snapshot = store.past(PODS, revision).unwrap().rebuild();
            assert_eq!(snapshot.revision(), revision);
            assert_eq!(contents(&snapshot), objects, "at {revision}");
        }
    }

    #[test]
    fn compacted_history_is_expired() {
        let mut store = store();
        for _ in 0..5 {
            put(&mut store, PODS, "ns/a", "");
        }
        store.compact(Revision::new(4));
        let floor = Revision::new(4);
        assert_eq!(
            store.events(PODS, Revision::new(3), 9).unwrap_err(),
            Expired { floor }
        );
        assert_eq!(
            store.past(PODS, Revision::new(3)).unwrap_err(),
            Expired { floor }
        );
        assert_eq!(
            store.check_compacted(Revision::new(3)),
            Err(Expired { floor })
        );
        assert_eq!(store.check_compacted(floor), Ok(()));
        assert_eq!(store.events(PODS, floor, 9).unwrap().events.len(), 2);
        assert!(store.past(PODS, floor).is_ok());
    }

    #[test]
    fn who_follows_a_quiet_resource_is_not_disturbed_by_compaction() {
        let mut store = store();
        let seen = put(&mut store, PODS, "ns/a", "");
        let later = put(&mut store, NODES, "n", "");
        store.compact(later);
        assert!(store.events(PODS, seen, 9).unwrap().events.is_empty());
        assert!(store.check_compacted(seen).is_err(), "nobody begins there");
        put(&mut store, PODS, "ns/a", "");
        assert_eq!(store.events(PODS, seen, 9).unwrap().events.len(), 1);
    }

    // claims: wire.watch.history
    #[test]
    fn history_is_bounded_by_count_age_and_bytes() {
        let limits = HistoryLimits::default;
        for limits in [limits().events(2), limits().bytes(250)] {
            let mut store = Store::new(1, limits);
            for _ in 0..10 {
                put(&mut store, PODS, "ns/a", &"x".repeat(60));
            }
            assert_eq!(store.resource(PODS).log.len(), 2);
            assert!(store.events(PODS, Revision::new(8), 9).is_err());
            assert_eq!(
                store
                    .events(PODS, Revision::new(9), 9)
                    .unwrap()
                    .events
                    .len(),
                2
            );
        }

        let mut store = store();
        put(&mut store, PODS, "ns/a", "");
        let age = Duration::from_secs(5 * 60);
        store.expire(NOW + age);
        assert_eq!(store.resource(PODS).log.len(), 1);
        store.expire(NOW + age + Duration::from_nanos(1));
        assert_eq!(store.resource(PODS).log.len(), 0);
        assert!(
            store.get(PODS, &Key::new("ns", "a")).is_some(),
            "only history expires"
        );
    }

    #[test]
    fn what_watches_were_sent_counts_for_as_long_as_its_event_lasts() {
        let mut store = Store::new(1, HistoryLimits::default().bytes(1_000));
        put(&mut store, PODS, "ns/a", "");
        put(&mut store, PODS, "ns/a", "");
        let first = &store.events(PODS, Revision::FIRST, 1).unwrap().events[0];
        let kind = EventKind::Added;
        first.frame(FrameKey { kind, form: 0 }, || vec![0; 900].into());
        put(&mut store, PODS, "ns/a", "");
        assert_eq!(store.resource(PODS).log.len(), 3);
        first.frame(FrameKey { kind, form: 1 }, || vec![0; 900].into());
        put(&mut store, PODS, "ns/a", "");
        assert_eq!(store.resource(PODS).log.len(), 3, "the first one went");
    }

    #[test]
    fn forgotten_history_is_handed_out_to_be_dropped() {
        let mut store = Store::new(1, HistoryLimits::default().events(CHECKPOINT_EVERY));
        for _ in 0..2 * CHECKPOINT_EVERY {
            put(&mut store, PODS, "ns/a", "");
        }
        let last = store.revision();
        store.compact(last);
        let forgotten = store.take_forgotten();
        assert_eq!(forgotten.events.len(), 2 * CHECKPOINT_EVERY);
        assert_eq!(
            forgotten.checkpoints.len(),
            1,
            "the last one is at the floor"
        );
        assert!(store.take_forgotten().events.is_empty());
        store.put(
            PODS,
            Key::new("", "a"),
            &Draft::encode(&Tree::zero(&CONFIG_MAP)),
            Attributes::default(),
            NOW,
        );
        store.expire(NOW + Duration::from_secs(3600));
        assert_eq!(store.take_forgotten().events.len(), 1);
    }
}
