//! Metadata in protobuf.

use pintle_codec::protobuf::{Payload, Reader};
use pintle_codec::{Decoder, Error, ErrorKind};

use super::Found;
use super::index::{Index, Span};
use super::texts::{self, Texts};

/// The metadata of every object are its field 1.
const METADATA: u32 = 1;

/// Finds the metadata of an object without an envelope. Everything else is passed over unread.
pub(super) fn index(object: &[u8]) -> Result<Index, Error> {
    let mut index = Index::default();
    let mut has_metadata = false;
    let mut reader = Reader::new(object);
    while let Some((number, payload)) = reader.next_field()? {
        if number != METADATA {
            continue;
        }
        let Payload::Bytes(metadata) = payload else {
            return Err(mismatch(&reader).within_field("metadata"));
        };
        let start = reader.offset() - metadata.len();
        // Readers would merge them, and then no part of the bytes is all of them.
        if std::mem::replace(&mut has_metadata, true) {
            let detail = "an object that has two metadata";
            return Err(Error::new(ErrorKind::Syntax, start, detail));
        }
        index = index_metadata(metadata, start)
            .map_err(|error| error.shifted_by(start).within_field("metadata"))?;
    }
    Ok(index)
}

fn index_metadata(metadata: &[u8], start: usize) -> Result<Index, Error> {
    let mut index = Index {
        metadata: Span::new(start..start + metadata.len()),
        ..Index::default()
    };
    let mut reader = Reader::new(metadata);
    loop {
        let field = start + reader.offset();
        let Some((number, payload)) = reader.next_field()? else {
            return Ok(index);
        };
        let field = || Span::new(field..start + reader.offset());
        let (text, name) = match number {
            texts::NAME => (&mut index.name, "name"),
            texts::NAMESPACE => (&mut index.namespace, "namespace"),
            texts::UID => (&mut index.uid, "uid"),
            texts::RESOURCE_VERSION => (&mut index.resource_version, "resourceVersion"),
            texts::GENERATION => {
                let Payload::Varint(generation) = payload else {
                    return Err(mismatch(&reader).within_field("generation"));
                };
                index.generation = generation as i64;
                continue;
            }
            texts::DELETION_TIMESTAMP => {
                index.is_deleting = true;
                continue;
            }
            texts::LABELS => {
                check_entry(payload, &reader).map_err(|error| error.within_field("labels"))?;
                index.labels = index.labels.through(field());
                continue;
            }
            texts::ANNOTATIONS => {
                check_entry(payload, &reader).map_err(|error| error.within_field("annotations"))?;
                index.annotations = index.annotations.through(field());
                continue;
            }
            _ => continue,
        };
        let Payload::Bytes(found) = payload else {
            return Err(mismatch(&reader).within_field(name));
        };
        let end = start + reader.offset();
        *text = match std::str::from_utf8(found) {
            Ok(_) => Span::new(end - found.len()..end),
            Err(_) => Span::SPELT,
        };
    }
}

/// Checks that an entry of a map of texts is well-formed.
fn check_entry(payload: Payload<'_>, reader: &Reader<'_>) -> Result<(), Error> {
    let Payload::Bytes(entry) = payload else {
        return Err(mismatch(reader));
    };
    let start = reader.offset() - entry.len();
    let shifted = |error: Error| error.shifted_by(start);
    let mut fields = Reader::new(entry);
    while let Some((number, payload)) = fields.next_field().map_err(shifted)? {
        if matches!(number, 1 | 2) && !matches!(payload, Payload::Bytes(_)) {
            return Err(shifted(mismatch(&fields)));
        }
    }
    Ok(())
}

/// Reads the texts of metadata, which were checked.
pub(super) fn texts(metadata: &[u8]) -> Texts {
    let mut texts = Texts::default();
    // What comes before an error that the check did not look for is all that can be said.
    let _ = Decoder::new().decode_protobuf_item(metadata, &mut texts);
    texts
}

/// Looks for the value of `key` in the entries with this number among fields that were checked.
pub(super) fn find<'a>(fields: &'a [u8], number: u32, key: &str) -> Found<'a> {
    let mut found = Found::Nothing;
    let mut reader = Reader::new(fields);
    while let Ok(Some((at, payload))) = reader.next_field() {
        let Payload::Bytes(entry) = payload else {
            continue;
        };
        // The last of equal keys counts.
        if at == number
            && let Some(value) = value_of(entry, key)
        {
            found = std::str::from_utf8(value).map_or(Found::Spelt, Found::Text);
        }
    }
    found
}

/// The value of an entry, if it is that of `key`.
fn value_of<'a>(entry: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let (mut name, mut value) = (&b""[..], &b""[..]);
    let mut fields = Reader::new(entry);
    while let Ok(Some((number, payload))) = fields.next_field() {
        match (number, payload) {
            (1, Payload::Bytes(bytes)) => name = bytes,
            (2, Payload::Bytes(bytes)) => value = bytes,
            _ => {}
        }
    }
    (name == key.as_bytes()).then_some(value)
}

#[cold]
fn mismatch(reader: &Reader<'_>) -> Error {
    let detail = "the field has another type on the wire";
    Error::new(ErrorKind::TypeMismatch, reader.offset(), detail)
}
