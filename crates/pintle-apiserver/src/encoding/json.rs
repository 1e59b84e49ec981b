//! Stored objects as JSON.

use pintle_codec::json;

use crate::{
    generated::meta_v1::PARTIAL_OBJECT_METADATA,
    registry::View,
    schema::{Struct, TypeFacts, protobuf_to_json},
    store::Object,
};

/// An object, as it stands alone.
pub(crate) fn object(view: &View, object: &Object, out: &mut Vec<u8>) {
    if view.converts() {
        let tree = view.shown(object);
        return json::write(&tree.into_object().into(), out);
    }
    write(
        object.encoded.message(),
        view.schema(),
        Some(view.type_facts()),
        out,
    );
}

/// An object, as it stands in a list: it does not say what it is.
pub(crate) fn item(view: &View, object: &Object, out: &mut Vec<u8>) {
    if view.converts() {
        let mut tree = view.shown(object);
        tree.remove(&["kind"]);
        tree.remove(&["apiVersion"]);
        return json::write(&tree.into_object().into(), out);
    }
    write(object.encoded.message(), view.schema(), None, out);
}

/// An object's metadata as an object of its own, in a version of `meta.k8s.io`.
pub(crate) fn partial(api_version: &'static str, object: &Object, out: &mut Vec<u8>) {
    let type_ = TypeFacts {
        api_version,
        kind: "PartialObjectMetadata",
    };
    write(
        object.encoded.metadata(),
        &PARTIAL_OBJECT_METADATA,
        Some(type_),
        out,
    );
}

fn write(message: &[u8], schema: &'static Struct, type_: Option<TypeFacts>, out: &mut Vec<u8>) {
    let start = out.len();
    // The server wrote these bytes; were they damaged, an empty object is refused by every use.
    if protobuf_to_json(message, schema, type_, out).is_err() {
        out.truncate(start);
        out.extend_from_slice(b"{}");
    }
}
