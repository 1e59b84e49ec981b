//! JSON Patch (RFC 6902), as kube-apiserver takes it.
//!
//! That is more than the standard says, and clients rely on it: a field can be replaced that is not
//! there, an index counts from the end if it is negative, and a null stands for an absence. A patch that
//! does not apply leaves nothing behind, since it works on a copy.

use pintle_codec::{Str, json::MAX_DEPTH};

use super::{
    PatchError,
    node::{Fields, Node},
};

/// Applies operations one after the other.
pub(super) fn apply(operations: &[Node], object: Fields) -> Result<Node, PatchError> {
    let mut patching = Patching {
        document: Node::Object(object),
        copied: 0,
        work: 0,
    };
    for operation in operations {
        let done = patching.step(operation);
        done.filter(|()| patching.work <= WORK_MAX)
            .ok_or(PatchError::Inapplicable)?;
    }
    Ok(patching.document)
}

struct Patching {
    document: Node,
    /// The size of all copies, in bytes of JSON.
    copied: usize,
    /// How many values were moved or looked at.
    work: usize,
}

/// A path, split at its slashes.
type Path = Vec<String>;

/// A step that cannot be done says no more than that, since the real server does not either.
impl Patching {
    fn step(&mut self, operation: &Node) -> Option<()> {
        let Node::Object(fields) = operation else {
            return None;
        };
        let text = |field| match fields.get(field) {
            Some(Node::String(text)) => Some(text),
            _ => None,
        };
        let path = |field| text(field).map(split);
        let value = || fields.get("value").cloned().unwrap_or_default();
        match text("op")?.as_str() {
            "add" => self.add(&path("path")?, value()),
            "remove" => self.remove(&path("path")?).map(drop),
            "replace" => self.replace(&path("path")?, value()),
            "move" => {
                let moved = self.remove(&path("from")?)?;
                self.add(&path("path")?, moved)
            }
            "copy" => {
                let copied = self.get(&path("from")?)?.cloned().unwrap_or_default();
                self.copied += copied.to_json().len();
                if self.copied > COPIED_MAX {
                    return None;
                }
                self.add(&path("path")?, copied)
            }
            "test" => {
                let (path, expected) = (path("path")?, fields.get("value"));
                let found = match path.as_slice() {
                    [] => Some(&self.document),
                    _ => self.get(&path)?,
                };
                (found.unwrap_or(&Node::Null) == expected.unwrap_or(&Node::Null)).then_some(())
            }
            _ => None,
        }
    }

    fn add(&mut self, path: &[String], value: Node) -> Option<()> {
        let deep = path.len() + value.depth(&mut self.work);
        let (key, parent) = parent(&mut self.document, path)?;
        if deep > MAX_DEPTH {
            return None;
        }
        match parent {
            Node::Object(fields) => drop(fields.insert(key.into(), value)),
            Node::Array(elements) if key == "-" => elements.push(value),
            Node::Array(elements) => {
                let at = index(key, elements.len() + 1)?;
                self.work += elements.len() - at;
                elements.insert(at, value);
            }
            _ => return None,
        }
        Some(())
    }

    fn remove(&mut self, path: &[String]) -> Option<Node> {
        let (key, parent) = parent(&mut self.document, path)?;
        match parent {
            Node::Object(fields) => fields.remove(key),
            Node::Array(elements) => {
                let at = index(key, elements.len())?;
                self.work += elements.len() - at;
                Some(elements.remove(at))
            }
            _ => None,
        }
    }

    fn replace(&mut self, path: &[String], value: Node) -> Option<()> {
        if path.is_empty() {
            let holds_others = matches!(value, Node::Object(_) | Node::Array(_));
            self.document = holds_others.then_some(value)?;
            return Some(());
        }
        let deep = path.len() + value.depth(&mut self.work);
        let (key, parent) = parent(&mut self.document, path)?;
        let slot = match parent {
            Node::Object(fields) => fields.entry(key.into()).or_default(),
            Node::Array(elements) => {
                let at = index(key, elements.len())?;
                &mut elements[at]
            }
            _ => return None,
        };
        *slot = value;
        (deep <= MAX_DEPTH).then_some(())
    }

    /// The value at a path. An object that does not have the field says so; all else is a fault.
    fn get(&mut self, path: &[String]) -> Option<Option<&Node>> {
        let (key, parent) = parent(&mut self.document, path)?;
        match parent {
            Node::Object(fields) => Some(fields.get(key)),
            Node::Array(elements) => Some(elements.get(index(key, elements.len())?)),
            _ => None,
        }
    }
}

/// The last step of a path, and what it is to be made in.
fn parent<'d, 'p>(document: &'d mut Node, path: &'p [String]) -> Option<(&'p str, &'d mut Node)> {
    let (last, parents) = path.split_last()?;
    let mut node = document;
    for key in parents {
        node = match node {
            Node::Object(fields) => fields.get_mut(key.as_str())?,
            Node::Array(elements) => {
                let at = index(key, elements.len())?;
                &mut elements[at]
            }
            _ => return None,
        };
    }
    Some((last, node))
}

/// What stands before the first slash is passed over.
fn split(path: &Str) -> Path {
    let steps = path.split('/').skip(1);
    steps
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// An index below `length`. A negative one counts from the end.
fn index(key: &str, length: usize) -> Option<usize> {
    let index: i64 = key.parse().ok()?;
    let index = match usize::try_from(index) {
        Ok(index) => index,
        Err(_) => length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
    };
    (index < length).then_some(index)
}

/// As kube-apiserver: no more than a body may have.
const COPIED_MAX: usize = 3 << 20;

/// Far more than a sensible patch of a large object needs, and less than a second's work.
const WORK_MAX: usize = 50_000_000;
