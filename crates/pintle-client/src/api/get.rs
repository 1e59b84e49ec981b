//! Reading one object.

use pintle_meta::Object;
use pintle_meta::v1::GetOptions;

use super::{Api, Holds};
use crate::Error;

impl<K: Object, P: Holds> Api<K, P> {
    /// One object.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none of this name; see
    /// [`Request::send`](crate::Request::send).
    pub async fn get(&self, name: &str) -> Result<K, Error> {
        self.get_with(name, &GetOptions::default()).await
    }

    /// One object, with options.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn get_with(&self, name: &str, options: &GetOptions) -> Result<K, Error> {
        let request = self.at(self.rest.get()).name(name);
        self.object(&request.versioned_params(options).send().await?)
    }

    /// One object, or `None` when there is none of this name.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`Api::get`], but for an object that does not exist. That the server does not know the resource,
    /// which is 404 too, is an error.
    pub async fn find(&self, name: &str) -> Result<Option<K>, Error> {
        match self.get(name).await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.is_object_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
