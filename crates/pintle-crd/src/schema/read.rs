//! Reading JSON Schema: each schema is taken apart into what a value is and what is demanded of it.

use schemars::Schema;
use serde_json::{Map, Value as Json};

use super::checks::{Bound, Checks};
use super::format;
use super::shape::{Shape, Type};
use super::variants;
use crate::error::ErrorKind;
use crate::{Error, Rule};

/// A schema, taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Node {
    pub(super) shape: Shape,
    pub(super) checks: Checks,
    /// Fields other than those that are named are refused. Kubernetes drops such fields before it
    /// looks; it matters for telling alternatives apart only.
    pub(super) closed: bool,
}

impl Node {
    /// What has to be both. What this one says of itself counts more.
    pub(super) fn and(self, other: Self) -> Result<Self, Error> {
        Ok(Self {
            shape: self.shape.and(other.shape)?,
            checks: self.checks.and(other.checks),
            closed: self.closed || other.closed,
        })
    }
}

/// Reads schemas that refer to definitions.
pub(super) struct Reader<'d> {
    definitions: &'d Map<String, Json>,
    /// The names of the definitions that are being read, from the outside in.
    within: Vec<String>,
}

impl<'d> Reader<'d> {
    pub(super) fn new(definitions: &'d Map<String, Json>) -> Self {
        Self {
            definitions,
            within: Vec::new(),
        }
    }

    pub(super) fn read(&mut self, schema: &Schema) -> Result<Node, Error> {
        self.node(schema.as_value())
    }

    fn node(&mut self, schema: &Json) -> Result<Node, Error> {
        match schema {
            Json::Bool(true) => Ok(Node::default()),
            Json::Bool(false) => Err(Error::unsupported(
                "no value fits, as of an enum without variants: leave the field out",
            )),
            Json::Object(keywords) => self.object(keywords),
            other => Err(Error::invalid(format!("{other} is no schema"))),
        }
    }

    fn object(&mut self, keywords: &Map<String, Json>) -> Result<Node, Error> {
        let mut node = Node::default();
        let mut parts = Vec::new();
        let mut not = None;
        for (keyword, value) in keywords {
            match keyword.as_str() {
                "$ref" => parts.push(self.reference(value)?),
                "allOf" => {
                    for schema in schemas(keyword, value)? {
                        parts.push(self.node(schema)?);
                    }
                }
                "anyOf" => parts.push(self.variants(schemas(keyword, value)?, false)?),
                "oneOf" => parts.push(self.variants(schemas(keyword, value)?, true)?),
                "not" => not = Some(self.node(value)?),
                "properties" => self.properties(value, &mut node)?,
                "items" => self.items(value, &mut node)?,
                "prefixItems" => self.tuple(value, &mut node)?,
                "additionalProperties" | "unevaluatedProperties" => {
                    self.values(value, &mut node)?;
                }
                _ => keyword_alone(keyword, value, &mut node)?,
            }
        }
        set_type(keywords, &mut node)?;
        format::settle(&mut node);
        for part in parts {
            node = node.and(part)?;
        }
        if keywords.get("nullable") == Some(&Json::Bool(true)) {
            node.shape.nullable = true;
        }
        if let Some(not) = not {
            if !node.shape.covers(&not.shape) {
                return Err(Error::unsupported(
                    "`not` of a schema that has fields or a type of its own: `not` can only deny \
                     what is demanded of fields that the schema itself has",
                ));
            }
            let denied = Checks {
                not: Some(Box::new(not.checks)),
                ..Checks::default()
            };
            node.checks = node.checks.and(denied);
        }
        Ok(node)
    }

