//! Server-side apply.

use pintle_codec::{Format, Value, json};
use pintle_meta::v1::PatchOptions;
use pintle_meta::{Kind, Metadata as _, Object, Resource, Unstructured};

use super::{Api, Holds, Patch};
use crate::Error;

impl<K: Resource, P: Holds> Api<K, P> {
    /// Makes the fields of a configuration be as it says, and their manager the one that the options
    /// name; creates the object if there is none. Fields that the manager applied before, and does not
    /// any more, go.
    ///
    /// Configurations are those of `pintle-apply`, in which what is not set differs from zero. An
    /// object of type `K` is one too, of which all fields are set.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it. To
    /// apply again does no harm.
    ///
    /// # Errors
    /// [`Error::is_conflict`] when others manage some of the fields and the options do not say
    /// [`force`](PatchOptions::force); a misuse when the options name no field manager, or the
    /// configuration is of another kind or has no name; see
    /// [`Request::send`](crate::Request::send).
    pub async fn apply<C: Kind>(
        &self,
        configuration: &C,
        options: &PatchOptions,
    ) -> Result<K, Error> {
        let (name, patch) = prepare::<K, C>(configuration, options)?;
        self.patch(&name, &patch, options).await
    }

    /// As [`Api::apply`], for the status of an object, which must be there.
    ///
    /// # Cancel safety
    /// As [`Api::apply`].
    ///
    /// # Errors
    /// As [`Api::apply`], and [`Error::is_not_found`].
    pub async fn apply_status<C: Kind>(
        &self,
        configuration: &C,
        options: &PatchOptions,
    ) -> Result<K, Error> {
        let (name, patch) = prepare::<K, C>(configuration, options)?;
        self.patch_status(&name, &patch, options).await
    }
}

impl Patch {
    /// What applies a configuration, to an object or to a subresource that has a kind of its own: the
    /// scale of a deployment.
    ///
    /// # Errors
    /// A misuse when the options name no field manager, or the configuration cannot be written.
    pub fn applying<C: Kind>(configuration: &C, options: &PatchOptions) -> Result<Self, Error> {
        if options.field_manager.is_empty() {
            return Err(Error::misuse("to apply needs the name of a field manager"));
        }
        let mut document = Vec::new();
        let written = configuration.encode(Format::Json, &mut document);
        written.map_err(|error| {
            Error::misuse(format!("the configuration cannot be written: {error}"))
        })?;
        Ok(Self::apply(document))
    }
}

/// The name of what is applied, and the request's body.
fn prepare<K: Resource, C: Kind>(
    configuration: &C,
    options: &PatchOptions,
) -> Result<(String, Patch), Error> {
    if (C::GROUP, C::VERSION, C::KIND) != (K::GROUP, K::VERSION, K::KIND) {
        let (found, expected) = (C::KIND, K::KIND);
        let message = format!("a configuration of a {found} cannot be applied to a {expected}");
        return Err(Error::misuse(message));
    }
    let patch = Patch::applying(configuration, options)?;
    let tree = json::parse(patch.body()).ok();
    let name = tree
        .as_ref()
        .and_then(|tree| tree.at(&["metadata", "name"])?.as_str());
    match name {
        Some(name) if !name.is_empty() => Ok((name.to_owned(), patch)),
        _ => Err(Error::misuse("the configuration has no name")),
    }
}

impl<P: Holds> Api<Unstructured, P> {
    /// As [`Api::apply`], of an object of any kind of which some fields are set.
    ///
    /// # Cancel safety
    /// As [`Api::apply`].
    ///
    /// # Errors
    /// As [`Api::apply`].
    pub async fn apply_object(
        &self,
        object: &Unstructured,
        options: &PatchOptions,
    ) -> Result<Unstructured, Error> {
        if options.field_manager.is_empty() {
            return Err(Error::misuse("to apply needs the name of a field manager"));
        }
        let tree = object.to_tree();
        let metadata = tree.get("metadata");
        if metadata
            .and_then(|metadata| metadata.get("managedFields"))
            .is_some()
        {
            const WHY: &str =
                "an object that is applied may not have managed fields: they are the server's";
            return Err(Error::misuse(WHY));
        }
        let mut document = Vec::new();
        json::write(&Value::Object(tree), &mut document);
        let name = object.metadata().name();
        self.patch(name, &Patch::apply(document), options).await
    }
}
