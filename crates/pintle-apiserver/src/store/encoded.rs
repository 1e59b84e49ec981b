//! How an object is kept: as the bytes that etcd would hold.
//!
//! That is its protobuf message, in the version that is stored, without an envelope; the metadata
//! comes first. Clients that ask for protobuf get a copy; all other encodings are made of it when they
//! are asked for, by the tables of its struct.
//!
//! Invariants: the bytes are what [`encode_protobuf`] writes, and are never changed once they are made.

use pintle_codec::{
    Object,
    protobuf::{Payload, Reader, Writer},
};

use super::Revision;
use crate::schema::{Struct, Tree, decode_protobuf, encode_protobuf};

/// An encoded object that has no revision yet.
///
/// Encoding is work, and the revision is only known inside the store's lock: the draft is made
/// outside of it, and the few digits of the revision are filled in when it is committed.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// What wrote it, and has it: it is copied once, when the revision is filled in.
    writer: Writer,
}

/// An encoded object.
#[derive(Clone, Debug)]
pub(crate) struct Encoded {
    message: Box<[u8]>,
}

/// Where the revision belongs in a message.
struct Place<'m> {
    /// The metadata before the revision.
    before: &'m [u8],
    /// The metadata behind the revision.
    after: &'m [u8],
    /// What follows the metadata.
    rest: &'m [u8],
}

impl Draft {
    /// Encodes an object. Whatever its `metadata.resourceVersion` says: the commit sets it.
    pub(crate) fn encode(tree: &Tree) -> Self {
        let mut writer = Writer::new();
        encode_protobuf(tree.object(), tree.schema(), &mut writer);
        Self { writer }
    }

    /// The object without a revision, as one that is not stored.
    pub(super) fn without_revision(&self) -> Encoded {
        Place::find(self.writer.written()).fill("")
    }

    /// The object at `revision`.
    pub(super) fn commit(&self, revision: Revision) -> Encoded {
        Place::find(self.writer.written()).fill(&revision.to_string())
    }
}

impl Encoded {
    /// The message.
    pub(crate) fn message(&self) -> &[u8] {
        &self.message
    }

    /// The message with nothing in it but the metadata, which is that of the metadata alone as an
    /// object of its own.
    pub(crate) fn metadata(&self) -> &[u8] {
        let mut reader = Reader::new(&self.message);
        match reader.next_field() {
            Ok(Some((METADATA, _))) => &self.message[..reader.offset()],
            _ => &[],
        }
    }

    /// The object as a tree, in schema order, without its type.
    pub(crate) fn decode(&self, schema: &'static Struct) -> Object {
        // The server wrote these bytes; were they damaged, an empty object is refused by every use.
        decode_protobuf(&self.message, schema).unwrap_or_default()
    }

    /// The same object at another revision.
    pub(super) fn at_revision(&self, revision: Revision) -> Self {
        Place::find(&self.message).fill(&revision.to_string())
    }

    /// The memory that the encoded object takes.
    pub(super) fn size(&self) -> usize {
        self.message.len()
    }
}

impl<'m> Place<'m> {
    /// Finds the place. A message that has no metadata gets some.
    fn find(message: &'m [u8]) -> Self {
        let mut reader = Reader::new(message);
        let Ok(Some((METADATA, Payload::Bytes(metadata)))) = reader.next_field() else {
            return Self {
                before: &[],
                after: &[],
                rest: message,
            };
        };
        let rest = &message[reader.offset()..];
        let mut reader = Reader::new(metadata);
        let mut start = 0;
        while let Ok(Some((number, _))) = reader.next_field() {
            if number >= RESOURCE_VERSION {
                let end = match number {
                    RESOURCE_VERSION => reader.offset(),
                    _ => start,
                };
                return Self {
                    before: &metadata[..start],
                    after: &metadata[end..],
                    rest,
                };
            }
            start = reader.offset();
        }
        Self {
            before: metadata,
            after: &[],
            rest,
        }
    }

