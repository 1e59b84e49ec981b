//! Replacing objects.

use pintle_meta::v1::UpdateOptions;
use pintle_meta::{Metadata as _, Object};

use super::{Api, Holds};
use crate::Error;

impl<K: Object, P: Holds> Api<K, P> {
    /// Replaces an object and returns it as the server completed it. Its status is not replaced,
    /// where the resource has one of its own; see [`Api::update_status`].
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// [`Error::is_conflict`] when the object has changed since its resource version; a misuse when
    /// parts of the object were left out when it was read; see
    /// [`Request::send`](crate::Request::send).
    pub async fn update(&self, object: &K, options: &UpdateOptions) -> Result<K, Error> {
        self.replace(object, None, options).await
    }

    /// Replaces the status of an object, and nothing else of it.
    ///
    /// # Cancel safety
    /// As [`Api::update`].
    ///
    /// # Errors
    /// As [`Api::update`]; [`Error::is_not_found`] also when the resource has no status of its own.
    pub async fn update_status(&self, object: &K, options: &UpdateOptions) -> Result<K, Error> {
        self.replace(object, Some("status"), options).await
    }

    async fn replace(
        &self,
        object: &K,
        part: Option<&str>,
        options: &UpdateOptions,
    ) -> Result<K, Error> {
        let metadata = object.metadata();
        if metadata.is_pruned() {
            return Err(Error::misuse(format!(
                "{:?} was read without some of its parts, which an update would remove; edit or patch \
                 it, or read it whole",
                metadata.name()
            )));
        }
        let mut request = self.at(self.rest.put()).name(metadata.name());
        if let Some(part) = part {
            request = request.subresource([part]);
        }
        let request = request.versioned_params(options).body(object);
        self.object(&request.send().await?)
    }
}
