//! [`Collector`], which does what the [`Graph`] says.

use std::sync::Arc;

use http::StatusCode;
use pintle_codec::{Str, Value};
use tracing::debug;

use super::{Graph, Place, Standing, Verdict};
use crate::{
    kinds::{Dependents, Part},
    registry::{Change, DeleteOptions, Mode, Propagation, Registry, Served},
    schema::Tree,
    shutdown::Shutdown,
    status::Failure,
    store::{Expired, Key, Object, Owner, ResourceId, Revision, Scope, Store},
    validation::{FOREGROUND, ORPHAN},
};

/// Deletes what nobody owns any more, and lets go of what is to be left alone.
pub(crate) struct Collector {
    registry: Arc<Registry>,
    graph: Graph,
    /// Everything up to here was observed.
    seen: Revision,
    /// What could not be done, to be tried again after the next write.
    failed: Vec<Place>,
}

impl Collector {
    /// A collector that knows what there is.
    pub(crate) fn new(registry: Arc<Registry>) -> Self {
        let mut collector = Self {
            graph: Graph::default(),
            seen: Revision::default(),
            failed: Vec::new(),
            registry,
        };
        collector.begin();
        collector
    }

    /// Collects garbage for as long as the server lasts.
    pub(crate) async fn run(mut self, mut shutdown: Shutdown) {
        let registry = self.registry.clone();
        let mut writes = registry.store().writes();
        loop {
            while self.work(TURN) {
                if shutdown.is_requested() {
                    return;
                }
                tokio::task::yield_now().await;
            }
            tokio::select! {
                () = writes.next() => {}
                () = shutdown.requested() => return,
            }
            for place in std::mem::take(&mut self.failed) {
                self.graph.enqueue(place);
            }
        }
    }

    /// Looks at what is due, at most so many objects, and says whether there is more.
    pub(crate) fn work(&mut self, most: usize) -> bool {
        for _ in 0..most {
            // What was just done is seen before anything is decided on it.
            self.catch_up();
            let Some(place) = self.graph.next() else {
                return false;
            };
            self.settle(&place);
        }
        true
    }

    /// How much it remembers.
    #[cfg(test)]
    pub(super) fn remembers(&self) -> usize {
        self.graph.len()
    }

    /// Observes everything that there is.
    fn begin(&mut self) {
        let registry = self.registry.clone();
        self.graph = Graph::default();
        let snapshots = registry.store().read(|store| {
            self.seen = store.revision();
            let collected = registry.stored().iter().filter(|served| collects(served));
            let snapshots = collected.map(|served| (served.id, store.snapshot(served.id)));
            snapshots.collect::<Vec<_>>()
        });
        for (resource, snapshot) in snapshots {
            for object in snapshot.objects(&Scope::All, None) {
                self.graph.seen(resource, None, object);
            }
        }
    }

    /// Observes what happened since.
    fn catch_up(&mut self) {
        let seen = self.seen;
        let store = self.registry.store();
        let (until, written) = store.read(|store| (store.revision(), store.written_after(seen)));
        for resource in written {
            if collects(&self.registry.stored()[resource.number()])
                && self.observe(resource, until).is_err()
            {
                // So much happened that it is no longer known.
                self.begin();
                return;
            }
        }
        self.seen = until;
    }

    fn observe(&mut self, resource: ResourceId, until: Revision) -> Result<(), Expired> {
        let mut from = self.seen;
        while from < until {
            let next = |store: &Store| store.events(resource, from, BATCH);
            let batch = self.registry.store().read(next)?;
            from = batch.until;
            for event in batch.events.iter().filter(|e| e.revision() <= until) {
                self.graph.observe(resource, event);
            }
        }
        Ok(())
    }

    /// Does what is to be done about an object.
    fn settle(&mut self, place: &Place) {
        let Some(object) = self.get(place) else {
            return;
        };
        let served = self.registry.stored()[place.resource.number()];
        let standing = |owner: &Owner| self.standing(served, &object, owner);
        let waits = |place: &Place| {
            let object = self.get(place).map(|object| object.attributes.clone());
            object.is_some_and(|object| object.deleting && object.awaited.dependents)
        };
        let done = match self.graph.judge(&object, standing, waits) {
            Verdict::Keep => return,
            Verdict::Orphan(dependents) => self.orphan(served, &object, &dependents),
            Verdict::Finish => self.finish(served, &object, FOREGROUND),
            Verdict::Disown(owners) => self.disown(served, &object, &owners),
            // Which makes that it is looked at again.
            Verdict::Unblock => self.unblock(served, &object),
            Verdict::DeleteLast => self.delete(served, &object, Propagation::Foreground),
            Verdict::Delete(propagation) => self.delete(served, &object, propagation),
        };
        match done {
            Err(failure) if failure.code() == StatusCode::CONFLICT => {
                self.graph.enqueue(place.clone());
            }
            Err(failure) if failure.code() != StatusCode::NOT_FOUND => {
                debug!(key = %place.key, failure = failure.message(), "cannot be collected");
                self.failed.push(place.clone());
            }
            Ok(()) | Err(_) => {}
        }
    }

