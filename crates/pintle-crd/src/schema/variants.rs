//! Alternatives, as the schemas of enums have them.
//!
//! Kubernetes wants one shape for every place in an object, so the variants of an enum share theirs:
//! what is a field of any variant is a field. What is demanded of a field that one variant alone has
//! moves out with it; what tells the variants apart stays behind, as alternatives.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::checks::{Bound, Checks};
use super::read::Node;
use super::shape::{Shape, Type};
use crate::Error;

/// What is one of the variants; exactly one, if `exclusive`.
pub(super) fn either(mut variants: Vec<Node>, exclusive: bool) -> Result<Node, Error> {
    match variants.len() {
        0 => return Err(Error::unsupported("there is no variant")),
        1 => return Ok(variants.remove(0)),
        _ => {}
    }
    let types: BTreeSet<Type> = variants.iter().map(|node| node.shape.type_).collect();
    let types: Vec<Type> = types.into_iter().collect();
    match types[..] {
        [type_] => same(type_, variants, exclusive),
        [Type::Any, type_] => {
            // An optional enum among the fields of a struct: its fields, or anything.
            for node in &mut variants {
                node.shape.type_ = type_;
            }
            let mut node = same(type_, variants, exclusive)?;
            (node.shape.type_, node.shape.nullable) = (Type::Any, true);
            Ok(node)
        }
        [Type::Any, ..] => Ok(Node::default()),
        [Type::Integer, Type::Number] => {
            let unlimited =
                |node: &Node| node.shape.type_ == Type::Number && node.checks.is_empty();
            let number = variants.into_iter().find(unlimited);
            number.ok_or_else(|| of_several_types(&types))
        }
        _ if types.iter().all(|type_| INT_OR_STRING.contains(type_)) => int_or_string(variants),
        _ => Err(of_several_types(&types)),
    }
}

/// The error of a value that is of one type here and of another there.
pub(super) fn of_several_types(types: &[Type]) -> Error {
    let nouns: Vec<&str> = types.iter().map(|type_| type_.noun()).collect();
    let mut advice = "take one type, or leave the value open with \
                      #[schemars(with = \"serde_json::Value\")]";
    if types == [Type::Object, Type::String] {
        advice = "if it is an enum of variants with fields and others without, give those braces: \
                  `Name {}` is written as an object, `Name` as text";
    }
    Error::unsupported(format!(
        "the value may be {}, and to Kubernetes a field has one type: {advice}",
        nouns.join(" or ")
    ))
}

/// Variants of one type.
fn same(type_: Type, mut variants: Vec<Node>, exclusive: bool) -> Result<Node, Error> {
    let exclusive = exclusive && are_told_apart(&variants);
    let documented = document(&mut variants);
    let (shapes, mut checks): (Vec<Shape>, Vec<Checks>) = variants
        .into_iter()
        .map(|node| (node.shape, node.checks))
        .unzip();
    let (mut shape, mut common) = merge(shapes, &mut checks)?;
    shape.type_ = type_;
    match documented {
        Some(Documented::Values(lines)) => shape.variants = lines,
        Some(Documented::Tag(name, lines)) => {
            if let Some(tag) = shape.properties.get_mut(&name) {
                tag.variants = lines;
            }
        }
        None => {}
    }
    if checks.iter().all(Checks::is_enumeration) {
        // The common choice has them all.
        checks.clear();
    }
    let mut alternatives: Vec<Checks> = Vec::new();
    for variant in checks {
        if !alternatives.contains(&variant) {
            alternatives.push(variant);
        }
    }
    // Where one variant demands nothing, nothing is demanded.
    if !alternatives.iter().any(Checks::is_empty) {
        if alternatives.len() == 1 {
            common = common.and(alternatives.remove(0));
        } else if exclusive {
            common.one_of = alternatives;
        } else {
            common.any_of = alternatives;
        }
    }
    Ok(Node {
        shape,
        checks: common,
        closed: false,
    })
}

