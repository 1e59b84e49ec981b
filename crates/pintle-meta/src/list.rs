//! [`ObjectList`], a list of objects of one kind.

use std::fmt;

use pintle_codec::protobuf::{self, Envelope, Payload};
use pintle_codec::{
    Decoder, Element, Error, Field, FieldFlags, Format, List, Message, SlotMut, SlotRef, Table,
    TypeMeta, cbor, equal, format_debug, json,
};

use crate::v1::ListMeta;
use crate::{Body, Kind, Resource, described};

/// A list of objects, as the API server answers it: `PodList` is `ObjectList<Pod>`.
#[derive(Clone)]
pub struct ObjectList<K> {
    /// The version of the list and, when there is more, where to continue.
    pub metadata: ListMeta,
    /// The objects.
    pub items: List<K>,
}

impl<K> Default for ObjectList<K> {
    fn default() -> Self {
        Self {
            metadata: ListMeta::default(),
            items: List::new(),
        }
    }
}

impl<K: Resource> Kind for ObjectList<K> {
    const GROUP: &'static str = K::GROUP;
    const VERSION: &'static str = K::VERSION;
    const KIND: &'static str = K::LIST_KIND;
}

impl<K: Resource> Body for ObjectList<K> {
    const FORMATS: &'static [Format] = K::FORMATS;

    fn decode(document: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        match format {
            Format::Json => {
                let mut reader = json::Reader::new(document)?;
                let list = Self::decode_next(&mut reader, decoder)?;
                reader.finish()?;
                Ok(list)
            }
            Format::Protobuf => {
                let envelope = Envelope::open(document)?;
                described::check_kind(envelope.type_meta(), &Self::type_meta())?;
                let shifted = |error: Error| error.shifted_by(envelope.offset());
                Self::decode_item(envelope.raw(), format, decoder).map_err(shifted)
            }
            Format::Cbor => Self::decode_cbor(document, decoder),
        }
    }

    fn decode_item(item: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        if format != Format::Protobuf {
            return Self::decode(item, format, decoder);
        }
        let mut list = Self::default();
        let mut reader = protobuf::Reader::new(item);
        while let Some((number, payload)) = reader.next_field()? {
            let Payload::Bytes(payload) = payload else {
                continue;
            };
            let start = reader.offset() - payload.len();
            let shifted = |error: Error| error.shifted_by(start);
            match number {
                1 => Decoder::new()
                    .decode_protobuf_item(payload, &mut list.metadata)
                    .map_err(|error| shifted(error).within_field("metadata"))?,
                2 => {
                    let index = list.items.len();
                    let object = K::decode_item(payload, format, decoder).map_err(|error| {
                        shifted(error).within_index(index).within_field("items")
                    })?;
                    list.items.push(object);
                }
                _ => {}
            }
        }
        list.items.shrink_to_fit();
        Ok(list)
    }

    fn decode_next(reader: &mut json::Reader<'_>, decoder: &mut Decoder) -> Result<Self, Error> {
        let mut list = Self::default();
        let mut type_meta = TypeMeta::default();
        let start = reader.offset();
        reader.begin_object()?;
        let mut first = true;
        while let Some(key) = reader.next_key(&mut first)? {
            match key {
                "kind" => type_meta.kind = reader.string()?.into(),
                "apiVersion" => type_meta.api_version = reader.string()?.into(),
                "metadata" => {
                    if reader.null()? {
                        continue;
                    }
                    // What is left out of objects is not left out of the list.
                    Decoder::new()
                        .decode_json_next(reader, &mut list.metadata)
                        .map_err(|error| error.within_field("metadata"))?;
                }
                "items" => {
                    if reader.null()? {
                        continue;
                    }
                    reader.begin_array()?;
                    let mut first = true;
                    while reader.next_element(&mut first)? {
                        let index = list.items.len();
                        let object = K::decode_next(reader, decoder)
                            .map_err(|error| error.within_index(index).within_field("items"))?;
                        list.items.push(object);
                    }
                }
                _ => reader.skip()?,
            }
        }
        described::check_kind(&type_meta, &Self::type_meta())
            .map_err(|error| error.shifted_by(start))?;
        list.items.shrink_to_fit();
        Ok(list)
    }

    fn encode(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        self.encode_as(&Self::type_meta(), format, out)
    }

    fn encode_item(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        self.encode_as(&TypeMeta::default(), format, out)
    }
}

