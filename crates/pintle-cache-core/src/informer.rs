//! [`Informer`], the one writer of a cache.
//!
//! Invariants: whoever is told of an event finds the store at least as new; what a subscriber is told
//! from its beginning to now, put together, is what the store holds now.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pintle_codec::Str;
use pintle_env::Instant;
use pintle_meta::{ObjectName, ResourceVersion};
use pintle_snapshot::SnapshotCell;

use crate::fan_out::{Log, Logged, Mailbox, Passed, Place, Unseen};
use crate::{
    Cached, Change, ChangeKind, Delivery, Delta, DeltaQueue, Event, IndexError, IndexNameError,
    Indexers, Item, Policy, Replacement, Snapshot, SourceId, Store, Stored, SubscriberId,
    Subscription, Tombstone,
};

/// Joins a delta queue, a store, and those who are told about it.
///
/// It has one owner, who puts in what the reflectors found out and calls [`Informer::flush`]; that
/// publishes a [`Version`], and whoever holds [`Informer::published`] reads it without waiting.
///
/// client-go's `cache.SharedIndexInformer`, without its goroutines.
pub struct Informer<O> {
    queue: DeltaQueue<O>,
    store: Store<O>,
    sources: Vec<Source>,
    log: Log<O>,
    subscribers: Vec<Registered<O>>,
    next_subscriber: u64,
    /// To whom the objects are to be shown again that the queue was told to show again.
    due: Vec<SubscriberId>,
    /// Sources that have put in something else than a bookmark since the last flush.
    heard_of: Vec<SourceId>,
    is_synced: bool,
    published: Arc<SnapshotCell<Version<O>>>,
}

/// A state of the store that was published.
pub struct Version<O> {
    snapshot: Arc<Snapshot<O>>,
    is_synced: bool,
    place: Place<O>,
}

/// What an informer held for readers and subscribers, and nobody needs any more. To drop it frees the
/// memory: of what is much, not while others wait for the informer.
#[must_use = "to drop it may take long"]
pub struct Swept<O> {
    snapshots: Vec<Arc<Snapshot<O>>>,
    passed: Vec<Passed<O>>,
}

/// What a subscriber wants.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SubscribeOptions {
    delivery: Delivery,
    resync: Duration,
}

struct Source {
    /// Where it looks; everywhere if `None`.
    namespace: Option<Str>,
    /// Its first objects are in the store.
    is_synced: bool,
    version: ResourceVersion,
}

struct Registered<O> {
    id: SubscriberId,
    /// None for one that reads the log.
    mailbox: Option<Arc<Mailbox<O>>>,
    /// Zero if it does not want to be shown objects again.
    resync: Duration,
    next_resync: Instant,
}

/// What a batch has done so far.
struct Batch<O> {
    events: Vec<Logged<O>>,
    unseen: Option<Unseen<O>>,
    /// Something was changed that is to be published.
    is_news: bool,
    /// What is shown again is shown to those whose time it is.
    is_resync: bool,
}

impl SubscribeOptions {
    /// Told of everything, and never shown an object again.
    pub fn new() -> Self {
        Self::default()
    }

    /// How it is told.
    #[must_use]
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// After each such period every object is shown again, as an update to what it is. At least a
    /// second; zero, the default, is never.
    #[must_use]
    pub fn resync(mut self, period: Duration) -> Self {
        self.resync = match period.is_zero() {
            true => period,
            false => period.max(SHORTEST_RESYNC),
        };
        self
    }
}

impl<O: Cached> Informer<O> {
    /// An informer without objects and sources.
    pub fn new(policy: Policy) -> Self {
        let store = Store::new(Indexers::new()).expect("no index has the name of another");
        let log = Log::new();
        let version = Version {
            snapshot: Arc::new(store.snapshot()),
            is_synced: false,
            place: log.tail().clone(),
        };
        Self {
            queue: DeltaQueue::new(policy),
            store,
            sources: Vec::new(),
            log,
            subscribers: Vec::new(),
            next_subscriber: 0,
            due: Vec::new(),
            heard_of: Vec::new(),
            is_synced: false,
            published: Arc::new(SnapshotCell::new(version)),
        }
    }

