//! Discovery: what the server serves, as its clients ask for it.
//!
//! There are two forms. The older one is a document for the groups, and one for each group version.
//! The newer one has everything in one document for `/api` and one for `/apis`.

mod aggregated;
mod older;
mod storage;

use std::{collections::HashMap, sync::OnceLock};

use bytes::Bytes;
use pintle_codec::{Object, Value, json};

use crate::{generated::resources::GROUPS, registry::Served, schema::Resource};

/// The discovery documents of a server, made once, when they are first asked for.
#[derive(Debug)]
pub(crate) struct Discovery {
    offers: Vec<&'static Resource>,
    documents: OnceLock<Documents>,
}

#[derive(Debug)]
struct Documents {
    groups: Bytes,
    group: HashMap<&'static str, Bytes>,
    resources: HashMap<(&'static str, &'static str), Bytes>,
    core: Aggregated,
    others: Aggregated,
}

/// A document of the newer form, in its versions.
#[derive(Debug)]
struct Aggregated {
    v2: Document,
    v2beta1: Document,
}

/// A document with what tells its contents from others.
#[derive(Debug)]
pub(crate) struct Document {
    /// The document.
    pub(crate) json: Bytes,
    /// A hash of it, in upper-case hexadecimal digits.
    pub(crate) hash: String,
}

/// A group version of which something is offered, with that.
#[derive(Debug)]
struct Version {
    name: &'static str,
    offers: Vec<&'static Resource>,
}

/// A group of which something is offered, with its versions in the order of preference.
#[derive(Debug)]
struct Group {
    name: &'static str,
    versions: Vec<Version>,
}

impl Documents {
    fn new(offers: &[&'static Resource]) -> Self {
        let groups = groups(offers);
        let named = groups_of(&groups, false);
        let versions = groups.iter().flat_map(|group| {
            let versions = group.versions.iter();
            versions.map(|version| (group.name, version))
        });
        let aggregated = |core| Aggregated {
            v2: Document::new(aggregated::list(groups_of(&groups, core), "v2")),
            v2beta1: Document::new(aggregated::list(groups_of(&groups, core), "v2beta1")),
        };
        Self {
            groups: encode(older::groups(named.clone())),
            group: named
                .map(|group| (group.name, encode(older::group(group))))
                .collect(),
            resources: versions
                .map(|(group, version)| {
                    let list = older::resources(group, version);
                    ((group, version.name), encode(list))
                })
                .collect(),
            core: aggregated(true),
            others: aggregated(false),
        }
    }
}

impl Discovery {
    /// The documents for what is offered.
    pub(crate) fn new(offers: Vec<&'static Resource>) -> Self {
        Self {
            offers,
            documents: OnceLock::new(),
        }
    }

    /// `/api`, for a client that knows the server by this address.
    pub(crate) fn core_versions(address: Option<&str>) -> Bytes {
        encode(older::core_versions(address))
    }

    /// `/apis`.
    pub(crate) fn groups(&self) -> Bytes {
        self.documents().groups.clone()
    }

    /// `/apis/GROUP`.
    pub(crate) fn group(&self, group: &str) -> Option<Bytes> {
        self.documents().group.get(group).cloned()
    }

    /// The resources of a group version.
    pub(crate) fn resources(&self, group: &str, version: &str) -> Option<Bytes> {
        self.documents().resources.get(&(group, version)).cloned()
    }

    /// Everything of the core group or of all others, in a version of the newer form: `v2`, or what
    /// was before it.
    pub(crate) fn aggregated(&self, core: bool, form: &str) -> &Document {
        let documents = self.documents();
        let document = if core {
            &documents.core
        } else {
            &documents.others
        };
        match form {
            "v2" => &document.v2,
            _ => &document.v2beta1,
        }
    }

    fn documents(&self) -> &Documents {
        let make = || Documents::new(&self.offers);
        self.documents.get_or_init(make)
    }
}

impl Document {
    fn new(document: Object) -> Self {
        let json = encode(document);
        let hash = crate::hash::of(&json);
        Self { json, hash }
    }
}

impl Served {
    /// Whether something can be done with the resource.
    pub(crate) fn offers(&self, verb: &str) -> bool {
        self.facts.verbs.contains(&verb)
    }
}

/// What is offered, by group and version, in the order of discovery.
fn groups(offers: &[&'static Resource]) -> Vec<Group> {
    let groups = GROUPS.iter().map(|group| {
        let versions = group.versions.iter().map(|version| {
            let own =
                |facts: &&&'static Resource| (facts.group, facts.version) == (group.name, *version);
            Version {
                name: version,
                offers: offers.iter().filter(own).copied().collect(),
            }
        });
        Group {
            name: group.name,
            versions: versions
                .filter(|version| !version.offers.is_empty())
                .collect(),
        }
    });
    groups.filter(|group| !group.versions.is_empty()).collect()
}

fn groups_of(groups: &[Group], core: bool) -> impl Iterator<Item = &Group> + Clone {
    groups
        .iter()
        .filter(move |group| group.name.is_empty() == core)
}

fn insert_unless_empty(resource: &mut Object, field: &str, values: &[&'static str]) {
    if !values.is_empty() {
        resource.insert(field, strings(values));
    }
}

fn strings(values: &[&'static str]) -> Value {
    let values = values.iter().map(|value| Value::from(*value));
    values.collect::<Vec<_>>().into()
}

fn encode(document: Object) -> Bytes {
    let mut text = Vec::new();
    json::write(&document.into(), &mut text);
    text.into()
}
