//! [`Scaled`], resources that have a scale.

use pintle_api::autoscaling::v1::Scale;
use pintle_client::{Api, Error, Patch};
use pintle_meta::v1::{GetOptions, PatchOptions, UpdateOptions};
use pintle_meta::{Kind, Resource};

use crate::group::wraps;

/// The objects of a resource that have a scale: how many replicas there are to be, and are.
///
/// It has all methods of [`Api`]. Versions of resources from before `autoscaling/v1` had scales of a form
/// of their own; `pintle-discovery` has a client that converts them, and one for custom resources.
pub struct Scaled<K> {
    api: Api<K>,
}

wraps!(Scaled<K: Resource> of OneNamespace);

impl<K: Resource> Scaled<K> {
    /// The scale of an object.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn get_scale(&self, name: &str) -> Result<Scale, Error> {
        self.api.get_subresource(name, "scale").await
    }

    /// The scale of an object, with options.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn get_scale_with(&self, name: &str, options: &GetOptions) -> Result<Scale, Error> {
        self.api.get_subresource_with(name, "scale", options).await
    }

    /// Replaces the scale of an object; what counts of it is how many replicas there are to be.
    ///
    /// # Cancel safety
    /// As [`Api::update`].
    ///
    /// # Errors
    /// As [`Api::update`].
    pub async fn update_scale(
        &self,
        name: &str,
        scale: &Scale,
        options: &UpdateOptions,
    ) -> Result<Scale, Error> {
        self.api
            .update_subresource(name, "scale", scale, options)
            .await
    }

    /// Applies a configuration of a scale, such as that of `pintle-apply`, to an object.
    ///
    /// # Cancel safety
    /// As [`Api::apply`].
    ///
    /// # Errors
    /// As [`Api::apply`].
    pub async fn apply_scale<C: Kind>(
        &self,
        name: &str,
        configuration: &C,
        options: &PatchOptions,
    ) -> Result<Scale, Error> {
        let patch = Patch::applying(configuration, options)?;
        self.api
            .patch_subresource(name, "scale", &patch, options)
            .await
    }
}
