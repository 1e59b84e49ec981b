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

/// What a key stands for in an object of this type; `whole` is one that is not part of another.
pub(crate) fn find(message: &dyn Message, key: &str, whole: bool) -> Found {
    if let Some(found) = find_field(message, key)
        && !(whole && found.is_type_meta(message))
    {
        return found;
    }
    let names_itself = whole || message.table().is_kind();
    match key {
        "kind" if names_itself => Found::Kind,
        "apiVersion" if names_itself => Found::ApiVersion,
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
    /// Whether it is where an object within another keeps what it says of its type.
    fn is_type_meta(&self, message: &dyn Message) -> bool {
        let Self::Inline(outer, _) = self else {
            return false;
        };
        let field = &message.table().fields()[*outer];
        field.flags().has(FieldFlags::TYPE_META)
    }

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
