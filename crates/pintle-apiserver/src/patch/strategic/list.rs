//! Lists that are merged.

use std::collections::{HashMap, HashSet};

use pintle_codec::Str;

use super::{
    LIST, MAP, PATCH, keyed,
    lookup::Found,
    merge::{as_object, objects, unknown_directive},
    no_merge_key, order, type_name,
};
use crate::patch::{
    PatchError,
    node::{Fields, Node, shown_list},
};

/// What identifies an element of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Identity {
    Null,
    Bool(bool),
    Int(i64),
    Float(u64),
    Text(Str),
}

/// Merges a patch into a list; or takes what the patch lists out of it.
pub(super) fn merge(
    mut list: Vec<Node>,
    patch: Vec<Node>,
    field: &Found,
    deletes: bool,
) -> Result<Vec<Node>, PatchError> {
    if list.is_empty() && patch.is_empty() {
        return Ok(list);
    }
    let key = field.merge_key;
    let (merged, patch) = if holds_objects(&list, &patch)? {
        if key.is_empty() {
            return Err(PatchError::Internal(format!(
                "cannot merge lists without merge key for {}",
                field.type_.kind()
            )));
        }
        let (directives, patch) = separate(patch, key)?;
        match directives {
            Directives::Replace => {
                list = patch;
                (list.clone(), Vec::new())
            }
            Directives::Delete(identities) => {
                list.retain(|element| {
                    let identity = identity(element, key);
                    !identity.is_ok_and(|identity| identities.contains(&identity))
                });
                (elements(list.clone(), &patch, field)?, patch)
            }
        }
    } else if deletes {
        let deleted = identities(&patch, "")?;
        let kept = list.into_iter();
        return Ok(kept
            .filter(|element| !identity(element, "").is_ok_and(|own| deleted.contains(&own)))
            .collect());
    } else {
        let mut seen = HashSet::new();
        let mut merged = Vec::new();
        for element in list.iter().chain(&patch) {
            if seen.insert(identity(element, "")?) {
                merged.push(element.clone());
            }
        }
        (merged, patch)
    };
    let server: Vec<_> = list.iter().collect();
    order::arrange(merged, &patch, &server, key)
}

/// Whether the elements of two lists are objects. All of them are of the same type.
pub(super) fn holds_objects(list: &[Node], patch: &[Node]) -> Result<bool, PatchError> {
    let mut elements = list.iter().chain(patch);
    let first = elements.next().map(type_name);
    match first {
        None => Err(PatchError::Internal(
            "no elements in any of the given slices".to_owned(),
        )),
        Some(LIST) => Err(PatchError::ListOfLists),
        Some(first) if elements.any(|element| type_name(element) != first) => {
            let (list, patch) = (shown_list(list), shown_list(patch));
            Err(PatchError::Internal(format!(
                "list element types are not identical: [{list} {patch}]"
            )))
        }
        Some(first) => Ok(first == MAP),
    }
}

/// What identifies an element: the value of its key, or itself if there is no key.
pub(super) fn identity(element: &Node, key: &str) -> Result<Identity, PatchError> {
    let value = match key {
        "" => element,
        key => keyed(element, key)?.1,
    };
    Ok(match value {
        Node::Null => Identity::Null,
        Node::Bool(truth) => Identity::Bool(*truth),
        Node::Int(number) => Identity::Int(*number),
        Node::Float(number) => Identity::Float(number.to_bits()),
        Node::String(text) => Identity::Text(text.clone()),
        Node::Object(fields) if key.is_empty() => return Err(no_merge_key(fields, key)),
        Node::Array(_) | Node::Object(_) => {
            return Err(PatchError::Internal(format!(
                "comparing uncomparable type {}",
                type_name(value)
            )));
        }
    })
}

/// The identities of all elements.
pub(super) fn identities(elements: &[Node], key: &str) -> Result<HashSet<Identity>, PatchError> {
    elements
        .iter()
        .map(|element| identity(element, key))
        .collect()
}

/// What the elements with a `$patch` say together.
enum Directives {
    /// The others take the place of the list.
    Replace,
    /// The list loses these.
    Delete(HashSet<Identity>),
}

/// The elements that are directives, and the others.
fn separate(patch: Vec<Node>, key: &str) -> Result<(Directives, Vec<Node>), PatchError> {
    let (mut replace, mut deleted, mut others) = (false, HashSet::new(), Vec::new());
    for element in patch {
        let directive = match &element {
            Node::Object(fields) => fields.get(PATCH).map(|directive| (directive, fields)),
            _ => None,
        };
        let Some((directive, fields)) = directive else {
            others.push(element);
            continue;
        };
        match directive {
            Node::String(text) if text == "delete" => {
                deleted.insert(identity(&element, key)?);
            }
            Node::String(text) if text == "replace" => replace = true,
            Node::String(text) if text == "merge" => {
                const WHY: &str = "merging lists cannot yet be specified in the patch";
                return Err(PatchError::Internal(WHY.to_owned()));
            }
            other => return Err(unknown_directive(other, fields)),
        }
    }
    let directives = match replace {
        true => Directives::Replace,
        false => Directives::Delete(deleted),
    };
    Ok((directives, others))
}

/// Merges each element into the one with the same key, or appends it.
fn elements(mut list: Vec<Node>, patch: &[Node], field: &Found) -> Result<Vec<Node>, PatchError> {
    let key = field.merge_key;
    let mut places = HashMap::new();
    for (at, element) in list.iter().enumerate() {
        // One without a key is found by nothing.
        if let Ok(identity) = identity(element, key) {
            places.entry(identity).or_insert(at);
        }
    }
    for element in patch {
        let identity = identity(element, key)?;
        match places.get(&identity) {
            Some(at) => {
                let old: Fields = as_object(std::mem::take(&mut list[*at]))?;
                let new = as_object(element.clone())?;
                list[*at] = Node::Object(objects(old, new, field.type_)?);
            }
            None => {
                places.insert(identity, list.len());
                list.push(element.clone());
            }
        }
    }
    Ok(list)
}
