//! Replacing all objects of a store at once.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use pintle_meta::ObjectName;

use super::named::{Name, Named, Objects};
use super::{Age, Store, compare_versions};
use crate::{Cached, Replacement, Tombstone};

/// What a replacement changed: what is gone, then what there is.
#[derive(Debug)]
pub(crate) struct Difference<O> {
    pub(crate) gone: Vec<Tombstone<O>>,
    /// Each with what it replaced.
    pub(crate) changed: Vec<(Option<O>, O)>,
    /// What stayed the same object in the same version.
    pub(crate) unchanged: Vec<O>,
}

impl<O: Cached> Store<O> {
    /// Makes the store hold what a source has, in a namespace or everywhere.
    ///
    /// Nothing is compared by content: an object that has the uid and the version of the one that is
    /// there is the same, and the one that is there stays.
    pub(crate) fn replace(
        &mut self,
        replacement: Replacement<O>,
        namespace: Option<&str>,
    ) -> Difference<O> {
        let unreadable: BTreeSet<ObjectName> = replacement.unreadable.into_iter().collect();
        let stays = |object: &O| {
            namespace.is_some_and(|only| object.namespace() != only)
                || (!unreadable.is_empty() && unreadable.contains(&object.key()))
        };
        let mut difference = Difference {
            gone: Vec::new(),
            changed: Vec::new(),
            unchanged: Vec::new(),
        };
        let mut all = Vec::with_capacity(replacement.objects.len());
        let known = self.snapshot();
        let mut known = known.objects().peekable();
        let mut found = replacement.objects.into_iter().peekable();
        loop {
            let order = match (known.peek(), found.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(one), Some((other, _))) => Name::of(*one).order(other.into()),
            };
            let before = order.is_le().then(|| known.next()).flatten();
            let now = order.is_ge().then(|| found.next()).flatten();
            match (before, now) {
                (Some(object), None) if stays(object) => all.push(Named(object.clone())),
                (Some(object), None) => difference.gone.push(Tombstone {
                    object: object.clone(),
                    final_state_unknown: true,
                }),
                (Some(before), Some((_, object)))
                    if compare_versions(before, &object) == Age::Same =>
                {
                    difference.unchanged.push(before.clone());
                    all.push(Named(before.clone()));
                }
                (before, Some((_, object))) => {
                    difference.changed.push((before.cloned(), object.clone()));
                    all.push(Named(object));
                }
                (None, None) => unreachable!("one of the two comes next"),
            }
        }
        let changes = difference.gone.len() + difference.changed.len();
        let is_much = changes * 4 > all.len();
        *self.current.objects_mut() = Objects::from_ascending(all);
        self.reindex(&difference, is_much);
        difference
    }

    fn reindex(&mut self, difference: &Difference<O>, is_much: bool) {
        for (at, index) in self.indexes.iter_mut().enumerate() {
            if is_much {
                *self.current.index_mut(at) = index.build(&self.current.clone(), &mut self.errors);
                continue;
            }
            let groups = self.current.index_mut(at);
            for tombstone in &difference.gone {
                index.remove(groups, &tombstone.object.key());
            }
            for (_, object) in &difference.changed {
                index.put(groups, &object.key(), object, &mut self.errors);
            }
        }
    }
}
