//! [`Schemas`], the components of a document: what its paths refer to, and what that refers to.

use std::collections::{BTreeMap, HashSet};

use pintle_codec::{Object, Value, json};

use super::{
    component::{Component, Opaque},
    dialect::Dialect,
    kinds::{Kind, Kinds},
};
use crate::{
    generated::meta_v1,
    schema::{Cardinality, Field, ListType, MapType, Resource, Rules, Shape, Struct},
};

/// The components of a document. They are collected while its paths are written.
pub(super) struct Schemas<'k> {
    dialect: Dialect,
    kinds: &'k Kinds<'k>,
    known: HashSet<(u8, *const u8)>,
    open: Vec<Component>,
}

impl<'k> Schemas<'k> {
    /// No components.
    pub(super) fn new(dialect: Dialect, kinds: &'k Kinds<'k>) -> Self {
        Self {
            dialect,
            kinds,
            known: HashSet::new(),
            open: Vec::new(),
        }
    }

    /// A reference to a component, which is then one of the document's.
    pub(super) fn refer(&mut self, component: Component) -> Value {
        if self.known.insert(component.identity()) {
            self.open.push(component);
        }
        self.dialect.reference(&component.name())
    }

    /// All that was referred to, by name.
    pub(super) fn finish(mut self) -> Object {
        let mut schemas = BTreeMap::new();
        while let Some(component) = self.open.pop() {
            let schema = match component {
                Component::Struct(of) => self.structure(of),
                Component::List(of) => self.list(of),
                Component::Opaque(of) => self.opaque(of),
            };
            schemas.insert(component.name(), Value::from(schema));
        }
        schemas
            .into_iter()
            .map(|(name, schema)| (name.into_owned(), schema))
            .collect()
    }

    fn structure(&mut self, of: &'static Struct) -> Object {
        let mut schema = Object::from([("type", Value::from("object"))]);
        let required = of.fields.iter().filter(|field| field.rules.required);
        let required: Vec<Value> = required.map(|field| field.json.into()).collect();
        if !required.is_empty() {
            schema.insert("required", required.into());
        }
        let properties = of.fields.iter();
        let properties = properties.map(|field| (field.json, self.property(field)));
        let mut properties: Object = properties.collect();
        if !properties.is_empty() {
            properties.sort();
            schema.insert("properties", properties.into());
        }
        if of.atomic {
            schema.insert("x-kubernetes-map-type", "atomic".into());
        }
        if !of.unions.is_empty() {
            schema.insert("x-kubernetes-unions", parse(of.unions));
        }
        self.say_kinds(&mut schema, self.kinds.of(of));
        schema
    }

    fn list(&mut self, of: &'static Resource) -> Object {
        let string = || Value::from(Object::from([("type", Value::from("string"))]));
        let item = self.element(Shape::Struct(of.schema), Some(Component::Struct(of.schema)));
        let items = Object::from([("type", Value::from("array")), ("items", item.into())]);
        let list_meta = Component::Struct(&meta_v1::LIST_META);
        let metadata = self.element(Shape::Struct(&meta_v1::LIST_META), Some(list_meta));
        let mut schema = Object::from([
            ("type", Value::from("object")),
            ("required", vec![Value::from("items")].into()),
            (
                "properties",
                Object::from([
                    ("apiVersion", string()),
                    ("items", items.into()),
                    ("kind", string()),
                    ("metadata", metadata.into()),
                ])
                .into(),
            ),
        ]);
        let kind = Kind {
            group: of.group,
            version: of.version,
            name: format!("{}List", of.kind).into(),
        };
        self.say_kinds(&mut schema, vec![kind]);
        schema
    }

    fn opaque(&self, of: &Opaque) -> Object {
        let mut schema = Object::new();
        if self.dialect == Dialect::V3 && !of.one_of.is_empty() {
            let one_of = of.one_of.iter().map(|type_| type_of(type_).into());
            schema.insert("oneOf", one_of.collect::<Vec<_>>().into());
        } else if !of.type_.is_empty() {
            schema = type_of(of.type_);
        }
        if !of.format.is_empty() {
            schema.insert("format", of.format.into());
        }
        schema
    }

    fn property(&mut self, field: &'static Field) -> Value {
        let component = Component::of(field);
        let rules = field.rules;
        let mut schema = match field.cardinality {
            Cardinality::One => {
                let mut schema = self.one(field.shape, component, rules);
                self.insert_default(&mut schema, field);
                schema
            }
            Cardinality::List => self.many("array", "items", field, component),
            Cardinality::Map => self.many("object", "additionalProperties", field, component),
            Cardinality::MapOfLists => {
                let list = self.many("array", "items", field, component);
                let mut map = type_of("object");
                map.insert("additionalProperties", list.into());
                map
            }
        };
        extend(&mut schema, rules);
        schema.into()
    }

