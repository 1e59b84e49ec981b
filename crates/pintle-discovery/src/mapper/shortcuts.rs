//! Short names of resources, and their categories.

use std::collections::{HashMap, HashSet};

use pintle_codec::Str;

use super::names::{GroupResource, PartialResource};
use crate::Discovered;

/// What a short name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expansion {
    /// The resource that is meant; what was asked for, if it is no short name.
    pub resource: PartialResource,
    /// The resources of groups that come later with the same short name.
    pub others: Vec<GroupResource>,
}

#[derive(Default)]
pub(super) struct Shortcuts {
    /// The groups of each plural and singular.
    names: HashMap<Str, HashSet<Str>>,
    /// What each short name may stand for, in the server's order.
    short: HashMap<Str, Vec<GroupResource>>,
    categories: HashMap<Str, Vec<GroupResource>>,
}

impl Shortcuts {
    pub(super) fn new(discovered: &Discovered) -> Self {
        let mut shortcuts = Self::default();
        for (group_version, resource) in discovered.resources() {
            let group = &group_version.group;
            for name in [&resource.name, &resource.singular_name] {
                let groups = shortcuts.names.entry(name.clone()).or_default();
                groups.insert(group.clone());
            }
            let whole = GroupResource {
                group: group.clone(),
                resource: resource.name.clone(),
            };
            let add = |all: &mut HashMap<Str, Vec<GroupResource>>, name: &Str| {
                let of_name = all.entry(name.clone()).or_default();
                if !of_name.contains(&whole) {
                    of_name.push(whole.clone());
                }
            };
            resource
                .short_names
                .iter()
                .for_each(|it| add(&mut shortcuts.short, it));
            resource
                .categories
                .iter()
                .for_each(|it| add(&mut shortcuts.categories, it));
        }
        shortcuts
    }

    pub(super) fn expand(&self, name: &PartialResource) -> Expansion {
        let as_it_is = Expansion {
            resource: name.clone(),
            others: Vec::new(),
        };
        let any = name.group.is_empty();
        if let Some(groups) = self.names.get(&name.resource)
            && (any || groups.contains(&name.group))
        {
            return as_it_is;
        }
        let Some(short) = self.short.get(&name.resource) else {
            return as_it_is;
        };
        let whole = |it: &&GroupResource| any || it.group == name.group;
        let mut found = short.iter().filter(whole);
        if let Some(first) = found.next() {
            let others: Vec<_> = found.cloned().collect();
            for other in &others {
                let short = &name.resource;
                tracing::warn!("the short name {short} stands for {first}, and not for {other}");
            }
            // The version goes: a short name says nothing of it.
            return Expansion {
                resource: PartialResource::new(first.resource.clone()).group(first.group.clone()),
                others,
            };
        }
        let begins = |it: &&GroupResource| it.group.starts_with(name.group.as_str());
        match short.iter().find(begins) {
            Some(it) => Expansion {
                resource: PartialResource {
                    group: it.group.clone(),
                    version: name.version.clone(),
                    resource: it.resource.clone(),
                },
                others: Vec::new(),
            },
            None => as_it_is,
        }
    }

    pub(super) fn category(&self, category: &str) -> Option<&[GroupResource]> {
        self.categories.get(category).map(Vec::as_slice)
    }
}
