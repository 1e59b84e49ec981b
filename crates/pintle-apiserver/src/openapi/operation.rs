//! [`Operation`] and [`Path`], what may be done at a path, as a document says it.

use pintle_codec::{Object, Value};

use super::{
    component::{Component, PATCH},
    dialect::Dialect,
    kinds::Kind,
    parameter::{Parameter, Shared},
    schemas::Schemas,
};

/// What is done with one method at a path.
#[derive(Debug)]
pub(super) struct Operation {
    /// The HTTP method.
    pub(super) method: Method,
    /// Its name among all operations.
    pub(super) id: String,
    /// The group version that it is of, as a word.
    pub(super) tag: String,
    /// `x-kubernetes-action`; empty if it has none.
    pub(super) action: &'static str,
    /// The kind that it is about.
    pub(super) kind: Option<Kind>,
    /// What it takes.
    pub(super) body: Body,
    /// What it gives.
    pub(super) answer: Answer,
    /// The codes with which it gives that.
    pub(super) codes: &'static [u16],
    /// The formats in which it gives that.
    pub(super) formats: &'static [&'static str],
    /// What else may be said, what stands in the path included.
    pub(super) parameters: Vec<Parameter>,
}

/// HTTP methods, in the order in which documents have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Put,
    Post,
    Delete,
    Options,
    Head,
    Patch,
}

/// What an operation takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    /// Nothing. Version 2 says in which formats, nevertheless.
    None(&'static [&'static str]),
    /// An object.
    Required(Component),
    /// Options, or none.
    Optional(Component),
    /// A patch.
    Patch,
}

/// What an operation gives.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// Text, or whatever comes.
    Text,
    /// An object.
    Object(Component),
}

/// All that may be done at a path.
#[derive(Debug)]
pub(super) struct Path(pub(super) Vec<Operation>);

impl Path {
    /// The path in a document. What all its operations may be told is said once.
    pub(super) fn to_value(&self, out: &mut Writer<'_, '_>) -> Value {
        let operations = &self.0;
        let mut common = operations
            .first()
            .map(|first| first.parameters.clone())
            .unwrap_or_default();
        common.retain(|parameter| {
            let mut all = operations.iter();
            all.all(|operation| operation.parameters.contains(parameter))
        });
        let mut item = Object::new();
        for operation in operations {
            let value = operation.to_value(&common, out);
            item.insert(operation.method.name(), value);
        }
        if !common.is_empty() {
            item.insert("parameters", out.parameters(common));
        }
        item.into()
    }
}

/// What operations are written with.
pub(super) struct Writer<'w, 'k> {
    /// The version of OpenAPI.
    pub(super) dialect: Dialect,
    /// The components that operations refer to.
    pub(super) schemas: &'w mut Schemas<'k>,
    /// The parameters that operations have in common.
    pub(super) shared: &'w mut Shared,
}

impl Operation {
    fn to_value(&self, common: &[Parameter], out: &mut Writer<'_, '_>) -> Value {
        let mut operation = Object::from([
            ("tags", vec![Value::from(self.tag.as_str())].into()),
            ("operationId", Value::from(self.id.as_str())),
        ]);
        let own = self.parameters.iter().copied();
        let own: Vec<_> = own.filter(|own| !common.contains(own)).collect();
        match out.dialect {
            Dialect::V2 => {
                let consumes = self.body.formats();
                if !consumes.is_empty() {
                    operation.insert("consumes", strings(consumes));
                }
                operation.insert("produces", strings(self.formats));
                operation.insert("schemes", strings(&["https"]));
                let mut parameters: Vec<_> = self.body.parameter(out).into_iter().collect();
                if let Value::Array(own) = out.parameters(own) {
                    parameters.extend(own);
                }
                if !parameters.is_empty() {
                    operation.insert("parameters", parameters.into());
                }
            }
            Dialect::V3 => {
                if !own.is_empty() {
                    operation.insert("parameters", out.parameters(own));
                }
                if let Some(body) = self.body.request(out) {
                    operation.insert("requestBody", body);
                }
            }
        }
        let responses = self.codes.iter().map(|code| {
            let mut response = Object::from([("description", Value::from(phrase(*code)))]);
            let schema = self.answer.schema(out);
            match out.dialect {
                Dialect::V2 => response.insert("schema", schema),
                Dialect::V3 => response.insert("content", content(self.formats, &schema)),
            };
            (code.to_string(), response.into())
        });
        let mut responses: Object = responses.collect();
        let unauthorized = Object::from([("description", Value::from(phrase(401)))]);
        responses.insert("401", unauthorized.into());
        operation.insert("responses", responses.into());
        if !self.action.is_empty() {
            operation.insert("x-kubernetes-action", self.action.into());
        }
        if let Some(kind) = &self.kind {
            let kind = kind.to_value().into();
            operation.insert("x-kubernetes-group-version-kind", kind);
        }
        operation.into()
    }
}

