//! Reading, changing and writing back.

use pintle_codec::{Format, Object as Tree, Value, json};
use pintle_meta::v1::{CreateOptions, PatchOptions};
use pintle_meta::{Metadata as _, Object};

use super::{Api, Holds, Patch};
use crate::{Backoff, Error};

impl<K: Object, P: Holds> Api<K, P> {
    /// Reads an object, lets `change` change it, and sends what has changed; begins anew when somebody
    /// else has changed it in the meantime, as [`retry_on_conflict`](crate::retry_on_conflict) does.
    ///
    /// What is sent is the difference, for the version that was read. So parts of the object that were
    /// left out when it was read ([`Api::prune`]), and fields of a server newer than this crate, stay
    /// as they are; but for those in the elements of a list that changes, since such a list is
    /// replaced. If nothing changes, nothing is sent.
    ///
    /// ```no_run
    /// use pintle_api::core::v1::ConfigMap;
    /// use pintle_meta::v1::PatchOptions;
    ///
    /// # async fn example(client: pintle_client::Client) -> Result<(), pintle_client::Error> {
    /// let config_maps = client.api::<ConfigMap>().namespace("default");
    /// let options = PatchOptions::new().field_manager("tuner");
    /// config_maps
    ///     .edit("settings", &options, |settings| {
    ///         settings.data.insert("level", "debug".into());
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// When the future is dropped, the change may have been made.
    ///
    /// # Errors
    /// As [`Api::get`] and [`Api::patch`].
    pub async fn edit(
        &self,
        name: &str,
        options: &PatchOptions,
        change: impl FnMut(&mut K),
    ) -> Result<K, Error> {
        self.edit_part(None, name, None, options, change).await
    }

    /// As [`Api::edit`], beginning with what the caller has of the object, from a cache for instance. It
    /// is read only if that is out of date; where it is as `change` makes it, nothing is asked at all.
    ///
    /// # Cancel safety
    /// As [`Api::edit`].
    ///
    /// # Errors
    /// As [`Api::edit`].
    pub async fn edit_from(
        &self,
        known: &K,
        options: &PatchOptions,
        change: impl FnMut(&mut K),
    ) -> Result<K, Error> {
        let name = known.metadata().name();
        self.edit_part(Some(known.clone()), name, None, options, change)
            .await
    }

    /// As [`Api::edit`], for the status of an object.
    ///
    /// # Cancel safety
    /// As [`Api::edit`].
    ///
    /// # Errors
    /// As [`Api::edit`].
    pub async fn edit_status(
        &self,
        name: &str,
        options: &PatchOptions,
        change: impl FnMut(&mut K),
    ) -> Result<K, Error> {
        self.edit_part(None, name, Some("status"), options, change)
            .await
    }

    /// As [`Api::edit_from`], for the status of an object.
    ///
    /// # Cancel safety
    /// As [`Api::edit`].
    ///
    /// # Errors
    /// As [`Api::edit`].
    pub async fn edit_status_from(
        &self,
        known: &K,
        options: &PatchOptions,
        change: impl FnMut(&mut K),
    ) -> Result<K, Error> {
        let name = known.metadata().name();
        self.edit_part(Some(known.clone()), name, Some("status"), options, change)
            .await
    }

    /// Lets `change` make an object as it should be: the one that is there, or `new` if there is none,
    /// which is created. What the caller has of it, from a cache for instance, is what it begins with;
    /// where that is as `change` makes it, nothing is asked at all.
    ///
    /// `change` is to set what the caller decides on and to leave the rest: defaults that the server
    /// filled in, and what others decide on. controller-runtime's `CreateOrUpdate`.
    ///
    /// ```no_run
    /// use pintle_api::core::v1::ConfigMap;
    /// use pintle_meta::v1::PatchOptions;
    ///
    /// # async fn example(client: pintle_client::Client) -> Result<(), pintle_client::Error> {
    /// let config_maps = client.api::<ConfigMap>().namespace("default");
    /// let mut new = ConfigMap::default();
    /// new.metadata.name = "settings".into();
    /// let options = PatchOptions::new().field_manager("tuner");
    /// config_maps
    ///     .create_or_edit(new, None, &options, |settings| {
    ///         settings.data.insert("level", "debug".into());
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// When the future is dropped, the object may have been created or changed.
    ///
    /// # Errors
    /// As [`Api::edit`] and [`Api::create`].
    pub async fn create_or_edit(
        &self,
        new: K,
        known: Option<&K>,
        options: &PatchOptions,
        mut change: impl FnMut(&mut K),
    ) -> Result<K, Error> {
        let name = new.metadata().name().to_owned();
        let mut known = known.cloned();
        let mut backoff = Backoff::for_conflicts();
        loop {
            // It may be gone by now.
            let is_read = known.is_none();
            let found = match known.take() {
                Some(known) => Some(known),
                None => self.find(&name).await?,
            };
            let outcome = match found {
                Some(found) => {
                    self.edit_part(Some(found), &name, None, options, &mut change)
                        .await
                }
                None => {
                    let mut new = new.clone();
                    change(&mut new);
                    self.create(&new, &creating(options)).await
                }
            };
            match outcome {
                Err(error) if error.is_not_found() && !is_read => {}
                Err(error) if error.is_not_found() || error.is_already_exists() => {
                    backoff.wait_after(error).await?;
                }
                outcome => return outcome,
            }
        }
    }

