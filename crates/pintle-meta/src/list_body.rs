//! How lists are read and written, whatever is in them.
//!
//! The functions know the items of a list by [`Items`] alone, so that they are compiled once and
//! not for each resource.

use pintle_codec::protobuf::{self, Envelope, Payload};
use pintle_codec::{Decoder, Error, Format, TypeMeta, cbor, json};

use crate::described;
use crate::v1::ListMeta;

/// The items of a list, their type hidden.
pub(crate) trait Items {
    fn len(&self) -> usize;

    /// Appends an item, which is as [`Body::decode_item`](crate::Body::decode_item) reads it.
    fn push(&mut self, item: &[u8], format: Format, decoder: &mut Decoder) -> Result<(), Error>;

    /// Appends the item that comes next in JSON.
    fn push_next(
        &mut self,
        reader: &mut json::Reader<'_>,
        decoder: &mut Decoder,
    ) -> Result<(), Error>;

    /// Ends filling: gives back spare room.
    fn settle(&mut self);

    /// Appends an item to `out`.
    fn encode(&self, index: usize, format: Format, out: &mut Vec<u8>) -> Result<(), Error>;
}

/// A list to be filled.
pub(crate) struct Parts<'a> {
    /// What the list is to say of its type, if it says anything.
    pub(crate) expected: &'a TypeMeta,
    pub(crate) metadata: &'a mut ListMeta,
    pub(crate) items: &'a mut dyn Items,
}

/// Reads a whole document.
pub(crate) fn decode(
    document: &[u8],
    format: Format,
    decoder: &mut Decoder,
    parts: &mut Parts<'_>,
) -> Result<(), Error> {
    match format {
        Format::Json => {
            let mut reader = json::Reader::new(document)?;
            decode_next(&mut reader, decoder, parts)?;
            reader.finish()
        }
        Format::Protobuf => {
            let envelope = Envelope::open(document)?;
            described::check_kind(envelope.type_meta(), parts.expected)?;
            let shifted = |error: Error| error.shifted_by(envelope.offset());
            decode_protobuf(envelope.raw(), decoder, parts).map_err(shifted)
        }
        Format::Cbor => decode_cbor(document, decoder, parts),
    }
}

/// Reads a list that stands in another.
pub(crate) fn decode_item(
    item: &[u8],
    format: Format,
    decoder: &mut Decoder,
    parts: &mut Parts<'_>,
) -> Result<(), Error> {
    match format {
        Format::Protobuf => decode_protobuf(item, decoder, parts),
        Format::Json | Format::Cbor => decode(item, format, decoder, parts),
    }
}

/// Reads the list that comes next in JSON.
pub(crate) fn decode_next(
    reader: &mut json::Reader<'_>,
    decoder: &mut Decoder,
    parts: &mut Parts<'_>,
) -> Result<(), Error> {
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
                    .decode_json_next(reader, parts.metadata)
                    .map_err(|error| error.within_field("metadata"))?;
            }
            "items" => {
                if reader.null()? {
                    continue;
                }
                reader.begin_array()?;
                let mut first = true;
                while reader.next_element(&mut first)? {
                    let index = parts.items.len();
                    let within = |error: Error| error.within_index(index).within_field("items");
                    parts.items.push_next(reader, decoder).map_err(within)?;
                }
            }
            _ => reader.skip()?,
        }
    }
    described::check_kind(&type_meta, parts.expected).map_err(|error| error.shifted_by(start))?;
    parts.items.settle();
    Ok(())
}

fn decode_protobuf(list: &[u8], decoder: &mut Decoder, parts: &mut Parts<'_>) -> Result<(), Error> {
    let mut reader = protobuf::Reader::new(list);
    while let Some((number, payload)) = reader.next_field()? {
        let Payload::Bytes(payload) = payload else {
            continue;
        };
        let start = reader.offset() - payload.len();
        let shifted = |error: Error| error.shifted_by(start);
        match number {
            1 => Decoder::new()
                .decode_protobuf_item(payload, parts.metadata)
                .map_err(|error| shifted(error).within_field("metadata"))?,
            2 => {
                let index = parts.items.len();
                let within =
                    |error: Error| shifted(error).within_index(index).within_field("items");
                let pushed = parts.items.push(payload, Format::Protobuf, decoder);
                pushed.map_err(within)?;
            }
            _ => {}
        }
    }
    parts.items.settle();
    Ok(())
}

fn decode_cbor(document: &[u8], decoder: &mut Decoder, parts: &mut Parts<'_>) -> Result<(), Error> {
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
                    .decode_cbor(metadata, parts.metadata)
                    .map_err(|error| error.shifted_by(start).within_field("metadata"))?;
            }
            "items" => {
                let mut elements = reader.begin_array()?;
                while reader.next_element(&mut elements)? {
                    let index = parts.items.len();
                    let item = reader.raw()?;
                    let start = reader.offset() - item.len();
                    let within = |error: Error| {
                        let error = error.shifted_by(start);
                        error.within_index(index).within_field("items")
                    };
                    let pushed = parts.items.push(item, Format::Cbor, decoder);
                    pushed.map_err(within)?;
                }
            }
            _ => reader.skip()?,
        }
    }
    reader.finish()?;
    described::check_kind(&type_meta, parts.expected)?;
    parts.items.settle();
    Ok(())
}

/// Writes a list: a whole document if it says of what type it is, and else an element of another
/// list.
pub(crate) fn encode(
    metadata: &ListMeta,
    items: &dyn Items,
    type_meta: &TypeMeta,
    format: Format,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    match format {
        Format::Json => encode_json(metadata, items, type_meta, out),
        Format::Protobuf => encode_protobuf(metadata, items, type_meta, out),
        Format::Cbor => encode_cbor(metadata, items, type_meta, out),
    }
}

fn encode_json(
    metadata: &ListMeta,
    items: &dyn Items,
    type_meta: &TypeMeta,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut writer = json::Writer::new(out);
    writer.begin_object();
    writer.type_meta(type_meta);
    writer.key("metadata");
    writer.message(metadata);
    writer.key("items");
    writer.begin_array();
    for index in 0..items.len() {
        writer.element();
        writer.append(|out| items.encode(index, Format::Json, out))?;
    }
    writer.end_array();
    writer.end_object();
    Ok(())
}

fn encode_protobuf(
    metadata: &ListMeta,
    items: &dyn Items,
    type_meta: &TypeMeta,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut writer = protobuf::Writer::new();
    let mut item = Vec::new();
    let mut written = Ok(());
    let mut fields = |writer: &mut protobuf::Writer| {
        for index in (0..items.len()).rev() {
            item.clear();
            if written.is_ok() {
                written = items.encode(index, Format::Protobuf, &mut item);
            }
            writer.bytes(2, &item);
        }
        writer.message(1, |writer| protobuf::encode(metadata, writer));
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

fn encode_cbor(
    metadata: &ListMeta,
    items: &dyn Items,
    type_meta: &TypeMeta,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
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
    writer.begin_array(items.len());
    for index in 0..items.len() {
        writer.append(|out| items.encode(index, Format::Cbor, out))?;
    }
    writer.string("metadata");
    writer.message(metadata);
    if is_document {
        writer.string("apiVersion");
        writer.string(&type_meta.api_version);
    }
    Ok(())
}