impl Writer<'_, '_> {
    fn parameters(&mut self, mut parameters: Vec<Parameter>) -> Value {
        parameters.sort();
        let parameters = parameters.into_iter();
        let values = parameters.map(|parameter| parameter.to_value(self.dialect, self.shared));
        values.collect::<Vec<_>>().into()
    }
}

impl Body {
    /// What version 2 says that it is in.
    fn formats(self) -> &'static [&'static str] {
        match self {
            Self::None(formats) => formats,
            Self::Required(_) | Self::Optional(_) => ANY,
            Self::Patch => PATCHES,
        }
    }

    fn component(self) -> Option<(Component, bool)> {
        match self {
            Self::None(_) => None,
            Self::Required(component) => Some((component, true)),
            Self::Optional(component) => Some((component, false)),
            Self::Patch => Some((Component::Opaque(&PATCH), true)),
        }
    }

    fn parameter(self, out: &mut Writer<'_, '_>) -> Option<Value> {
        let (component, required) = self.component()?;
        let mut body = Object::from([
            ("name", Value::from("body")),
            ("in", "body".into()),
            ("schema", out.schemas.refer(component)),
        ]);
        if required {
            body.insert("required", true.into());
        }
        Some(body.into())
    }

    fn request(self, out: &mut Writer<'_, '_>) -> Option<Value> {
        let (component, required) = self.component()?;
        let schema = out.schemas.refer(component);
        let mut body = Object::from([("content", content(self.formats(), &schema))]);
        if required {
            body.insert("required", true.into());
        }
        Some(body.into())
    }
}

impl Answer {
    fn schema(self, out: &mut Writer<'_, '_>) -> Value {
        match self {
            Self::Text => Object::from([("type", Value::from("string"))]).into(),
            Self::Object(component) => out.schemas.refer(component),
        }
    }
}

impl Method {
    /// Its name in a document.
    fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::Post => "post",
            Self::Delete => "delete",
            Self::Options => "options",
            Self::Head => "head",
            Self::Patch => "patch",
        }
    }
}

fn content(formats: &[&str], schema: &Value) -> Value {
    let in_format = |format: &&str| {
        let media = Object::from([("schema", schema.clone())]);
        ((*format).to_owned(), Value::from(media))
    };
    let mut content: Object = formats.iter().map(in_format).collect();
    content.sort();
    content.into()
}

fn strings(values: &[&'static str]) -> Value {
    values
        .iter()
        .map(|value| Value::from(*value))
        .collect::<Vec<_>>()
        .into()
}

/// What HTTP calls a code.
fn phrase(code: u16) -> &'static str {
    match code {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        _ => "Unauthorized",
    }
}

/// Any format.
pub(super) const ANY: &[&str] = &["*/*"];
/// The formats of objects.
pub(super) const OBJECTS: &[&str] = &[JSON, YAML, PROTOBUF];
/// The formats of objects, and of streams of events.
pub(super) const STREAMS: &[&str] = &[
    JSON,
    YAML,
    PROTOBUF,
    "application/json;stream=watch",
    "application/vnd.kubernetes.protobuf;stream=watch",
];
/// The formats of a log.
pub(super) const LOGS: &[&str] = &["text/plain", JSON, YAML, PROTOBUF];
/// JSON.
pub(super) const JSON: &str = "application/json";
const YAML: &str = "application/yaml";
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
const PATCHES: &[&str] = &[
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
];
