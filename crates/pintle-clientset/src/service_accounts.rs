//! [`ServiceAccounts`], with what only service accounts have.

#[cfg(feature = "authentication")]
use pintle_api::authentication::v1::TokenRequest;
use pintle_api::core::v1::ServiceAccount;
use pintle_client::Api;
#[cfg(feature = "authentication")]
use pintle_client::Error;
#[cfg(feature = "authentication")]
use pintle_meta::v1::CreateOptions;

use crate::group::wraps;

/// The service accounts of a namespace: all methods of [`Api`], and what only service accounts have.
pub struct ServiceAccounts<K = ServiceAccount> {
    api: Api<K>,
}

wraps!(ServiceAccounts<K: pintle_meta::Resource> of OneNamespace);

#[cfg(feature = "authentication")]
impl ServiceAccounts {
    /// Asks for a token of an account. It is in the status of what is returned.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have made a token that nobody knows.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such account.
    pub async fn create_token(
        &self,
        name: &str,
        request: &TokenRequest,
        options: &CreateOptions,
    ) -> Result<TokenRequest, Error> {
        self.api
            .create_subresource(name, "token", request, options)
            .await
    }
}