/// The shape that the variants share, and what all of them demand. What remains in `checks` is what
/// each demands beyond that.
fn merge(shapes: Vec<Shape>, checks: &mut [Checks]) -> Result<(Shape, Checks), Error> {
    let mut common = common_checks(checks);
    let mut merged = Shape {
        type_: merged_type(&shapes)?,
        nullable: shapes.iter().any(|shape| shape.nullable),
        title: if_same(&shapes, |shape| &shape.title),
        description: if_same(&shapes, |shape| &shape.description),
        variants: if_same(&shapes, |shape| &shape.variants),
        default: if_same(&shapes, |shape| &shape.default),
        preserve: shapes.iter().any(|shape| shape.preserve),
        embedded: alike(&shapes, "x-kubernetes-embedded-resource", |it| &it.embedded)?,
        list_type: alike(&shapes, "x-kubernetes-list-type", |it| &it.list_type)?,
        list_map_keys: alike(&shapes, "x-kubernetes-list-map-keys", |it| {
            &it.list_map_keys
        })?,
        map_type: alike(&shapes, "x-kubernetes-map-type", |it| &it.map_type)?,
        rules: alike(&shapes, "x-kubernetes-validations", |it| &it.rules)?,
        ..Shape::default()
    };
    let names: BTreeSet<String> = shapes
        .iter()
        .flat_map(|shape| shape.properties.keys().cloned())
        .collect();
    let mut shapes = shapes;
    for name in names {
        let part = merge_part(
            &mut shapes,
            checks,
            |shape| shape.properties.remove(&name),
            |checks| checks.properties.remove(&name),
            |checks, rest| drop(checks.properties.insert(name.clone(), rest)),
        );
        let (shape, demanded) = part.map_err(|error| error.within_field(&name))?;
        merged.properties.insert(name.clone(), shape);
        if !demanded.is_empty() {
            common.properties.insert(name, demanded);
        }
    }
    if shapes.iter().any(|shape| shape.items.is_some()) {
        let part = merge_part(
            &mut shapes,
            checks,
            |shape| shape.items.take().map(|items| *items),
            |checks| checks.items.take().map(|items| *items),
            |checks, rest| checks.items = Some(Box::new(rest)),
        );
        let (shape, demanded) = part.map_err(Error::within_items)?;
        merged.items = Some(Box::new(shape));
        common.items = Some(Box::new(demanded)).filter(|checks| !checks.is_empty());
    }
    if shapes.iter().any(|shape| shape.values.is_some()) {
        if !merged.properties.is_empty() {
            return Err(Error::unsupported(
                "one variant is a map and another has fields, and Kubernetes cannot have both in \
                 one place: give the map a field of its own",
            ));
        }
        let part = merge_part(
            &mut shapes,
            checks,
            |shape| shape.values.take().map(|values| *values),
            |checks| checks.values.take().map(|values| *values),
            |checks, rest| checks.values = Some(Box::new(rest)),
        );
        let (shape, demanded) = part.map_err(Error::within_values)?;
        merged.values = Some(Box::new(shape));
        common.values = Some(Box::new(demanded)).filter(|checks| !checks.is_empty());
    }
    Ok((merged, common))
}

/// Merges what some variants have in one place: a field, items, values.
fn merge_part(
    shapes: &mut [Shape],
    checks: &mut [Checks],
    mut take_shape: impl FnMut(&mut Shape) -> Option<Shape>,
    mut take_checks: impl FnMut(&mut Checks) -> Option<Checks>,
    mut put_checks: impl FnMut(&mut Checks, Checks),
) -> Result<(Shape, Checks), Error> {
    let all = shapes.len();
    let (mut owners, mut parts, mut demanded) = (Vec::new(), Vec::new(), Vec::new());
    for (index, shape) in shapes.iter_mut().enumerate() {
        if let Some(part) = take_shape(shape) {
            owners.push(index);
            parts.push(part);
            demanded.push(take_checks(&mut checks[index]).unwrap_or_default());
        }
    }
    if parts.len() == 1 {
        let mut shape = parts.remove(0);
        // It would be set in objects of the other variants too. serde knows it when it reads.
        shape.default = None;
        return Ok((shape, demanded.remove(0)));
    }
    let (mut shape, common) = merge(parts, &mut demanded)?;
    if owners.len() < all {
        shape.default = None;
    }
    for (index, rest) in owners.into_iter().zip(demanded) {
        if !rest.is_empty() {
            put_checks(&mut checks[index], rest);
        }
    }
    Ok((shape, common))
}