impl<K: Resource> ObjectList<K> {
    fn decode_cbor(document: &[u8], decoder: &mut Decoder) -> Result<Self, Error> {
        let mut list = Self::default();
        let mut type_meta = TypeMeta::default();
        let mut reader = cbor::Reader::new(document);
        let mut pairs = reader.begin_map()?;
        while let Some(key) = reader.next_key(&mut pairs)? {
            match &*key {
                "kind" => type_meta.kind = reader.string()?.into(),
                "apiVersion" => type_meta.api_version = reader.string()?.into(),
                "metadata" | "items" if reader.null()? => {}
                "metadata" => {
                    let metadata = reader.raw()?;
                    let start = reader.offset() - metadata.len();
                    // What is left out of objects is not left out of the list.
                    Decoder::new()
                        .decode_cbor(metadata, &mut list.metadata)
                        .map_err(|error| error.shifted_by(start).within_field("metadata"))?;
                }
                "items" => {
                    let mut elements = reader.begin_array()?;
                    while reader.next_element(&mut elements)? {
                        let index = list.items.len();
                        let item = reader.raw()?;
                        let start = reader.offset() - item.len();
                        let object =
                            K::decode_item(item, Format::Cbor, decoder).map_err(|error| {
                                error
                                    .shifted_by(start)
                                    .within_index(index)
                                    .within_field("items")
                            })?;
                        list.items.push(object);
                    }
                }
                _ => reader.skip()?,
            }
        }
        reader.finish()?;
        described::check_kind(&type_meta, &Self::type_meta())?;
        list.items.shrink_to_fit();
        Ok(list)
    }

    fn encode_as(
        &self,
        type_meta: &TypeMeta,
        format: Format,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        match format {
            Format::Json => {
                let mut writer = json::Writer::new(out);
                writer.begin_object();
                writer.type_meta(type_meta);
                writer.key("metadata");
                writer.message(&self.metadata);
                writer.key("items");
                writer.begin_array();
                for object in &self.items {
                    writer.element();
                    writer.append(|out| object.encode_item(format, out))?;
                }
                writer.end_array();
                writer.end_object();
                Ok(())
            }
            Format::Protobuf => {
                let mut writer = protobuf::Writer::new();
                let mut item = Vec::new();
                let mut written = Ok(());
                let mut fields = |writer: &mut protobuf::Writer| {
                    for object in self.items.iter().rev() {
                        item.clear();
                        if written.is_ok() {
                            written = object.encode_item(format, &mut item);
                        }
                        writer.bytes(2, &item);
                    }
                    writer.message(1, |writer| protobuf::encode(&self.metadata, writer));
                };
                if type_meta.kind.is_empty() {
                    fields(&mut writer);
                } else {
                    Envelope::write(type_meta, &mut writer, fields);
                }
                written?;
                out.extend_from_slice(writer.written());
                Ok(())
            }
            Format::Cbor => {
                let is_document = !type_meta.kind.is_empty();
                if is_document {
                    out.extend_from_slice(cbor::MAGIC);
                }
                let mut writer = cbor::Writer::new(out);
                writer.begin_map(if is_document { 4 } else { 2 });
                if is_document {
                    writer.string("kind");
                    writer.string(&type_meta.kind);
                }
                writer.string("items");
                writer.begin_array(self.items.len());
                for object in &self.items {
                    writer.append(|out| object.encode_item(format, out))?;
                }
                writer.string("metadata");
                writer.message(&self.metadata);
                if is_document {
                    writer.string("apiVersion");
                    writer.string(&type_meta.api_version);
                }
                Ok(())
            }
        }
    }
}

impl<K: Element + Default> Message for ObjectList<K> {
    fn table(&self) -> &'static Table {
        &TABLE
    }

    fn slot(&mut self, index: usize) -> SlotMut<'_> {
        match index {
            0 => Element::slot(&mut self.metadata),
            1 => Element::slot(&mut self.items),
            _ => unreachable!("the table has no such field"),
        }
    }

    fn get(&self, index: usize) -> SlotRef<'_> {
        match index {
            0 => Element::get(&self.metadata),
            1 => Element::get(&self.items),
            _ => unreachable!("the table has no such field"),
        }
    }
}

impl<K: Element + Default> Element for ObjectList<K> {
    fn slot(&mut self) -> SlotMut<'_> {
        SlotMut::Message(self)
    }

    fn get(&self) -> SlotRef<'_> {
        SlotRef::Message(self)
    }
}

impl<K: Element + Default> PartialEq for ObjectList<K> {
    fn eq(&self, other: &Self) -> bool {
        equal(self, other)
    }
}

impl<K: Element + Default> fmt::Debug for ObjectList<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format_debug(self, f)
    }
}

impl<K> IntoIterator for ObjectList<K> {
    type Item = K;
    type IntoIter = <List<K> as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, K> IntoIterator for &'a ObjectList<K> {
    type Item = &'a K;
    type IntoIter = std::slice::Iter<'a, K>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// Every list of the API has these two fields, under these numbers.
static TABLE: Table = Table::new("meta.v1.List", FIELDS, &[0, 1], &[1, 0]);

const FIELDS: &[Field] = &[
    Field::new("metadata", 1, FieldFlags::OMIT_EMPTY.and(FieldFlags::VALUE)),
    Field::new("items", 2, FieldFlags::NONE),
];
