//! [`RollbackDeployments`], deployments of a version in which servers rolled them back.
#![cfg(feature = "extensions")]

use pintle_api::extensions::v1beta1::{Deployment, DeploymentRollback};
use pintle_client::{Api, Error};
use pintle_meta::v1::{CreateOptions, Status};

use crate::group::wraps;

/// The deployments of a namespace in `extensions/v1beta1`, which servers up to 1.15 have.
pub struct RollbackDeployments<K = Deployment> {
    api: Api<K>,
}

wraps!(RollbackDeployments<K: pintle_meta::Resource> of OneNamespace);

impl RollbackDeployments {
    /// Makes the deployment of the rollback's name be as an earlier revision.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such deployment or revision.
    pub async fn rollback(
        &self,
        rollback: &DeploymentRollback,
        options: &CreateOptions,
    ) -> Result<Status, Error> {
        let name = &rollback.name;
        self.api
            .create_subresource(name, "rollback", rollback, options)
            .await
    }
}