/// Takes out of `checks` what all of them demand.
fn common_checks(checks: &mut [Checks]) -> Checks {
    let Some((first, others)) = checks.split_first() else {
        return Checks::default();
    };
    if others.iter().all(|other| other == first) {
        let common = first.clone();
        checks.fill(Checks::default());
        return common;
    }
    let mut common = Checks::default();
    let everywhere = |name: &String| others.iter().all(|other| other.required.contains(name));
    common.required = first.required.clone();
    common.required.retain(everywhere);
    if others.iter().all(|other| other.format == first.format) {
        common.format = first.format.clone();
    }
    let choices = checks.iter().map(|checks| checks.enumeration.as_deref());
    if let Some(choices) = choices.collect::<Option<Vec<_>>>() {
        let mut values: Vec<Json> = Vec::new();
        for value in choices.into_iter().flatten() {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        common.enumeration = Some(values);
    }
    for checks in checks {
        let everywhere = &common.required;
        checks.required.retain(|name| !everywhere.contains(name));
        if common.format.is_some() {
            checks.format = None;
        }
    }
    common
}

fn merged_type(shapes: &[Shape]) -> Result<Type, Error> {
    let types: BTreeSet<Type> = shapes.iter().map(|shape| shape.type_).collect();
    let types: Vec<Type> = types.into_iter().collect();
    match types[..] {
        [one] => Ok(one),
        [Type::Any, ..] => Ok(Type::Any),
        _ => {
            let nouns: Vec<&str> = types.iter().map(|type_| type_.noun()).collect();
            Err(Error::unsupported(format!(
                "the field is {} in different variants, and to Kubernetes a field has one type: \
                 name the fields differently, or give each variant an object of its own",
                nouns.join(" and ")
            )))
        }
    }
}

/// What all say alike of themselves, or nothing.
fn if_same<T: Clone + Default + PartialEq>(shapes: &[Shape], part: fn(&Shape) -> &T) -> T {
    let (first, others) = (part(&shapes[0]), &shapes[1..]);
    if others.iter().all(|other| part(other) == first) {
        first.clone()
    } else {
        T::default()
    }
}

/// What all have to say alike.
fn alike<T: Clone + PartialEq>(
    shapes: &[Shape],
    keyword: &str,
    part: fn(&Shape) -> &T,
) -> Result<T, Error> {
    let (first, others) = (part(&shapes[0]), &shapes[1..]);
    if others.iter().all(|other| part(other) == first) {
        return Ok(first.clone());
    }
    Err(Error::unsupported(format!(
        "`{keyword}` differs between variants, and Kubernetes cannot have it in alternatives: say \
         it of the enum as a whole"
    )))
}

/// Whether a value that fits one of the variants fits no other, once Kubernetes has dropped the
/// fields that it does not know and the variants share their shape.
fn are_told_apart(variants: &[Node]) -> bool {
    let mut pairs = variants
        .iter()
        .enumerate()
        .flat_map(|(index, one)| variants[index + 1..].iter().map(move |other| (one, other)));
    pairs.all(|(one, other)| {
        // What is open loses nothing.
        (!one.closed && !other.closed)
            || have_different_tags(one, other)
            || (one.closed && other.closed && wants_more(one, other) && wants_more(other, one))
    })
}

/// Whether a field that both require has values in one that it does not have in the other.
fn have_different_tags(one: &Node, other: &Node) -> bool {
    let choice = |node: &Node, name: &String| {
        let checks = node.checks.properties.get(name)?;
        checks.enumeration.clone()
    };
    let mut both = one.checks.required.iter();
    both.any(|name| {
        other.checks.required.contains(name)
            && match (choice(one, name), choice(other, name)) {
                (Some(ours), Some(theirs)) => !ours.iter().any(|value| theirs.contains(value)),
                _ => false,
            }
    })
}

/// Whether a field that `one` requires is none that `other` has.
fn wants_more(one: &Node, other: &Node) -> bool {
    let mut required = one.checks.required.iter();
    required.any(|name| !other.shape.properties.contains_key(name))
}

/// Where the variants' own documentation goes.
enum Documented {
    /// To the value, which says which variant it is.
    Values(String),
    /// To the field that says which variant it is.
    Tag(String, String),
}

/// Moves what is said of variants to where it can be read.
fn document(variants: &mut [Node]) -> Option<Documented> {
    let mut lines = String::new();
    let mut line = |value: &Json, node: &Node| {
        if let (Some(value), false) = (value.as_str(), node.shape.description.is_empty()) {
            let words: Vec<&str> = node.shape.description.split_whitespace().collect();
            let start = if lines.is_empty() { "" } else { "\n" };
            lines.push_str(&format!("{start}- `{value}`: {}", words.join(" ")));
        }
    };
    if variants.iter().all(|node| node.checks.is_enumeration()) {
        for node in variants.iter() {
            if let Some([value]) = node.checks.enumeration.as_deref() {
                line(value, node);
            }
        }
        return Some(Documented::Values(lines));
    }
    for node in variants.iter_mut() {
        let Node { shape, checks, .. } = node;
        if let [name] = &checks.required[..]
            && shape.properties.len() == 1
            && !shape.description.is_empty()
            && let Some(property) = shape.properties.get_mut(name)
        {
            // The variant is the field.
            property.description = std::mem::take(&mut shape.description);
        }
    }
    let tag = |node: &Node, name: &String| {
        let checks = node.checks.properties.get(name)?;
        match checks.enumeration.as_deref() {
            Some([value]) if node.checks.required.contains(name) => Some(value.clone()),
            _ => None,
        }
    };
    let mut names = variants[0].shape.properties.keys();
    let is_tag = |name: &&String| variants.iter().all(|node| tag(node, name).is_some());
    let name = names.find(is_tag)?.clone();
    for node in variants.iter() {
        if let Some(value) = tag(node, &name) {
            line(&value, node);
        }
    }
    Some(Documented::Tag(name, lines))
}

const INT_OR_STRING: [Type; 3] = [Type::Integer, Type::IntOrString, Type::String];

/// An integer or text. What is demanded of each can stand side by side, since Kubernetes looks at
/// numbers for the one and at text for the other.
fn int_or_string(variants: Vec<Node>) -> Result<Node, Error> {
    let (mut integers, mut texts) = (Vec::new(), Vec::new());
    for node in variants {
        match node.shape.type_ {
            Type::Integer => integers.push(node),
            Type::String => texts.push(node),
            // It may be either already.
            _ => return Ok(node),
        }
    }
    let (integer, text) = (either(integers, false)?, either(texts, false)?);
    let can_stand = |node: &Node| !node.checks.has_alternatives() && node.shape.rules.is_empty();
    if !can_stand(&integer) || !can_stand(&text) || integer.checks.enumeration.is_some() {
        return Err(Error::unsupported(
            "of an integer or text, only limits can be demanded, and a choice of texts",
        ));
    }
    let mut node = Node::default();
    (node.shape.type_, node.shape.nullable) = (Type::IntOrString, false);
    node.shape.variants = text.shape.variants;
    node.checks = limits_of_integers(integer.checks).and(limits_of_texts(text.checks));
    Ok(node)
}

fn limits_of_integers(mut checks: Checks) -> Checks {
    if checks.format.take().as_deref() == Some("int32") {
        let limits = Checks {
            minimum: Some(Bound::inclusive(f64::from(i32::MIN))),
            maximum: Some(Bound::inclusive(f64::from(i32::MAX))),
            ..Checks::default()
        };
        checks = checks.and(limits);
    }
    checks
}

fn limits_of_texts(mut checks: Checks) -> Checks {
    if let Some(values) = checks.enumeration.take() {
        let values = values.iter().filter_map(Json::as_str).map(quote);
        let pattern = format!("^(?:{})$", values.collect::<Vec<_>>().join("|"));
        let choice = Checks {
            pattern: Some(pattern),
            ..Checks::default()
        };
        checks = checks.and(choice);
    }
    checks
}

/// Text as a regular expression that matches it alone.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\.+*?()|[]{}^$-".contains(character) {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted
}