    /// Adds a source, which has all objects of a namespace, or of all. All sources are to be added
    /// before the first change.
    pub fn add_source(&mut self, namespace: Option<Str>) -> SourceId {
        self.sources.push(Source {
            namespace,
            is_synced: false,
            version: ResourceVersion::default(),
        });
        SourceId(self.sources.len() - 1)
    }

    /// Where versions are published, for any number of readers.
    pub fn published(&self) -> &Arc<SnapshotCell<Version<O>>> {
        &self.published
    }

    /// The objects, as of the last flush.
    pub fn snapshot(&self) -> Arc<Snapshot<O>> {
        self.published.load().snapshot.clone()
    }

    /// Whether the first objects of every source are in the store.
    pub fn has_synced(&self) -> bool {
        self.is_synced
    }

    /// Takes in what a source found out. It is in the store after the next flush.
    pub fn push(&mut self, source: SourceId, change: Change<O>) {
        let namespace = self.sources[source.0].namespace.as_deref();
        let is_bookmark = matches!(change.kind, ChangeKind::Bookmark);
        if !is_bookmark && !self.heard_of.contains(&source) {
            self.heard_of.push(source);
        }
        self.queue
            .push(source, change, self.store.current(), namespace);
    }

    /// How many changes wait for the next flush.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Brings everything that waits into the store, publishes what that is now, and tells the
    /// subscribers. Says whether there is anything new.
    pub fn flush(&mut self) -> bool {
        let mut batch = Batch {
            events: Vec::new(),
            unseen: None,
            is_news: !self.heard_of.is_empty(),
            is_resync: false,
        };
        while let Some(item) = self.queue.pop() {
            self.take(item, &mut batch);
        }
        for source in self.heard_of.drain(..) {
            self.sources[source.0].is_synced = true;
        }
        let was_synced = self.is_synced;
        self.is_synced =
            self.sources.iter().all(|source| source.is_synced) && !self.sources.is_empty();
        let became_synced = self.is_synced && !was_synced;
        if !batch.is_news && !became_synced {
            return false;
        }
        self.store.set_resource_version(self.least_version());
        if became_synced || !batch.events.is_empty() {
            self.write(&mut batch, None, became_synced);
        }
        self.publish();
        if let Some(unseen) = batch.unseen {
            self.deliver(&unseen);
            self.log.reveal(unseen);
        }
        true
    }

    /// Gives up what all subscribers have been told of, to be freed. To be called after each flush, and
    /// when one who was behind has come forward or has gone: so memory is freed by who owns the
    /// informer, whoever was the last to need it.
    pub fn sweep(&mut self) -> Swept<O> {
        // A version knows a place of the log, of which it lets go here.
        let versions = self.published.take_retired().into_iter();
        let snapshots = versions.filter_map(Arc::into_inner).map(|it| it.snapshot);
        Swept {
            snapshots: snapshots.collect(),
            passed: self.log.sweep(),
        }
    }

    /// One item of the queue.
    fn take(&mut self, item: Item<O>, batch: &mut Batch<O>) {
        let source = item.source;
        if !item.resource_version.is_empty() {
            self.sources[source.0].version = item.resource_version;
            batch.is_news = true;
        }
        for delta in std::iter::once(item.first).chain(item.rest) {
            match delta {
                Delta::Added(object) | Delta::Updated(object) | Delta::Replaced(object) => {
                    let key = item.key.clone().unwrap_or_else(|| object.key());
                    self.put(source, key, object, batch);
                }
                Delta::Deleted(tombstone) => {
                    let key = item.key.clone().unwrap_or_else(|| tombstone.object.key());
                    self.delete(&key, tombstone, batch);
                }
                Delta::Vanished(key) => {
                    if let Some(object) = self.store.delete(&key) {
                        let final_state_unknown = true;
                        batch.tell(Event::Deleted(Tombstone {
                            object,
                            final_state_unknown,
                        }));
                    }
                }
                Delta::Sync(object) => {
                    batch.is_resync = true;
                    batch.show_again(object, &self.due);
                }
                Delta::ReplacedAll(replacement) => self.replace(source, replacement, batch),
                Delta::SyncAll => {
                    // What happened before comes before.
                    if !batch.events.is_empty() {
                        self.write(batch, None, false);
                    }
                    let snapshot = Arc::new(self.store.snapshot());
                    self.write(batch, Some(snapshot), false);
                    batch.is_news = true;
                }
                Delta::Bookmark => {}
            }
        }
    }

