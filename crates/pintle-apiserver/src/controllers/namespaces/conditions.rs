//! [`Findings`], what keeps a namespace, and the conditions that say so.

use std::collections::BTreeMap;

use pintle_codec::{Object, Value};

use super::Rest;
use crate::{registry::Served, schema::Tree};

/// What keeps a namespace that is being deleted.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// How many objects there are still, by resource.
    left: BTreeMap<String, usize>,
    /// How many of them have each finalizer.
    finalizers: BTreeMap<String, usize>,
    /// What should be gone and is not.
    stuck: Vec<String>,
    /// Whether there are pods still, of which the conditions do not say more.
    pods: bool,
}

impl Findings {
    /// Objects of a resource of these names are left.
    pub(super) fn left(&mut self, names: &[String], rest: &Rest) {
        for name in names {
            self.left.insert(name.clone(), rest.objects);
            for (finalizer, count) in &rest.finalizers {
                *self.finalizers.entry(finalizer.clone()).or_default() += count;
            }
        }
    }

    /// Objects are left that nothing keeps and whose time is over.
    pub(super) fn stuck(&mut self, served: Served, namespace: &str) {
        let facts = served.facts;
        let (group, version, resource) = (facts.group, facts.version, facts.resource);
        self.stuck.push(format!(
            "unexpected items still remain in namespace: {namespace} for gvr: \
             {group}/{version}, Resource={resource}"
        ));
    }

    /// Pods are left.
    pub(super) fn waits_for_pods(&mut self) {
        self.pods = true;
    }

    /// Whether nothing keeps the namespace.
    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty() && !self.pods
    }

    /// Writes the conditions of a namespace.
    pub(super) fn tell(&self, namespace: &mut Tree, now: &str) {
        let mut conditions = namespace.list(&CONDITIONS).to_vec();
        for (kind, reason, message, is_true) in self.conditions() {
            let status = if is_true { "True" } else { "False" };
            let found = conditions
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .find(|found| found.get("type").and_then(Value::as_str) == Some(kind));
            let new = Object::from([
                ("type", Value::from(kind)),
                ("status", status.into()),
                ("lastTransitionTime", now.into()),
                ("reason", reason.into()),
                ("message", message.into()),
            ]);
            match found {
                None => conditions.push(new.into()),
                Some(found) => {
                    let since = found.get("lastTransitionTime").cloned();
                    let same = found.get("status").and_then(Value::as_str) == Some(status);
                    *found = new;
                    if let Some(since) = since.filter(|_| same) {
                        *found.entry("lastTransitionTime") = since;
                    }
                }
            }
        }
        namespace.set(&CONDITIONS, conditions.into());
    }

    /// The type, the reason, the message and the status of each condition.
    fn conditions(&self) -> [(&'static str, &'static str, String, bool); 5] {
        let counted = |counts: &BTreeMap<String, usize>, between: &str| {
            let counts = counts
                .iter()
                .map(|(what, count)| format!("{what} {between} {count} resource instances"));
            let mut counts: Vec<_> = counts.collect();
            counts.sort_unstable();
            counts.join(", ")
        };
        let failed = match self.stuck.len() {
            0 => (
                "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization".to_owned(),
            ),
            count => (
                "ContentDeletionFailed",
                format!(
                    "Failed to delete all resource types, {count} remaining: {}",
                    self.stuck.join(", ")
                ),
            ),
        };
        let left = match self.left.is_empty() {
            true => (
                "ContentRemoved",
                "All content successfully removed".to_owned(),
            ),
            false => (
                "SomeResourcesRemain",
                format!(
                    "Some resources are remaining: {}",
                    counted(&self.left, "has")
                ),
            ),
        };
        let finalizers = match self.finalizers.is_empty() {
            true => (
                "ContentHasNoFinalizers",
                "All content-preserving finalizers finished".to_owned(),
            ),
            false => (
                "SomeFinalizersRemain",
                format!(
                    "Some content in the namespace has finalizers remaining: {}",
                    counted(&self.finalizers, "in")
                ),
            ),
        };
        [
            (
                "NamespaceDeletionDiscoveryFailure",
                "ResourcesDiscovered",
                "All resources successfully discovered".to_owned(),
                false,
            ),
            (
                "NamespaceDeletionGroupVersionParsingFailure",
                "ParsedGroupVersions",
                "All legacy kube types successfully parsed".to_owned(),
                false,
            ),
            (
                "NamespaceDeletionContentFailure",
                failed.0,
                failed.1,
                !self.stuck.is_empty(),
            ),
            (
                "NamespaceContentRemaining",
                left.0,
                left.1,
                !self.left.is_empty(),
            ),
            (
                "NamespaceFinalizersRemaining",
                finalizers.0,
                finalizers.1,
                !self.finalizers.is_empty(),
            ),
        ]
    }
}

const CONDITIONS: [&str; 2] = ["status", "conditions"];
