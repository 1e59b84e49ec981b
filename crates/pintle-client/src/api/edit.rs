//! Reading, changing and writing back.

use pintle_codec::{Format, Object as Tree, Value, json};
use pintle_meta::v1::PatchOptions;
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
        self.edit_part(name, None, options, change).await
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
        self.edit_part(name, Some("status"), options, change).await
    }

    async fn edit_part(
        &self,
        name: &str,
        part: Option<&str>,
        options: &PatchOptions,
        mut change: impl FnMut(&mut K),
    ) -> Result<K, Error> {
        let mut backoff = Backoff::for_conflicts();
        loop {
            let before = self.get(name).await?;
            let mut after = before.clone();
            change(&mut after);
            let Some(mut difference) = difference(&tree(&before)?, &tree(&after)?) else {
                return Ok(before);
            };
            guard(&mut difference, before.metadata().resource_version());
            let patch = Patch::merge_tree(difference);
            match self.patch_part(name, part, &patch, options).await {
                Err(error) if error.is_conflict() => backoff.wait_after(error).await?,
                edited => return edited,
            }
        }
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
