//! [`Registry`], the resources that a server serves and the store that holds their objects.

use std::{collections::HashMap, sync::Arc};

use pintle_env::{Clock, Random, Timestamp};
use pintle_meta::Time;

use super::{View, claims::Claims, runtime_config::RuntimeConfig};
use crate::{
    generated::resources::RESOURCES,
    kinds::Kind,
    schema::{Resource, Subresource, Tree, TypeFacts},
    shared::SharedStore,
    status::Qualified,
    store::{Attributes, HistoryLimits, Object, ResourceId, Store},
    versions::{self, Conversion},
};

/// The resources of a server, and their objects.
pub(crate) struct Registry {
    /// What clients can ask for.
    resources: Vec<Served>,
    /// The places in `resources`.
    places: HashMap<(&'static str, &'static str, &'static str), usize>,
    /// All of which objects may be stored, each once, in the version in which they are. There are none
    /// of what is only asked and answered.
    stored: Vec<Served>,
    pub(super) store: SharedStore,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) claims: Claims,
}

/// A version of a resource that is served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Served {
    /// Where the store has its objects, those of all versions.
    pub(crate) id: ResourceId,
    /// What is known about it.
    pub(crate) facts: &'static Resource,
    /// What is known about the version in which its objects are stored, which may be this one.
    pub(crate) stored: &'static Resource,
    /// How objects get from one to the other.
    pub(crate) conversion: &'static Conversion,
    /// How its objects behave.
    pub(crate) kind: &'static Kind,
    /// A number of this version, which no other has.
    pub(crate) number: u32,
}

impl Registry {
    /// A registry without objects.
    pub(crate) fn serving(
        config: &RuntimeConfig,
        limits: HistoryLimits,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let stored = RESOURCES.iter();
        let stored = stored.filter(|facts| std::ptr::eq(*facts, stored_as(facts)));
        let stored = stored.enumerate().map(|(place, facts)| Served {
            id: ResourceId::new(place),
            facts,
            stored: facts,
            conversion: versions::of(facts),
            kind: Kind::of(facts),
            number: number(facts),
        });
        let stored: Vec<_> = stored.collect();
        let resources = RESOURCES.iter().filter(|facts| config.serves(facts));
        let resources = resources.filter_map(|facts| {
            let storage = stored_as(facts);
            let storage = stored
                .iter()
                .find(|served| std::ptr::eq(served.facts, storage));
            Some(Served {
                facts,
                conversion: versions::of(facts),
                number: number(facts),
                ..*storage?
            })
        });
        let resources: Vec<_> = resources.collect();
        let places = resources.iter().enumerate().map(|(place, served)| {
            let facts = served.facts;
            ((facts.group, facts.version, facts.resource), place)
        });
        let store = Store::new(stored.len(), limits);
        Self {
            store: SharedStore::new(store, stored.len()),
            places: places.collect(),
            resources,
            stored,
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

    /// All resources that clients can ask for, each version of its own.
    pub(crate) fn resources(&self) -> &[Served] {
        &self.resources
    }

    /// All that is stored, each once, whether clients can ask for it or not.
    pub(crate) fn stored(&self) -> &[Served] {
        &self.stored
    }

    /// The resource of this name, if clients can ask for it.
    pub(crate) fn find(&self, group: &str, version: &str, resource: &str) -> Option<Served> {
        let place = self.places.get(&(group, version, resource))?;
        self.resources.get(*place).copied()
    }

    /// The resource of this type, if clients can ask for it.
    pub(crate) fn of_type(&self, api_version: &str, kind: &str) -> Option<Served> {
        let is_it =
            |served: &&Served| (served.facts.api_version, served.facts.kind) == (api_version, kind);
        self.resources.iter().find(is_it).copied()
    }

    /// Whether there are such objects, or such things below objects.
    pub(super) fn knows(&self, kind: &str, api_version: &str) -> bool {
        self.resources.iter().any(|served| {
            let below = served.facts.subresources.iter();
            let mut types = below.map(Subresource::type_facts);
            let is_it = |of: TypeFacts| of.kind == kind && of.api_version == api_version;
            is_it(served.facts.type_facts()) || types.any(is_it)
        })
    }

    /// The resource of namespaces.
    pub(crate) fn namespaces(&self) -> Served {
        let is_namespaces =
            |served: &&Served| (served.facts.group, served.facts.resource) == ("", "namespaces");
        *self
            .stored
            .iter()
            .find(is_namespaces)
            .expect("namespaces are in the generated table")
    }

    /// The date as metadata has it.
    pub(crate) fn now(&self) -> String {
        let now = self.timestamp();
        Time::from_unix(now.unix_seconds()).to_string()
    }
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

    /// As what its objects are shown.
    pub(crate) fn view(&self) -> View {
        View::of(self)
    }

    /// An object as a tree, as it is stored.
    pub(crate) fn tree(&self, object: &Object) -> Tree {
        self.view().tree(object)
    }

    /// An object in the version of this resource, as it is stored.
    pub(crate) fn as_stored(&self, tree: Tree) -> Tree {
        self.view().as_stored(tree)
    }

    /// What the store is to know about an object without decoding it.
    pub(super) fn attributes(&self, tree: &Tree) -> Attributes {
        Attributes::of(tree, self.kind.fields)
    }
}

/// The version in which the objects of a resource are stored: that of the real server, if it is one
/// that clients may ask for.
fn stored_as(facts: &'static Resource) -> &'static Resource {
    let named = (facts.storage.0, facts.storage.1, facts.resource);
    let mut all = RESOURCES.iter();
    let is_named = |other: &&Resource| (other.group, other.version, other.resource) == named;
    all.find(is_named).unwrap_or(facts)
}

/// The place of a version among all.
fn number(facts: &'static Resource) -> u32 {
    let place = RESOURCES
        .iter()
        .position(|known| std::ptr::eq(known, facts));
    place
        .and_then(|place| u32::try_from(place).ok())
        .unwrap_or(u32::MAX)
}
