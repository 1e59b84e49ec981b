//! [`Graph`], who is owned by whom, and whom to look at next.

use std::collections::{HashMap, HashSet, VecDeque};

use pintle_codec::Str;

use crate::{
    registry::Propagation,
    store::{Event, EventKind, Key, Object, Owner, ResourceId},
};

/// Who is owned by whom, and whom to look at next. It holds nothing of objects that neither own nor
/// are owned.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// What objects own, by the uid of the owner, whether there is such an owner or not.
    owned: HashMap<Str, Owned>,
    /// The objects whose deletion waits for what they own, by their uid.
    waiting: HashMap<Str, Place>,
    /// Whom to look at, each once.
    due: VecDeque<Place>,
    queued: HashSet<Place>,
}

/// Where an object is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    /// The resource.
    pub(crate) resource: ResourceId,
    /// The key within the resource.
    pub(crate) key: Key,
}

/// What an owner owns.
#[derive(Debug, Default)]
struct Owned {
    /// By uid.
    dependents: HashMap<Str, Dependent>,
    /// How many of them block its deletion in the foreground.
    blocking: usize,
}

#[derive(Debug)]
struct Dependent {
    place: Place,
    blocks: bool,
}

/// What there is of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It exists.
    Solid,
    /// It exists, and its deletion waits for what it owns.
    Waiting,
    /// It does not exist, or another object has its name.
    Dangling,
    /// Nobody can tell: there is no such type, or no such place.
    Unknown,
}

/// What is to be done about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing, for now.
    Keep,
    /// These objects are to let go of it, and then nothing of the collector's keeps it.
    Orphan(Vec<Place>),
    /// It need not wait for what it owned any more.
    Finish,
    /// These owners, by uid, are no longer its owners.
    Disown(Vec<Str>),
    /// Its owners are not to wait for it: in a circle, somebody has to begin.
    Unblock,
    /// It is to be deleted after what it owns.
    DeleteLast,
    /// It is to be deleted.
    Delete(Propagation),
}

impl Graph {
    /// Something happened to an object.
    pub(crate) fn observe(&mut self, resource: ResourceId, event: &Event) {
        match event.kind {
            EventKind::Added | EventKind::Modified => {
                self.seen(resource, event.previous.as_deref(), &event.object);
            }
            EventKind::Deleted => self.gone(&event.object),
        }
    }

    /// An object is there, of which at most `before` was known.
    pub(crate) fn seen(&mut self, resource: ResourceId, before: Option<&Object>, now: &Object) {
        let place = || Place {
            resource,
            key: now.key.clone(),
        };
        let before = before.filter(|before| before.attributes.uid() == now.attributes.uid());
        let attributes = &now.attributes;
        let uid = attributes.uid();
        let had = before.map_or(&[][..], |before| &before.attributes.owners);
        if *had != *attributes.owners {
            self.unlink(uid, had);
            for owner in &attributes.owners {
                let owned = self.owned.entry(owner.uid.clone()).or_default();
                let dependent = Dependent {
                    place: place(),
                    blocks: owner.blocks,
                };
                owned.insert(uid.into(), dependent);
            }
            self.enqueue(place());
        }
        let awaited = attributes.awaited;
        if attributes.deleting && (awaited.orphans || awaited.dependents) {
            let began = self.waiting.insert(uid.into(), place()).is_none();
            if began && awaited.dependents {
                self.enqueue_dependents(uid);
            }
            self.enqueue(place());
        } else {
            self.waiting.remove(uid);
        }
    }

    /// Looks at an object once more, later.
    pub(crate) fn enqueue(&mut self, place: Place) {
        if self.queued.insert(place.clone()) {
            self.due.push_back(place);
        }
    }

    /// Whom to look at now.
    pub(crate) fn next(&mut self) -> Option<Place> {
        let place = self.due.pop_front()?;
        self.queued.remove(&place);
        Some(place)
    }

