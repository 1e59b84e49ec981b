//! [`Separator`], what stands between objects in a tree.
//!
//! Invariant: a text that fits is in the separator itself. A search among a million objects passes
//! many separators, and each that is elsewhere is one more wait for memory.

use std::cmp::Ordering;

use super::named::Name;

/// A namespace and the beginning of a name.
#[derive(Clone)]
pub(super) enum Separator {
    Short {
        /// How long the namespace is, and both together.
        namespace: u8,
        all: u8,
        texts: [u8; SHORT],
    },
    Long {
        namespace: usize,
        texts: Box<[u8]>,
    },
}

impl Separator {
    pub(super) fn new(namespace: &str, name: &str) -> Self {
        let all = namespace.len() + name.len();
        let Some(room) = SHORT.checked_sub(all) else {
            return Self::Long {
                namespace: namespace.len(),
                texts: [namespace.as_bytes(), name.as_bytes()].concat().into(),
            };
        };
        let mut texts = [0; SHORT];
        let used = SHORT - room;
        texts[..namespace.len()].copy_from_slice(namespace.as_bytes());
        texts[namespace.len()..used].copy_from_slice(name.as_bytes());
        Self::Short {
            namespace: namespace.len() as u8,
            all: all as u8,
            texts,
        }
    }

    /// How this stands to a name.
    pub(super) fn order(&self, name: Name<'_>) -> Ordering {
        let (namespace, own) = self.texts();
        let by_namespace = namespace.cmp(name.namespace.as_bytes());
        by_namespace.then_with(|| own.cmp(name.name.as_bytes()))
    }

    /// How its namespace stands to another.
    pub(super) fn order_namespace(&self, namespace: &str) -> Ordering {
        self.texts().0.cmp(namespace.as_bytes())
    }

    fn texts(&self) -> (&[u8], &[u8]) {
        match self {
            Self::Short {
                namespace,
                all,
                texts,
            } => texts[..usize::from(*all)].split_at(usize::from(*namespace)),
            Self::Long { namespace, texts } => texts.split_at(*namespace),
        }
    }
}

/// So many bytes of text fit: those of most names, and with them seven words are full.
const SHORT: usize = 53;