    fn fill(&self, revision: &str) -> Encoded {
        // The numbers of both fields are so small that a tag is one byte, and a revision has no more
        // than twenty digits.
        let own = 2 + revision.len();
        let metadata = self.before.len() + own + self.after.len();
        let mut length = [0; MAX_VARINT];
        let length = varint(metadata, &mut length);
        let size = 1 + length.len() + metadata + self.rest.len();
        let mut message = Vec::with_capacity(size);
        message.push(tag(METADATA));
        message.extend_from_slice(length);
        message.extend_from_slice(self.before);
        message.push(tag(RESOURCE_VERSION));
        message.push(revision.len() as u8);
        message.extend_from_slice(revision.as_bytes());
        message.extend_from_slice(self.after);
        message.extend_from_slice(self.rest);
        Encoded {
            message: message.into(),
        }
    }
}

/// The tag of a field that is text or a message.
const fn tag(number: u32) -> u8 {
    (number << 3 | 2) as u8
}

fn varint(mut value: usize, room: &mut [u8; MAX_VARINT]) -> &[u8] {
    let mut length = 0;
    loop {
        room[length] = value as u8 | 0x80;
        length += 1;
        value >>= 7;
        if value == 0 {
            room[length - 1] &= 0x7f;
            return &room[..length];
        }
    }
}

const MAX_VARINT: usize = 10;

/// The number of the metadata in every object.
const METADATA: u32 = 1;

/// The number of the revision in the metadata.
const RESOURCE_VERSION: u32 = 6;

#[cfg(test)]
mod tests {
    use pintle_codec::{Value, json};

    use super::*;
    use crate::{generated::core_v1::CONFIG_MAP, schema::decode};

    fn draft(metadata: &str) -> Draft {
        let json = format!(r#"{{"metadata":{metadata},"data":{{"k":"v"}}}}"#);
        let object = decode(json.as_bytes(), &CONFIG_MAP).unwrap().object;
        Draft::encode(&Tree::new(object, &CONFIG_MAP))
    }

    fn shown(encoded: &Encoded) -> String {
        let mut text = Vec::new();
        json::write(&encoded.decode(&CONFIG_MAP).into(), &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn the_revision_takes_its_place_whatever_its_length() {
        let labels = (0..30).map(|n| format!(r#""label{n}":"x""#));
        let labels: Vec<_> = labels.collect();
        for metadata in [
            "{}".to_owned(),
            r#"{"name":"a","resourceVersion":"99","labels":{"x":"y"}}"#.to_owned(),
            format!(r#"{{"name":"a","labels":{{{}}}}}"#, labels.join(",")),
        ] {
            let draft = draft(&metadata);
            let mut encoded = draft.without_revision();
            for number in [1, 42, 1_000, u64::MAX] {
                let expected = format!(r#""resourceVersion":"{number}""#);
                let revision = Revision::new(number);
                assert!(shown(&draft.commit(revision)).contains(&expected));
                encoded = encoded.at_revision(revision);
                assert!(shown(&encoded).contains(&expected), "{}", shown(&encoded));
                // As if the tree had had it.
                let mut object = encoded.decode(&CONFIG_MAP);
                if let Value::Object(metadata) = object.entry("metadata") {
                    metadata.sort();
                }
                let whole = Draft::encode(&Tree::new(object, &CONFIG_MAP));
                assert_eq!(encoded.message(), whole.writer.written());
            }
        }
    }

    #[test]
    fn a_draft_can_be_shown_without_a_revision() {
        let encoded = draft(r#"{"name":"a","resourceVersion":"7"}"#).without_revision();
        assert_eq!(
            shown(&encoded),
            r#"{"metadata":{"name":"a"},"data":{"k":"v"}}"#
        );
    }

    #[test]
    fn metadata_alone_is_a_part_of_the_message() {
        let encoded = draft(r#"{"name":"a"}"#).commit(Revision::new(3));
        let mut text = Vec::new();
        let metadata = decode_protobuf(encoded.metadata(), &CONFIG_MAP).unwrap();
        json::write(&metadata.into(), &mut text);
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text, r#"{"metadata":{"name":"a","resourceVersion":"3"}}"#);
    }
}