    fn reference(&mut self, reference: &Json) -> Result<Node, Error> {
        let reference = text("$ref", reference)?;
        let name = reference.strip_prefix("#/$defs/").map(definition_name);
        let Some((name, schema)) = name.and_then(|name| {
            let schema = self.definitions.get(&name)?;
            Some((name, schema))
        }) else {
            return Err(Error::invalid(format!("{reference} refers to nothing")));
        };
        if let Some(start) = self.within.iter().position(|outer| *outer == name) {
            let mut chain = self.within[start..].join(" → ");
            chain.push_str(" → ");
            chain.push_str(&name);
            return Err(Error::new(
                ErrorKind::Recursive,
                format!(
                    "the type {name} contains itself ({chain}), and a schema of Kubernetes has an \
                     end: leave the inner one open with \
                     #[schemars(with = \"pintle::meta::RawExtension\")]"
                ),
            ));
        }
        self.within.push(name);
        let node = self.node(schema);
        self.within.pop();
        node
    }

    fn variants(&mut self, schemas: &[Json], exclusive: bool) -> Result<Node, Error> {
        let (mut nodes, mut nullable) = (Vec::new(), false);
        for schema in schemas {
            if is_null(schema) {
                nullable = true;
            } else {
                nodes.push(self.node(schema)?);
            }
        }
        let mut node = variants::either(nodes, exclusive)?;
        if nullable {
            node.shape.nullable = true;
            if let Some(values) = &mut node.checks.enumeration {
                values.push(Json::Null);
            }
        }
        Ok(node)
    }

    fn properties(&mut self, properties: &Json, node: &mut Node) -> Result<(), Error> {
        let Json::Object(properties) = properties else {
            return Err(Error::invalid("`properties` is no object"));
        };
        for (name, schema) in properties {
            let property = self.node(schema);
            let property = property.map_err(|error| error.within_field(name))?;
            node.shape.properties.insert(name.clone(), property.shape);
            if !property.checks.is_empty() {
                node.checks.properties.insert(name.clone(), property.checks);
            }
        }
        Ok(())
    }

    fn items(&mut self, items: &Json, node: &mut Node) -> Result<(), Error> {
        // Beside `prefixItems`: that there are no more than those.
        if *items == Json::Bool(false) {
            return Ok(());
        }
        let items = self.node(items).map_err(Error::within_items)?;
        node.shape.items = Some(Box::new(items.shape));
        node.checks.items = Some(Box::new(items.checks)).filter(|checks| !checks.is_empty());
        Ok(())
    }

    fn tuple(&mut self, items: &Json, node: &mut Node) -> Result<(), Error> {
        let mut items = schemas("prefixItems", items)?.iter();
        let Some(first) = items.next() else {
            return Ok(());
        };
        if items.any(|other| other != first) {
            return Err(Error::unsupported(
                "a tuple whose parts differ: the items of a list are of one type to Kubernetes, so \
                 name the parts in a struct",
            ));
        }
        self.items(first, node)
    }

    fn values(&mut self, values: &Json, node: &mut Node) -> Result<(), Error> {
        match values {
            Json::Bool(false) => node.closed = true,
            Json::Bool(true) => node.shape.preserve = true,
            schema => {
                let values = self.node(schema).map_err(Error::within_values)?;
                if values.shape.type_ == Type::Any && values.checks.is_empty() {
                    node.shape.preserve = true;
                    return Ok(());
                }
                node.shape.values = Some(Box::new(values.shape));
                let checks = Some(Box::new(values.checks));
                node.checks.values = checks.filter(|checks| !checks.is_empty());
            }
        }
        Ok(())
    }
}

