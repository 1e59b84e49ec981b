//! [`Generation`], what makes a new generation of an object.

use pintle_codec::Value;

use crate::schema::Tree;

/// What makes a new generation of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// It has none, but for what a client says of a new one.
    None,
    /// Nothing: it stays the first.
    First,
    /// A change of what is neither metadata nor status.
    Content,
    /// The same, and a new object has none.
    ContentLater,
    /// A change of what is not status, of the metadata only the annotations.
    ContentAndAnnotations,
    /// A change of what is not status, of the metadata only the labels.
    ContentAndLabels,
}

impl Generation {
    /// Says it on a new object.
    pub(crate) fn begin(self, object: &mut Tree) {
        match self {
            Self::None | Self::ContentLater => {}
            _ => object.set(&["metadata", "generation"], 1.into()),
        }
    }

    /// Says it on a changed object.
    pub(crate) fn count(self, new: &mut Tree, old: &Tree) {
        let changed = |field| new.metadata().get(field) != old.metadata().get(field);
        let counts = match self {
            Self::None | Self::First => false,
            Self::Content | Self::ContentLater => content_changed(new, old),
            Self::ContentAndAnnotations => content_changed(new, old) || changed("annotations"),
            Self::ContentAndLabels => content_changed(new, old) || changed("labels"),
        };
        if counts {
            let generation = old.metadata().get("generation").and_then(Value::as_int);
            let next = generation.unwrap_or_default() + 1;
            new.set(&["metadata", "generation"], next.into());
        }
    }
}

/// Whether something changed that is neither metadata nor status.
fn content_changed(new: &Tree, old: &Tree) -> bool {
    let is_content = |(field, _): &(&str, &Value)| !matches!(*field, "metadata" | "status");
    let content = |tree: &'_ Tree| tree.object().iter().filter(is_content).count();
    let mut fields = new.object().iter().filter(is_content);
    content(new) != content(old) || fields.any(|(field, value)| old.get(field) != Some(value))
}
