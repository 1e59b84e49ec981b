//! The order of a list that is merged: that of the patch, and within it what the patch does not know in
//! the order of the server.

use std::collections::{HashMap, HashSet};

use super::{
    MAP, ORDER, PATCH, keyed,
    list::{self, Identity, identity},
    lookup::Type,
    merge::{as_list, subject, without_directives},
    wrong_type,
};
use crate::patch::{
    PatchError,
    node::{Fields, Node, shown_list},
};

/// Merges the lists of which a patch says the order; they are not in the patch any more.
pub(super) fn lists(
    object: &mut Fields,
    patch: &mut Fields,
    type_: Type,
) -> Result<(), PatchError> {
    let directives = patch.keys().filter(|key| key.starts_with(ORDER));
    let directives: Vec<_> = directives.cloned().collect();
    for directive in directives {
        let wanted = as_list(patch.remove(&directive).unwrap_or_default())?;
        let name = subject(&directive, ORDER).ok_or(PatchError::BadSetElementOrder)?;
        let old = object.get(name).cloned().map(as_list).transpose()?;
        let new = patch.get(name).cloned().map(as_list).transpose()?;
        let field = type_.list(name)?;
        let key = field.merge_key;
        agree(new.as_deref().unwrap_or_default(), &wanted, key)?;
        let merged = match (&old, &new) {
            (None, None) => continue,
            (Some(old), None) => old.clone(),
            (None, Some(new)) => {
                let kept = new.iter().cloned().filter_map(without_directives);
                kept.collect()
            }
            (Some(old), Some(new)) if field.merges => {
                list::merge(old.clone(), new.clone(), &field, false)?
            }
            (Some(_), Some(new)) => new.clone(),
        };
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        list::holds_objects(&old, &new)?;
        let arranged = arrange(merged, &wanted, &server_order(&old, &new, key), key)?;
        object.insert(name.into(), Node::Array(arranged));
        patch.remove(name);
    }
    Ok(())
}

/// Puts merged elements into order: those that `wanted` has in its order, and between them the others,
/// each before what the server had behind it.
pub(super) fn arrange(
    merged: Vec<Node>,
    wanted: &[Node],
    server: &[&Node],
    key: &str,
) -> Result<Vec<Node>, PatchError> {
    let (wanted, unknown) = places(wanted.iter(), key);
    let (mut known, mut others) = (Vec::new(), Vec::new());
    for element in merged {
        let identity = identity(&element, key)?;
        match wanted.contains_key(&identity) {
            true => known.push((identity, element)),
            false => others.push((identity, element)),
        }
    }
    match unknown {
        Some(Unknown::NotAnObject(at, _)) if !others.is_empty() => {
            let message = format!("value for key {at} is not a map");
            return Err(PatchError::Internal(message));
        }
        Some(Unknown::NotAnObject(_, error) | Unknown::Nameless(error)) => return Err(error),
        None => {}
    }
    let server = match places(server.iter().copied(), key) {
        (server, None) => server,
        (_, Some(Unknown::NotAnObject(_, error) | Unknown::Nameless(error))) => return Err(error),
    };
    let known = sorted(known, &wanted);
    let others = sorted(others, &server);
    let mut arranged = Vec::with_capacity(known.len() + others.len());
    let mut known = known.into_iter().peekable();
    let mut others = others.into_iter().peekable();
    loop {
        let other_comes = match (others.peek(), known.peek()) {
            (None, None) => return Ok(arranged),
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some((other, _)), Some((known, _))) => match (server.get(other), server.get(known)) {
                (Some(other), Some(known)) => other < known,
                _ => false,
            },
        };
        let next = if other_comes {
            others.next()
        } else {
            known.next()
        };
        arranged.extend(next.map(|(_, element)| element));
    }
}

