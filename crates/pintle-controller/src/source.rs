//! [`Source`], an informer whose changes are worth reconciles.
//!
//! Invariant: what a controller knows of a source is an informer, a predicate, and a way from an object
//! to keys. The objects of the controller's own kind, those it owns and those it watches differ in that
//! way alone.

use std::any::TypeId;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use pintle_cache::{Handler, HandlerHandle, SharedInformer, SyncState};
use pintle_client::{BoxFuture, Error};
use pintle_meta::{Lazy, Metadata as _, Object, ObjectName, ResourceVersion};
use pintle_workqueue::{Add, LOW_PRIORITY, WorkQueue};

use crate::Predicate;
use crate::predicate::Change;

/// An informer, and which of its changes are worth a reconcile. All are, of an informer as it is.
///
/// ```
/// use pintle_api::apps::v1::Deployment;
/// use pintle_cache::SharedInformer;
/// use pintle_controller::{Controller, Predicate, Source};
///
/// fn controller(deployments: &SharedInformer<Deployment>) -> Controller<Deployment> {
///     Controller::new("web", Source::from(deployments).when(Predicate::generation()))
/// }
/// ```
pub struct Source<K> {
    pub(crate) informer: SharedInformer<K>,
    predicate: Option<Predicate<K>>,
}

/// A source, whatever the type of its objects.
pub(crate) trait Feed: Send + Sync {
    /// The type of its objects.
    fn kind(&self) -> TypeId;

    fn start(&self);

    /// Adds what its changes are worth to a queue, for as long as the handle lives.
    fn attach(&self, name: &str, queue: &WorkQueue<ObjectName>) -> Result<HandlerHandle, Error>;

    fn sync_state(&self) -> SyncState;

    /// Whether it holds everything up to a version.
    fn holds(&self, version: &ResourceVersion) -> bool;

    /// Waits until it does.
    fn wait_for<'a>(&'a self, version: &'a ResourceVersion) -> BoxFuture<'a, Result<(), Error>>;

    fn stopped(&self) -> BoxFuture<'_, ()>;
}

/// The keys for which an object counts.
type Keys<K> = dyn Fn(&Lazy<K>, &mut dyn FnMut(ObjectName)) + Send + Sync;

struct Routed<K> {
    informer: SharedInformer<K>,
    route: Arc<Route<K>>,
}

/// From changes to keys.
struct Route<K> {
    predicate: Option<Predicate<K>>,
    keys: Box<Keys<K>>,
}

impl<K: Object> Source<K> {
    /// Only changes for which this holds, too.
    #[must_use]
    pub fn when(mut self, predicate: Predicate<K>) -> Self {
        self.predicate = Some(match self.predicate {
            Some(before) => before.and(predicate),
            None => predicate,
        });
        self
    }

    pub(crate) fn feed(
        self,
        keys: impl Fn(&Lazy<K>, &mut dyn FnMut(ObjectName)) + Send + Sync + 'static,
    ) -> Arc<dyn Feed> {
        Arc::new(Routed {
            informer: self.informer,
            route: Arc::new(Route {
                predicate: self.predicate,
                keys: Box::new(keys),
            }),
        })
    }
}

impl<K: Object> Feed for Routed<K> {
    fn kind(&self) -> TypeId {
        TypeId::of::<K>()
    }

    fn start(&self) {
        self.informer.start();
    }

    fn attach(&self, name: &str, queue: &WorkQueue<ObjectName>) -> Result<HandlerHandle, Error> {
        let to = || (self.route.clone(), queue.clone());
        let (added, updated, deleted) = (to(), to(), to());
        // All of it, as it happens: merged, an object that was made and is gone again would not be told at
        // all, though who made it counts on it.
        let handler = Handler::new()
            .name(name)
            .on_add(move |object, is_initial| {
                let (route, queue) = &added;
                // Whoever has deleted an object waits until it is gone: that began before the controller did.
                let is_unchanged = is_initial && !object.is_deleting();
                route.add(queue, None, Some(object), is_unchanged);
            })
            .on_update(move |old, new| {
                let (route, queue) = &updated;
                let is_same = old.resource_version() == new.resource_version();
                route.add(queue, Some(old), Some(new), is_same);
            })
            .on_delete(move |gone| {
                let (route, queue) = &deleted;
                route.add(queue, Some(gone.object()), None, false);
            });
        self.informer.add_handler(handler)
    }

    fn sync_state(&self) -> SyncState {
        self.informer.sync_state()
    }

    fn holds(&self, version: &ResourceVersion) -> bool {
        let snapshot = self.informer.snapshot();
        let order = snapshot.resource_version().compare(version);
        order.is_some_and(Ordering::is_ge)
    }

    fn wait_for<'a>(&'a self, version: &'a ResourceVersion) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.informer.wait_for(version))
    }

    fn stopped(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.informer.stopped())
    }
}

impl<K: Object> Route<K> {
    /// Adds the keys for which either state counts, less urgently if nothing has changed.
    fn add(
        &self,
        queue: &WorkQueue<ObjectName>,
        old: Option<&Lazy<K>>,
        new: Option<&Lazy<K>>,
        is_unchanged: bool,
    ) {
        if let Some(predicate) = &self.predicate
            && !predicate.passes(Change { old, new })
        {
            return;
        }
        let how = match is_unchanged {
            true => Add::now().priority(LOW_PRIORITY),
            false => Add::now(),
        };
        for object in [old, new].into_iter().flatten() {
            (self.keys)(object, &mut |key| queue.add_with(key, how));
        }
    }
}

impl<K> From<SharedInformer<K>> for Source<K> {
    fn from(informer: SharedInformer<K>) -> Self {
        Self {
            informer,
            predicate: None,
        }
    }
}

impl<K> From<&SharedInformer<K>> for Source<K> {
    fn from(informer: &SharedInformer<K>) -> Self {
        informer.clone().into()
    }
}

impl<K> fmt::Debug for Source<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("informer", &self.informer)
            .field("predicate", &self.predicate)
            .finish()
    }
}
