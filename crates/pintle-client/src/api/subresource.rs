//! Parts of objects that have endpoints of their own, such as `scale`.

use pintle_meta::v1::{CreateOptions, GetOptions, PatchOptions, UpdateOptions};
use pintle_meta::{Kind, Object};

use super::{Api, Holds, Patch};
use crate::{Error, Request};

/// Subresources other than the status speak of a type of their own: a `Scale`, an `Eviction`, a
/// `TokenRequest`.
impl<K: Object, P: Holds> Api<K, P> {
    /// Reads a subresource of an object.
    ///
    /// ```no_run
    /// use pintle_api::apps::v1::Deployment;
    /// use pintle_api::autoscaling::v1::Scale;
    ///
    /// # async fn example(client: pintle_client::Client) -> Result<(), pintle_client::Error> {
    /// let deployments = client.api::<Deployment>().namespace("default");
    /// let scale: Scale = deployments.get_subresource("web", "scale").await?;
    /// println!("{} of {}", scale.status.replicas, scale.spec.replicas);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`Api::get`]; [`Error::is_not_found`] also when there is no such subresource.
    pub async fn get_subresource<T: Kind>(
        &self,
        name: &str,
        subresource: &str,
    ) -> Result<T, Error> {
        let options = GetOptions::default();
        self.get_subresource_with(name, subresource, &options).await
    }

    /// Reads a subresource of an object, with options.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`Api::get_subresource`].
    pub async fn get_subresource_with<T: Kind>(
        &self,
        name: &str,
        subresource: &str,
        options: &GetOptions,
    ) -> Result<T, Error> {
        let request = self.below(self.rest.get(), name, subresource);
        let request = request.accept::<T>().versioned_params(options);
        request.send().await?.into_object()
    }

    /// Sends something to a subresource of an object, and returns what the server answers.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// As [`Api::get_subresource`] and [`Api::create`].
    pub async fn create_subresource<T: Kind, R: Kind>(
        &self,
        name: &str,
        subresource: &str,
        object: &T,
        options: &CreateOptions,
    ) -> Result<R, Error> {
        let request = self.below(self.rest.post(), name, subresource);
        let request = request.accept::<R>().versioned_params(options).body(object);
        request.send().await?.into_object()
    }

    /// Replaces a subresource of an object, and returns it as the server completed it.
    ///
    /// # Cancel safety
    /// As [`Api::update`].
    ///
    /// # Errors
    /// As [`Api::get_subresource`] and [`Api::update`].
    pub async fn update_subresource<T: Kind>(
        &self,
        name: &str,
        subresource: &str,
        object: &T,
        options: &UpdateOptions,
    ) -> Result<T, Error> {
        let request = self.below(self.rest.put(), name, subresource);
        let request = request.accept::<T>().versioned_params(options).body(object);
        request.send().await?.into_object()
    }

    /// Changes a subresource of an object, and returns it as the server completed it.
    ///
    /// # Cancel safety
    /// As [`Api::patch`].
    ///
    /// # Errors
    /// As [`Api::get_subresource`] and [`Api::patch`].
    pub async fn patch_subresource<T: Kind>(
        &self,
        name: &str,
        subresource: &str,
        patch: &Patch,
        options: &PatchOptions,
    ) -> Result<T, Error> {
        let request = self.below(self.rest.patch(), name, subresource);
        let request = patch.body_of(request.accept::<T>().versioned_params(options));
        request.send().await?.into_object()
    }

    pub(super) fn below(&self, request: Request, name: &str, subresource: &str) -> Request {
        let request = request.resource(self.target.resource.as_str()).name(name);
        let request = request.subresource(subresource.split('/'));
        match self.place.namespace() {
            Some(namespace) => request.namespace(namespace),
            None => request,
        }
    }
}
