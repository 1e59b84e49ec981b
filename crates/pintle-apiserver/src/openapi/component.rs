//! [`Component`], what OpenAPI has a name for.

use std::{borrow::Cow, ptr};

use crate::schema::{Field, Resource, Shape, Struct};

/// What OpenAPI has a name for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Component {
    /// A struct.
    Struct(&'static Struct),
    /// The list of a resource's objects.
    List(&'static Resource),
    /// A type that is no struct in JSON.
    Opaque(&'static Opaque),
}

/// A type that spells itself in JSON, so that nothing follows from its fields.
#[derive(Debug)]
pub(super) struct Opaque {
    /// Its name in OpenAPI.
    pub(super) name: &'static str,
    /// Its type in JSON; empty if it may be any.
    pub(super) type_: &'static str,
    /// What it may be in OpenAPI 3, which can say that there are several.
    pub(super) one_of: &'static [&'static str],
    /// The format of its text.
    pub(super) format: &'static str,
}

impl Component {
    /// The name.
    pub(super) fn name(self) -> Cow<'static, str> {
        match self {
            Self::Struct(of) => format!("{}.{}", of.package, of.name).into(),
            Self::List(of) => format!("{}.{}List", of.schema.package, of.kind).into(),
            Self::Opaque(of) => of.name.into(),
        }
    }

    /// The component that a value of a field is, if it is not just a string or a number.
    pub(super) fn of(field: &Field) -> Option<Self> {
        Some(match field.shape {
            Shape::Struct(schema) => Self::Struct(schema),
            Shape::Time => Self::Opaque(&TIME),
            Shape::MicroTime => Self::Opaque(&MICRO_TIME),
            Shape::Duration => Self::Opaque(&DURATION),
            Shape::Quantity => Self::Opaque(&QUANTITY),
            Shape::IntOrString => Self::Opaque(&INT_OR_STRING),
            Shape::Any | Shape::Json | Shape::StructOr(..) => Self::Opaque(any(field.go)),
            Shape::String | Shape::Bytes | Shape::Bool => return None,
            Shape::Int32 | Shape::Int64 | Shape::Float64 => return None,
        })
    }

    /// What tells it from others.
    pub(super) fn identity(self) -> (u8, *const u8) {
        match self {
            Self::Struct(of) => (0, ptr::from_ref(of).cast()),
            Self::List(of) => (1, ptr::from_ref(of).cast()),
            Self::Opaque(of) => (2, ptr::from_ref(of).cast()),
        }
    }
}

/// The type of a field that is JSON of any kind, by its name in Go.
fn any(go: &str) -> &'static Opaque {
    let type_ = go.rsplit('.').next().unwrap_or(go);
    match type_ {
        "FieldsV1" => &FIELDS_V1,
        "JSON" => &JSON,
        "JSONSchemaPropsOrArray" => &JSON_SCHEMA_PROPS_OR_ARRAY,
        "JSONSchemaPropsOrBool" => &JSON_SCHEMA_PROPS_OR_BOOL,
        "JSONSchemaDependencies" => &JSON_SCHEMA_PROPS_OR_STRING_ARRAY,
        _ => &RAW_EXTENSION,
    }
}

impl Opaque {
    const fn of(name: &'static str, type_: &'static str) -> Self {
        Self {
            name,
            type_,
            one_of: &[],
            format: "",
        }
    }
}

/// What a patch may be: this says nothing.
pub(super) static PATCH: Opaque =
    Opaque::of("io.k8s.apimachinery.pkg.apis.meta.v1.Patch", "object");
static TIME: Opaque = Opaque {
    format: "date-time",
    ..Opaque::of("io.k8s.apimachinery.pkg.apis.meta.v1.Time", "string")
};
static MICRO_TIME: Opaque = Opaque {
    format: "date-time",
    ..Opaque::of("io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", "string")
};
static DURATION: Opaque = Opaque::of("io.k8s.apimachinery.pkg.apis.meta.v1.Duration", "string");
static QUANTITY: Opaque = Opaque {
    one_of: &["string", "number"],
    ..Opaque::of("io.k8s.apimachinery.pkg.api.resource.Quantity", "string")
};
static INT_OR_STRING: Opaque = Opaque {
    one_of: &["integer", "string"],
    format: "int-or-string",
    ..Opaque::of("io.k8s.apimachinery.pkg.util.intstr.IntOrString", "string")
};
static RAW_EXTENSION: Opaque = Opaque::of("io.k8s.apimachinery.pkg.runtime.RawExtension", "object");
static FIELDS_V1: Opaque = Opaque::of("io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", "object");
static JSON: Opaque = Opaque::of(
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON",
    "",
);
static JSON_SCHEMA_PROPS_OR_ARRAY: Opaque = Opaque::of(
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray",
    "",
);
static JSON_SCHEMA_PROPS_OR_BOOL: Opaque = Opaque::of(
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool",
    "",
);
static JSON_SCHEMA_PROPS_OR_STRING_ARRAY: Opaque = Opaque::of(
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray",
    "",
);
