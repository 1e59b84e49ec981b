//! Strategic merge patch: a merge patch that knows the lists of the API.
//!
//! The rules of a field say whether its list is merged and by which key; directives within the patch say
//! the rest. What comes out, and what is said of a patch that makes no sense, is what Go's
//! `strategicpatch` does: patches by clients were made by its other half.
//!
//! - `merge`: objects, and what of a patch is no directive.
//! - `list`: lists that are merged, and `$patch` among their elements.
//! - `order`: the order of such a list, and `$setElementOrder`.
//! - `lookup`: what the schema says of a field.

mod list;
mod lookup;
mod merge;
mod order;

use super::{
    PatchError,
    node::{Fields, Node},
};
use crate::schema::Struct;
use lookup::Type;

/// Merges a patch into an object of this struct.
pub(super) fn apply(
    object: Fields,
    patch: Fields,
    schema: &'static Struct,
) -> Result<Fields, PatchError> {
    merge::objects(object, patch, Type::Struct(schema))
}

/// A value is not of the kind that it has to be.
fn wrong_type(expected: &str, found: &Node) -> PatchError {
    PatchError::Internal(format!(
        "expected a {expected}, but received a {}",
        type_name(found)
    ))
}

/// An element of a list has no key to merge it by.
fn no_merge_key(element: &Fields, key: &str) -> PatchError {
    let element = super::node::shown_fields(element);
    PatchError::Internal(format!(
        "map: {element} does not contain declared merge key: {key}"
    ))
}

/// The element of a list as an object, and the value of its key.
fn keyed<'n>(element: &'n Node, key: &str) -> Result<(&'n Fields, &'n Node), PatchError> {
    let Node::Object(fields) = element else {
        return Err(wrong_type(MAP, element));
    };
    match fields.get(key) {
        Some(value) => Ok((fields, value)),
        None => Err(no_merge_key(fields, key)),
    }
}

/// The type that Go's decoder gives a value.
fn type_name(node: &Node) -> &'static str {
    match node {
        Node::Null => "%!s(<nil>)",
        Node::Bool(_) => "bool",
        Node::Int(_) => "int64",
        Node::Float(_) => "float64",
        Node::String(_) => "string",
        Node::Array(_) => LIST,
        Node::Object(_) => MAP,
    }
}

const MAP: &str = "map[string]interface {}";
const LIST: &str = "[]interface {}";

/// The directive that says what becomes of the object that it stands in.
const PATCH: &str = "$patch";
/// The elements that a list of texts or numbers loses: `$deleteFromPrimitiveList/FIELD`.
const DELETE: &str = "$deleteFromPrimitiveList";
/// The order of a list: `$setElementOrder/FIELD`.
const ORDER: &str = "$setElementOrder";
/// The fields that an object keeps.
const RETAIN: &str = "$retainKeys";
