//! The names of classes, of which one is meant where none is named.

use pintle_codec::Value;

use super::{
    column::{Cell::Of, Column, NAME},
    field::annotation,
};
use crate::schema::Tree;

/// The column of the name of a class, as [`named`] gives it.
pub(super) const fn class(name: fn(&Tree) -> Value) -> Column {
    Column::new(NAME.name, NAME.description, Of(name)).names()
}

/// The name of a class, which says if it is the default: if one of the annotations does.
pub(super) fn named(class: &Tree, annotations: &[&str]) -> Value {
    let name = class.metadata_text("name");
    let mut annotations = annotations.iter();
    match annotations.any(|key| annotation(class, key) == Some("true")) {
        true => format!("{name} (default)").into(),
        false => name.into(),
    }
}
