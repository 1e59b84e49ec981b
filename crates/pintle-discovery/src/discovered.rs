//! [`Discovered`], what a server serves.
//!
//! Invariant: resources are in the order in which the server names groups and their versions, so that
//! the first of several is the one that it prefers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use pintle_codec::Str;
use pintle_meta::GroupVersion;
use pintle_meta::v1::{APIGroup, APIResource, APIResourceList};

use crate::Error;

/// The groups that a server serves and, if it said so at once, their resources.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// The groups in the server's order, the core group first.
    pub groups: Vec<APIGroup>,
    /// The resources of all group versions; `None` where they have to be asked for one by one.
    pub resources: Option<BTreeMap<GroupVersion, Arc<APIResourceList>>>,
    /// The group versions that the server itself could not ask about, or whose resources failed.
    pub failed: BTreeMap<GroupVersion, Error>,
}

/// What a server serves, as far as it could be discovered.
#[derive(Clone, Debug, Default)]
pub struct Discovered {
    groups: Vec<APIGroup>,
    lists: Vec<(GroupVersion, Arc<APIResourceList>)>,
    failed: BTreeMap<GroupVersion, Error>,
}

impl Discovered {
    pub(crate) fn assemble(
        groups: Vec<APIGroup>,
        by_version: &mut BTreeMap<GroupVersion, Arc<APIResourceList>>,
        failed: BTreeMap<GroupVersion, Error>,
    ) -> Self {
        let mut lists = Vec::new();
        for group in &groups {
            for version in &group.versions {
                let version = GroupVersion::new(group.name.clone(), version.version.clone());
                if let Some(list) = by_version.remove(&version) {
                    lists.push((version, list));
                }
            }
        }
        Self {
            groups,
            lists,
            failed,
        }
    }

    /// The groups, with their versions, in the server's order.
    pub fn groups(&self) -> &[APIGroup] {
        &self.groups
    }

    /// The resources by group version, in the server's order of groups and versions.
    pub fn lists(&self) -> &[(GroupVersion, Arc<APIResourceList>)] {
        &self.lists
    }

    /// Each resource with its group version. Subresources are resources with a `/` in their name.
    pub fn resources(&self) -> impl Iterator<Item = (&GroupVersion, &APIResource)> {
        self.lists.iter().flat_map(|(group_version, list)| {
            list.resources
                .iter()
                .map(move |resource| (group_version, resource))
        })
    }

    /// The group versions that could not be discovered, and why.
    pub fn failed(&self) -> &BTreeMap<GroupVersion, Error> {
        &self.failed
    }

    /// All of it, or an error if it is not all there is.
    ///
    /// # Errors
    /// [`Incomplete`](crate::ErrorKind::Incomplete) when some group versions could not be
    /// discovered; what could is in [`Error::discovered`].
    pub fn complete(self) -> Result<Self, Error> {
        if self.failed.is_empty() {
            Ok(self)
        } else {
            Err(Error::incomplete(self))
        }
    }

    /// The resources, each in the version that the server prefers, without subresources.
    ///
    /// A resource that the preferred version of its group does not have is there in the first
    /// version that does. Group versions of which nothing is preferred keep an empty list.
    #[must_use]
    pub fn preferred(&self) -> Self {
        let preferred: HashMap<&Str, &Str> = self
            .groups
            .iter()
            .map(|group| (&group.name, &group.preferred_version.version))
            .collect();
        // The version in which each resource of a group is taken.
        let mut taken: HashMap<(&Str, &Str), &Str> = HashMap::new();
        for (group_version, resource) in self.resources().filter(|it| is_whole(it.1)) {
            let GroupVersion { group, version } = group_version;
            let prefers = preferred.get(group).is_some_and(|it| *it == version);
            let place = taken.entry((group, &resource.name)).or_insert(version);
            if prefers {
                *place = version;
            }
        }
        self.narrowed(|group_version, resource| {
            let key = (&group_version.group, &resource.name);
            is_whole(resource) && taken.get(&key) == Some(&&group_version.version)
        })
    }

    /// The resources that a condition holds for; group versions of which none is left are gone.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&GroupVersion, &APIResource) -> bool) -> Self {
        let mut narrowed = self.narrowed(keep);
        narrowed
            .lists
            .retain(|(_, list)| !list.resources.is_empty());
        narrowed
    }

    /// The resources whose objects live in namespaces.
    #[must_use]
    pub fn namespaced(&self) -> Self {
        self.filtered(|_, resource| resource.namespaced)
    }

    /// The resources that can be asked for all of these verbs, such as `list` and `watch`.
    #[must_use]
    pub fn with_verbs(&self, verbs: &[&str]) -> Self {
        self.filtered(|_, resource| {
            verbs
                .iter()
                .all(|verb| resource.verbs.iter().any(|it| it == verb))
        })
    }

    fn narrowed(&self, keep: impl Fn(&GroupVersion, &APIResource) -> bool) -> Self {
        let lists = self.lists.iter().map(|(group_version, list)| {
            let resources = list.resources.iter();
            let kept = resources.filter(|resource| keep(group_version, resource));
            let list = APIResourceList {
                group_version: list.group_version.clone(),
                resources: kept.cloned().collect(),
            };
            (group_version.clone(), Arc::new(list))
        });
        Self {
            groups: self.groups.clone(),
            lists: lists.collect(),
            failed: self.failed.clone(),
        }
    }
}

/// Whether a resource is not part of another one.
pub(crate) fn is_whole(resource: &APIResource) -> bool {
    !resource.name.contains('/')
}