/// A keyword that has no schema within.
fn keyword_alone(keyword: &str, value: &Json, node: &mut Node) -> Result<(), Error> {
    let Node { shape, checks, .. } = node;
    match keyword {
        "title" => shape.title = text(keyword, value)?.to_owned(),
        "description" => shape.description = text(keyword, value)?.to_owned(),
        // To Kubernetes a default of null is none.
        "default" => shape.default = Some(value.clone()).filter(|value| !value.is_null()),
        "const" => checks.enumeration = Some(vec![value.clone()]),
        "enum" => checks.enumeration = Some(list(keyword, value)?.clone()),
        "format" => checks.format = Some(text(keyword, value)?.to_owned()),
        "pattern" => checks.pattern = Some(text(keyword, value)?.to_owned()),
        "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum" => {
            limit(keyword, value, checks)?;
        }
        "multipleOf" => checks.multiple_of = Some(number(keyword, value)?),
        "minLength" => checks.min_length = Some(count(keyword, value)?),
        "maxLength" => checks.max_length = Some(count(keyword, value)?),
        "minItems" => checks.min_items = Some(count(keyword, value)?),
        "maxItems" => checks.max_items = Some(count(keyword, value)?),
        "minProperties" => checks.min_properties = Some(count(keyword, value)?),
        "maxProperties" => checks.max_properties = Some(count(keyword, value)?),
        "required" => checks.required = texts(keyword, value)?,
        "x-kubernetes-preserve-unknown-fields" => shape.preserve = truth(keyword, value)?,
        "x-kubernetes-embedded-resource" => shape.embedded = truth(keyword, value)?,
        "x-kubernetes-list-type" => shape.list_type = Some(text(keyword, value)?.to_owned()),
        "x-kubernetes-list-map-keys" => shape.list_map_keys = texts(keyword, value)?,
        "x-kubernetes-map-type" => shape.map_type = Some(text(keyword, value)?.to_owned()),
        Rule::KEYWORD => shape.rules = Rule::read(value)?,
        // Looked at together, by `set_type` and `format::settle`.
        "type" | "x-kubernetes-int-or-string" | "nullable" | "uniqueItems" => {}
        _ if keyword.starts_with("x-kubernetes-") => {
            return Err(Error::invalid(format!("Kubernetes knows no `{keyword}`")));
        }
        "patternProperties" => {
            return Err(Error::unsupported(
                "a map whose keys are not any text: Kubernetes cannot say what keys look like, so \
                 take text as keys, or a list",
            ));
        }
        _ if UNSUPPORTED.contains(&keyword) => {
            return Err(Error::unsupported(format!("Kubernetes has no `{keyword}`")));
        }
        // What describes and demands nothing.
        _ => {}
    }
    Ok(())
}

/// The type, and whether there may be null instead.
fn set_type(keywords: &Map<String, Json>, node: &mut Node) -> Result<(), Error> {
    if keywords.get("uniqueItems") == Some(&Json::Bool(true)) {
        let list_type = &mut node.shape.list_type;
        list_type.get_or_insert_with(|| "set".to_owned());
    }
    if keywords.get("x-kubernetes-int-or-string") == Some(&Json::Bool(true)) {
        (node.shape.type_, node.shape.nullable) = (Type::IntOrString, false);
        return Ok(());
    }
    let names = match keywords.get("type") {
        Some(Json::Array(_)) => texts("type", &keywords["type"])?,
        Some(name) => vec![text("type", name)?.to_owned()],
        None => {
            let implied = implied_type(&node.shape, &node.checks);
            if implied != Type::Any {
                node.shape.type_ = implied;
                node.shape.nullable = false;
            }
            return Ok(());
        }
    };
    let (mut types, mut nullable) = (Vec::new(), false);
    for name in &names {
        match Type::of_name(name) {
            Some(type_) => types.push(type_),
            None if name == "null" => nullable = true,
            None => return Err(Error::invalid(format!("there is no type {name:?}"))),
        }
    }
    types.sort_unstable();
    node.shape.type_ = match types[..] {
        [] => {
            return Err(Error::unsupported(
                "the value is always null, as that of `()` is: it says nothing, so leave the field \
                 out",
            ));
        }
        [one] => one,
        [Type::Integer, Type::Number] => Type::Number,
        [Type::Integer, Type::String] => Type::IntOrString,
        _ => return Err(variants::of_several_types(&types)),
    };
    node.shape.nullable = nullable;
    Ok(())
}

