//! One object.

use std::fmt;

use bytes::Bytes;
use pintle_codec::{Decoder, Format, Str, Value, json};
use pintle_meta::{Body as _, Metadata as _, Unstructured};

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
    object: Unstructured,
    /// The bytes that `object` has, which are sent from where they are.
    json: Bytes,
}

impl Key {
    pub(super) fn of(object: &Unstructured) -> Self {
        Self {
            namespace: object.namespace().into(),
            name: object.name().into(),
        }
    }
}

impl Item {
    /// Nothing for an object that cannot be written, or has no name.
    pub(super) fn new(object: &Unstructured) -> Option<Self> {
        let object = on_one_line(object)?;
        let key = Key::of(&object);
        (!key.name.is_empty()).then(|| Self {
            key,
            changed: 0,
            created: 0,
            json: Bytes::from_owner(Text(object.clone())),
            object,
        })
    }

    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.object.label(name)
    }

    /// Empty if the object has none.
    pub(super) fn version(&self) -> &str {
        self.object.resource_version()
    }

    /// The object as JSON on one line.
    pub(crate) fn json(&self) -> &Bytes {
        &self.json
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

/// The text of an object that is kept as JSON.
struct Text(Unstructured);

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.0.as_json().unwrap_or_default().as_bytes()
    }
}

/// The object, kept as JSON without line breaks: some servers spread objects over lines, which would
/// end an event of a stream.
fn on_one_line(object: &Unstructured) -> Option<Unstructured> {
    let kept = object.as_json();
    if kept.is_some_and(|text| !text.contains(['\n', '\r'])) {
        return Some(object.clone());
    }
    let mut text = Vec::new();
    json::write(&Value::Object(object.to_tree()), &mut text);
    Unstructured::decode_item(&text, Format::Json, &mut Decoder::new()).ok()
}
