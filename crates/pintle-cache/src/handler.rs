//! [`Handler`], what is done when objects change.

use std::fmt;
use std::time::Duration;

use pintle_cache_core::{Delivery, Event, KeyEvent, Notice};
use pintle_meta::{AnyObject, Lazy, Object, ObjectName};

use crate::snapshot::typed;

/// Functions that are called when objects change, one after the other, in order.
///
/// It is called for every object that is there when it is added, and for everything that happens
/// afterwards. A slow one delays nobody, but keeps in memory what it has not been told yet;
/// [`Handler::bounded`], [`Handler::latest`] and [`Handler::keys`] cost less.
///
/// The functions run on the runtime's threads and must not block for long; for work that waits, read
/// [`Events`](crate::Events) or fill a queue. A panic costs the event at hand: it is reported, and
/// the handler goes on after a second.
///
/// client-go's `cache.ResourceEventHandler`.
pub struct Handler<K> {
    pub(crate) name: String,
    pub(crate) delivery: Delivery,
    pub(crate) resync: Option<Duration>,
    filter: Option<Filter<K>>,
    on_add: Option<OnAdd<K>>,
    on_update: Option<OnUpdate<K>>,
    on_delete: Option<OnDelete<K>>,
    on_key: Option<OnKey>,
}

/// An object that is gone, as it was last seen.
#[derive(Clone)]
pub struct Tombstone<K> {
    object: Lazy<K>,
    final_state_unknown: bool,
}

type Filter<K> = Box<dyn FnMut(&Lazy<K>) -> bool + Send>;
type OnAdd<K> = Box<dyn FnMut(&Lazy<K>, bool) + Send>;
type OnUpdate<K> = Box<dyn FnMut(&Lazy<K>, &Lazy<K>) + Send>;
type OnDelete<K> = Box<dyn FnMut(&Tombstone<K>) + Send>;
type OnKey = Box<dyn FnMut(&KeyEvent) + Send>;

/// A handler of objects of whatever type.
pub(crate) type AnyHandler = Box<dyn FnMut(&Notice<AnyObject>) + Send>;

impl<K: Object> Handler<K> {
    /// A handler that does nothing.
    pub fn new() -> Self {
        Self {
            name: String::new(),
            delivery: Delivery::Everything,
            resync: None,
            filter: None,
            on_add: None,
            on_update: None,
            on_delete: None,
            on_key: None,
        }
    }

    /// A handler that is told which objects changed and no more. What happens to an object while it
    /// is busy is told once; no object is kept in memory for it.
    pub fn keys(on_key: impl FnMut(&KeyEvent) + Send + 'static) -> Self {
        Self {
            delivery: Delivery::Keys,
            on_key: Some(Box::new(on_key)),
            ..Self::new()
        }
    }

    /// Called with each object that is there now and was not, and with whether it is one of those
    /// with which the handler began.
    #[must_use]
    pub fn on_add(mut self, on_add: impl FnMut(&Lazy<K>, bool) + Send + 'static) -> Self {
        self.on_add = Some(Box::new(on_add));
        self
    }

    /// Called with the old and the new state of each object that changed. They are the same object
    /// when it is shown again; they may be different objects of one name, when the old one was
    /// deleted and the new one created before anybody looked.
    #[must_use]
    pub fn on_update(mut self, on_update: impl FnMut(&Lazy<K>, &Lazy<K>) + Send + 'static) -> Self {
        self.on_update = Some(Box::new(on_update));
        self
    }

    /// Called with each object that is gone.
    #[must_use]
    pub fn on_delete(mut self, on_delete: impl FnMut(&Tombstone<K>) + Send + 'static) -> Self {
        self.on_delete = Some(Box::new(on_delete));
        self
    }

    /// Only objects for which this holds are there, for this handler: one that changes so that it
    /// holds is added, and one that changes so that it no longer does is deleted. client-go's
    /// `FilteringResourceEventHandler`.
    #[must_use]
    pub fn filter(mut self, filter: impl FnMut(&Lazy<K>) -> bool + Send + 'static) -> Self {
        self.filter = Some(Box::new(filter));
        self
    }

