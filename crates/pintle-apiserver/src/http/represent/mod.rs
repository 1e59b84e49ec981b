//! Objects, lists and events in the form and the encoding that a client asked for.

mod frame;
mod list;

use std::borrow::Cow;

use bytes::Bytes;
use pintle_env::Timestamp;
use pintle_meta::v1::Status;

pub(crate) use list::ListMetadata;

use super::{
    negotiate::{Negotiated, Representation},
    query::Query,
};
use crate::{
    encoding::{self, Encoding, Format, json, protobuf},
    registry::View,
    schema::{Tree, TypeFacts},
    status::Failure,
    store::Object,
    table::{IncludeObject, Table, TableWriter},
};

/// How the objects of one request are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Renderer {
    view: View,
    form: Form,
    encoding: Encoding,
    /// Whether there are such events of a watch.
    is_watchable: bool,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Object,
    /// Their metadata, as objects of this `apiVersion`.
    Metadata(&'static str),
    Table(TableWriter),
}

impl Renderer {
    /// A renderer for single objects, or for lists and watches.
    pub(crate) fn new(
        view: View,
        table: &'static Table,
        negotiated: Negotiated,
        query: Query<'_>,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let form = match negotiated.form {
            Representation::Table(version) => Form::Table(TableWriter {
                view,
                table,
                version,
                include: include_object(query)?,
                now,
            }),
            Representation::Metadata(version) | Representation::MetadataList(version) => {
                Form::Metadata(match version {
                    "v1beta1" => "meta.k8s.io/v1beta1",
                    _ => META_V1,
                })
            }
            Representation::Object | Representation::Discovery(_) => Form::Object,
        };
        Ok(Self {
            view,
            form,
            encoding: negotiated.encoding,
            is_watchable: !matches!(negotiated.form, Representation::MetadataList(_)),
        })
    }

    /// What time it is for the ages in a table.
    pub(crate) fn set_time(&mut self, time: Timestamp) {
        if let Form::Table(table) = &mut self.form {
            table.now = time;
        }
    }

    /// The media type of what is written.
    pub(crate) fn media_type(&self) -> &'static str {
        self.encoding.format.media_type()
    }

    /// One object.
    pub(crate) fn object(&self, object: &Object) -> Bytes {
        match (self.encoding.format, &self.form) {
            (Format::Protobuf, _) => self.enclosed(object).into(),
            (Format::Cbor, Form::Object) => cbor(&self.view.shown(object)),
            _ => encoding::spell(self.json(object, true), self.encoding),
        }
    }

    /// Something that was made to be answered, and is not stored. Protobuf does not tell an empty list
    /// from none, so what is not asked for in it does not go through it.
    pub(crate) fn made(&self, tree: &Tree) -> Bytes {
        match (self.encoding.format, &self.form) {
            (Format::Json | Format::Yaml, Form::Object) => {
                let mut out = Vec::new();
                pintle_codec::json::write(&tree.object().clone().into(), &mut out);
                encoding::spell(out, self.encoding)
            }
            (Format::Cbor, Form::Object) => cbor(tree),
            _ => self.object(&Object::made(tree)),
        }
    }

    /// A status in place of an object.
    pub(crate) fn status(&self, status: &Status) -> Bytes {
        encoding::status(status, self.encoding)
    }

    fn json(&self, object: &Object, columns: bool) -> Vec<u8> {
        let mut out = Vec::new();
        match &self.form {
            Form::Object => json::object(&self.view, object, &mut out),
            Form::Metadata(version) => json::partial(version, object, &mut out),
            Form::Table(table) => out = table.single(object, columns),
        }
        out
    }

    /// An object in protobuf's envelope.
    fn enclosed(&self, object: &Object) -> Vec<u8> {
        protobuf::enclose(self.type_facts(), &self.message(object))
    }

    /// What is in the envelope. There is none of tables.
    fn message<'o>(&self, object: &'o Object) -> Cow<'o, [u8]> {
        match &self.form {
            Form::Object => protobuf::message(&self.view, object),
            Form::Metadata(_) | Form::Table(_) => object.encoded.metadata().into(),
        }
    }

    /// What a single object says of its type.
    fn type_facts(&self) -> TypeFacts {
        match &self.form {
            Form::Object => self.view.type_facts(),
            Form::Metadata(api_version) => TypeFacts {
                api_version,
                kind: "PartialObjectMetadata",
            },
            Form::Table(_) => TypeFacts {
                api_version: META_V1,
                kind: "Table",
            },
        }
    }
}

fn cbor(tree: &Tree) -> Bytes {
    let mut out = pintle_codec::cbor::MAGIC.to_vec();
    encoding::cbor_object(tree, &mut out);
    out.into()
}

fn include_object(query: Query<'_>) -> Result<IncludeObject, Failure> {
    match &*query.text("includeObject") {
        "None" => Ok(IncludeObject::None),
        "" | "Metadata" => Ok(IncludeObject::Metadata),
        "Object" => Ok(IncludeObject::Object),
        other => {
            let shown = crate::quote::Quoted(other);
            Err(Failure::bad_request(format!(
                "Unable to convert to Table as requested: includeObject: Invalid value: {shown}: \
                 must be 'Metadata', 'Object', 'None', or empty"
            )))
        }
    }
}

const META_V1: &str = "meta.k8s.io/v1";
