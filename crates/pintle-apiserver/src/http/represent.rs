//! Objects, lists and events in the representation that a client asked for.

use std::sync::Arc;

use bytes::Bytes;
use pintle_codec::{
    Value,
    json::{Writer, write},
};
use pintle_env::Timestamp;

use super::{Body, negotiate::Representation, query::Query};
use crate::{
    encoding::json,
    registry::Served,
    schema::Tree,
    status::Failure,
    store::{Event, EventKind, FrameKey, Object, Revision},
    table::{self, IncludeObject, TableWriter},
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
                served,
                table: table::of(served.facts),
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
        Ok(Self { served, form })
    }

    /// One object.
    pub(crate) fn object(&self, object: &Object) -> Bytes {
        let mut out = Vec::new();
        self.write(object, true, &mut out);
        out.into()
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
                begin_list(&mut head, "PartialObjectMetadataList", version, &metadata);
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

    /// A line of a watch stream that carries an event. `first` is whether nothing came before it.
    pub(crate) fn event(&self, kind: EventKind, event: &Event, first: bool) -> Bytes {
        let frame = || match kind {
            EventKind::Deleted => self.frame(kind, &event.tombstone(), first),
            _ => self.frame(kind, &event.object, first),
        };
        // Of tables each is another: ages, and the columns that only the first one has.
        let form = match self.form {
            Form::Object => 0,
            Form::Metadata(META_V1) => 1,
            Form::Metadata(_) => 2,
            Form::Table(_) => return frame(),
        };
        event.frame(FrameKey { kind, form }, frame)
    }

    /// A line of a watch stream that carries an object that was there from the start.
    pub(crate) fn initial(&self, object: &Object, first: bool) -> Bytes {
        self.frame(EventKind::Added, object, first)
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
            Form::Metadata(version) => {
                let metadata = Value::from(tree.metadata().clone());
                encode(pintle_codec::Object::from([
                    ("kind", "PartialObjectMetadata".into()),
                    ("apiVersion", (*version).into()),
                    ("metadata", metadata),
                ]))
            }
            Form::Table(writer) => writer.bookmark(&tree, first, initial_end).into(),
        };
        line("BOOKMARK", &object)
    }

    fn frame(&self, kind: EventKind, object: &Object, first: bool) -> Bytes {
        let mut out = Vec::new();
        out.extend_from_slice(b"{\"type\":\"");
        out.extend_from_slice(name(kind).as_bytes());
        out.extend_from_slice(b"\",\"object\":");
        self.write(object, first, &mut out);
        out.extend_from_slice(b"}\n");
        out.into()
    }

    fn write(&self, object: &Object, columns: bool, out: &mut Vec<u8>) {
        match &self.form {
            Form::Object => json::object(self.served, object, out),
            Form::Metadata(version) => json::partial(version, object, out),
            Form::Table(table) => out.extend_from_slice(&table.single(object, columns)),
        }
    }

    fn item(&self, object: &Object, out: &mut Vec<u8>) {
        match &self.form {
            Form::Object => json::item(self.served, object, out),
            Form::Metadata(version) => json::partial(version, object, out),
            Form::Table(table) => table.row(object, out),
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
    write(&object.into(), &mut out);
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

/// Bodies are made in pieces of this size, so that a list of any length takes little memory.
const PIECE: usize = 64 << 10;
