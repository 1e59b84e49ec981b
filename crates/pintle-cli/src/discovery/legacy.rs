//! Discovery group by group, for servers without the aggregated form.

use pintle_meta::GroupVersion;
use pintle_meta::v1::{APIGroupList, APIResourceList, APIVersions};
use tokio::task::JoinSet;

use super::discover::get;
use super::{Catalog, ResourceType};
use crate::error::{Error, Kind};
use crate::session::Session;

/// The versions of the core group.
pub(super) fn core_versions(answer: &APIVersions) -> Vec<GroupVersion> {
    let versions = answer.versions.iter();
    versions
        .map(|version| GroupVersion::core(version.clone()))
        .collect()
}

/// The versions of all other groups, the preferred one of each first.
pub(super) fn group_versions(answer: &APIGroupList) -> Vec<GroupVersion> {
    let mut found = Vec::new();
    for group in &answer.groups {
        let preferred = &group.preferred_version.version;
        let versions = || group.versions.iter().map(|version| &version.version);
        let first = versions().filter(|version| *version == preferred);
        let others = versions().filter(|version| *version != preferred);
        let ordered = first.chain(others);
        found.extend(ordered.map(|version| GroupVersion::new(group.name.clone(), version.clone())));
    }
    found
}

/// Adds the resources of each group and version. One that does not answer, as the API of an
/// aggregated server that is down, does not hide the others.
pub(super) async fn read(
    session: &Session,
    versions: Vec<GroupVersion>,
    catalog: &mut Catalog,
) -> Result<(), Error> {
    let mut requests = JoinSet::new();
    for (index, version) in versions.iter().enumerate() {
        let path = match version.group.is_empty() {
            true => format!("/api/{version}"),
            false => format!("/apis/{version}"),
        };
        let request = get(session, &path);
        requests.spawn(async move { (index, request.send().await) });
    }
    let mut answers: Vec<Option<APIResourceList>> = versions.iter().map(|_| None).collect();
    while let Some(joined) = requests.join_next().await {
        let (index, answer) = joined.map_err(|error| {
            Error::new(Kind::Failed, "discovery was interrupted").caused_by(error)
        })?;
        match answer.and_then(pintle_client::Response::into_object) {
            Ok(list) => answers[index] = Some(list),
            // The server answers; only this part of it does not.
            Err(error) if error.as_status().is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    for (group_version, list) in versions.into_iter().zip(answers) {
        catalog.add_version(group_version.clone());
        match list {
            Some(list) => add(&group_version, &list, catalog),
            None => catalog.add_unavailable(group_version),
        }
    }
    Ok(())
}

fn add(group_version: &GroupVersion, list: &APIResourceList, catalog: &mut Catalog) {
    let resources = list.resources.iter();
    // The name of a subresource is `pods/status`.
    for resource in resources.filter(|resource| !resource.name.contains('/')) {
        catalog.add(ResourceType {
            group_version: group_version.clone(),
            kind: resource.kind.clone(),
            plural: resource.name.clone(),
            singular: resource.singular_name.clone(),
            short_names: resource.short_names.iter().cloned().collect(),
            namespaced: resource.namespaced,
            verbs: resource.verbs.iter().cloned().collect(),
            categories: resource.categories.iter().cloned().collect(),
        });
    }
}
