//! [`RestMapper`], which finds resources and kinds by their names.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use pintle_codec::Str;
use pintle_meta::v1::APIResource;
use pintle_meta::{GroupVersion, GroupVersionKind, GroupVersionResource};

use super::GroupResource;
use super::names::{Mapping, PartialResource};
use super::shortcuts::{Expansion, Shortcuts};
use crate::discovered::is_whole;
use crate::error::Candidates;
use crate::{Discovered, Error};

/// Finds the resource of a kind, and the kind of a resource, in what a server serves.
///
/// Of several that have a name, the one is taken whose group the server names first, the core group
/// before all others, and of a group's versions the one that the server prefers. Where that does not
/// decide, the name is [ambiguous](Error::is_ambiguous). A name may be plural or singular; short
/// names and categories are looked up apart, as kubectl does. Cheap to clone.
///
/// client-go's `restmapper.NewDiscoveryRESTMapper`, with its short names and categories.
///
/// ```
/// use pintle_discovery::{Discovered, RestMapper};
///
/// let mapper = RestMapper::new(&Discovered::default());
/// assert!(mapper.lookup("deploy").unwrap_err().is_no_match());
/// ```
#[derive(Clone)]
pub struct RestMapper(Arc<Inner>);

struct Inner {
    /// In the order in which the server serves them.
    entries: Vec<Entry>,
    /// What has a name, plural or singular.
    by_name: HashMap<Str, Vec<usize>>,
    /// What has a kind, in any version. Kinds are known in lower case too.
    by_kind: HashMap<(Str, Str), Vec<usize>>,
    /// The group versions, the ones to take first first.
    priority: Vec<GroupVersion>,
    groups: Vec<Str>,
    shortcuts: Shortcuts,
}

struct Entry {
    mapping: Mapping,
    singular: Str,
}

impl RestMapper {
    /// Over what a server serves. What could not be discovered is not there.
    pub fn new(discovered: &Discovered) -> Self {
        let mut inner = Inner {
            entries: Vec::new(),
            by_name: HashMap::new(),
            by_kind: HashMap::new(),
            priority: vec![GroupVersion::core("v1")],
            groups: Vec::new(),
            shortcuts: Shortcuts::new(discovered),
        };
        let served: HashSet<_> = discovered
            .lists()
            .iter()
            .map(|(version, _)| version)
            .collect();
        for group in discovered.groups() {
            inner.groups.push(group.name.clone());
            let of = |version: &Str| GroupVersion::new(group.name.clone(), version.clone());
            let preferred = of(&group.preferred_version.version);
            let others = group.versions.iter().map(|it| of(&it.version));
            let others = others.filter(|version| *version != preferred);
            let versions = std::iter::once(preferred.clone()).chain(others);
            inner
                .priority
                .extend(versions.filter(|version| served.contains(version)));
        }
        for (group_version, resource) in discovered.resources().filter(|it| is_whole(it.1)) {
            inner.add(group_version, resource);
        }
        Self(Arc::new(inner))
    }

    /// The resource of a name.
    ///
    /// # Errors
    /// [`Error::is_no_match`] when there is none, [`Error::is_ambiguous`] when there are several.
    pub fn resource_for(&self, name: &PartialResource) -> Result<GroupVersionResource, Error> {
        let all = self.resources_for(name);
        match self.first(&all, |it| (&it.group, &it.version)) {
            Some(one) => Ok(one.clone()),
            None if all.is_empty() => Err(Error::no_match(&Described::Resource(name))),
            None => Err(Error::ambiguous(name, Candidates::Resources(all))),
        }
    }

    /// All resources of a name, in the server's order.
    pub fn resources_for(&self, name: &PartialResource) -> Vec<GroupVersionResource> {
        let found = self.0.find(name);
        distinct(found.map(|entry| entry.mapping.resource.clone()))
    }

    /// The kind of the objects of a resource.
    ///
    /// # Errors
    /// As [`RestMapper::resource_for`].
    pub fn kind_for(&self, name: &PartialResource) -> Result<GroupVersionKind, Error> {
        let all = self.kinds_for(name);
        match self.first(&all, |it| (&it.group, &it.version)) {
            Some(one) => Ok(one.clone()),
            None if all.is_empty() => Err(Error::no_match(&Described::Resource(name))),
            None => Err(Error::ambiguous(name, Candidates::Kinds(all))),
        }
    }

