//! [`Namespaces`], with what only namespaces have.

use pintle_api::core::v1::Namespace;
use pintle_client::{Api, ClusterWide, Error};
use pintle_meta::v1::UpdateOptions;

use crate::group::wraps;

/// The namespaces of a cluster: all methods of [`Api`], and what only namespaces have.
pub struct Namespaces<K = Namespace> {
    api: Api<K, ClusterWide>,
}

wraps!(Namespaces<K: pintle_meta::Resource> of ClusterWide);

impl Namespaces {
    /// Replaces the finalizers in the spec of a namespace. Without any, a namespace that is being deleted
    /// goes.
    ///
    /// # Cancel safety
    /// As [`Api::update`].
    ///
    /// # Errors
    /// As [`Api::update`].
    pub async fn finalize(
        &self,
        namespace: &Namespace,
        options: &UpdateOptions,
    ) -> Result<Namespace, Error> {
        let name = &namespace.metadata.name;
        self.api
            .update_subresource(name, "finalize", namespace, options)
            .await
    }
}
