//! [`Discovery`], what can be asked about what a server serves.

use std::sync::Arc;

use pintle_client::BoxFuture;
use pintle_meta::GroupVersion;
use pintle_meta::v1::APIResourceList;

use crate::discovered::{Discovered, Groups};
use crate::{DiscoveryClient, Error, OpenApiIndex, ServerVersion, parallel};

/// What can be asked about what a server serves, and of whom: the server itself
/// ([`DiscoveryClient`]) or what it said before ([`MemoryCache`](crate::MemoryCache),
/// [`DiskCache`](crate::DiskCache)).
///
/// # Cancel safety
/// Nothing is lost when a future of any of its methods is dropped.
pub trait Discovery: Send + Sync + 'static {
    /// The groups and, where they are there without asking further, the resources of all of them.
    fn groups(&self) -> BoxFuture<'_, Result<Groups, Error>>;

    /// The resources of one group version, subresources among them.
    fn resources(
        &self,
        group_version: &GroupVersion,
    ) -> BoxFuture<'_, Result<Arc<APIResourceList>, Error>>;

    /// The server itself, for what no cache keeps.
    fn live(&self) -> &DiscoveryClient;

    /// Whether to [`invalidate`](Self::invalidate) and ask again would be in vain, since nothing
    /// that was answered is older than this handle, or than its last invalidation.
    fn is_fresh(&self) -> bool {
        true
    }

    /// Forgets what was answered before.
    fn invalidate(&self) {}

    /// The index of the server's OpenAPI documents, version 3.
    fn openapi_v3(&self) -> BoxFuture<'_, Result<Arc<OpenApiIndex>, Error>> {
        Box::pin(async { OpenApiIndex::read(self.live()).await.map(Arc::new) })
    }

    /// The version of the server.
    fn version(&self) -> BoxFuture<'_, Result<ServerVersion, Error>> {
        self.live().server_version()
    }

    /// All groups and resources. What could not be asked for is said beside what could; see
    /// [`Discovered::complete`].
    fn all(&self) -> BoxFuture<'_, Result<Discovered, Error>> {
        Box::pin(all(self))
    }

    /// The resources, each in the version that the server prefers of those that have it, without
    /// subresources. See [`Discovered::preferred`].
    fn preferred(&self) -> BoxFuture<'_, Result<Discovered, Error>> {
        Box::pin(async { Ok(self.all().await?.preferred()) })
    }
}

/// All groups and resources, as far as they can be had; group versions that are not there at once
/// are asked for at the same time.
pub(crate) async fn all<D: Discovery + ?Sized>(discovery: &D) -> Result<Discovered, Error> {
    let Groups {
        groups,
        resources,
        mut failed,
    } = discovery.groups().await?;
    let mut by_version = match resources {
        Some(resources) => resources,
        None => {
            // What an index said of failures is superseded by what comes of asking for each.
            failed.clear();
            let mut versions = Vec::new();
            for group in &groups {
                for version in &group.versions {
                    versions.push(GroupVersion::new(
                        group.name.clone(),
                        version.version.clone(),
                    ));
                }
            }
            let asked = versions.iter().map(|it| discovery.resources(it)).collect();
            let answers = parallel::all(asked).await;
            let mut resources = std::collections::BTreeMap::new();
            for (version, answer) in versions.into_iter().zip(answers) {
                match answer {
                    Ok(list) => drop(resources.insert(version, list)),
                    Err(error) => drop(failed.insert(version, error)),
                }
            }
            resources
        }
    };
    Ok(Discovered::assemble(groups, &mut by_version, failed))
}

impl<D: Discovery + ?Sized> Discovery for Arc<D> {
    fn groups(&self) -> BoxFuture<'_, Result<Groups, Error>> {
        (**self).groups()
    }

    fn resources(
        &self,
        group_version: &GroupVersion,
    ) -> BoxFuture<'_, Result<Arc<APIResourceList>, Error>> {
        (**self).resources(group_version)
    }

    fn live(&self) -> &DiscoveryClient {
        (**self).live()
    }

    fn is_fresh(&self) -> bool {
        (**self).is_fresh()
    }

    fn invalidate(&self) {
        (**self).invalidate();
    }

    fn openapi_v3(&self) -> BoxFuture<'_, Result<Arc<OpenApiIndex>, Error>> {
        (**self).openapi_v3()
    }

    fn all(&self) -> BoxFuture<'_, Result<Discovered, Error>> {
        (**self).all()
    }
}
