//! Writing structural schemas: shape and demands put together again, as Kubernetes wants them.

use pintle_api::apiextensions::v1::{
    JSON, JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use pintle_codec::{List, Map, Str};
use pintle_meta::RawExtension;
use serde_json::Value as Json;

use super::checks::Checks;
use super::read::Node;
use super::shape::{Shape, Type};
use crate::Error;

/// The structural schema of what was read.
pub(super) fn structural(node: Node) -> Result<JSONSchemaProps, Error> {
    whole(node.shape, node.checks)
}

fn whole(mut shape: Shape, mut checks: Checks) -> Result<JSONSchemaProps, Error> {
    settle(&mut shape)?;
    if let Some(values) = &mut checks.enumeration
        && !shape.nullable
    {
        values.retain(|value| !value.is_null());
    }
    let mut schema = demands(&shape, &checks)?;
    for (name, property) in shape.properties {
        let demanded = checks.properties.remove(&name).unwrap_or_default();
        let property = whole(property, demanded);
        let property = property.map_err(|error| error.within_field(&name))?;
        schema.properties.insert(name, property);
    }
    if let Some(items) = shape.items {
        let demanded = checks.items.take().unwrap_or_default();
        let items = whole(*items, *demanded).map_err(Error::within_items)?;
        schema.items = Some(items_of(items));
    }
    if let Some(values) = shape.values {
        let demanded = checks.values.take().unwrap_or_default();
        let values = whole(*values, *demanded).map_err(Error::within_values)?;
        schema.additional_properties = Some(Box::new(JSONSchemaPropsOrBool {
            allows: true,
            schema: Some(Box::new(values)),
        }));
    }
    schema.type_ = shape.type_.name().into();
    schema.x_kubernetes_int_or_string = shape.type_ == Type::IntOrString;
    schema.nullable = shape.nullable;
    schema.title = shape.title.into();
    schema.description = match (shape.description.as_str(), shape.variants.as_str()) {
        (description, "") => description.into(),
        ("", variants) => variants.into(),
        (description, variants) => format!("{description}\n\n{variants}").into(),
    };
    schema.default = shape.default.as_ref().map(json).transpose()?;
    schema.x_kubernetes_preserve_unknown_fields = shape.preserve.then_some(true);
    schema.x_kubernetes_embedded_resource = shape.embedded;
    schema.x_kubernetes_list_type = shape.list_type.map(Str::from);
    schema.x_kubernetes_list_map_keys = texts(shape.list_map_keys);
    schema.x_kubernetes_map_type = shape.map_type.map(Str::from);
    schema.x_kubernetes_validations = shape.rules.into();
    Ok(schema)
}

/// Leaves of a shape what Kubernetes can have together.
fn settle(shape: &mut Shape) -> Result<(), Error> {
    match shape.type_ {
        // What is known of some values does not hold for all.
        Type::Any => {
            shape.properties.clear();
            (shape.items, shape.values) = (None, None);
            shape.preserve = true;
        }
        Type::Object if shape.preserve && shape.properties.is_empty() => shape.values = None,
        // Fields beside a map: the map's values stay as they come.
        Type::Object if shape.values.is_some() && !shape.properties.is_empty() => {
            shape.values = None;
            shape.preserve = true;
        }
        Type::Array if shape.items.is_none() => shape.items = Some(Box::default()),
        _ => {}
    }
    if shape.embedded {
        if shape.type_ != Type::Object {
            return Err(Error::invalid("an embedded resource is an object"));
        }
        shape.preserve |= shape.properties.is_empty();
    }
    if shape.list_type.is_some() && shape.type_ != Type::Array {
        return Err(Error::invalid("`x-kubernetes-list-type` is for lists"));
    }
    if shape.map_type.is_some() && shape.type_ != Type::Object {
        return Err(Error::invalid("`x-kubernetes-map-type` is for objects"));
    }
    if let (Some("set" | "map"), Some(items)) = (shape.list_type.as_deref(), &mut shape.items) {
        items.nullable = false;
    }
    if let (Some("set"), Some(items)) = (shape.list_type.as_deref(), &mut shape.items) {
        // An element of a set is compared as a whole, and merged as one.
        match items.type_ {
            Type::Object => items.map_type = Some("atomic".to_owned()),
            Type::Array => items.list_type = Some("atomic".to_owned()),
            _ => {}
        }
    }
    Ok(())
}

/// What is demanded of a value itself, alternatives included.
fn demands(shape: &Shape, checks: &Checks) -> Result<JSONSchemaProps, Error> {
    let alternatives = |checks: &[Checks]| -> Result<List<JSONSchemaProps>, Error> {
        checks.iter().map(|checks| nested(shape, checks)).collect()
    };
    let bound = |bound: Option<super::checks::Bound>| match bound {
        Some(bound) => (Some(bound.value), bound.exclusive),
        None => (None, false),
    };
    let (minimum, exclusive_minimum) = bound(checks.minimum);
    let (maximum, exclusive_maximum) = bound(checks.maximum);
    let (choice, choice_or_null) = choices(checks)?;
    let mut all_of = alternatives(&checks.all_of)?;
    all_of.extend(choice_or_null);
    Ok(JSONSchemaProps {
        enum_: choice,
        format: text(checks.format.as_ref()),
        pattern: text(checks.pattern.as_ref()),
        minimum,
        exclusive_minimum,
        maximum,
        exclusive_maximum,
        multiple_of: checks.multiple_of,
        min_length: checks.min_length,
        max_length: checks.max_length,
        min_items: checks.min_items,
        max_items: checks.max_items,
        min_properties: checks.min_properties,
        max_properties: checks.max_properties,
        required: texts(checks.required.clone()),
        all_of,
        any_of: alternatives(&checks.any_of)?,
        one_of: alternatives(&checks.one_of)?,
        not: match &checks.not {
            Some(checks) => Some(Box::new(nested(shape, checks)?)),
            None => None,
        },
        ..JSONSchemaProps::default()
    })
}

/// A choice of values; or, where null is one of them, what is demanded beside that the others be
/// chosen from. To the server null is in no choice, not even in one that names it; but what else is
/// demanded it demands of other values only.
fn choices(checks: &Checks) -> Result<(List<JSON>, Option<JSONSchemaProps>), Error> {
    let Some(values) = &checks.enumeration else {
        return Ok((List::new(), None));
    };
    let named = values.iter().filter(|value| !value.is_null());
    let choice: List<JSON> = named.map(json).collect::<Result<_, _>>()?;
    if choice.len() == values.len() {
        return Ok((choice, None));
    }
    let others = JSONSchemaProps {
        enum_: choice,
        ..JSONSchemaProps::default()
    };
    Ok((List::new(), Some(others)))
}

/// An alternative: demands alone, of a value of this shape.
fn nested(shape: &Shape, checks: &Checks) -> Result<JSONSchemaProps, Error> {
    let mut schema = demands(shape, checks)?;
    let mut properties = Map::new();
    for (name, demanded) in &checks.properties {
        // Of a value that may be anything nothing is demanded within.
        let Some(property) = shape.properties.get(name) else {
            continue;
        };
        if name == "metadata" {
            return Err(Error::unsupported(
                "what variants demand of a field `metadata` differs, and Kubernetes does not let \
                 it depend on alternatives: give each variant an object of its own",
            )
            .within_field(name));
        }
        let property = nested(property, demanded).map_err(|error| error.within_field(name))?;
        properties.insert(name.as_str(), property);
    }
    schema.properties = properties;
    if let (Some(items), Some(demanded)) = (&shape.items, &checks.items) {
        let items = nested(items, demanded).map_err(Error::within_items)?;
        schema.items = Some(items_of(items));
    }
    if shape.values.is_some() && checks.values.is_some() {
        return Err(Error::unsupported(
            "what variants demand of the values of a map differs, and Kubernetes does not let it \
             depend on alternatives: give each variant an object of its own",
        )
        .within_values());
    }
    Ok(schema)
}

fn items_of(items: JSONSchemaProps) -> Box<JSONSchemaPropsOrArray> {
    Box::new(JSONSchemaPropsOrArray {
        schema: Some(Box::new(items)),
        ..JSONSchemaPropsOrArray::default()
    })
}

fn json(value: &Json) -> Result<JSON, Error> {
    let raw = RawExtension::from_json(&value.to_string());
    let wrong = |error: pintle_codec::Error| Error::invalid(format!("{value}: {error}"));
    raw.map(JSON).map_err(wrong)
}

fn text(text: Option<&String>) -> Str {
    text.map(Str::from).unwrap_or_default()
}

fn texts(texts: Vec<String>) -> List<Str> {
    texts.into_iter().map(Str::from).collect()
}
