//! [`Object`], one version of one object, with what the server looks at without decoding it.

use pintle_codec::Str;

use super::{Awaited, Draft, Encoded, Key, Owner, Revision};
use crate::schema::Tree;

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
    /// `metadata.uid`.
    pub(crate) uid: Str,
    /// Whether `metadata.deletionTimestamp` is set.
    pub(crate) deleting: bool,
    /// What its deletion waits for, once it is being deleted.
    pub(crate) awaited: Awaited,
    /// `metadata.ownerReferences`.
    pub(crate) owners: Box<[Owner]>,
    /// `metadata.labels`.
    pub(crate) labels: Labels,
    /// The values of the resource's selectable fields, in its own order of them.
    pub(crate) fields: Box<[Str]>,
}

/// The labels of an object, ordered by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels(Box<[(Str, Str)]>);

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
    /// The value of a selectable field; an object that does not have it has an empty one.
    pub(crate) fn field(&self, number: usize) -> &str {
        self.fields.get(number).map_or("", Str::as_str)
    }
}

impl Labels {
    /// The value of a label.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|(probe, _)| (**probe).cmp(key));
        at.ok().map(|at| self.0[at].1.as_str())
    }
}

impl FromIterator<(Str, Str)> for Labels {
    fn from_iter<I: IntoIterator<Item = (Str, Str)>>(labels: I) -> Self {
        let mut labels: Vec<_> = labels.into_iter().collect();
        labels.sort_unstable();
        Self(labels.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_whatever_their_order() {
        let labels: Labels = [("b", "2"), ("a", "1"), ("c", "")]
            .map(|(key, value)| (key.into(), value.into()))
            .into_iter()
            .collect();
        assert_eq!(labels.get("a"), Some("1"));
        assert_eq!(labels.get("c"), Some(""));
        assert_eq!(labels.get("d"), None);
    }
}
