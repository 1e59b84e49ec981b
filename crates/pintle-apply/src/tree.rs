//! [`Tree`], the fields that are set, which every apply configuration consists of.
//!
//! The invariant: what is not set is not there, so unset differs from zero, empty and false.

use std::fmt;

use pintle_codec::json::{self, Writer};
use pintle_codec::{ByteString, Object, Scalar, Str, TypeMeta, Value};
use pintle_meta::{Duration, IntOrString, MicroTime, Quantity, Time};

use crate::ApplyConfiguration;
use crate::meta::v1::ObjectMetaApply;

/// The fields of an object, or of a part of one, that are set.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Tree(pub(crate) Object);

impl Tree {
    /// A whole object of which nothing is known but what it is and its name.
    pub(crate) fn of_kind(type_meta: TypeMeta, name: Str) -> Self {
        let metadata = Object::from([("name", Value::from(name))]);
        Self(Object::from([
            ("kind", Value::from(type_meta.kind)),
            ("apiVersion", Value::from(type_meta.api_version)),
            ("metadata", Value::from(metadata)),
        ]))
    }

    /// Sets a field.
    pub(crate) fn set(&mut self, field: &'static str, value: impl IntoValue) {
        self.0.insert(Str::from_static(field), value.into_value());
    }

    /// Appends to a list, which is empty before.
    pub(crate) fn append<V: IntoValue>(
        &mut self,
        field: &'static str,
        elements: impl IntoIterator<Item = V>,
    ) {
        let elements = elements.into_iter().map(V::into_value);
        let slot = self.0.entry(field);
        match slot {
            Value::Array(list) => list.extend(elements),
            _ => *slot = Value::Array(elements.collect()),
        }
    }

    /// Sets entries of a map, which is empty before.
    pub(crate) fn insert<V: IntoValue>(
        &mut self,
        field: &'static str,
        entries: impl IntoIterator<Item = (impl Into<Str>, V)>,
    ) {
        let object = self.object(field);
        for (key, value) in entries {
            object.insert(key, value.into_value());
        }
    }

    /// Sets the fields of `part` that are set there, and leaves the others as they are.
    pub(crate) fn merge(&mut self, field: &'static str, part: Object) {
        let object = self.object(field);
        for (key, value) in part.into_entries() {
            object.insert(key, value);
        }
    }

    /// Sets fields of the metadata.
    pub(crate) fn change_metadata(
        &mut self,
        change: impl FnOnce(ObjectMetaApply) -> ObjectMetaApply,
    ) {
        let metadata = self.object("metadata");
        let set = ObjectMetaApply::from_tree(std::mem::take(metadata));
        *metadata = change(set).into_tree();
    }

    /// The names of the fields that are set: their values may be secret.
    pub(crate) fn format_debug(&self, type_: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|(name, _)| name).collect();
        write!(f, "{type_}({})", names.join(", "))
    }

    /// The object that a field holds, made empty if it holds none.
    pub(crate) fn object(&mut self, field: &str) -> &mut Object {
        let slot = self.0.entry(field);
        if slot.as_object().is_none() {
            *slot = Value::Object(Object::new());
        }
        slot.as_object_mut().expect("an object was put there")
    }
}

/// What a field can be set to.
pub(crate) trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for Tree {
    fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

impl<V: IntoValue> IntoValue for Vec<V> {
    fn into_value(self) -> Value {
        Value::Array(self.into_iter().map(V::into_value).collect())
    }
}

macro_rules! into_value {
    ($($type:ty: |$value:ident| $into:expr;)*) => {$(
        impl IntoValue for $type {
            fn into_value(self) -> Value {
                let $value = self;
                $into
            }
        }
    )*};
}

into_value! {
    Value: |value| value;
    Str: |text| Value::String(text);
    bool: |truth| Value::Bool(truth);
    i32: |number| Value::Int(number.into());
    i64: |number| Value::Int(number);
    f64: |number| Value::Float(number);
    ByteString: |bytes| as_json(|writer| writer.bytes(&bytes));
    Duration: |duration| scalar(&duration);
    IntOrString: |value| scalar(&value);
    MicroTime: |time| scalar(&time);
    Quantity: |quantity| scalar(&quantity);
    Time: |time| scalar(&time);
}

/// A value as JSON spells it.
fn scalar(scalar: &dyn Scalar) -> Value {
    as_json(|writer| scalar.encode_json(writer))
}

fn as_json(write: impl FnOnce(&mut Writer<'_>)) -> Value {
    let mut out = Vec::new();
    write(&mut Writer::new(&mut out));
    json::parse(&out).expect("what is written is JSON")
}
