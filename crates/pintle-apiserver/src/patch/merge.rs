//! JSON merge patch (RFC 7386).

use super::node::{Fields, Node};

/// Merges a patch into an object: a null removes, an object goes on below, all else replaces.
pub(super) fn apply(object: &mut Fields, patch: Fields) {
    for (key, value) in patch {
        match (object.get_mut(&key), value) {
            (_, Node::Null) => drop(object.remove(&key)),
            (Some(Node::Object(object)), Node::Object(patch)) => apply(object, patch),
            (_, mut value) => {
                prune(&mut value);
                object.insert(key, value);
            }
        }
    }
}

/// Takes out what a patch removes that was not there.
fn prune(node: &mut Node) {
    match node {
        Node::Object(fields) => {
            fields.retain(|_, value| *value != Node::Null);
            fields.values_mut().for_each(prune);
        }
        Node::Array(elements) => elements.iter_mut().for_each(prune),
        _ => {}
    }
}