    async fn edit_part(
        &self,
        mut known: Option<K>,
        name: &str,
        part: Option<&str>,
        options: &PatchOptions,
        mut change: impl FnMut(&mut K),
    ) -> Result<K, Error> {
        let mut backoff = Backoff::for_conflicts();
        loop {
            // What the caller has may be old, which is no reason to wait.
            let is_read = known.is_none();
            let before = match known.take() {
                Some(known) => known,
                None => self.get(name).await?,
            };
            let mut after = before.clone();
            change(&mut after);
            let Some(mut difference) = difference(&tree(&before)?, &tree(&after)?) else {
                return Ok(before);
            };
            guard(&mut difference, before.metadata().resource_version());
            let patch = Patch::merge_tree(difference);
            match self.patch_part(name, part, &patch, options).await {
                Err(error) if error.is_conflict() && !is_read => {}
                Err(error) if error.is_conflict() => backoff.wait_after(error).await?,
                edited => return edited,
            }
        }
    }
}

/// How an object is created by whom these options name.
fn creating(options: &PatchOptions) -> CreateOptions {
    CreateOptions {
        dry_run: options.dry_run.clone(),
        field_manager: options.field_manager.clone(),
        field_validation: options.field_validation.clone(),
    }
}

/// Lets a patch apply to this version only.
fn guard(patch: &mut Tree, resource_version: &str) {
    let version = Value::from(resource_version);
    match patch.get_mut("metadata") {
        Some(Value::Object(metadata)) => drop(metadata.insert("resourceVersion", version)),
        _ => drop(patch.insert(
            "metadata",
            Tree::from([("resourceVersion", version)]).into(),
        )),
    }
}

fn tree<K: Object>(object: &K) -> Result<Tree, Error> {
    let mut document = Vec::new();
    let written = object.encode(Format::Json, &mut document);
    match written.and_then(|()| json::parse(&document)) {
        Ok(Value::Object(tree)) => Ok(tree),
        Ok(_) => Err(Error::misuse("an object that is not written as one")),
        Err(error) => Err(Error::misuse(format!(
            "the object cannot be written: {error}"
        ))),
    }
}

/// The merge patch that makes `after` of `before`; none if they are equal.
fn difference(before: &Tree, after: &Tree) -> Option<Tree> {
    let mut patch = Tree::new();
    for (field, new) in after.iter() {
        match (before.get(field), new) {
            (Some(old), new) if old == new => {}
            (Some(Value::Object(old)), Value::Object(new)) => {
                if let Some(inner) = difference(old, new) {
                    patch.insert(field, inner.into());
                }
            }
            (_, new) => {
                patch.insert(field, new.clone());
            }
        }
    }
    for (field, _) in before.iter() {
        if !after.contains_key(field) {
            patch.insert(field, Value::Null);
        }
    }
    (!patch.is_empty()).then_some(patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Tree {
        json::parse(text.as_bytes())
            .unwrap()
            .as_object()
            .unwrap()
            .clone()
    }

    #[test]
    fn a_difference_has_what_changed_and_nothing_else() {
        let before = parse(r#"{"a":{"b":1,"c":[1,2],"d":{"e":1}},"f":"x","g":{}}"#);
        let after = parse(r#"{"a":{"b":1,"c":[2],"d":{}},"f":"y","h":{"i":1}}"#);
        let found = difference(&before, &after).unwrap();
        let expected = parse(r#"{"a":{"c":[2],"d":{"e":null}},"f":"y","h":{"i":1},"g":null}"#);
        assert_eq!(found, expected);
        assert_eq!(difference(&after, &after), None);
    }
}