    fn put(&mut self, source: SourceId, key: ObjectName, object: O, batch: &mut Batch<O>) {
        let new = object.clone();
        match self.store.put_at(key, object) {
            Stored::Added => {
                let is_initial = !self.sources[source.0].is_synced;
                batch.tell(Event::Added {
                    object: new,
                    is_initial,
                });
            }
            Stored::Updated(old) => batch.tell(Event::Updated { old, new }),
            Stored::Unchanged(object) => batch.show_again(object, &self.resyncing()),
            Stored::Stale => {}
        }
    }

    fn delete(&mut self, key: &ObjectName, tombstone: Tombstone<O>, batch: &mut Batch<O>) {
        // What nobody was told of need not be taken back.
        if self.store.delete(key).is_some() {
            batch.tell(Event::Deleted(tombstone));
        }
    }

    fn replace(&mut self, source: SourceId, replacement: Replacement<O>, batch: &mut Batch<O>) {
        let Source {
            namespace,
            is_synced,
            ..
        } = &self.sources[source.0];
        let is_initial = !is_synced;
        let difference = self.store.replace(replacement, namespace.as_deref());
        batch.is_news = true;
        for tombstone in difference.gone {
            batch.tell(Event::Deleted(tombstone));
        }
        for (old, new) in difference.changed {
            batch.tell(match old {
                Some(old) => Event::Updated { old, new },
                None => Event::Added {
                    object: new,
                    is_initial,
                },
            });
        }
        let resyncing = self.resyncing();
        for object in difference.unchanged {
            batch.show_again(object, &resyncing);
        }
    }

    /// Writes the events of a batch to the log, where nobody sees them yet.
    fn write(&mut self, batch: &mut Batch<O>, resync: Option<Arc<Snapshot<O>>>, is_synced: bool) {
        let due = match resync.is_some() || batch.is_resync {
            true => std::mem::take(&mut self.due),
            false => self.resyncing(),
        };
        let events = std::mem::take(&mut batch.events);
        self.log
            .write(&mut batch.unseen, events, resync, due.into(), is_synced);
    }

    fn publish(&self) {
        self.published.store(Version {
            snapshot: Arc::new(self.store.snapshot()),
            is_synced: self.is_synced,
            place: self.log.tail().clone(),
        });
    }

    /// Puts what was written into mailboxes.
    fn deliver(&self, unseen: &Unseen<O>) {
        for registered in &self.subscribers {
            let Some(mailbox) = &registered.mailbox else {
                continue;
            };
            for segment in unseen.segments() {
                let is_due = segment.due.contains(&registered.id);
                for logged in &segment.events {
                    match logged {
                        Logged::Event(event) => mailbox.put(event.clone()),
                        Logged::Again(object) if is_due => mailbox.put_again(object),
                        Logged::Again(_) => {}
                    }
                }
                if let (Some(snapshot), true) = (&segment.resync, is_due) {
                    snapshot
                        .objects()
                        .for_each(|object| mailbox.put_again(object));
                }
                if segment.is_synced {
                    mailbox.put_synced();
                }
            }
        }
    }

