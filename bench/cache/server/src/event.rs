//! Events of a watch, and lists, put together of what is encoded.

use crate::out::Out;
use crate::pods::{Form, KIND, Listed, PodState};

/// Appends an event as a chunk of HTTP.
pub(crate) fn append<'a>(
    form: &'a Form,
    is_protobuf: bool,
    type_name: &str,
    (listed, state): (Listed, Option<PodState>),
    out: &mut Out<'a>,
) {
    let length = form.length(listed, state);
    if is_protobuf {
        chunk_in_protobuf(type_name, POD, length, out, |out| {
            form.append(listed, state, 0, out);
        });
        return;
    }
    let head = [r#"{"type":""#, type_name, r#"","object":"#, KIND];
    let tail = "}\n";
    // The pod's own first brace is part of what says its kind.
    let head_length: usize = head.iter().map(|text| text.len()).sum();
    begin_chunk(head_length + length - 1 + tail.len(), out);
    head.iter().for_each(|text| out.put(text.as_bytes()));
    form.append(listed, state, 1, out);
    out.put(tail.as_bytes());
    out.put(b"\r\n");
}

/// Appends the bookmark that ends initial events.
pub(crate) fn append_bookmark(is_protobuf: bool, version: u32, out: &mut Out<'_>) {
    let (key, version) = ("k8s.io/initial-events-end", version.to_string());
    if !is_protobuf {
        let event = format!(
            r#"{{"type":"BOOKMARK","object":{KIND}"metadata":{{"resourceVersion":"{version}","annotations":{{"{key}":"true"}}}}}}}}"#
        );
        begin_chunk(event.len() + 1, out);
        out.put(event.as_bytes());
        out.put(b"\n\r\n");
        return;
    }
    let annotation = [field(1, key.as_bytes()), field(2, b"true")].concat();
    let metadata = [field(6, version.as_bytes()), field(12, &annotation)].concat();
    let pod = field(1, &metadata);
    chunk_in_protobuf("BOOKMARK", POD, pod.len(), out, |out| {
        out.put(&pod);
    });
}

/// Appends the event that says that the watch's version is forgotten.
pub(crate) fn append_expired(is_protobuf: bool, out: &mut Out<'_>) {
    let message = "too old resource version";
    if !is_protobuf {
        let event = format!(
            r#"{{"type":"ERROR","object":{{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure","message":"{message}","reason":"Expired","code":410}}}}"#
        );
        begin_chunk(event.len() + 1, out);
        out.put(event.as_bytes());
        out.put(b"\n\r\n");
        return;
    }
    let mut status = [
        field(1, b""),
        field(2, b"Failure"),
        field(3, message.as_bytes()),
        field(4, b"Expired"),
    ]
    .concat();
    status.push(6 << 3);
    varint(410, &mut status);
    chunk_in_protobuf("ERROR", &type_meta("Status"), status.len(), out, |out| {
        out.put(&status);
    });
}

/// What stands before the items of a list, and behind them.
pub(crate) fn around_list(
    is_protobuf: bool,
    version: u32,
    continue_: &str,
    items: usize,
) -> (Vec<u8>, &'static [u8]) {
    if !is_protobuf {
        let head = format!(
            r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"{version}","continue":"{continue_}"}},"items":["#
        );
        return (head.into_bytes(), b"]}\n");
    }
    let version = version.to_string();
    let metadata = [field(2, version.as_bytes()), field(3, continue_.as_bytes())].concat();
    let metadata = field(1, &metadata);
    let mut head = MAGIC.to_vec();
    head.extend(field(1, &type_meta("PodList")));
    head.push(RAW);
    varint(metadata.len() + items, &mut head);
    head.extend(metadata);
    (head, ENVELOPE_END)
}

/// Writes what stands before an item of a list in protobuf.
pub(crate) fn put_item_head(length: usize, out: &mut Out<'_>) {
    put_head(2, length, out);
}

/// How long that is.
pub(crate) fn item_head_length(length: usize) -> usize {
    1 + varint_length(length)
}

/// A frame of a watch in protobuf, whose object is written by `object`.
fn chunk_in_protobuf<'a>(
    type_name: &str,
    type_meta: &[u8],
    object_length: usize,
    out: &mut Out<'a>,
    object: impl FnOnce(&mut Out<'a>),
) {
    let field_length = |length: usize| 1 + varint_length(length) + length;
    // From the inside to the outside: the object in an envelope, that in an extension, that in an event.
    let start = MAGIC.len() + field_length(type_meta.len());
    let envelope = start + field_length(object_length) + ENVELOPE_END.len();
    let extension = field_length(envelope);
    let event = field_length(type_name.len()) + field_length(extension);
    begin_chunk(4 + event, out);
    out.put(&(event as u32).to_be_bytes());
    put_field(1, type_name.as_bytes(), out);
    put_head(2, extension, out);
    put_head(1, envelope, out);
    out.put(MAGIC);
    put_field(1, type_meta, out);
    put_head(2, object_length, out);
    object(out);
    out.put(ENVELOPE_END);
    out.put(b"\r\n");
}

fn begin_chunk(length: usize, out: &mut Out<'_>) {
    out.put_fmt(format_args!("{length:x}\r\n"));
}

fn put_field(number: u8, bytes: &[u8], out: &mut Out<'_>) {
    put_head(number, bytes.len(), out);
    out.put(bytes);
}

/// What stands before a field's bytes.
fn put_head(number: u8, mut length: usize, out: &mut Out<'_>) {
    let mut head = [number << 3 | 2, 0, 0, 0, 0, 0];
    let mut end = 1;
    while length >= 0x80 {
        head[end] = length as u8 | 0x80;
        length >>= 7;
        end += 1;
    }
    head[end] = length as u8;
    out.put(&head[..=end]);
}

fn type_meta(kind: &str) -> Vec<u8> {
    [field(1, b"v1"), field(2, kind.as_bytes())].concat()
}

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    varint(bytes.len(), &mut out);
    out.extend_from_slice(bytes);
    out
}

fn varint(mut value: usize, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn varint_length(value: usize) -> usize {
    let bits = usize::BITS - (value | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

const MAGIC: &[u8] = b"k8s\0";
/// What says that an object is a pod.
const POD: &[u8] = b"\x0a\x02v1\x12\x03Pod";
/// The tag of the object in its envelope.
const RAW: u8 = 2 << 3 | 2;
/// An empty content encoding and an empty content type, which Go writes too.
const ENVELOPE_END: &[u8] = &[3 << 3 | 2, 0, 4 << 3 | 2, 0];
