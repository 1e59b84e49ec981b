//! How an object is kept: as the bytes that clients get.
//!
//! Invariant: the bytes are never changed nor copied once they are made. An object is encoded when
//! it is written, together with the watch event that the write is, in one allocation: a get, a list
//! item, its metadata alone and the event's frame are all slices of it, shared by everyone who reads
//! them.
//!
//! The encoding is JSON. It is known to this file only.

use bytes::Bytes;
use pintle_codec::{
    Object, Value,
    json::{Writer, write_value},
};

use super::{EventKind, Revision};

/// An encoded object that has no revision yet.
///
/// Encoding is work, and the revision is only known inside the store's lock: the draft is made
/// outside of it, and the few digits of the revision are filled in when it is committed.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    json: Vec<u8>,
    marks: Marks,
}

/// An encoded object inside the watch frame of the write that made it:
/// `{"type":"ADDED","object":{"kind":…,"apiVersion":…,"metadata":{…"resourceVersion":"7"…},…}}`.
#[derive(Clone, Debug)]
pub(crate) struct Encoded {
    frame: Bytes,
    kind: EventKind,
    marks: Marks,
    /// The number of digits at `marks.revision`.
    revision_digits: usize,
}

/// Where the parts are, from the object's opening brace.
#[derive(Clone, Copy, Debug)]
struct Marks {
    /// Behind `kind` and `apiVersion`, which items of a list do not carry.
    body: usize,
    /// The metadata's opening brace and the end of its closing one, without the revision's digits.
    metadata: (usize, usize),
    /// Where the revision's digits belong.
    revision: usize,
}

impl Draft {
    /// Encodes an object in schema order: `kind`, `apiVersion`, `metadata`, then the rest.
    ///
    /// What `metadata.resourceVersion` holds is ignored: the commit sets it, in its place, or as the
    /// last field of metadata that has none.
    pub(crate) fn encode(object: &Object) -> Self {
        let mut json = Vec::with_capacity(512);
        let mut marks = Marks {
            body: 1,
            metadata: (0, 0),
            revision: 0,
        };
        json.push(b'{');
        for (key, value) in object.iter() {
            Writer::new(&mut json).key(key);
            match (key, value) {
                ("metadata", Value::Object(metadata)) => {
                    marks.metadata.0 = json.len();
                    marks.revision = encode_metadata(metadata, &mut json);
                    marks.metadata.1 = json.len();
                }
                _ => write_value(value, &mut Writer::new(&mut json)),
            }
            if key == "apiVersion" {
                marks.body = json.len() + 1;
            }
        }
        json.push(b'}');
        Self { json, marks }
    }

    /// The object without a revision, as one that is not stored.
    pub(super) fn without_revision(&self) -> Encoded {
        const EMPTY: &str = "\"resourceVersion\":\"\"";
        let mut end = self.marks.revision + 1;
        let mut start = end - EMPTY.len();
        // One of the commas around it goes with it.
        if self.json[end] == b',' {
            end += 1;
        } else if self.json[start - 1] == b',' {
            start -= 1;
        }
        let mut marks = self.marks;
        marks.metadata.1 -= end - start;
        marks.revision = start;
        let kind = EventKind::Added;
        assemble(&self.json[..start], b"", &self.json[end..], marks, kind)
    }

    /// The object at `revision`, in the frame of an event of this kind.
    pub(super) fn commit(&self, kind: EventKind, revision: Revision) -> Encoded {
        let (before, after) = self.json.split_at(self.marks.revision);
        let digits = revision.to_string();
        assemble(before, digits.as_bytes(), after, self.marks, kind)
    }
}

impl Encoded {
    /// The whole object.
    pub(crate) fn object(&self) -> Bytes {
        let start = head(self.kind).len();
        self.frame.slice(start..self.frame.len() - TAIL.len())
    }

    /// The object without its opening brace, `kind` and `apiVersion`: an item of a list.
    pub(crate) fn item(&self) -> &[u8] {
        &self.json()[self.marks.body..]
    }

    /// The metadata alone.
    pub(crate) fn metadata(&self) -> &[u8] {
        let (start, end) = self.marks.metadata;
        &self.json()[start..end + self.revision_digits]
    }

    /// A line of a watch stream that says that this object was added, modified or deleted.
    pub(crate) fn frame(&self, kind: EventKind) -> Bytes {
        if kind == self.kind {
            return self.frame.clone();
        }
        let json = self.json();
        let mut frame = Vec::with_capacity(head(kind).len() + json.len() + TAIL.len());
        frame.extend_from_slice(head(kind));
        frame.extend_from_slice(json);
        frame.extend_from_slice(TAIL);
        frame.into()
    }

    /// The same object at another revision.
    pub(super) fn at_revision(&self, kind: EventKind, revision: Revision) -> Encoded {
        let (before, after) = self.json().split_at(self.marks.revision);
        let after = &after[self.revision_digits..];
        let digits = revision.to_string();
        assemble(before, digits.as_bytes(), after, self.marks, kind)
    }

