//! Creating objects.

use pintle_meta::v1::CreateOptions;
use pintle_meta::{Metadata as _, Object};

use super::{Api, Holds};
use crate::Error;

impl<K: Object, P: Holds> Api<K, P> {
    /// Stores a new object and returns it as the server completed it.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// [`Error::is_already_exists`] when there is one of its name; see
    /// [`Request::send`](crate::Request::send).
    pub async fn create(&self, object: &K, options: &CreateOptions) -> Result<K, Error> {
        let request = self.at(self.rest.post()).versioned_params(options);
        self.object(&request.body(object).send().await?)
    }

    /// The object of the name that `object` has, which is created if there is none.
    ///
    /// An object that exists is returned as it is, whatever it says. Several who do this at a time get
    /// the same object.
    ///
    /// # Cancel safety
    /// When the future is dropped, the object may have been created.
    ///
    /// # Errors
    /// As [`Api::get`] and [`Api::create`].
    pub async fn get_or_create(&self, object: &K, options: &CreateOptions) -> Result<K, Error> {
        let name = object.metadata().name();
        if name.is_empty() {
            const WHY: &str = "an object without a name can be created, but not looked for";
            return Err(Error::misuse(WHY));
        }
        loop {
            if let Some(found) = self.find(name).await? {
                return Ok(found);
            }
            match self.create(object, options).await {
                // Somebody else was faster.
                Err(error) if error.is_already_exists() => {}
                created => return created,
            }
        }
    }
}
