//! [`Registry`], the resources that a server serves and the store that holds their objects.

use std::sync::Arc;

use pintle_env::{Clock, Random, Timestamp};
use pintle_meta::Time;

use super::claims::Claims;
use crate::{
    generated::resources::RESOURCES,
    kinds::Kind,
    schema::{Resource, Tree},
    shared::SharedStore,
    status::Qualified,
    store::{Attributes, HistoryLimits, Object, ResourceId, Store},
};

/// The resources of a server, and their objects.
pub(crate) struct Registry {
    resources: Vec<Served>,
    pub(super) store: SharedStore,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) claims: Claims,
}

/// A resource that is served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Served {
    /// Where the store has its objects.
    pub(crate) id: ResourceId,
    /// What is known about it.
    pub(crate) facts: &'static Resource,
    /// How its objects behave.
    pub(crate) kind: &'static Kind,
}

impl Registry {
    /// A registry without objects.
    pub(crate) fn new(
        limits: HistoryLimits,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let stored = RESOURCES.iter().filter(|facts| is_stored(facts));
        let resources: Vec<_> = stored
            .enumerate()
            .map(|(number, facts)| Served {
                id: ResourceId::new(number),
                facts,
                kind: Kind::of(facts),
            })
            .collect();
        let store = Store::new(resources.len(), limits);
        Self {
            store: SharedStore::new(store, resources.len()),
            resources,
            clock,
            random,
            claims: Claims::default(),
        }
    }

    /// The store.
    pub(crate) fn store(&self) -> &SharedStore {
        &self.store
    }

    /// The date.
    pub(crate) fn timestamp(&self) -> Timestamp {
        self.clock.timestamp()
    }

    /// All resources.
    pub(crate) fn resources(&self) -> &[Served] {
        &self.resources
    }

    /// The resource of this name.
    pub(crate) fn find(&self, group: &str, version: &str, resource: &str) -> Option<Served> {
        let named = |served: &&Served| {
            let facts = served.facts;
            (facts.group, facts.version, facts.resource) == (group, version, resource)
        };
        self.resources.iter().find(named).copied()
    }

    /// The resource of namespaces.
    pub(crate) fn namespaces(&self) -> Served {
        self.find("", "v1", "namespaces")
            .expect("namespaces are in the generated table")
    }

    /// The date as metadata has it.
    pub(super) fn now(&self) -> String {
        let now = self.timestamp();
        Time::from_unix(now.unix_seconds()).to_string()
    }
}

/// Whether a resource is on by default, and has objects that are kept and that no other version keeps.
fn is_stored(facts: &Resource) -> bool {
    const OTHER_VERSIONS: [(&str, &str, &str); 2] = [
        ("events.k8s.io", "v1", "events"),
        ("autoscaling", "v1", "horizontalpodautoscalers"),
    ];
    let named = (facts.group, facts.version, facts.resource);
    facts.served_by_default && facts.verbs.contains(&"watch") && !OTHER_VERSIONS.contains(&named)
}

impl Served {
    /// The resource as messages name it.
    pub(crate) fn qualified(&self) -> Qualified<'static> {
        Qualified {
            group: self.facts.group,
            name: self.facts.resource,
        }
    }

    /// The kind as messages name it.
    pub(crate) fn qualified_kind(&self) -> Qualified<'static> {
        Qualified {
            group: self.facts.group,
            name: self.facts.kind,
        }
    }

    /// An object as a tree.
    pub(crate) fn tree(&self, object: &Object) -> Tree {
        let facts = self.facts;
        let type_ = [("kind", facts.kind), ("apiVersion", facts.api_version)];
        let type_ = type_.map(|(key, value)| (key.into(), value.into()));
        let fields = object.encoded.decode(facts.schema).into_entries();
        let entries = type_.into_iter().chain(fields).collect();
        Tree::new(pintle_codec::Object::from_entries(entries), facts.schema)
    }

    /// What the store is to know about an object without decoding it.
    pub(super) fn attributes(&self, tree: &Tree) -> Attributes {
        let labels = tree.at(&["metadata", "labels"]);
        let labels = labels.and_then(pintle_codec::Value::as_object);
        let labels = labels.into_iter().flat_map(pintle_codec::Object::iter);
        Attributes {
            uid: tree.metadata_text("uid").into(),
            deleting: !tree.metadata_text("deletionTimestamp").is_empty(),
            labels: labels
                .map(|(key, value)| (key.into(), value.as_str().unwrap_or_default().into()))
                .collect(),
            fields: self
                .kind
                .fields
                .iter()
                .map(|field| field.value(tree))
                .collect(),
        }
    }
}
