//! [`Predicate`], which changes are worth a reconcile.

use std::fmt;
use std::sync::Arc;

use pintle_meta::v1::ObjectMeta;
use pintle_meta::{Lazy, Metadata as _, Object};

/// Says which changes of the objects of a [`Source`](crate::Source) are worth a reconcile.
///
/// An object that is new, gone, or another one under an old name is worth one for all predicates that
/// compare two states ([`Predicate::change`] and those made of it), and so is one that begins to be
/// deleted. What a predicate cannot read it lets pass: a reconcile too many does no harm.
///
/// ```
/// use pintle_api::apps::v1::Deployment;
/// use pintle_controller::Predicate;
/// use pintle_meta::Metadata;
///
/// // Not for a new status.
/// let spec = Predicate::<Deployment>::generation().or(Predicate::annotations());
/// // Only what carries a label.
/// let ours = Predicate::<Deployment>::object(|deployment| deployment.label("app") == Some("web"));
/// let both = spec.and(ours);
/// # let _ = both;
/// ```
///
/// controller-runtime's `predicate.Predicate`.
pub struct Predicate<K>(Arc<Passes<K>>);

type Passes<K> = dyn Fn(Change<'_, K>) -> bool + Send + Sync;

/// What happened to an object: the state before, if it was there, and the state now, if it is.
pub(crate) struct Change<'a, K> {
    pub(crate) old: Option<&'a Lazy<K>>,
    pub(crate) new: Option<&'a Lazy<K>>,
}

impl<K: Object> Predicate<K> {
    /// Objects for which this holds, before the change or after it: what ceases to hold is news too.
    pub fn object(holds: impl Fn(&Lazy<K>) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |change| {
            let states = [change.old, change.new];
            states.into_iter().flatten().any(&holds)
        }))
    }

    /// Changes from one state to another for which this holds, besides those that count for all.
    pub fn change(differs: impl Fn(&Lazy<K>, &Lazy<K>) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |change| match change {
            Change {
                old: Some(old),
                new: Some(new),
            } => {
                old.uid() != new.uid()
                    || old.is_deleting() != new.is_deleting()
                    || differs(old, new)
            }
            _ => true,
        }))
    }

    /// Changes of the desired state, by its number (`metadata.generation`). Of a resource that does not
    /// count, such as a ConfigMap, every new version.
    ///
    /// controller-runtime's `GenerationChangedPredicate`, which lets no change of an object without a
    /// generation pass.
    pub fn generation() -> Self {
        Self::change(|old, new| match (old.generation(), new.generation()) {
            (0, 0) => old.resource_version() != new.resource_version(),
            (old, new) => old != new,
        })
    }

    /// Changes of labels. controller-runtime's `LabelChangedPredicate`.
    pub fn labels() -> Self {
        Self::metadata(|old, new| old.labels != new.labels)
    }

    /// Changes of annotations. controller-runtime's `AnnotationChangedPredicate`.
    pub fn annotations() -> Self {
        Self::metadata(|old, new| old.annotations != new.annotations)
    }

    /// Every new version: not objects that are shown again by a resync. controller-runtime's
    /// `ResourceVersionChangedPredicate`.
    pub fn resource_version() -> Self {
        Self::change(|old, new| old.resource_version() != new.resource_version())
    }

    /// Changes that are worth a reconcile for both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(Arc::new(move |change| {
            self.passes(change.clone()) && other.passes(change)
        }))
    }

    /// Changes that are worth a reconcile for one of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(Arc::new(move |change| {
            self.passes(change.clone()) || other.passes(change)
        }))
    }

    /// Changes of what [`Metadata`](pintle_meta::Metadata) does not tell.
    fn metadata(
        differs: impl Fn(&ObjectMeta, &ObjectMeta) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::change(
            move |old, new| match (old.object_meta(), new.object_meta()) {
                (Ok(old), Ok(new)) => differs(&old, &new),
                _ => true,
            },
        )
    }

    pub(crate) fn passes(&self, change: Change<'_, K>) -> bool {
        (self.0)(change)
    }
}

impl<K> Clone for Predicate<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K> Clone for Change<'_, K> {
    fn clone(&self) -> Self {
        Self {
            old: self.old,
            new: self.new,
        }
    }
}

impl<K> fmt::Debug for Predicate<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Predicate")
    }
}

#[cfg(test)]
mod tests {
    use pintle_api::core::v1::ConfigMap;

    use super::*;

    fn object(change: impl FnOnce(&mut ObjectMeta)) -> Lazy<ConfigMap> {
        let mut map = ConfigMap::default();
        map.metadata.name = "a".into();
        map.metadata.uid = "u".into();
        map.metadata.resource_version = "1".into();
        map.metadata.generation = 1;
        change(&mut map.metadata);
        map.into()
    }

    fn updated(new: &Lazy<ConfigMap>, predicate: &Predicate<ConfigMap>) -> bool {
        predicate.passes(Change {
            old: Some(&object(|_| ())),
            new: Some(new),
        })
    }

    // claims: controller.predicates
    #[test]
    fn predicates_tell_what_has_changed() {
        let changes = [
            object(|it| it.resource_version = "2".into()),
            object(|it| it.generation = 2),
            object(|it| drop(it.labels.insert("a", "b".into()))),
            object(|it| drop(it.annotations.insert("a", "b".into()))),
        ];
        for (nth, predicate) in [
            Predicate::resource_version(),
            Predicate::generation(),
            Predicate::labels(),
            Predicate::annotations(),
        ]
        .into_iter()
        .enumerate()
        {
            let passed = changes.iter().map(|change| updated(change, &predicate));
            let passed: Vec<usize> = passed
                .enumerate()
                .filter(|it| it.1)
                .map(|it| it.0)
                .collect();
            assert_eq!(passed, [nth]);
            let there = object(|_| ());
            let (old, new) = (None, Some(&there));
            assert!(predicate.passes(Change { old, new }), "it is new");
            let (old, new) = (Some(&there), None);
            assert!(predicate.passes(Change { old, new }), "it is gone");
            let recreated = object(|it| it.uid = "v".into());
            assert!(updated(&recreated, &predicate), "it is another");
            let deleting =
                object(|it| it.deletion_timestamp = Some("2026-01-01T00:00:00Z".parse().unwrap()));
            assert!(updated(&deleting, &predicate), "it is to be deleted");
        }
    }

    // claims: controller.predicates
    #[test]
    fn what_has_no_generation_changes_with_every_version() {
        let (old, new) = (
            object(|it| it.generation = 0),
            object(|it| {
                it.generation = 0;
                it.resource_version = "2".into();
            }),
        );
        let generation = Predicate::generation();
        let passes = |old, new| generation.passes(Change { old, new });
        assert!(passes(Some(&old), Some(&new)));
        assert!(!passes(Some(&old), Some(&old)));
    }

    // claims: controller.predicates
    #[test]
    fn predicates_are_combined_and_see_both_states() {
        let labelled = object(|it| drop(it.labels.insert("app", "web".into())));
        let web = Predicate::object(|map: &Lazy<ConfigMap>| map.label("app") == Some("web"));
        assert!(updated(&labelled, &web));
        let (old, new) = (Some(&labelled), Some(&object(|_| ())).cloned());
        assert!(
            web.passes(Change {
                old,
                new: new.as_ref()
            }),
            "it was"
        );
        assert!(!updated(&object(|_| ()), &web));
        let both = web.clone().and(Predicate::generation());
        assert!(!updated(&labelled, &both));
        let one = web.or(Predicate::generation());
        assert!(updated(&labelled, &one));
        assert!(!updated(&object(|_| ()), &one));
    }
}
