//! Versions of one resource over one storage.
//!
//! Objects are stored in one version, which the server itself works on; what clients send and get is
//! converted from and to the version that they ask for. Most versions of a resource differ in name
//! alone, and their bytes are the same; the others have a file here.
//!
//! A conversion changes the fields that differ; what is zero in the other version, and the order of
//! its fields, follows from its tables.

mod autoscaling;
pub(crate) mod deprecation;
mod devices;
mod events;
#[cfg(test)]
mod tests;

use pintle_codec::{Object, protobuf::Writer};

use crate::schema::{Resource, Struct, decode_protobuf, encode_protobuf};

/// How objects of a version become those of the stored one, and back. Nothing is to be done where
/// there is no function.
#[derive(Debug)]
pub(crate) struct Conversion {
    /// Makes what is stored of what a client sent.
    pub(crate) to_stored: Option<fn(&mut Object)>,
    /// Makes what a client gets of what is stored.
    pub(crate) from_stored: Option<fn(&mut Object)>,
    /// The fields that selectors may ask for and what they are called where objects are stored; none
    /// if they have the same names.
    pub(crate) selectable: &'static [(&'static str, &'static str)],
}

/// How a version of a resource is converted.
pub(crate) fn of(resource: &Resource) -> &'static Conversion {
    match (resource.group, resource.version, resource.resource) {
        ("events.k8s.io", _, "events") => &events::CONVERSION,
        ("autoscaling", "v1", "horizontalpodautoscalers") => &autoscaling::V1,
        ("autoscaling", _, "horizontalpodautoscalers") => &autoscaling::V2,
        ("resource.k8s.io", "v1beta1", "resourceclaims") => &devices::CLAIM,
        ("resource.k8s.io", "v1beta1", "resourceclaimtemplates") => &devices::TEMPLATE,
        ("resource.k8s.io", "v1beta1", "resourceslices") => &devices::SLICE,
        _ => &SAME,
    }
}

impl Conversion {
    const SAME: Self = Self {
        to_stored: None,
        from_stored: None,
        selectable: &[],
    };

    /// What a field that selectors ask for is called where objects are stored.
    pub(crate) fn stored_field<'f>(&self, name: &'f str) -> Option<&'f str> {
        if self.selectable.is_empty() {
            return Some(name);
        }
        let found = self.selectable.iter().find(|(own, _)| *own == name);
        found.map(|(_, stored)| *stored)
    }
}

/// Nothing is converted.
pub(crate) static SAME: Conversion = Conversion::SAME;

/// Brings a converted object into the order of a struct's fields, with its zero values.
pub(crate) fn settle(object: &Object, schema: &'static Struct) -> Object {
    let mut writer = Writer::new();
    encode_protobuf(object, schema, &mut writer);
    // What was just written can be read.
    decode_protobuf(writer.written(), schema).unwrap_or_default()
}

/// Gives fields of an object other names.
fn rename(object: &mut Object, names: &[(&str, &str)]) {
    for (old, new) in names {
        if let Some(value) = object.remove(old) {
            object.insert(*new, value);
        }
    }
}
