//! What the key of an object stands for: formats that name fields look here when a key is not that
//! of a field of the struct itself.

use crate::{Field, FieldFlags, Message, SlotMut, SlotRef};

/// What a key stands for.
pub(crate) enum Found {
    /// The field at the index.
    Field(usize),
    /// In the struct that is inlined at the first index, or in one inlined there.
    Inline(usize, Box<Found>),
    Kind,
    ApiVersion,
    Unknown,
}

/// What a key stands for in an object of this type.
pub(crate) fn find(message: &dyn Message, key: &str, top_level: bool) -> Found {
    if let Some(found) = find_field(message, key) {
        return found;
    }
    match key {
        "kind" if top_level => Found::Kind,
        "apiVersion" if top_level => Found::ApiVersion,
        _ => Found::Unknown,
    }
}

fn find_field(message: &dyn Message, key: &str) -> Option<Found> {
    // An inlined field has no name of its own.
    if key.is_empty() {
        return None;
    }
    let fields = message.table().fields();
    if let Some(index) = fields.iter().position(|field| field.json() == key) {
        return Some(Found::Field(index));
    }
    let inlined = |(_, field): &(usize, &Field)| field.flags().has(FieldFlags::INLINE);
    fields
        .iter()
        .enumerate()
        .filter(inlined)
        .find_map(|(outer, _)| match message.get(outer) {
            SlotRef::Message(inner) => {
                find_field(inner, key).map(|found| Found::Inline(outer, Box::new(found)))
            }
            _ => None,
        })
}

impl Found {
    /// The field that was found.
    pub(crate) fn field(&self, message: &dyn Message) -> &'static Field {
        match self {
            Self::Inline(outer, inner) => match message.get(*outer) {
                SlotRef::Message(message) => inner.field(message),
                _ => unreachable!("an inlined field is a struct"),
            },
            Self::Field(index) => &message.table().fields()[*index],
            _ => unreachable!("only fields are inlined"),
        }
    }

    /// The field that was found, made present if it was absent.
    pub(crate) fn slot<'a>(&self, message: &'a mut dyn Message) -> SlotMut<'a> {
        match self {
            Self::Inline(outer, inner) => match message.slot(*outer) {
                SlotMut::Message(message) => inner.slot(message),
                _ => unreachable!("an inlined field is a struct"),
            },
            Self::Field(index) => message.slot(*index),
            _ => unreachable!("only fields are inlined"),
        }
    }
}