/// The list of the server as Go sees it once a patch was merged into it: what the patch deletes makes room in
/// the same memory for what it adds.
fn server_order<'n>(old: &'n [Node], new: &'n [Node], key: &str) -> Vec<&'n Node> {
    let directive = |element: &Node| match element {
        Node::Object(fields) => fields.contains_key(PATCH),
        _ => false,
    };
    let known = |element: &Node| identity(element, key).ok();
    let deleted = new.iter().filter(|element| directive(element));
    let deleted: HashSet<_> = deleted.filter_map(known).collect();
    if key.is_empty() || deleted.is_empty() {
        return old.iter().collect();
    }
    let kept = old
        .iter()
        .filter(|element| known(element).is_none_or(|own| !deleted.contains(&own)));
    let mut order: Vec<_> = kept.collect();
    let mut seen: HashSet<_> = order.iter().filter_map(|element| known(element)).collect();
    let added = new.iter().filter(|element| {
        !directive(element) && known(element).is_some_and(|own| seen.insert(own))
    });
    order.extend(added.take(old.len() - order.len()));
    order
}

/// An element of a list that nothing identifies.
enum Unknown {
    /// It is no object, but the one at this place.
    NotAnObject(usize, PatchError),
    /// It has no key.
    Nameless(PatchError),
}

/// Where the elements of a list are; of equal ones, the first. What is behind an element that is no object
/// is nowhere.
fn places<'n>(
    elements: impl Iterator<Item = &'n Node>,
    key: &str,
) -> (HashMap<Identity, usize>, Option<Unknown>) {
    let mut places = HashMap::new();
    let mut unknown = None;
    for (at, element) in elements.enumerate() {
        match identity(element, key) {
            Ok(identity) => _ = places.entry(identity).or_insert(at),
            Err(error) if matches!(element, Node::Object(_)) || key.is_empty() => {
                unknown.get_or_insert(Unknown::Nameless(error));
            }
            Err(error) => {
                unknown.get_or_insert(Unknown::NotAnObject(at, error));
                break;
            }
        }
    }
    (places, unknown)
}

type Identified = (Identity, Node);

/// Elements in the order of their places; directives that delete come last.
fn sorted(elements: Vec<Identified>, places: &HashMap<Identity, usize>) -> Vec<Identified> {
    let deletes = |element: &Node| match element {
        Node::Object(fields) => fields.get(PATCH) == Some(&Node::String("delete".into())),
        _ => false,
    };
    let (deleting, mut sorted): (Vec<_>, Vec<_>) = elements
        .into_iter()
        .partition(|(_, element)| deletes(element));
    let place = |(identity, _): &Identified| places.get(identity).copied();
    if sorted.len() > SHORT || sorted.iter().all(|element| place(element).is_some()) {
        sorted.sort_by_key(place);
    } else {
        // To Go's comparison an element without a place is before any other, and any other before it:
        // what comes out is up to its way of sorting, which for a short list is this.
        for end in 1..sorted.len() {
            let mut at = end;
            while at > 0 {
                let before = match (place(&sorted[at]), place(&sorted[at - 1])) {
                    (Some(this), Some(previous)) => this < previous,
                    _ => true,
                };
                if !before {
                    break;
                }
                sorted.swap(at, at - 1);
                at -= 1;
            }
        }
    }
    sorted.extend(deleting);
    sorted
}

/// The elements of a patch are in the order that it wants, and none is missing there.
fn agree(patch: &[Node], wanted: &[Node], key: &str) -> Result<(), PatchError> {
    if patch.is_empty() || wanted.is_empty() {
        return Ok(());
    }
    let directive = |element: &Node| match element {
        Node::Object(fields) => fields.get(PATCH).cloned(),
        _ => None,
    };
    if !key.is_empty()
        && let Some(other) = patch.iter().find(|node| !matches!(node, Node::Object(_)))
    {
        return Err(wrong_type(MAP, other));
    }
    let deletes = |element: &Node| directive(element) == Some(Node::String("delete".into()));
    let patched = patch
        .iter()
        .filter(|element| key.is_empty() || !deletes(element));
    let mut patched = patched.peekable();
    for wanted in wanted {
        while patched.next_if(|next| directive(next).is_some()).is_some() {}
        let Some(next) = patched.peek() else {
            break;
        };
        let equal = match key {
            "" => *next == wanted,
            key => keyed(next, key)?.1 == keyed(wanted, key)?.1,
        };
        if equal {
            patched.next();
        }
    }
    match patched.peek() {
        None => Ok(()),
        Some(_) => Err(PatchError::Internal(format!(
            "The order in patch list:\n{}\n doesn't match {ORDER} list:\n{}\n",
            shown_list(patch),
            shown_list(wanted)
        ))),
    }
}

/// Up to this length Go sorts by insertion.
const SHORT: usize = 20;
