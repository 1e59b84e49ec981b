//! What the schema says of a field, in the way in which Go looks it up.

use super::PatchError;
use crate::schema::{Cardinality, Field, Shape, Struct};

/// What holds fields.
#[derive(Clone, Copy, Debug)]
pub(super) enum Type {
    /// A struct.
    Struct(&'static Struct),
    /// Something whose JSON is not that of its fields, under its name in Go.
    Opaque(&'static str),
    /// Something of this kind in Go, which has no fields.
    Other(&'static str),
}

/// A field that is looked up: what it holds, and how it is merged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) type_: Type,
    /// Whether the patch takes the place of the value.
    pub(super) replaces: bool,
    /// Whether a list is merged element by element.
    pub(super) merges: bool,
    /// The field that identifies an element; empty if it is the element itself.
    pub(super) merge_key: &'static str,
}

impl Type {
    /// A field that holds an object.
    pub(super) fn object(self, name: &str) -> Result<Found, PatchError> {
        let field = self.field(name)?;
        let type_ = match field.cardinality {
            Cardinality::One => Self::of(field),
            Cardinality::List => Self::Other("slice"),
            Cardinality::Map | Cardinality::MapOfLists => Self::Other("map"),
        };
        Ok(found(field, type_))
    }

    /// A field that holds a list.
    pub(super) fn list(self, name: &str) -> Result<Found, PatchError> {
        let field = self.field(name)?;
        if field.cardinality != Cardinality::List {
            return Err(PatchError::Internal(
                "expected slice or array type, but got: struct".to_owned(),
            ));
        }
        Ok(found(field, Self::of(field)))
    }

    /// The kind that Go says it is.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Struct(_) | Self::Opaque(_) => "struct",
            Self::Other(kind) => kind,
        }
    }

    /// What one value of a field is.
    fn of(field: &'static Field) -> Self {
        match field.shape {
            Shape::Struct(schema) => Self::Struct(schema),
            Shape::Any if field.go.ends_with("interface {}") => Self::Other("interface"),
            Shape::Any | Shape::Json | Shape::StructOr(..) => {
                let name = field.go.rsplit('.').next();
                Self::Opaque(name.unwrap_or(field.go))
            }
            Shape::String => Self::Other("string"),
            Shape::Bool => Self::Other("bool"),
            Shape::Int32 => Self::Other("int32"),
            Shape::Int64 => Self::Other("int64"),
            Shape::Float64 => Self::Other("float64"),
            Shape::Bytes => Self::Other("slice"),
            Shape::Time => Self::Opaque("Time"),
            Shape::MicroTime => Self::Opaque("MicroTime"),
            Shape::Duration => Self::Opaque("Duration"),
            Shape::Quantity => Self::Opaque("Quantity"),
            Shape::IntOrString => Self::Opaque("IntOrString"),
        }
    }

    fn field(self, name: &str) -> Result<&'static Field, PatchError> {
        let unknown = |of: &str| {
            PatchError::Internal(format!(
                "unable to find api field in struct {of} for the json field {}",
                crate::quote::Quoted(name)
            ))
        };
        match self {
            Self::Struct(schema) => {
                let mut fields = schema.fields.iter();
                let field = fields.find(|field| field.json == name);
                field.ok_or_else(|| unknown(schema.name))
            }
            Self::Opaque(of) => Err(unknown(of)),
            Self::Other(kind) => Err(PatchError::Internal(format!(
                "merging an object in json but data type is not struct, instead is: {kind}"
            ))),
        }
    }
}

fn found(field: &'static Field, type_: Type) -> Found {
    let says = |strategy| field.rules.patch.contains(&strategy);
    Found {
        type_,
        replaces: says("replace"),
        merges: says("merge"),
        merge_key: field.rules.merge_key,
    }
}
