//! [`Parameter`], what a request may say beside its body.

use std::collections::BTreeMap;

use pintle_codec::{Object, Value};

use super::dialect::Dialect;
use crate::schema::{Shape, Struct};

/// What a request may say beside its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Parameter {
    /// Its name.
    pub(super) name: &'static str,
    /// Where it stands.
    pub(super) place: Place,
    /// Its type in JSON.
    pub(super) type_: &'static str,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
}

/// The parameters that the operations of a document have in common, by their names in it.
pub(super) type Shared = BTreeMap<String, Parameter>;

impl Parameter {
    /// A parameter in the query.
    pub(super) const fn query(name: &'static str, type_: &'static str) -> Self {
        let place = Place::Query;
        Self { name, place, type_ }
    }

    /// A parameter in the path.
    pub(super) const fn path(name: &'static str) -> Self {
        Self {
            name,
            place: Place::Path,
            type_: "string",
        }
    }

    /// As it stands in an operation or a path. Version 2 refers to those in common.
    pub(super) fn to_value(self, dialect: Dialect, shared: &mut Shared) -> Value {
        if dialect == Dialect::V2 {
            let name = format!("{}-{}-{}", self.name, self.place.name(), self.type_);
            let reference = format!("#/parameters/{name}");
            shared.insert(name, self);
            return Object::from([("$ref", Value::from(reference))]).into();
        }
        let mut parameter = self.named();
        let schema = Object::from([
            ("type", Value::from(self.type_)),
            ("uniqueItems", true.into()),
        ]);
        parameter.insert("schema", schema.into());
        parameter.into()
    }

    /// As version 2 defines one in common.
    pub(super) fn definition(self) -> Value {
        let mut parameter = self.named();
        parameter.insert("type", self.type_.into());
        parameter.insert("uniqueItems", true.into());
        parameter.into()
    }

    fn named(self) -> Object {
        let mut parameter = Object::from([
            ("name", Value::from(self.name)),
            ("in", self.place.name().into()),
        ]);
        if self.place == Place::Path {
            parameter.insert("required", true.into());
        }
        parameter
    }
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
        }
    }
}

/// The parameters that are the fields of a struct of options. A time is none, as in kube-apiserver.
pub(super) fn of_options(options: &'static Struct) -> impl Iterator<Item = Parameter> {
    let fields = options.fields.iter();
    let own = fields.filter(|field| !matches!(field.json, "kind" | "apiVersion"));
    own.filter_map(|field| {
        let type_ = match field.shape {
            Shape::Bool => "boolean",
            Shape::Int32 | Shape::Int64 => "integer",
            Shape::String => "string",
            _ => return None,
        };
        Some(Parameter::query(field.json, type_))
    })
}

/// The object's name.
pub(super) const NAME: Parameter = Parameter::path("name");
/// The object's namespace.
pub(super) const NAMESPACE: Parameter = Parameter::path("namespace");
/// The path behind a proxy.
pub(super) const PATH: Parameter = Parameter::path("path");
/// Whether the answer is indented.
pub(super) const PRETTY: Parameter = Parameter::query("pretty", "string");
/// Of every list.
const SELECTION: [Parameter; 9] = [
    Parameter::query("continue", "string"),
    Parameter::query("fieldSelector", "string"),
    Parameter::query("labelSelector", "string"),
    Parameter::query("limit", "integer"),
    Parameter::query("resourceVersion", "string"),
    Parameter::query("resourceVersionMatch", "string"),
    Parameter::query("sendInitialEvents", "boolean"),
    Parameter::query("shardSelector", "string"),
    Parameter::query("timeoutSeconds", "integer"),
];
/// Of what may be followed.
const FOLLOWING: [Parameter; 2] = [
    Parameter::query("allowWatchBookmarks", "boolean"),
    Parameter::query("watch", "boolean"),
];
/// Of every write.
const DRY_RUN: Parameter = Parameter::query("dryRun", "string");
/// Of writes that have an object.
const WRITING: [Parameter; 2] = [
    Parameter::query("fieldManager", "string"),
    Parameter::query("fieldValidation", "string"),
];
/// Of an apply.
const FORCE: Parameter = Parameter::query("force", "boolean");
/// Of a delete.
const DELETING: [Parameter; 4] = [
    Parameter::query("gracePeriodSeconds", "integer"),
    Parameter::query(
        "ignoreStoreReadErrorWithClusterBreakingPotential",
        "boolean",
    ),
    Parameter::query("orphanDependents", "boolean"),
    Parameter::query("propagationPolicy", "string"),
];

/// Of a list or a watch.
pub(super) fn listing() -> Vec<Parameter> {
    [&SELECTION[..], &FOLLOWING].concat()
}

/// Of a create or an update.
pub(super) fn writing() -> Vec<Parameter> {
    [&[DRY_RUN][..], &WRITING].concat()
}

/// Of a patch.
pub(super) fn patching() -> Vec<Parameter> {
    [&[DRY_RUN, FORCE][..], &WRITING].concat()
}

/// Of the delete of an object.
pub(super) fn deleting() -> Vec<Parameter> {
    [&[DRY_RUN][..], &DELETING].concat()
}

/// Of the delete of a collection.
pub(super) fn deleting_many() -> Vec<Parameter> {
    [&deleting()[..], &SELECTION].concat()
}
