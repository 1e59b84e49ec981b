//! The frames of a watch.

use bytes::Bytes;
use pintle_codec::{Value, cbor, json, protobuf::Writer};

use super::{Form, META_V1, Renderer};
use crate::{
    encoding::{self, Format, protobuf},
    generated::meta_v1::PARTIAL_OBJECT_METADATA,
    schema::{Tree, TypeFacts, encode_protobuf},
    status::Failure,
    store::{Event, EventKind, FrameKey, Object, Revision},
};

impl Renderer {
    /// The media type of a watch.
    pub(crate) fn stream_type(&self) -> &'static str {
        let format = self.encoding.format;
        format.stream_type().unwrap_or(format.media_type())
    }

    /// Whether there are frames of what was asked for. The real server finds out when it is to write
    /// the first one, and ends.
    pub(crate) fn is_watchable(&self) -> bool {
        self.is_watchable
    }

    /// A frame that carries an event. `first` is whether nothing came before it.
    pub(crate) fn event(&self, kind: EventKind, event: &Event, first: bool) -> Bytes {
        let frame = || match kind {
            EventKind::Deleted => self.of_object(kind, &event.tombstone(), first),
            _ => self.of_object(kind, &event.object, first),
        };
        let form = match self.form {
            Form::Object => 0,
            Form::Metadata(META_V1) => 1,
            Form::Metadata(_) => 2,
            // Of tables each is another: ages, and the columns that only the first one has.
            Form::Table(_) => return frame(),
        };
        let form = form << 2 | self.encoding.format as u32;
        // What differs in name alone is another frame too.
        let form = form | self.view.number() << 8;
        event.frame(FrameKey { kind, form }, frame)
    }

    /// A frame that carries an object that was there from the start.
    pub(crate) fn initial(&self, object: &Object, first: bool) -> Bytes {
        self.of_object(EventKind::Added, object, first)
    }

    /// A frame that says how far the watch has come.
    pub(crate) fn bookmark(&self, revision: Revision, initial_end: bool, first: bool) -> Bytes {
        let TypeFacts { api_version, kind } = self.view.type_facts();
        let mut tree = Tree::zero(self.view.schema());
        tree.set(&["kind"], kind.into());
        tree.set(&["apiVersion"], api_version.into());
        tree.set(
            &["metadata", "resourceVersion"],
            revision.to_string().into(),
        );
        if initial_end {
            let end = ["metadata", "annotations", "k8s.io/initial-events-end"];
            tree.set(&end, "true".into());
        }
        let (object, schema) = match &self.form {
            Form::Metadata(api_version) => {
                let type_ = [
                    ("kind", "PartialObjectMetadata"),
                    ("apiVersion", api_version),
                ];
                let type_ = type_.map(|(key, value)| (key, Value::from(value)));
                let metadata = ("metadata", tree.metadata().clone().into());
                let partial = type_.into_iter().chain([metadata]);
                (partial.collect(), &PARTIAL_OBJECT_METADATA)
            }
            Form::Object | Form::Table(_) => (tree.object().clone(), self.view.schema()),
        };
        let mut out = Vec::new();
        match (self.encoding.format, &self.form) {
            (_, Form::Table(writer)) => out = writer.bookmark(&tree, first, initial_end),
            (Format::Protobuf, _) => {
                let mut writer = Writer::new();
                encode_protobuf(&object, schema, &mut writer);
                out = protobuf::enclose(self.type_facts(), writer.written());
            }
            (Format::Cbor, _) => {
                out.extend_from_slice(cbor::MAGIC);
                cbor::write(&object.into(), &mut out);
            }
            (Format::Json | Format::Yaml, _) => json::write(&object.into(), &mut out),
        }
        self.frame("BOOKMARK", &out)
    }

    /// A frame that says what went wrong, which is the last one.
    pub(crate) fn error(&self, failure: &Failure) -> Bytes {
        let mut encoding = self.encoding;
        encoding.pretty = false;
        let status = encoding::status(failure.status(), encoding);
        let status = match encoding.format {
            Format::Json => status.strip_suffix(b"\n").unwrap_or(&status),
            _ => &status,
        };
        self.frame("ERROR", status)
    }

    fn of_object(&self, kind: EventKind, object: &Object, first: bool) -> Bytes {
        let object = match (self.encoding.format, &self.form) {
            (Format::Protobuf, _) => self.enclosed(object),
            (Format::Cbor, _) => self.object(object).into(),
            _ => self.json(object, first),
        };
        let name = match kind {
            EventKind::Added => "ADDED",
            EventKind::Modified => "MODIFIED",
            EventKind::Deleted => "DELETED",
        };
        self.frame(name, &object)
    }

    /// A frame around an object in the format of the watch.
    fn frame(&self, type_: &str, object: &[u8]) -> Bytes {
        let mut out = Vec::with_capacity(object.len() + 40);
        match self.encoding.format {
            Format::Protobuf => return protobuf::frame(type_, object).into(),
            Format::Cbor => {
                out.extend_from_slice(cbor::MAGIC);
                let mut writer = cbor::Writer::new(&mut out);
                writer.begin_map(2);
                writer.string("type");
                writer.string(type_);
                writer.string("object");
                out.extend_from_slice(object);
            }
            Format::Json | Format::Yaml => {
                out.extend_from_slice(b"{\"type\":\"");
                out.extend_from_slice(type_.as_bytes());
                out.extend_from_slice(b"\",\"object\":");
                out.extend_from_slice(object);
                out.extend_from_slice(b"}\n");
            }
        }
        out.into()
    }
}
