//! [`CustomResource`], a resource that brings its definition.

use pintle_api::apiextensions::v1::CustomResourceDefinition;
use pintle_meta::Resource;

use crate::Error;

/// A resource whose definition is made of its types.
///
/// [`#[derive(CustomResource)]`](derive@crate::CustomResource) implements it; by hand it takes a
/// [`Definition`](crate::Definition).
pub trait CustomResource: Resource {
    /// The definition, with the version that this type is.
    ///
    /// # Errors
    /// When the types have values that no structural schema describes, or a path of a column or a
    /// subresource leads nowhere.
    fn try_crd() -> Result<CustomResourceDefinition, Error>;

    /// The definition, of types that are known to have one.
    ///
    /// What [`try_crd`](Self::try_crd) answers depends on the program's types alone, so a test that
    /// calls it says for all times whether this panics.
    ///
    /// # Panics
    /// Where [`try_crd`](Self::try_crd) fails, with its error.
    fn crd() -> CustomResourceDefinition {
        match Self::try_crd() {
            Ok(definition) => definition,
            Err(error) => panic!("{error}"),
        }
    }
}
