//! [`CertificateSigningRequests`], with what only they have.
#![cfg(feature = "certificates")]

use pintle_client::{Api, ClusterWide, Error};
use pintle_meta::Resource;
use pintle_meta::v1::UpdateOptions;

use crate::group::wraps;

/// The certificate signing requests of a cluster: all methods of [`Api`], and what only they have.
pub struct CertificateSigningRequests<K> {
    api: Api<K, ClusterWide>,
}

wraps!(CertificateSigningRequests<K: Resource> of ClusterWide);

impl<K: Resource> CertificateSigningRequests<K> {
    /// Approves or denies a request: replaces the conditions in its status that say so.
    ///
    /// # Cancel safety
    /// As [`Api::update`].
    ///
    /// # Errors
    /// As [`Api::update`].
    pub async fn update_approval(
        &self,
        name: &str,
        request: &K,
        options: &UpdateOptions,
    ) -> Result<K, Error> {
        self.api
            .update_subresource(name, "approval", request, options)
            .await
    }
}