    /// All kinds of a resource's name, in the server's order.
    pub fn kinds_for(&self, name: &PartialResource) -> Vec<GroupVersionKind> {
        let found = self.0.find(name);
        distinct(found.map(|entry| entry.mapping.kind.clone()))
    }

    /// The resource of a kind, of the first of some versions that has it, or of the version that the
    /// server prefers if none is given.
    ///
    /// # Errors
    /// As [`RestMapper::resource_for`].
    pub fn mapping(&self, group: &str, kind: &str, versions: &[&str]) -> Result<Mapping, Error> {
        let all = self.mappings(group, kind, versions);
        // The versions that are given come before those that the server prefers.
        let given = versions.iter().filter(|version| !version.is_empty());
        for version in given {
            let mut of_version = all.iter().filter(|it| it.kind.version == **version);
            if let (Some(one), None) = (of_version.next(), of_version.next()) {
                return Ok(one.clone());
            }
        }
        match self.first(&all, |it| (&it.kind.group, &it.kind.version)) {
            Some(one) => Ok(one.clone()),
            None if all.is_empty() => Err(Error::no_match(&Described::Kind(group, kind, versions))),
            None => {
                let kinds = all.into_iter().map(|it| it.kind).collect();
                let what = Described::Kind(group, kind, versions);
                Err(Error::ambiguous(&what, Candidates::Kinds(kinds)))
            }
        }
    }

    /// All resources of a kind, of some versions or of all, in the server's order.
    pub fn mappings(&self, group: &str, kind: &str, versions: &[&str]) -> Vec<Mapping> {
        let versions: Vec<_> = versions
            .iter()
            .filter(|version| !version.is_empty())
            .collect();
        let key = (Str::from(group), Str::from(kind));
        let found = self.0.by_kind.get(&key).map_or(&[][..], Vec::as_slice);
        let found = found.iter().map(|at| &self.0.entries[*at].mapping);
        let found = found.filter(|it| {
            versions.is_empty() || versions.iter().any(|version| it.kind.version == ***version)
        });
        // Of several resources with one kind, the last one of a version is what stands for it.
        let mut last: Vec<Mapping> = Vec::new();
        for mapping in found {
            match last.iter_mut().find(|it| it.kind == mapping.kind) {
                Some(earlier) => *earlier = mapping.clone(),
                None => last.push(mapping.clone()),
            }
        }
        last
    }

    /// The resource that somebody means, as kubectl understands it: a resource, plural, singular or
    /// short, with a group and a version if need be (`deploy`, `deployments.apps`,
    /// `deployments.v1.apps`), or a kind (`Deployment.apps`).
    ///
    /// # Errors
    /// As [`RestMapper::resource_for`].
    pub fn lookup(&self, text: &str) -> Result<Mapping, Error> {
        let kind = PartialResource::with_version(text)
            .and_then(|name| self.kind_for(&self.expand(&name).resource).ok());
        let name: PartialResource = text.parse().unwrap_or_else(|never| match never {});
        let kind = match kind {
            Some(kind) => Ok(kind),
            None => self.kind_for(&self.expand(&name).resource),
        };
        let error = match kind {
            Ok(kind) => return self.mapping(&kind.group, &kind.kind, &[&kind.version]),
            Err(error) => error,
        };
        if let Some(named) = PartialResource::with_version(text)
            && let Ok(mapping) = self.mapping(&named.group, &named.resource, &[&named.version])
        {
            return Ok(mapping);
        }
        // What is ambiguous as a resource is not rescued by a kind.
        match self.mapping(&name.group, &name.resource, &[]) {
            Err(kind) if kind.is_no_match() => Err(error),
            outcome => outcome,
        }
    }

    /// A name with its short form expanded, if it is one.
    ///
    /// A resource of just that name comes before all short ones. Of several short names, the one of
    /// the first group counts; the others are in [`Expansion::others`], for a warning.
    pub fn expand(&self, name: &PartialResource) -> Expansion {
        self.0.shortcuts.expand(name)
    }

    /// The resources of a category, such as `all`, in the server's order; `None` if no resource says
    /// to be of it.
    pub fn category(&self, category: &str) -> Option<&[GroupResource]> {
        self.0.shortcuts.category(category)
    }