    /// Shows every object again after each such period, a second at least, as an update to what it
    /// is; zero is never. The default is that of the informer.
    #[must_use]
    pub fn resync(mut self, period: Duration) -> Self {
        self.resync = Some(period);
        self
    }

    /// At most so many events wait for the handler; of more, the oldest are dropped and counted. What
    /// the handler makes of the events is then not what the informer holds.
    #[must_use]
    pub fn bounded(mut self, events: usize) -> Self {
        self.delivery = Delivery::Bounded(events);
        self
    }

    /// What happens to an object while the handler is busy is told as one change: from the state that
    /// it knows to the latest. An object that came and went in between is not told at all.
    #[must_use]
    pub fn latest(mut self) -> Self {
        self.delivery = Delivery::Latest;
        self
    }

    /// A name for metrics and messages.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The handler without its type.
    pub(crate) fn erase(mut self) -> AnyHandler {
        Box::new(move |notice| match notice {
            Notice::Event(event) => self.handle(event),
            Notice::Key(event) => {
                if let Some(on_key) = &mut self.on_key {
                    on_key(event);
                }
            }
            _ => {}
        })
    }

    fn handle(&mut self, event: &Event<AnyObject>) {
        match event {
            Event::Added { object, is_initial } => {
                let object = typed(object);
                if self.passes(&object) {
                    self.add(&object, *is_initial);
                }
            }
            Event::Updated { old, new } => {
                let (old, new) = (typed(old), typed(new));
                match (self.passes(&old), self.passes(&new)) {
                    (true, true) => {
                        if let Some(on_update) = &mut self.on_update {
                            on_update(&old, &new);
                        }
                    }
                    (false, true) => self.add(&new, false),
                    (true, false) => self.delete(old, false),
                    (false, false) => {}
                }
            }
            Event::Deleted(tombstone) => {
                let object = typed(&tombstone.object);
                if self.passes(&object) {
                    self.delete(object, tombstone.final_state_unknown);
                }
            }
            _ => {}
        }
    }

    fn passes(&mut self, object: &Lazy<K>) -> bool {
        self.filter.as_mut().is_none_or(|filter| filter(object))
    }

    fn add(&mut self, object: &Lazy<K>, is_initial: bool) {
        if let Some(on_add) = &mut self.on_add {
            on_add(object, is_initial);
        }
    }

    fn delete(&mut self, object: Lazy<K>, final_state_unknown: bool) {
        if let Some(on_delete) = &mut self.on_delete {
            on_delete(&Tombstone::new(object, final_state_unknown));
        }
    }
}

impl<K: Object> Tombstone<K> {
    pub(crate) fn new(object: Lazy<K>, final_state_unknown: bool) -> Self {
        Self {
            object,
            final_state_unknown,
        }
    }

    /// The object's name and namespace.
    pub fn key(&self) -> ObjectName {
        self.object.key()
    }

    /// The last state of the object that is known.
    pub fn object(&self) -> &Lazy<K> {
        &self.object
    }

    /// Whether the deletion itself was missed, so that the object may have changed before it.
    /// client-go's `DeletedFinalStateUnknown`.
    pub fn is_final_state_unknown(&self) -> bool {
        self.final_state_unknown
    }
}

impl<K: Object> Default for Handler<K> {
    fn default() -> Self {
        Self::new()
    }
}

/// Prints which object it is, not what is in it: it may be a secret.
impl<K: Object> fmt::Debug for Tombstone<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tombstone")
            .field("object", &self.object)
            .field("final_state_unknown", &self.final_state_unknown)
            .finish()
    }
}

impl<K> fmt::Debug for Handler<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler")
            .field("name", &self.name)
            .field("delivery", &self.delivery)
            .field("resync", &self.resync)
            .finish_non_exhaustive()
    }
}
