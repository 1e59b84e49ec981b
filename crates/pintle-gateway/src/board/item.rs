//! One object.

use std::fmt;

use bytes::Bytes;
use pintle_codec::{Format, Str};
use pintle_meta::{Body as _, Metadata as _, Object as _, Unstructured};

/// Namespace and name, by which objects are in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) namespace: Str,
    pub(crate) name: Str,
}

/// An object as it is sent.
pub(crate) struct Item {
    pub(crate) key: Key,
    /// The number of its last change.
    pub(crate) changed: u64,
    /// The number of the change by which it came to be.
    pub(crate) created: u64,
    pub(super) version: Str,
    labels: Vec<(Str, Str)>,
    /// A comma, and the object as JSON on one line.
    bytes: Bytes,
}

impl Item {
    /// Nothing for an object that cannot be written, or has no name.
    pub(super) fn new(object: &Unstructured) -> Option<Self> {
        let mut bytes = vec![b','];
        object.encode(Format::Json, &mut bytes).ok()?;
        if bytes.contains(&b'\n') {
            // Some servers spread objects over lines, which would end an event of a stream.
            let value = pintle_codec::json::parse(&bytes[1..]).ok()?;
            bytes.truncate(1);
            pintle_codec::json::write(&value, &mut bytes);
        }
        let metadata = object.metadata();
        let labels = object.string_map(&["metadata", "labels"]).ok().flatten();
        let labels = labels.iter().flat_map(pintle_codec::Map::iter);
        let key = Key {
            namespace: metadata.namespace().into(),
            name: metadata.name().into(),
        };
        (!key.name.is_empty()).then(|| Self {
            key,
            changed: 0,
            created: 0,
            version: metadata.resource_version().into(),
            labels: labels
                .map(|(name, value)| (name.into(), value.clone()))
                .collect(),
            bytes: bytes.into(),
        })
    }

    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        let found = self.labels.iter().find(|(probe, _)| probe == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The object as JSON.
    pub(crate) fn json(&self) -> Bytes {
        self.bytes.slice(1..)
    }

    /// The object as JSON, a comma before it.
    pub(crate) fn next_json(&self) -> Bytes {
        self.bytes.clone()
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The object may be a Secret.
        write!(
            f,
            "{}/{} at {}",
            self.key.namespace, self.key.name, self.changed
        )
    }
}
