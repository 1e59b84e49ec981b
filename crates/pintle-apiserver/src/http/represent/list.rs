//! Lists, which are encoded while they are sent, a piece at a time.

use std::sync::Arc;

use bytes::Bytes;
use pintle_codec::{
    Value, cbor,
    json::{Writer, write},
};

use super::{Form, Renderer};
use crate::{
    encoding::{self, Format, json, protobuf},
    http::Body,
    schema::TypeFacts,
    store::{Object, Revision},
};

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

/// A list in a format that can be written piece by piece.
struct Pieces {
    renderer: Renderer,
    head: Vec<u8>,
    items: std::vec::IntoIter<Arc<Object>>,
    /// Whether an item was written.
    begun: bool,
    tail: Vec<u8>,
    ended: bool,
}

impl Renderer {
    /// A list.
    pub(crate) fn list(self, mut objects: Vec<Arc<Object>>, metadata: &ListMetadata) -> Body {
        if let Form::Table(writer) = &self.form {
            writer.sort(&mut objects);
        }
        let metadata = metadata.to_object();
        match self.encoding.format {
            Format::Protobuf => self.protobuf_list(objects, &metadata),
            Format::Cbor => self.cbor_list(objects, metadata),
            Format::Json | Format::Yaml => self.json_list(objects, metadata),
        }
    }

    fn json_list(self, objects: Vec<Arc<Object>>, metadata: pintle_codec::Object) -> Body {
        let mut head = Vec::with_capacity(PIECE);
        let mut text = Vec::new();
        write(&metadata.into(), &mut text);
        match &self.form {
            Form::Table(writer) => writer.begin(&text, true, &mut head),
            Form::Object | Form::Metadata(_) => {
                let TypeFacts { api_version, kind } = self.list_type();
                let mut writer = Writer::new(&mut head);
                writer.begin_object();
                writer.key("kind");
                writer.string(kind);
                writer.key("apiVersion");
                writer.string(api_version);
                writer.key("metadata");
                writer.raw(&text);
                writer.key("items");
                writer.begin_array();
            }
        }
        let is_compact = self.encoding.format == Format::Json && !self.encoding.pretty;
        let tail: &[u8] = if is_compact { b"]}\n" } else { b"]}" };
        let pieces = Pieces::new(self, head, objects, tail.to_vec());
        if is_compact {
            return Body::chunks(pieces);
        }
        let whole: Vec<_> = pieces.collect();
        Body::whole(encoding::spell(whole.concat(), self.encoding))
    }

    fn protobuf_list(self, objects: Vec<Arc<Object>>, metadata: &pintle_codec::Object) -> Body {
        // The envelope says its length before anything of it is written.
        let sizes = objects
            .iter()
            .map(|object| protobuf::item_size(&self.message(object)));
        let items = sizes.sum();
        let head = protobuf::begin_list(self.list_type(), metadata, items);
        Body::chunks(Pieces::new(self, head, objects, protobuf::END.to_vec()))
    }

    fn cbor_list(self, objects: Vec<Arc<Object>>, metadata: pintle_codec::Object) -> Body {
        let (mut head, mut tail) = (cbor::MAGIC.to_vec(), Vec::new());
        let TypeFacts { api_version, kind } = self.list_type();
        let mut writer = cbor::Writer::new(&mut head);
        writer.begin_map(4);
        writer.string("kind");
        writer.string(kind);
        writer.string("items");
        writer.begin_array(objects.len());
        let mut writer = cbor::Writer::new(&mut tail);
        writer.string("metadata");
        writer.value(&metadata.into());
        writer.string("apiVersion");
        writer.string(api_version);
        Body::chunks(Pieces::new(self, head, objects, tail))
    }

    fn item(&self, object: &Object, out: &mut Vec<u8>) {
        match (self.encoding.format, &self.form) {
            (Format::Protobuf, _) => protobuf::push_item(&self.message(object), out),
            (Format::Cbor, Form::Object) => {
                let mut tree = self.view.shown(object);
                // Items do not say what they are.
                tree.remove(&["kind"]);
                tree.remove(&["apiVersion"]);
                encoding::cbor_object(&tree, out);
            }
            (Format::Cbor, _) => cbor::Writer::new(out).json(&self.json(object, true)),
            (_, Form::Object) => json::item(&self.view, object, out),
            (_, Form::Metadata(version)) => json::partial(version, object, out),
            (_, Form::Table(table)) => table.row(object, out),
        }
    }

    /// What a list says of its type.
    fn list_type(&self) -> TypeFacts {
        match &self.form {
            Form::Metadata(api_version) => TypeFacts {
                api_version,
                kind: "PartialObjectMetadataList",
            },
            Form::Object | Form::Table(_) => self.view.list_type(),
        }
    }
}

impl ListMetadata {
    fn to_object(&self) -> pintle_codec::Object {
        let revision = self.revision.to_string();
        let mut object = pintle_codec::Object::from([("resourceVersion", revision.into())]);
        if let Some(next) = &self.next {
            object.insert("continue", next.as_str().into());
        }
        if let Some(remaining) = self.remaining {
            let remaining = i64::try_from(remaining).unwrap_or(i64::MAX);
            object.insert("remainingItemCount", Value::from(remaining));
        }
        object
    }
}

impl Pieces {
    fn new(renderer: Renderer, head: Vec<u8>, items: Vec<Arc<Object>>, tail: Vec<u8>) -> Self {
        Self {
            renderer,
            head,
            items: items.into_iter(),
            begun: false,
            tail,
            ended: false,
        }
    }
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        let has_commas = matches!(self.renderer.encoding.format, Format::Json | Format::Yaml);
        let mut out = std::mem::take(&mut self.head);
        out.reserve(PIECE);
        while out.len() < PIECE {
            let Some(object) = self.items.next() else {
                out.append(&mut self.tail);
                self.ended = true;
                break;
            };
            if std::mem::replace(&mut self.begun, true) && has_commas {
                out.push(b',');
            }
            self.renderer.item(&object, &mut out);
        }
        Some(out.into())
    }
}

/// Bodies are made in pieces of this size, so that a list of any length takes little memory.
const PIECE: usize = 16 << 10;
