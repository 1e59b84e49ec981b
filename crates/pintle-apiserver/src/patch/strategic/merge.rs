//! Objects that are merged.

use std::collections::BTreeSet;

use super::{
    DELETE, LIST, MAP, ORDER, PATCH, RETAIN, list, lookup::Type, order, type_name, wrong_type,
};
use crate::patch::{
    PatchError,
    node::{Fields, Node, shown_fields},
};

/// Merges a patch into an object.
pub(super) fn objects(
    mut object: Fields,
    mut patch: Fields,
    type_: Type,
) -> Result<Fields, PatchError> {
    if let Some(directive) = patch.get(PATCH) {
        return match directive {
            Node::String(text) if text == "replace" => {
                patch.remove(PATCH);
                Ok(patch)
            }
            Node::String(text) if text == "delete" => Ok(Fields::new()),
            other => Err(unknown_directive(other, &patch)),
        };
    }
    retain(&mut object, &mut patch)?;
    order::lists(&mut object, &mut patch, type_)?;
    for (key, value) in patch {
        let deletes = key.starts_with(DELETE);
        let key = match deletes {
            true => subject(&key, DELETE)
                .ok_or(PatchError::BadPrimitiveList)?
                .into(),
            false => key,
        };
        if value == Node::Null {
            object.remove(&key);
            continue;
        }
        let Some(slot) = object.get_mut(&key) else {
            if !deletes {
                put(&mut object, key, value);
            }
            continue;
        };
        let merged = match (std::mem::take(slot), value) {
            (Node::Object(old), Node::Object(new)) => {
                let found = type_.object(&key)?;
                Node::Object(match found.replaces {
                    true => new,
                    false => objects(old, new, found.type_)?,
                })
            }
            (Node::Array(old), Node::Array(new)) => {
                let found = type_.list(&key)?;
                Node::Array(match found.merges || deletes {
                    true => list::merge(old, new, &found, deletes)?,
                    false => new,
                })
            }
            (old, _) if deletes => old,
            (old, new) => {
                // What is of another type comes into an empty place.
                let same = type_name(&old) == type_name(&new);
                match same {
                    true => *slot = new,
                    false => put(&mut object, key, new),
                }
                continue;
            }
        };
        *slot = merged;
    }
    Ok(object)
}

/// The field that a directive with a prefix is about.
pub(super) fn subject<'k>(key: &'k str, prefix: &str) -> Option<&'k str> {
    key.strip_prefix(prefix)?.strip_prefix('/')
}

/// The value is not to be merged with anything: it loses its nulls and directives. One that is a directive
/// as a whole leaves nothing.
fn put(object: &mut Fields, key: pintle_codec::Str, mut value: Node) {
    discard_nulls(&mut value);
    match without_directives(value) {
        Some(value) => drop(object.insert(key, value)),
        None => drop(object.remove(&key)),
    }
}

/// Takes what is a directive out of a value.
pub(super) fn without_directives(node: Node) -> Option<Node> {
    Some(match node {
        Node::Object(fields) if fields.contains_key(PATCH) => return None,
        Node::Object(fields) => {
            let kept = fields.into_iter();
            Node::Object(
                kept.filter_map(|(key, value)| Some((key, without_directives(value)?)))
                    .collect(),
            )
        }
        Node::Array(elements) => Node::Array(
            elements
                .into_iter()
                .filter_map(without_directives)
                .collect(),
        ),
        other => other,
    })
}

fn discard_nulls(node: &mut Node) {
    match node {
        Node::Object(fields) => {
            fields.retain(|_, value| *value != Node::Null);
            fields.values_mut().for_each(discard_nulls);
        }
        Node::Array(elements) => elements.iter_mut().for_each(discard_nulls),
        _ => {}
    }
}

/// Does what `$retainKeys` says: the object loses the fields that are not listed.
fn retain(object: &mut Fields, patch: &mut Fields) -> Result<(), PatchError> {
    let Some(retained) = patch.remove(RETAIN) else {
        return Ok(());
    };
    let Node::Array(retained) = retained else {
        return Err(PatchError::BadRetainKeys);
    };
    let retained: BTreeSet<&str> = retained
        .iter()
        .filter_map(|key| match key {
            Node::String(key) => Some(Ok(key.as_str())),
            // No field has such a name, and Go cannot look for the last ones at all.
            Node::Null | Node::Bool(_) | Node::Int(_) | Node::Float(_) => None,
            Node::Array(_) | Node::Object(_) => Some(Err(PatchError::BadRetainKeys)),
        })
        .collect::<Result<_, _>>()?;
    let mut sets = patch.iter().filter(|(key, value)| {
        **value != Node::Null && !key.starts_with(DELETE) && !key.starts_with(ORDER)
    });
    if sets.any(|(key, _)| !retained.contains(key.as_str())) {
        return Err(PatchError::BadRetainKeys);
    }
    object.retain(|key, _| retained.contains(key.as_str()));
    Ok(())
}

/// A `$patch` that says what nobody understands.
pub(super) fn unknown_directive(directive: &Node, within: &Fields) -> PatchError {
    let shown = as_text(directive);
    let within = shown_fields(within);
    PatchError::Internal(format!("unknown patch type: {shown} in map: {within}"))
}

/// As Go prints a value with `%s`.
fn as_text(node: &Node) -> String {
    match node {
        Node::String(text) => text.to_string(),
        Node::Null => "%!s(<nil>)".to_owned(),
        Node::Bool(_) | Node::Int(_) | Node::Float(_) => format!("%!s({}={node})", type_name(node)),
        Node::Array(elements) => {
            let shown: Vec<_> = elements.iter().map(as_text).collect();
            format!("[{}]", shown.join(" "))
        }
        Node::Object(fields) => {
            let shown = fields
                .iter()
                .map(|(key, value)| format!("{key}:{}", as_text(value)));
            format!("map[{}]", shown.collect::<Vec<_>>().join(" "))
        }
    }
}

/// A list, or what Go says of something else.
pub(super) fn as_list(node: Node) -> Result<Vec<Node>, PatchError> {
    match node {
        Node::Array(elements) => Ok(elements),
        other => Err(wrong_type(LIST, &other)),
    }
}

/// An object, or what Go says of something else.
pub(super) fn as_object(node: Node) -> Result<Fields, PatchError> {
    match node {
        Node::Object(fields) => Ok(fields),
        other => Err(wrong_type(MAP, &other)),
    }
}