    fn many(
        &mut self,
        type_: &'static str,
        of: &'static str,
        field: &'static Field,
        component: Option<Component>,
    ) -> Object {
        let mut element = self.element(field.shape, component);
        insert_values(&mut element, field.rules);
        let mut schema = type_of(type_);
        schema.insert(of, element.into());
        schema
    }

    /// One value of a field that has one.
    fn one(&mut self, shape: Shape, component: Option<Component>, rules: &Rules) -> Object {
        let Some(component) = component else {
            let mut schema = scalar(shape);
            insert_values(&mut schema, rules);
            return schema;
        };
        match (self.dialect, self.refer(component)) {
            (Dialect::V2, Value::Object(reference)) => reference,
            // Beside a reference nothing counts; beside what consists of it, everything does.
            (_, reference) => Object::from([("allOf", vec![reference].into())]),
        }
    }

    /// One value of a list or a map.
    fn element(&mut self, shape: Shape, component: Option<Component>) -> Object {
        if let Some(opaque @ Component::Opaque(_)) = component {
            return match self.refer(opaque) {
                Value::Object(reference) => reference,
                _ => Object::new(),
            };
        }
        let mut schema = self.one(shape, component, &Rules::NONE);
        if self.dialect == Dialect::V3
            && let Some(zero) = zero(shape)
        {
            schema.insert("default", zero);
        }
        schema
    }

    fn insert_default(&self, schema: &mut Object, field: &Field) {
        if self.dialect == Dialect::V2 {
            return;
        }
        let always_written = !field.omit_empty && !field.omit_zero;
        let implied = match field.shape {
            Shape::Struct(_) => !field.pointer,
            _ => !field.pointer && always_written,
        };
        let default = match field.rules.default {
            "" if implied => zero(field.shape),
            "" => None,
            explicit => Some(parse(explicit)),
        };
        if let Some(default) = default {
            schema.insert("default", default);
        }
    }

    fn say_kinds(&self, schema: &mut Object, kinds: Vec<Kind>) {
        if kinds.is_empty() {
            return;
        }
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.to_value().into()).collect();
        schema.insert("x-kubernetes-group-version-kind", kinds.into());
    }
}

fn scalar(shape: Shape) -> Object {
    let (type_, format) = match shape {
        Shape::Bool => ("boolean", ""),
        Shape::Int32 => ("integer", "int32"),
        Shape::Int64 => ("integer", "int64"),
        Shape::Float64 => ("number", "double"),
        Shape::Bytes => ("string", "byte"),
        _ => ("string", ""),
    };
    let mut schema = type_of(type_);
    if !format.is_empty() {
        schema.insert("format", format.into());
    }
    schema
}

/// What stands for absence in Go, if OpenAPI says so.
fn zero(shape: Shape) -> Option<Value> {
    Some(match shape {
        Shape::String => "".into(),
        Shape::Bool => false.into(),
        Shape::Int32 | Shape::Int64 | Shape::Float64 => 0.into(),
        Shape::Struct(_) => Object::new().into(),
        _ => return None,
    })
}

fn type_of(type_: &'static str) -> Object {
    Object::from([("type", Value::from(type_))])
}

fn insert_values(schema: &mut Object, rules: &Rules) {
    if !rules.values.is_empty() {
        let values: Vec<_> = rules.values.iter().map(|value| (*value).into()).collect();
        schema.insert("enum", values.into());
    }
}

/// How the field is merged.
fn extend(schema: &mut Object, rules: &Rules) {
    let mut extend = |name: &'static str, value: &str| {
        if !value.is_empty() {
            schema.insert(name, value.into());
        }
    };
    extend(
        "x-kubernetes-list-type",
        match rules.list {
            ListType::Unset => "",
            ListType::Atomic => "atomic",
            ListType::Set => "set",
            ListType::Map => "map",
        },
    );
    extend("x-kubernetes-patch-merge-key", rules.merge_key);
    extend("x-kubernetes-patch-strategy", &rules.patch.join(","));
    extend(
        "x-kubernetes-map-type",
        match rules.map {
            MapType::Unset => "",
            MapType::Atomic => "atomic",
            MapType::Granular => "granular",
        },
    );
    if !rules.keys.is_empty() {
        let keys: Vec<_> = rules.keys.iter().map(|key| (*key).into()).collect();
        schema.insert("x-kubernetes-list-map-keys", keys.into());
    }
}

/// JSON of the generated tables.
fn parse(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap_or_default()
}