    /// Adds one who is told: of every object there is, then of what happens.
    pub fn subscribe(&mut self, now: Instant, options: SubscribeOptions) -> Subscription<O> {
        let id = SubscriberId(self.next_subscriber);
        self.next_subscriber += 1;
        let version = self.published.load();
        let subscription = Subscription::new(
            id,
            options.delivery,
            version.snapshot.clone(),
            version.is_synced,
            version.place.clone(),
            self.log.end(),
        );
        self.subscribers.push(Registered {
            id,
            mailbox: subscription.mailbox().cloned(),
            resync: options.resync,
            next_resync: now + options.resync,
        });
        subscription
    }

    /// Tells a subscriber no more. What its subscription holds already it may still read.
    pub fn unsubscribe(&mut self, id: SubscriberId) {
        self.subscribers.retain(|registered| registered.id != id);
    }

    /// Adds indexes, over what is in the store too, and publishes them.
    ///
    /// # Errors
    /// When an index has the name of another one. Then none is added.
    pub fn add_indexers(&mut self, indexers: Indexers<O>) -> Result<(), IndexNameError> {
        self.store.add_indexers(indexers)?;
        self.publish();
        Ok(())
    }

    /// The objects that index functions have failed on since the last call.
    pub fn take_index_errors(&mut self) -> Vec<IndexError> {
        self.store.take_index_errors()
    }

    /// When [`Informer::handle_timeout`] has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let resyncing = self.subscribers.iter().filter(|it| !it.resync.is_zero());
        resyncing.map(|registered| registered.next_resync).min()
    }

    /// Sees to it that with the next flush objects are shown again to those whose time it is.
    pub fn handle_timeout(&mut self, now: Instant) {
        for registered in &mut self.subscribers {
            if !registered.resync.is_zero() && registered.next_resync <= now {
                registered.next_resync = now + registered.resync;
                if !self.due.contains(&registered.id) {
                    self.due.push(registered.id);
                }
            }
        }
        if !self.due.is_empty() && !self.sources.is_empty() {
            self.queue.resync(SourceId::FIRST, self.store.current());
        }
    }

    /// Those who want to be shown objects again.
    fn resyncing(&self) -> Vec<SubscriberId> {
        let resyncing = self.subscribers.iter().filter(|it| !it.resync.is_zero());
        resyncing.map(|registered| registered.id).collect()
    }

    /// The version up to which all sources have come; empty if one of them does not know.
    fn least_version(&self) -> ResourceVersion {
        let mut versions = self.sources.iter().map(|source| &source.version);
        let Some(mut least) = versions.next() else {
            return ResourceVersion::default();
        };
        for version in versions {
            match version.compare(least) {
                Some(order) if order.is_lt() => least = version,
                Some(_) => {}
                None => return ResourceVersion::default(),
            }
        }
        least.clone()
    }
}

impl<O: Cached> Batch<O> {
    fn tell(&mut self, event: Event<O>) {
        self.is_news = true;
        self.events.push(Logged::Event(event));
    }

    fn show_again(&mut self, object: O, to: &[SubscriberId]) {
        if !to.is_empty() {
            self.is_news = true;
            self.events.push(Logged::Again(object));
        }
    }
}

impl<O> Version<O> {
    /// The objects and their indexes.
    pub fn snapshot(&self) -> &Arc<Snapshot<O>> {
        &self.snapshot
    }

    /// Whether it has the first objects of every source.
    pub fn is_synced(&self) -> bool {
        self.is_synced
    }
}

impl<O> fmt::Debug for Informer<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Informer")
            .field("store", &self.store)
            .field("sources", &self.sources.len())
            .field("subscribers", &self.subscribers.len())
            .field("is_synced", &self.is_synced)
            .finish_non_exhaustive()
    }
}

impl<O> fmt::Debug for Swept<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Swept")
            .field("snapshots", &self.snapshots.len())
            .field("passed", &self.passed.len())
            .finish()
    }
}

impl<O> fmt::Debug for Version<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Version")
            .field("snapshot", &self.snapshot)
            .field("is_synced", &self.is_synced)
            .finish_non_exhaustive()
    }
}

/// As in client-go.
const SHORTEST_RESYNC: Duration = Duration::from_secs(1);