    /// What is to be done about an object. `standing` says what there is of an owner; `waits`, whether
    /// the deletion of an object waits for what it owns.
    pub(crate) fn judge(
        &self,
        object: &Object,
        standing: impl Fn(&Owner) -> Standing,
        waits: impl Fn(&Place) -> bool,
    ) -> Verdict {
        let attributes = &object.attributes;
        let owned = self.owned.get(attributes.uid());
        if attributes.deleting {
            return match (attributes.awaited.orphans, attributes.awaited.dependents) {
                (true, _) => Verdict::Orphan(owned.map_or_else(Vec::new, Owned::places)),
                (false, true) if owned.is_none_or(|owned| owned.blocking == 0) => Verdict::Finish,
                // Whatever else keeps it is not the collector's.
                (false, _) => Verdict::Keep,
            };
        }
        let owners = attributes.owners.iter();
        let owners: Vec<_> = owners.map(|owner| (standing(owner), owner)).collect();
        let has = |wanted| owners.iter().any(|(standing, _)| *standing == wanted);
        if owners.is_empty() || has(Standing::Unknown) {
            return Verdict::Keep;
        }
        if has(Standing::Solid) {
            let others = owners.iter().filter(|(s, _)| *s != Standing::Solid);
            let others: Vec<_> = others.map(|(_, owner)| owner.uid.clone()).collect();
            return match others.is_empty() {
                true => Verdict::Keep,
                // It would keep those that wait for it.
                false => Verdict::Disown(others),
            };
        }
        let owned = owned.filter(|owned| !owned.dependents.is_empty());
        match owned.filter(|_| has(Standing::Waiting)) {
            Some(owned) => {
                let mut dependents = owned.dependents.values();
                let circles = dependents.any(|dependent| waits(&dependent.place));
                match circles && attributes.owners.iter().any(|owner| owner.blocks) {
                    true => Verdict::Unblock,
                    false => Verdict::DeleteLast,
                }
            }
            None if attributes.awaited.orphans => Verdict::Delete(Propagation::Orphan),
            None if attributes.awaited.dependents => Verdict::Delete(Propagation::Foreground),
            None => Verdict::Delete(Propagation::Background),
        }
    }

    /// How many owners it knows of, and how many objects it is to look at: for tests.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.owned.len() + self.waiting.len() + self.due.len()
    }

    fn gone(&mut self, object: &Object) {
        let uid = object.attributes.uid();
        self.unlink(uid, &object.attributes.owners);
        self.waiting.remove(uid);
        self.enqueue_dependents(uid);
    }

    /// An object is owned no longer by some.
    fn unlink(&mut self, uid: &str, owners: &[Owner]) {
        for owner in owners {
            if let Some(owned) = self.owned.get_mut(&owner.uid) {
                owned.remove(uid);
                if owned.dependents.is_empty() {
                    self.owned.remove(&owner.uid);
                }
            }
            if let Some(place) = self.waiting.get(&owner.uid).cloned() {
                self.enqueue(place);
            }
        }
    }

    fn enqueue_dependents(&mut self, uid: &str) {
        let places = self.owned.get(uid).map(Owned::places);
        for place in places.into_iter().flatten() {
            self.enqueue(place);
        }
    }
}

impl Owned {
    fn insert(&mut self, uid: Str, dependent: Dependent) {
        self.blocking += usize::from(dependent.blocks);
        if let Some(before) = self.dependents.insert(uid, dependent) {
            self.blocking -= usize::from(before.blocks);
        }
    }

    fn remove(&mut self, uid: &str) {
        if let Some(before) = self.dependents.remove(uid) {
            self.blocking -= usize::from(before.blocks);
        }
    }

    /// In an order that does not depend on chance.
    fn places(&self) -> Vec<Place> {
        let places = self.dependents.values();
        let mut places: Vec<_> = places.map(|dependent| dependent.place.clone()).collect();
        places.sort_unstable_by(|a, b| {
            let order = |place: &Place| place.resource.number();
            (order(a), &a.key).cmp(&(order(b), &b.key))
        });
        places
    }
}
