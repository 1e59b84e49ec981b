//! [`Named`], an object in its place, which is that of its namespace and name.
//!
//! Invariant: nothing is kept of a name but what the object itself has, and the texts that separate
//! objects.

use std::cmp::Ordering;

use pintle_meta::{Metadata, ObjectName};
use pintle_snapshot::{Entry, SnapshotSet, Sought};

use super::separator::Separator;
use crate::Cached;

/// Objects in the order of their namespaces and names.
pub(super) type Objects<O> = SnapshotSet<Named<O>, Separator>;

/// An object, which stands where its namespace and name say.
#[derive(Clone)]
pub(super) struct Named<O>(pub(super) O);

/// A namespace and a name that are looked for.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
}

/// The first object of a namespace.
pub(super) struct StartOf<'a>(pub(super) &'a str);

/// The end of the objects of a namespace.
#[derive(Clone, Copy)]
pub(super) struct EndOf<'a>(pub(super) &'a str);

/// The first object behind this name.
pub(super) struct Behind<'a>(pub(super) &'a ObjectName);

impl<'a> Name<'a> {
    pub(super) fn of(object: &'a impl Metadata) -> Self {
        Self {
            namespace: object.namespace(),
            name: object.name(),
        }
    }

    /// How this stands to another.
    pub(super) fn order(self, other: Name<'_>) -> Ordering {
        let by_namespace = self.namespace.cmp(other.namespace);
        by_namespace.then_with(|| self.name.cmp(other.name))
    }

    /// A byte of a hash. It need not be hard to guess: objects of equal marks in a leaf, which has
    /// sixteen at most, cost a comparison each.
    pub(super) fn mark(self) -> u8 {
        let mut hash = 0_u64;
        let mut mix = |word: u64| {
            hash = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            hash ^= hash >> 32;
        };
        for text in [self.name, self.namespace] {
            let (words, rest) = text.as_bytes().as_chunks::<8>();
            words.iter().for_each(|word| mix(u64::from_le_bytes(*word)));
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            mix(u64::from_le_bytes(last));
        }
        hash as u8
    }

    /// The shortest name above `before` and not above this one, which is behind.
    pub(super) fn separator(self, before: Name<'_>) -> Separator {
        match self.namespace == before.namespace {
            true => Separator::new(self.namespace, beginning(self.name, before.name)),
            false => Separator::new(beginning(self.namespace, before.namespace), ""),
        }
    }
}

impl<'a> From<&'a ObjectName> for Name<'a> {
    fn from(key: &'a ObjectName) -> Self {
        Self {
            namespace: &key.namespace,
            name: &key.name,
        }
    }
}

impl<O: Cached> Sought<Named<O>, Separator> for Name<'_> {
    fn order(&self, entry: &Named<O>) -> Ordering {
        Name::of(&entry.0).order(*self)
    }

    fn order_separator(&self, separator: &Separator) -> Ordering {
        separator.order(*self)
    }

    fn mark(&self) -> Option<u8> {
        Some(Name::mark(*self))
    }
}

impl<O: Cached> Sought<Named<O>, Separator> for StartOf<'_> {
    fn order(&self, entry: &Named<O>) -> Ordering {
        entry.0.namespace().cmp(self.0)
    }

    fn order_separator(&self, separator: &Separator) -> Ordering {
        separator.order_namespace(self.0)
    }
}

impl<O: Cached> Sought<Named<O>, Separator> for EndOf<'_> {
    fn order(&self, entry: &Named<O>) -> Ordering {
        // What is in the namespace is before the end of it.
        entry.0.namespace().cmp(self.0).then(Ordering::Less)
    }

    fn order_separator(&self, separator: &Separator) -> Ordering {
        separator.order_namespace(self.0).then(Ordering::Less)
    }
}

impl<O: Cached> Sought<Named<O>, Separator> for Behind<'_> {
    fn order(&self, entry: &Named<O>) -> Ordering {
        // What has the name itself is before what is behind it.
        let order = Name::of(&entry.0).order(self.0.into());
        order.then(Ordering::Less)
    }

    fn order_separator(&self, separator: &Separator) -> Ordering {
        separator.order(self.0.into()).then(Ordering::Less)
    }
}

impl<O: Cached> Sought<Self, Separator> for Named<O> {
    fn order(&self, entry: &Self) -> Ordering {
        Name::of(&entry.0).order(Name::of(&self.0))
    }

    fn order_separator(&self, separator: &Separator) -> Ordering {
        separator.order(Name::of(&self.0))
    }

    fn mark(&self) -> Option<u8> {
        Some(Name::of(&self.0).mark())
    }
}

impl<O: Cached> Entry<Separator> for Named<O> {
    fn separator(before: &Self, behind: &Self) -> Separator {
        Name::of(&behind.0).separator(Name::of(&before.0))
    }
}

/// The shortest beginning of `text` that is above `before`, which is below it.
pub(super) fn beginning<'a>(text: &'a str, before: &str) -> &'a str {
    let mut letters = text
        .char_indices()
        .zip(before.chars().map(Some).chain(std::iter::repeat(None)));
    let differs = letters.find(|((_, one), other)| Some(*one) != *other);
    match differs {
        Some(((at, letter), _)) => &text[..at + letter.len_utf8()],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Name;

    fn marks<'a>(names: impl IntoIterator<Item = (&'a str, String)>) -> usize {
        let mark = |(namespace, name): (&str, String)| {
            let name = &name;
            Name { namespace, name }.mark()
        };
        let marks: BTreeSet<u8> = names.into_iter().map(mark).collect();
        marks.len()
    }

    #[test]
    fn marks_tell_names_and_namespaces_apart() {
        let pods = (0..4_096).map(|n| ("shop", format!("web-5d4f7c9b86-{n:05}")));
        assert_eq!(marks(pods), 256);
        let short = (0..4_096).map(|n| ("", format!("{n:x}")));
        assert_eq!(marks(short), 256);
        let namespaces: Vec<String> = (0..4_096).map(|n| format!("team-{n}")).collect();
        let same = namespaces
            .iter()
            .map(|it| (it.as_str(), "default".to_owned()));
        assert_eq!(marks(same), 256);
    }
}