    /// The memory that the encoded object takes.
    pub(super) fn size(&self) -> usize {
        self.frame.len()
    }

    fn json(&self) -> &[u8] {
        &self.frame[head(self.kind).len()..self.frame.len() - TAIL.len()]
    }
}

/// Writes the metadata and returns where the digits of the revision belong.
fn encode_metadata(metadata: &Object, json: &mut Vec<u8>) -> usize {
    let empty = (RESOURCE_VERSION, &Value::Null);
    let missing = (!metadata.contains_key(RESOURCE_VERSION)).then_some(empty);
    let mut revision = 0;
    json.push(b'{');
    for (key, value) in metadata.iter().chain(missing) {
        Writer::new(json).key(key);
        if key == RESOURCE_VERSION {
            json.extend_from_slice(b"\"\"");
            revision = json.len() - 1;
        } else {
            write_value(value, &mut Writer::new(json));
        }
    }
    json.push(b'}');
    revision
}

fn assemble(before: &[u8], digits: &[u8], after: &[u8], marks: Marks, kind: EventKind) -> Encoded {
    let head = head(kind);
    let size = head.len() + before.len() + digits.len() + after.len() + TAIL.len();
    let mut frame = Vec::with_capacity(size);
    for part in [head, before, digits, after, TAIL] {
        frame.extend_from_slice(part);
    }
    Encoded {
        frame: frame.into(),
        kind,
        marks,
        revision_digits: digits.len(),
    }
}

const fn head(kind: EventKind) -> &'static [u8] {
    match kind {
        EventKind::Added => b"{\"type\":\"ADDED\",\"object\":",
        EventKind::Modified => b"{\"type\":\"MODIFIED\",\"object\":",
        EventKind::Deleted => b"{\"type\":\"DELETED\",\"object\":",
    }
}

const TAIL: &[u8] = b"}\n";

const RESOURCE_VERSION: &str = "resourceVersion";

#[cfg(test)]
mod tests {
    use pintle_codec::json::parse;

    use super::*;

    fn draft(json: &str) -> Draft {
        Draft::encode(parse(json.as_bytes()).unwrap().as_object().unwrap())
    }

    const POD: &str = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","resourceVersion":"","labels":{"x":"y"}},"spec":{}}"#;

    #[test]
    fn the_parts_are_slices_of_one_frame() {
        let encoded = draft(POD).commit(EventKind::Added, Revision::new(42));
        let object = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","resourceVersion":"42","labels":{"x":"y"}},"spec":{}}"#;
        assert_eq!(encoded.object(), object);
        assert_eq!(
            encoded.item(),
            &object.as_bytes()[r#"{"kind":"Pod","apiVersion":"v1","#.len()..]
        );
        assert_eq!(
            encoded.metadata(),
            br#"{"name":"a","resourceVersion":"42","labels":{"x":"y"}}"#
        );
        assert_eq!(
            encoded.frame(EventKind::Added),
            format!("{{\"type\":\"ADDED\",\"object\":{object}}}\n")
        );
        assert_eq!(
            encoded.frame(EventKind::Added).as_ptr(),
            encoded.frame.as_ptr(),
            "the event that made the object shares its bytes"
        );
        assert_eq!(
            encoded.frame(EventKind::Deleted),
            format!("{{\"type\":\"DELETED\",\"object\":{object}}}\n")
        );
    }

    #[test]
    fn a_revision_of_another_length_takes_its_place() {
        let first = draft(POD).commit(EventKind::Added, Revision::new(9));
        let later = first.at_revision(EventKind::Deleted, Revision::new(1_000));
        assert_eq!(
            later.metadata(),
            br#"{"name":"a","resourceVersion":"1000","labels":{"x":"y"}}"#
        );
        assert!(
            later
                .frame(EventKind::Deleted)
                .starts_with(b"{\"type\":\"DELETED\"")
        );
        assert!(later.item().ends_with(br#""spec":{}}"#));
    }

    #[test]
    fn a_draft_can_be_shown_without_a_revision() {
        let encoded = draft(POD).without_revision();
        assert_eq!(
            encoded.object(),
            r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","labels":{"x":"y"}},"spec":{}}"#
        );
        assert_eq!(encoded.metadata(), br#"{"name":"a","labels":{"x":"y"}}"#);
        for (metadata, without) in [
            (r#"{"resourceVersion":"","uid":"u"}"#, r#"{"uid":"u"}"#),
            (r#"{"uid":"u","resourceVersion":""}"#, r#"{"uid":"u"}"#),
            (r#"{"resourceVersion":""}"#, "{}"),
            ("{}", "{}"),
        ] {
            let object = format!(r#"{{"kind":"Pod","apiVersion":"v1","metadata":{metadata}}}"#);
            let encoded = draft(&object).without_revision();
            assert_eq!(encoded.metadata(), without.as_bytes());
        }
    }
}
