//! Tables as they are sent.

use std::sync::Arc;

use pintle_codec::{
    Value,
    json::{Writer, write_value},
};
use pintle_env::Timestamp;

use super::Table;
use crate::{encoding::json, registry::View, schema::Tree, store::Object};

/// How much of its object a row carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum IncludeObject {
    /// Nothing.
    None,
    /// Its metadata.
    #[default]
    Metadata,
    /// All of it.
    Object,
}

/// Writes objects as rows of tables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableWriter {
    /// What the objects are.
    pub(crate) view: View,
    /// How they are printed.
    pub(crate) table: &'static Table,
    /// The version of `meta.k8s.io` that was asked for.
    pub(crate) version: &'static str,
    /// What a row carries.
    pub(crate) include: IncludeObject,
    /// The time to which ages relate.
    pub(crate) now: Timestamp,
}

impl TableWriter {
    /// The beginning of a table, up to its first row. `metadata` is that of the table, as JSON.
    pub(crate) fn begin(&self, metadata: &[u8], columns: bool, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        writer.begin_object();
        writer.key("kind");
        writer.string("Table");
        writer.key("apiVersion");
        writer.string(self.api_version());
        writer.key("metadata");
        writer.raw(metadata);
        writer.key("columnDefinitions");
        if columns || self.table.repeats_columns {
            writer.begin_array();
            for column in self.table.columns {
                writer.element();
                writer.begin_object();
                for (key, text) in [
                    ("name", column.name),
                    ("type", column.type_),
                    ("format", column.format),
                    ("description", column.description),
                ] {
                    writer.key(key);
                    writer.string(text);
                }
                writer.key("priority");
                writer.integer(column.priority);
                writer.end_object();
            }
            writer.end_array();
        } else {
            writer.null();
        }
        writer.key("rows");
        writer.begin_array();
    }

    /// Brings the objects of a list into the order in which they are printed.
    pub(crate) fn sort(&self, objects: &mut Vec<Arc<Object>>) {
        let Some(order) = self.table.order else {
            return;
        };
        let tree = |object: &Object| self.view.tree(object);
        let decoded = objects.drain(..).map(|object| (tree(&object), object));
        let mut decoded: Vec<_> = decoded.collect();
        decoded.sort_by(|(one, _), (other, _)| order(one, other));
        objects.extend(decoded.into_iter().map(|(_, object)| object));
    }

    /// One row, without a comma before it.
    pub(crate) fn row(&self, object: &Object, out: &mut Vec<u8>) {
        let mut encoded = Vec::new();
        match self.include {
            IncludeObject::None => encoded.extend_from_slice(b"null"),
            IncludeObject::Metadata => json::partial(self.api_version(), object, &mut encoded),
            IncludeObject::Object => json::object(&self.view, object, &mut encoded),
        }
        self.cells(&self.view.tree(object), &encoded, out);
    }

    /// The end of a table.
    pub(crate) fn end(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"]}");
    }

    /// A table with one object: what a get and the events of a watch carry.
    pub(crate) fn single(&self, object: &Object, columns: bool) -> Vec<u8> {
        let mut out = Vec::new();
        self.begin(
            &list_metadata(&object.revision.to_string()),
            columns,
            &mut out,
        );
        self.row(object, &mut out);
        self.end(&mut out);
        out
    }

    /// A table for a bookmark. Its row carries metadata if it says something, whatever was asked.
    pub(crate) fn bookmark(&self, object: &Tree, columns: bool, says_something: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let revision = object.metadata_text("resourceVersion");
        self.begin(&list_metadata(revision), columns, &mut out);
        let carried = match self.include {
            _ if says_something => IncludeObject::Metadata,
            include => include,
        };
        let carried = match carried {
            IncludeObject::None => Value::Null,
            IncludeObject::Metadata => {
                let type_ = [
                    ("kind", Value::from("PartialObjectMetadata")),
                    ("apiVersion", self.api_version().into()),
                ];
                let metadata = ("metadata", object.metadata().clone().into());
                let fields = type_.into_iter().chain([metadata]);
                fields.collect::<pintle_codec::Object>().into()
            }
            IncludeObject::Object => object.object().clone().into(),
        };
        let mut encoded = Vec::new();
        write_value(&carried, &mut Writer::new(&mut encoded));
        self.cells(object, &encoded, &mut out);
        self.end(&mut out);
        out
    }

    fn cells(&self, tree: &Tree, object: &[u8], out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        writer.begin_object();
        writer.key("cells");
        write_value(&Value::Array(self.table.cells(tree, self.now)), &mut writer);
        if let Some((reason, message)) = (self.table.completed)(tree) {
            writer.key("conditions");
            writer.raw(br#"[{"type":"Completed","status":"True","reason":"#);
            writer.string(reason);
            writer.key("message");
            writer.string(message);
            writer.raw(b"}]");
        }
        writer.key("object");
        writer.raw(object);
        writer.end_object();
    }

    fn api_version(&self) -> &'static str {
        match self.version {
            "v1beta1" => "meta.k8s.io/v1beta1",
            _ => "meta.k8s.io/v1",
        }
    }
}

fn list_metadata(revision: &str) -> Vec<u8> {
    format!(r#"{{"resourceVersion":"{revision}"}}"#).into_bytes()
}
