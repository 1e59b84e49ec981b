//! Objects, lists and events in the representation that a client asked for.

use std::sync::Arc;

use bytes::Bytes;
use pintle_codec::json::{self, Writer};
use pintle_env::Timestamp;

use super::{Body, negotiate::Representation, query::Query};
use crate::{
    registry::Served,
    schema::Tree,
    status::Failure,
    store::{EventKind, Object, Revision},
    table::{self, IncludeObject, TableWriter, partial_object},
};

/// How the objects of one request are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Renderer {
    served: Served,
    form: Form,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Object,
    Metadata(&'static str),
    Table(TableWriter),
}

/// The metadata of a list.
#[derive(Clone, Debug)]
pub(crate) struct ListMetadata {
    /// The revision of the list.
    pub(crate) revision: Revision,
    /// Where it goes on.
    pub(crate) next: Option<String>,
    /// How many objects are still to come, if that is known.
    pub(crate) remaining: Option<usize>,
}

impl Renderer {
    /// A renderer for single objects, or for lists and watches.
    pub(crate) fn new(
        served: Served,
        representation: Representation,
        query: Query<'_>,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let form = match representation {
            Representation::Table(version) => Form::Table(TableWriter {
                schema: served.facts.schema,
                table: table::of(served.facts),
                version,
                include: include_object(query)?,
                now,
            }),
            Representation::Metadata(version) | Representation::MetadataList(version) => {
                Form::Metadata(version)
            }
            Representation::Object | Representation::Discovery(_) => Form::Object,
        };
        Ok(Self { served, form })
    }

    /// One object.
    pub(crate) fn object(&self, object: &Object) -> Bytes {
        match &self.form {
            Form::Object => object.encoded.object(),
            Form::Metadata(version) => partial_object(version, object.encoded.metadata()),
            Form::Table(writer) => writer.single(object, true).into(),
        }
    }

    /// A list. It is encoded while it is sent, a piece at a time.
    pub(crate) fn list(self, mut objects: Vec<Arc<Object>>, metadata: &ListMetadata) -> Body {
        let mut head = Vec::with_capacity(PIECE);
        let metadata = metadata.to_json();
        match &self.form {
            Form::Table(writer) => {
                writer.sort(&mut objects);
                writer.begin(&metadata, true, &mut head);
            }
            Form::Object => {
                let facts = self.served.facts;
                let kind = format!("{}List", facts.kind);
                begin_list(&mut head, &kind, facts.api_version, &metadata);
            }
            Form::Metadata(version) => {
                let api_version = format!("meta.k8s.io/{version}");
                begin_list(
                    &mut head,
                    "PartialObjectMetadataList",
                    &api_version,
                    &metadata,
                );
            }
        }
        let mut piece = Some(head);
        let mut objects = objects.into_iter();
        let mut first = true;
        Body::chunks(std::iter::from_fn(move || {
            let mut out = piece.take()?;
            while out.len() < PIECE {
                let Some(object) = objects.next() else {
                    out.extend_from_slice(b"]}");
                    return Some(out.into());
                };
                if !std::mem::take(&mut first) {
                    out.push(b',');
                }
                self.item(&object, &mut out);
            }
            piece = Some(Vec::with_capacity(PIECE));
            Some(out.into())
        }))
    }

    /// A line of a watch stream that carries an object. `first` is whether nothing came before it.
    pub(crate) fn event(&self, kind: EventKind, object: &Object, first: bool) -> Bytes {
        match &self.form {
            Form::Object => object.encoded.frame(kind),
            Form::Metadata(version) => {
                let object = partial_object(version, object.encoded.metadata());
                line(name(kind), &object)
            }
            Form::Table(writer) => line(name(kind), &writer.single(object, first)),
        }
    }

    /// A line of a watch stream that says how far it has come.
    pub(crate) fn bookmark(&self, revision: Revision, initial_end: bool, first: bool) -> Bytes {
        let facts = self.served.facts;
        let mut tree = Tree::zero(facts.schema);
        tree.set(&["kind"], facts.kind.into());
        tree.set(&["apiVersion"], facts.api_version.into());
        tree.set(
            &["metadata", "resourceVersion"],
            revision.to_string().into(),
        );
        if initial_end {
            let end = ["metadata", "annotations", "k8s.io/initial-events-end"];
            tree.set(&end, "true".into());
        }
        let object: Bytes = match &self.form {
            Form::Object => encode(tree.object().clone()),
            Form::Metadata(version) => partial_object(version, &encode(tree.metadata().clone())),
            Form::Table(writer) => writer.bookmark(&tree, first, initial_end).into(),
        };
        line("BOOKMARK", &object)
    }

    fn item(&self, object: &Object, out: &mut Vec<u8>) {
        match &self.form {
            Form::Object => {
                // Items do not say what they are.
                out.push(b'{');
                out.extend_from_slice(object.encoded.item());
            }
            Form::Metadata(version) => {
                out.extend_from_slice(&partial_object(version, object.encoded.metadata()));
            }
            Form::Table(writer) => writer.row(object, out),
        }
    }
}

impl ListMetadata {
    fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out);
        writer.begin_object();
        writer.key("resourceVersion");
        writer.string(&self.revision.to_string());
        if let Some(next) = &self.next {
            writer.key("continue");
            writer.string(next);
        }
        if let Some(remaining) = self.remaining {
            writer.key("remainingItemCount");
            writer.integer(i64::try_from(remaining).unwrap_or(i64::MAX));
        }
        writer.end_object();
        out
    }
}

/// A line of a watch stream that says what went wrong, which is its last one.
pub(crate) fn error(failure: &Failure) -> Bytes {
    line("ERROR", &failure.to_json())
}

fn begin_list(out: &mut Vec<u8>, kind: &str, api_version: &str, metadata: &[u8]) {
    let mut writer = Writer::new(out);
    writer.begin_object();
    writer.key("kind");
    writer.string(kind);
    writer.key("apiVersion");
    writer.string(api_version);
    writer.key("metadata");
    writer.raw(metadata);
    writer.key("items");
    writer.begin_array();
}

fn line(type_: &str, object: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(object.len() + 40);
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(type_.as_bytes());
    out.extend_from_slice(b"\",\"object\":");
    out.extend_from_slice(object);
    out.extend_from_slice(b"}\n");
    out.into()
}

fn name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Added => "ADDED",
        EventKind::Modified => "MODIFIED",
        EventKind::Deleted => "DELETED",
    }
}

fn encode(object: pintle_codec::Object) -> Bytes {
    let mut out = Vec::new();
    json::write(&object.into(), &mut out);
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

/// Bodies are made in pieces of this size, so that a list of any length takes little memory.
const PIECE: usize = 64 << 10;
