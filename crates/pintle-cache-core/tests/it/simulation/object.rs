//! The objects of the virtual server: few, small, and compared as numbers.

use std::ops::Range;
use std::sync::Arc;

use pintle_cache_core::Cached;
use pintle_codec::Str;
use pintle_meta::{Metadata, ObjectName};

/// A state of an object.
#[derive(Clone, Debug)]
pub(super) struct Object(Arc<Fields>);

#[derive(Debug)]
struct Fields {
    key: usize,
    revision: usize,
    born: usize,
    uid: Str,
    version: Str,
    label: &'static str,
}

/// Of every key, the revision of the object under it; 0 where there is none.
pub(super) type State = [usize; KEYS];

impl Object {
    /// The state that an object got with a revision of the server, which calls it `version`. `born` is the
    /// revision in which the object came into existence.
    pub(super) fn new(key: usize, revision: usize, born: usize, version: Str) -> Self {
        Self(Arc::new(Fields {
            key,
            revision,
            born,
            uid: born.to_string().into(),
            version,
            label: LABELS[revision % LABELS.len()],
        }))
    }

    /// The number of its key.
    pub(super) fn number(&self) -> usize {
        self.0.key
    }

    pub(super) fn revision(&self) -> usize {
        self.0.revision
    }

    /// The revision in which it came into existence.
    pub(super) fn born(&self) -> usize {
        self.0.born
    }
}

impl Metadata for Object {
    fn name(&self) -> &str {
        NAMES[self.0.key % NAMES.len()]
    }

    fn namespace(&self) -> &str {
        NAMESPACES[self.0.key / NAMES.len()]
    }

    fn uid(&self) -> &str {
        &self.0.uid
    }

    fn resource_version(&self) -> &str {
        &self.0.version
    }

    fn generation(&self) -> i64 {
        0
    }

    fn is_deleting(&self) -> bool {
        false
    }

    fn label(&self, key: &str) -> Option<&str> {
        (key == LABEL).then_some(self.0.label)
    }

    fn annotation(&self, _: &str) -> Option<&str> {
        None
    }

    fn is_pruned(&self) -> bool {
        false
    }
}

impl Cached for Object {
    fn size(&self) -> usize {
        1
    }
}

/// The number of a key.
pub(super) fn number_of(key: &ObjectName) -> usize {
    let namespace = NAMESPACES.iter().position(|it| key.namespace == *it);
    let name = NAMES.iter().position(|it| key.name == *it);
    namespace.unwrap() * NAMES.len() + name.unwrap()
}

/// The name of the key with this number.
pub(super) fn name_of(number: usize) -> ObjectName {
    let (namespace, name) = (number / NAMES.len(), number % NAMES.len());
    ObjectName::new(NAMESPACES[namespace], NAMES[name])
}

/// The keys of a namespace, or of all.
pub(super) fn keys_in(namespace: Option<&str>) -> Range<usize> {
    match NAMESPACES.iter().position(|it| Some(*it) == namespace) {
        Some(at) => at * NAMES.len()..(at + 1) * NAMES.len(),
        None => 0..KEYS,
    }
}

pub(super) const KEYS: usize = NAMESPACES.len() * NAMES.len();
pub(super) const NAMESPACES: [&str; 2] = ["a", "b"];
const NAMES: [&str; 3] = ["x", "y", "z"];

/// The label by which objects are indexed. On objects with the value `bad` the function of the index fails.
pub(super) const LABEL: &str = "app";
pub(super) const LABELS: [&str; 4] = ["front", "back", "none", "bad"];