/// The type of a schema that names none: that of its parts.
fn implied_type(shape: &Shape, checks: &Checks) -> Type {
    let has_fields = !shape.properties.is_empty() || shape.values.is_some();
    if has_fields || !checks.required.is_empty() {
        return Type::Object;
    }
    if shape.items.is_some() {
        return Type::Array;
    }
    let values = checks.enumeration.iter().flatten();
    let mut types = values.map(Type::of_value);
    match types.next() {
        Some(Some(first)) if types.all(|other| other == Some(first)) => first,
        _ => Type::Any,
    }
}

fn is_null(schema: &Json) -> bool {
    let is = |keyword, value: Json| schema.get(keyword) == Some(&value);
    is("type", "null".into()) || is("const", Json::Null) || is("enum", vec![Json::Null].into())
}

/// The name of a definition, as a JSON pointer in the fragment of a URI spells it.
fn definition_name(pointer: &str) -> String {
    let bytes = pointer.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = pointer.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let byte = escape.and_then(|digits| u8::from_str_radix(digits.trim_start(), 16).ok());
        decoded.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    let decoded = String::from_utf8_lossy(&decoded);
    decoded.replace("~1", "/").replace("~0", "~")
}

/// A limit of numbers; of two at the same end the tighter counts.
fn limit(keyword: &str, value: &Json, checks: &mut Checks) -> Result<(), Error> {
    let bound = Some(Bound {
        value: number(keyword, value)?,
        exclusive: keyword.starts_with("exclusive"),
    });
    let limit = if keyword.to_ascii_lowercase().ends_with("minimum") {
        Checks {
            minimum: bound,
            ..Checks::default()
        }
    } else {
        Checks {
            maximum: bound,
            ..Checks::default()
        }
    };
    *checks = std::mem::take(checks).and(limit);
    Ok(())
}

fn schemas<'v>(keyword: &str, value: &'v Json) -> Result<&'v [Json], Error> {
    list(keyword, value).map(Vec::as_slice)
}

fn list<'v>(keyword: &str, value: &'v Json) -> Result<&'v Vec<Json>, Error> {
    let wrong = || Error::invalid(format!("`{keyword}` is no list"));
    value.as_array().ok_or_else(wrong)
}

fn text<'v>(keyword: &str, value: &'v Json) -> Result<&'v str, Error> {
    let wrong = || Error::invalid(format!("`{keyword}` is no text"));
    value.as_str().ok_or_else(wrong)
}

fn texts(keyword: &str, value: &Json) -> Result<Vec<String>, Error> {
    let values = list(keyword, value)?.iter();
    let texts = values.map(|value| text(keyword, value).map(str::to_owned));
    texts.collect()
}

fn number(keyword: &str, value: &Json) -> Result<f64, Error> {
    let wrong = || Error::invalid(format!("`{keyword}` is no number"));
    value.as_f64().ok_or_else(wrong)
}

fn count(keyword: &str, value: &Json) -> Result<i64, Error> {
    let wrong = || Error::invalid(format!("`{keyword}` is no count"));
    value.as_i64().filter(|count| *count >= 0).ok_or_else(wrong)
}

fn truth(keyword: &str, value: &Json) -> Result<bool, Error> {
    let wrong = || Error::invalid(format!("`{keyword}` is neither true nor false"));
    value.as_bool().ok_or_else(wrong)
}

/// Keywords that demand something that Kubernetes cannot.
const UNSUPPORTED: &[&str] = &[
    "$dynamicRef",
    "additionalItems",
    "contains",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "propertyNames",
    "then",
    "unevaluatedItems",
];

#[cfg(test)]
mod tests {
    use super::definition_name;

    #[test]
    fn names_of_definitions_are_unescaped() {
        for (pointer, name) in [
            ("core.v1.EnvVar", "core.v1.EnvVar"),
            ("a~1b~0c", "a/b~c"),
            ("Map%20of%C3%A9", "Map of\u{e9}"),
            ("100%", "100%"),
        ] {
            assert_eq!(definition_name(pointer), name);
        }
    }
}