    /// The singular of a resource.
    ///
    /// # Errors
    /// As [`RestMapper::resource_for`], where several resources of a name have several singulars.
    pub fn singular(&self, resource: &str) -> Result<Str, Error> {
        let name = self.expand(&PartialResource::new(resource)).resource;
        let singulars = distinct(self.0.find(&name).map(|entry| entry.singular.clone()));
        match singulars.as_slice() {
            [] => Err(Error::no_match(&Described::Resource(&name))),
            [one] => Ok(one.clone()),
            _ => {
                let candidates = Candidates::Resources(self.resources_for(&name));
                Err(Error::ambiguous(&name, candidates))
            }
        }
    }

    /// The one that comes before the others, if one does.
    fn first<'a, T>(&self, all: &'a [T], of: impl Fn(&T) -> (&Str, &Str)) -> Option<&'a T> {
        let mut remaining: Vec<&T> = all.iter().collect();
        if remaining.len() == 1 {
            return remaining.pop();
        }
        let versions = self
            .0
            .priority
            .iter()
            .map(|it| (&it.group, Some(&it.version)));
        let groups = self.0.groups.iter().map(|group| (group, None));
        for (group, version) in versions.chain(groups) {
            let matching = |it: &&T| {
                let (its_group, its_version) = of(it);
                its_group == group && version.is_none_or(|version| version == its_version)
            };
            let matching: Vec<&T> = remaining.iter().copied().filter(matching).collect();
            match matching.len() {
                0 => {}
                1 => return Some(matching[0]),
                _ => remaining = matching,
            }
        }
        None
    }
}

impl Inner {
    fn add(&mut self, group_version: &GroupVersion, resource: &APIResource) {
        let kind = group_version.with_kind(resource.kind.clone());
        let singular = if resource.singular_name.is_empty() {
            // Servers from before there were singulars.
            Str::from(resource.kind.to_lowercase())
        } else {
            resource.singular_name.clone()
        };
        let at = self.entries.len();
        let mut names = vec![resource.name.clone()];
        if singular != resource.name {
            names.push(singular.clone());
        }
        for name in names {
            self.by_name.entry(name).or_default().push(at);
        }
        let mut kinds = vec![resource.kind.clone()];
        let lowered = Str::from(resource.kind.to_lowercase());
        if lowered != resource.kind {
            kinds.push(lowered);
        }
        for name in kinds {
            let key = (kind.group.clone(), name);
            self.by_kind.entry(key).or_default().push(at);
        }
        self.entries.push(Entry {
            mapping: Mapping {
                resource: group_version.with_resource(resource.name.clone()),
                kind,
                namespaced: resource.namespaced,
            },
            singular,
        });
    }

    /// What has a name, in the server's order.
    fn find(&self, name: &PartialResource) -> impl Iterator<Item = &Entry> {
        let name = name.lowered();
        let found = self
            .by_name
            .get(&name.resource)
            .map_or(&[][..], Vec::as_slice);
        let found: Vec<&Entry> = found.iter().map(|at| &self.entries[*at]).collect();
        // The beginning of a group is good enough where there is none of just that name; with a
        // version, the group has to be whole.
        let whole = !name.version.is_empty()
            || found
                .iter()
                .any(|entry| entry.mapping.resource.group == name.group);
        found.into_iter().filter(move |entry| {
            let resource = &entry.mapping.resource;
            let of_version = name.version.is_empty() || resource.version == name.version;
            let of_group = name.group.is_empty()
                || resource.group == name.group
                || (!whole && resource.group.starts_with(name.group.as_str()));
            of_version && of_group
        })
    }
}

impl fmt::Debug for RestMapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestMapper")
            .field("resources", &self.0.entries.len())
            .finish_non_exhaustive()
    }
}

/// What was looked for, for messages.
enum Described<'a> {
    Resource(&'a PartialResource),
    Kind(&'a str, &'a str, &'a [&'a str]),
}

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource(name) => write!(f, "resource {name:?}", name = name.to_string()),
            Self::Kind(group, kind, versions) => {
                write!(f, "kind {kind}")?;
                if !group.is_empty() {
                    write!(f, " in the group {group}")?;
                }
                match versions {
                    [] => Ok(()),
                    versions => write!(f, " of version {}", versions.join(", ")),
                }
            }
        }
    }
}

/// The first ones of equal items.
fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut all = Vec::new();
    for item in items {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    all
}
