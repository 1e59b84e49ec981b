//! What a patch makes of an object.
//!
//! Pure: an object in, an object out. A patch is read once and applied as often as the object changes
//! underneath it. What comes out is JSON for the decoder to judge, as if a client had sent it.

mod error;
mod json;
mod merge;
mod node;
mod strategic;
#[cfg(test)]
mod tests;

use pintle_codec::Object;

use crate::schema::Struct;
pub(crate) use error::PatchError;
use node::{Fields, Node};

/// The kinds of patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PatchKind {
    /// JSON Patch.
    Json,
    /// JSON merge patch.
    Merge,
    /// Strategic merge patch.
    Strategic,
}

/// A patch.
#[derive(Clone, Debug)]
pub(crate) struct Patch {
    kind: PatchKind,
    steps: Steps,
    /// What the patch itself says too much, in the words of a warning.
    excess: Vec<String>,
}

#[derive(Clone, Debug)]
enum Steps {
    Operations(Vec<Node>),
    Fields(Fields),
}

impl Patch {
    /// Reads a patch. If it is read strictly, its operations are known to be operations, and what it says
    /// twice is remembered.
    pub(crate) fn read(kind: PatchKind, document: &[u8], strict: bool) -> Result<Self, PatchError> {
        let (node, repeated) = node::read(document).map_err(|error| match kind {
            PatchKind::Json | PatchKind::Merge if strict => {
                PatchError::BadRequest(format!("error decoding patch: {error}"))
            }
            PatchKind::Merge => PatchError::BadRequest("Invalid JSON Patch".to_owned()),
            _ => PatchError::BadRequest(error.to_string()),
        })?;
        let repeats = |prefix: &str| -> Vec<String> {
            let paths = repeated.iter().filter(|_| strict);
            paths
                .map(|path| format!("{prefix}duplicate field \"{path}\""))
                .collect()
        };
        let mut excess = Vec::new();
        let steps = match (kind, node) {
            (PatchKind::Json, node) => {
                let operations = operations(node, strict, &mut excess)?;
                excess.extend(repeats("json patch "));
                excess.truncate(EXCESS_MAX);
                if operations.len() > OPERATIONS_MAX {
                    return Err(PatchError::TooManyOperations {
                        limit: OPERATIONS_MAX,
                        count: operations.len(),
                    });
                }
                Steps::Operations(operations)
            }
            (_, Node::Object(fields)) => {
                excess = repeats("");
                Steps::Fields(fields)
            }
            (PatchKind::Merge, Node::Null) => {
                return Err(PatchError::BadRequest("Invalid JSON Patch".to_owned()));
            }
            (PatchKind::Strategic, Node::Null) => Steps::Fields(Fields::new()),
            (_, other) => {
                let prefix = match kind {
                    PatchKind::Merge if strict => "error decoding patch: ",
                    _ => "",
                };
                return Err(PatchError::BadRequest(format!(
                    "{prefix}json: cannot unmarshal {} into Go value of type \
                     map[string]interface {{}}",
                    kind_of(&other)
                )));
            }
        };
        Ok(Self {
            kind,
            steps,
            excess,
        })
    }

    /// What the patch itself says too much: unknown and repeated fields, in the words of a warning.
    pub(crate) fn excess(&self) -> &[String] {
        &self.excess
    }

    /// The object as the patch changes it, as JSON.
    pub(crate) fn apply(
        &self,
        object: &Object,
        schema: &'static Struct,
    ) -> Result<Vec<u8>, PatchError> {
        let mut object = node::fields_of(object);
        let patched = match (&self.steps, self.kind) {
            (Steps::Operations(operations), _) => json::apply(operations, object)?,
            (Steps::Fields(patch), PatchKind::Strategic) => {
                Node::Object(strategic::apply(object, patch.clone(), schema)?)
            }
            (Steps::Fields(patch), _) => {
                merge::apply(&mut object, patch.clone());
                Node::Object(object)
            }
        };
        Ok(patched.to_json())
    }

    /// The patch as the real server's messages show it.
    pub(crate) fn shown(&self) -> String {
        match &self.steps {
            Steps::Operations(operations) => node::shown_list(operations),
            Steps::Fields(fields) => node::shown_fields(fields),
        }
    }
}

/// The operations of a JSON Patch.
fn operations(node: Node, strict: bool, excess: &mut Vec<String>) -> Result<Vec<Node>, PatchError> {
    let bad = |found: &Node, into: &str| {
        let prefix = if strict { "error decoding patch: " } else { "" };
        Err(PatchError::BadRequest(format!(
            "{prefix}json: cannot unmarshal {} into Go {into}",
            kind_of(found)
        )))
    };
    let operations = match node {
        Node::Array(operations) => operations,
        Node::Null => Vec::new(),
        other if strict => return bad(&other, "value of type []handlers.jsonPatchOp"),
        other => return bad(&other, "value of type jsonpatch.Patch"),
    };
    for (at, operation) in operations.iter().enumerate() {
        let fields = match operation {
            Node::Object(fields) => fields,
            Node::Null => continue,
            other if strict => return bad(other, "value of type handlers.jsonPatchOp"),
            other => return bad(other, "value of type jsonpatch.Operation"),
        };
        for (name, value) in fields.iter().filter(|_| strict) {
            match (name.as_str(), value) {
                ("op" | "path" | "from", Node::String(_) | Node::Null) | ("value", _) => {}
                ("op" | "path" | "from", other) => {
                    let field = format!("struct field jsonPatchOp.{name} of type string");
                    return bad(other, &field);
                }
                _ => excess.push(format!("json patch unknown field \"[{at}].{name}\"")),
            }
        }
    }
    excess.truncate(EXCESS_MAX);
    Ok(operations)
}

fn kind_of(node: &Node) -> &'static str {
    match node {
        Node::Null => "null",
        Node::Bool(_) => "bool",
        Node::Int(_) | Node::Float(_) => "number",
        Node::String(_) => "string",
        Node::Array(_) => "array",
        Node::Object(_) => "object",
    }
}

/// As kube-apiserver.
const OPERATIONS_MAX: usize = 10_000;
/// As the strict decoder of kube-apiserver.
const EXCESS_MAX: usize = 100;