    fn get(&self, place: &Place) -> Option<Arc<Object>> {
        let store = self.registry.store();
        store.read(|store| store.get(place.resource, &place.key))
    }

    /// What there is of an owner of an object.
    fn standing(&self, served: Served, object: &Object, owner: &Owner) -> Standing {
        let Some(type_) = self.registry.of_type(&owner.api_version, &owner.kind) else {
            return Standing::Unknown;
        };
        let namespace = match (type_.facts.namespaced, served.facts.namespaced) {
            (true, true) => object.key.namespace(),
            (true, false) => return Standing::Unknown,
            (false, _) => "",
        };
        let key = Key::new(namespace, &owner.name);
        let place = Place {
            resource: type_.id,
            key,
        };
        match self.get(&place).map(|owner| owner.attributes.clone()) {
            Some(found) if *found.uid() != *owner.uid => Standing::Dangling,
            Some(found) if found.deleting && found.awaited.dependents => Standing::Waiting,
            Some(_) => Standing::Solid,
            None => Standing::Dangling,
        }
    }

    /// Deletes an object, if it has not changed since it was judged.
    fn delete(
        &self,
        served: Served,
        object: &Object,
        propagation: Propagation,
    ) -> Result<(), Failure> {
        let options = DeleteOptions {
            uid: Some(object.attributes.uid().into()),
            resource_version: Some(object.revision.to_string().into()),
            propagation: Some(propagation),
            ..DeleteOptions::default()
        };
        let (namespace, name) = (object.key.namespace(), object.key.name());
        let deleted = self.registry.delete(served, namespace, name, &options);
        deleted.map(drop)
    }

    /// Lets dependents go, and then their owner.
    fn orphan(&self, served: Served, owner: &Object, dependents: &[Place]) -> Result<(), Failure> {
        let owners = [owner.attributes.uid().into()];
        for place in dependents {
            let Some(dependent) = self.get(place) else {
                continue;
            };
            let of = self.registry.stored()[place.resource.number()];
            match self.disown(of, &dependent, &owners) {
                Err(failure) if failure.code() == StatusCode::NOT_FOUND => {}
                disowned => disowned?,
            }
        }
        self.finish(served, owner, ORPHAN)
    }

    /// Takes owners from an object.
    fn disown(&self, served: Served, object: &Object, owners: &[Str]) -> Result<(), Failure> {
        self.change(served, object, |tree| {
            let is_kept = |reference: &Value| {
                let uid = reference.get("uid").and_then(Value::as_str);
                !owners.iter().any(|owner| uid == Some(owner))
            };
            keep(tree, &REFERENCES, is_kept);
        })
    }

    /// Makes that the owners of an object do not wait for it.
    fn unblock(&self, served: Served, object: &Object) -> Result<(), Failure> {
        self.change(served, object, |tree| {
            let mut references = tree.list(&REFERENCES).to_vec();
            for reference in references.iter_mut().filter_map(Value::as_object_mut) {
                if let Some(blocks) = reference.get_mut("blockOwnerDeletion") {
                    *blocks = false.into();
                }
            }
            tree.set(&REFERENCES, references.into());
        })
    }

    /// Takes a finalizer of the collector's own from an object.
    fn finish(&self, served: Served, object: &Object, finalizer: &str) -> Result<(), Failure> {
        self.change(served, object, |tree| {
            keep(tree, &FINALIZERS, |had| had.as_str() != Some(finalizer));
        })
    }

    /// Changes an object, if it is still the same.
    fn change(
        &self,
        served: Served,
        object: &Object,
        change: impl Fn(&mut Tree),
    ) -> Result<(), Failure> {
        let uid = object.attributes.uid();
        let wanted = Change {
            served,
            namespace: object.key.namespace(),
            name: object.key.name(),
            part: Part::Whole,
            mode: Mode::SERVER,
        };
        let changed = self.registry.change(wanted, &mut |tree, current| {
            let mut tree = tree.clone();
            if current.attributes.uid() == uid {
                change(&mut tree);
            }
            Ok(tree)
        });
        changed.map(drop)
    }
}

/// Whether objects of a resource can own, or be owned.
fn collects(served: &Served) -> bool {
    served.kind.dependents != Dependents::Ignored
}

/// Keeps some elements of a list, and no empty list.
fn keep(tree: &mut Tree, path: &[&str], is_kept: impl Fn(&Value) -> bool) {
    let kept: Vec<_> = tree
        .list(path)
        .iter()
        .filter(|v| is_kept(v))
        .cloned()
        .collect();
    if kept.is_empty() {
        tree.remove(path);
    } else {
        tree.set(path, kept.into());
    }
}

/// So many objects are looked at before others have their turn.
const TURN: usize = 64;

/// How many events are taken from a log at once.
const BATCH: usize = 256;

const REFERENCES: [&str; 2] = ["metadata", "ownerReferences"];
const FINALIZERS: [&str; 2] = ["metadata", "finalizers"];
