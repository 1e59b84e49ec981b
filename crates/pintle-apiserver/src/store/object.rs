//! [`Object`], one version of one object, with what the server looks at without decoding it.

use pintle_codec::{Object as Fields, Str, Value};

use super::{
    Awaited, Draft, Encoded, Key, Owner, Revision,
    texts::{Texts, TextsBuilder},
};
use crate::{kinds::SelectableField, schema::Tree};

/// One version of one object. It never changes; a write makes another one.
#[derive(Debug)]
pub(crate) struct Object {
    /// Where it is.
    pub(crate) key: Key,
    /// The write that made it.
    pub(crate) revision: Revision,
    /// What is known of it without decoding.
    pub(crate) attributes: Attributes,
    /// Its bytes.
    pub(crate) encoded: Encoded,
}

/// What selectors, preconditions and the server's own controllers ask about an object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes {
    /// Whether `metadata.deletionTimestamp` is set.
    pub(crate) deleting: bool,
    /// What its deletion waits for, once it is being deleted.
    pub(crate) awaited: Awaited,
    /// `metadata.ownerReferences`.
    pub(crate) owners: Box<[Owner]>,
    /// The uid, the values of the selectable fields, then keys and values of the labels.
    texts: Texts,
    /// How many selectable fields there are.
    fields: u8,
}

impl Object {
    /// Something that was made to be shown, at the revision that it says.
    pub(crate) fn made(tree: &Tree) -> Self {
        let [namespace, name, revision] =
            ["namespace", "name", "resourceVersion"].map(|field| tree.metadata_text(field));
        let (key, draft) = (Key::new(namespace, name), Draft::encode(tree));
        match revision.parse() {
            Ok(revision) => {
                Self::dry_at(key, &draft, Attributes::default(), Revision::new(revision))
            }
            Err(_) => Self::dry(key, &draft, Attributes::default()),
        }
    }

    /// An object that was not stored, and has no revision.
    pub(crate) fn dry(key: Key, draft: &Draft, attributes: Attributes) -> Self {
        Self {
            key,
            revision: Revision::default(),
            attributes,
            encoded: draft.without_revision(),
        }
    }

    /// An object that was not stored, at the revision of the one that it would replace.
    pub(crate) fn dry_at(
        key: Key,
        draft: &Draft,
        attributes: Attributes,
        revision: Revision,
    ) -> Self {
        Self::new(key, draft, attributes, revision)
    }

    pub(super) fn new(key: Key, draft: &Draft, attributes: Attributes, revision: Revision) -> Self {
        Self {
            key,
            revision,
            attributes,
            encoded: draft.commit(revision),
        }
    }

    /// The last state of this object, with the revision at which it ceased to exist.
    pub(super) fn tombstone(&self, revision: Revision) -> Self {
        Self {
            key: self.key.clone(),
            revision,
            attributes: self.attributes.clone(),
            encoded: self.encoded.at_revision(revision),
        }
    }
}

impl Attributes {
    /// Those of an object of a resource with these selectable fields.
    pub(crate) fn of(tree: &Tree, fields: &[SelectableField]) -> Self {
        let labels = tree.at(&["metadata", "labels"]);
        let labels = labels.and_then(Value::as_object);
        let labels = labels.into_iter().flat_map(Fields::iter);
        let fields = fields.iter().map(|field| field.value(tree));
        let labels = labels.map(|(key, value)| (key, value.as_str().unwrap_or_default()));
        Self {
            deleting: !tree.metadata_text("deletionTimestamp").is_empty(),
            awaited: Awaited::of(tree),
            owners: Owner::all(tree),
            ..Self::saying(tree.metadata_text("uid"), fields, labels)
        }
    }

    fn saying<'t>(
        uid: &str,
        fields: impl ExactSizeIterator<Item = Str>,
        labels: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Self {
        let count = u8::try_from(fields.len()).expect("a kind has a dozen fields at most");
        let mut texts = TextsBuilder::default();
        texts.push(uid);
        for field in fields {
            texts.push(&field);
        }
        for (key, value) in labels {
            texts.push(key);
            texts.push(value);
        }
        Self {
            texts: texts.build(),
            fields: count,
            ..Self::default()
        }
    }

    /// `metadata.uid`.
    pub(crate) fn uid(&self) -> &str {
        self.texts.iter().next().unwrap_or_default()
    }

    /// The value of a selectable field; an object that does not have it has an empty one.
    pub(crate) fn field(&self, number: usize) -> &str {
        let mut fields = self.texts.iter().skip(1).take(self.fields.into());
        fields.nth(number).unwrap_or_default()
    }

    /// The value of a label.
    pub(crate) fn label(&self, key: &str) -> Option<&str> {
        let mut labels = self.texts.iter().skip(1 + usize::from(self.fields));
        while let (Some(probe), Some(value)) = (labels.next(), labels.next()) {
            if probe == key {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
impl Attributes {
    /// Those of an object with a label.
    pub(super) fn labelled(key: &str, value: &str) -> Self {
        Self::saying("", [].into_iter(), [(key, value)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uid_fields_and_labels_are_told_apart() {
        let attributes = Attributes::saying(
            "u",
            ["f".into(), Str::default()].into_iter(),
            [("b", "2"), ("a", "1"), ("c", "")],
        );
        assert_eq!(attributes.uid(), "u");
        assert_eq!(
            [0, 1, 2].map(|number| attributes.field(number)),
            ["f", "", ""]
        );
        let labels = ["a", "b", "c", "d", "1", "f"].map(|key| attributes.label(key));
        assert_eq!(labels, [Some("1"), Some("2"), Some(""), None, None, None]);
        let none = Attributes::default();
        assert_eq!((none.uid(), none.field(0), none.label("a")), ("", "", None));
    }
}
