//! Deleting.

use pintle_meta::Object;
use pintle_meta::v1::{DeleteOptions, ListOptions, Status};

use super::{Api, Holds};
use crate::Error;

/// What the server answered to a delete.
///
/// Which of the two it is, depends on the resource, not on whether the object is gone: pods,
/// services and namespaces answer with the object even when it is gone at once. Whether it is shows
/// in a get, or in a watch.
///
/// Exhaustive: the API has no third answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Deleted<K> {
    /// A Status of success.
    Status(Status),
    /// The object: as it last was, or as it is while it has finalizers or time to end.
    Object(Box<K>),
}

impl<K: Object, P: Holds> Api<K, P> {
    /// Deletes an object, at once or in time.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none of this name, [`Error::is_conflict`] when a
    /// precondition does not hold; see [`Request::send`](crate::Request::send).
    pub async fn delete(&self, name: &str, options: &DeleteOptions) -> Result<Deleted<K>, Error> {
        let request = self.at(self.rest.delete()).name(name).body(options);
        let response = request.send().await?;
        match response.to_status() {
            Some(status) if status.is_failure() => Err(Error::from_status(status)),
            Some(status) => Ok(Deleted::Status(status)),
            None => Ok(Deleted::Object(Box::new(self.object(&response)?))),
        }
    }

    /// Deletes all objects that `select` selects, each as [`Api::delete`] would.
    ///
    /// # Cancel safety
    /// When the future is dropped, some of the objects may have been deleted.
    ///
    /// # Errors
    /// See [`Request::send`](crate::Request::send). Some of the objects may have been deleted.
    pub async fn delete_collection(
        &self,
        options: &DeleteOptions,
        select: &ListOptions,
    ) -> Result<(), Error> {
        let request = self.at_list(self.rest.delete()).versioned_params(select);
        request.body(options).send().await.map(drop)
    }
}
