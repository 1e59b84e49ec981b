//! Messages in protobuf: what is read, what is written, what is refused.
//!
//! The bytes are put together by hand from the encoding's definition: a tag is the number of the
//! field times eight and how its payload is laid out (0 number, 1 eight bytes, 2 length and bytes).

use pintle_codec::protobuf::{self, Envelope, Payload, Reader, Writer};
use pintle_codec::{ByteString, Decoder, ErrorKind, List, Map, Str, TypeMeta, message};
use proptest::prelude::*;

#[derive(Clone, Default)]
struct Leaf {
    number: i32,
    ratio: f64,
}

#[derive(Clone, Default)]
struct Whole {
    name: Str,
    leaf: Leaf,
    replicas: Option<i32>,
    labels: Map<Str>,
    data: Map<ByteString>,
    leaves: List<Leaf>,
    numbers: List<i32>,
    verbs: List<Str>,
    extra: Map<List<Str>>,
    enabled: bool,
    big: i64,
    blob: ByteString,
    next: Option<Box<Whole>>,
}

// `big` comes last in the struct and before `blob` in protobuf, and one number takes two bytes.
message! {
    Leaf "test/v1.Leaf" {
        0 number "number" 1 [OMIT_EMPTY VALUE VARINT],
        1 ratio "ratio" 2 [OMIT_EMPTY],
    }
    Whole "test/v1.Whole" .of("v1") {
        0 name "name" 1 [VALUE],
        1 leaf "leaf" 2 [VALUE],
        2 replicas "replicas" 3 [OMIT_EMPTY OPTIONAL VARINT],
        3 labels "labels" 4 [OMIT_EMPTY],
        4 data "data" 5 [OMIT_EMPTY],
        5 leaves "leaves" 6 [OMIT_EMPTY],
        6 numbers "numbers" 7 [OMIT_EMPTY VARINT],
        7 verbs "verbs" 8 [WRAPPED],
        8 extra "extra" 9 [OMIT_EMPTY WRAPPED],
        9 enabled "enabled" 11 [OMIT_EMPTY VALUE VARINT],
        10 big "big" 10 [OMIT_EMPTY VALUE VARINT],
        11 blob "blob" 12 [OMIT_EMPTY],
        12 next "next" 16 [OMIT_EMPTY OPTIONAL],
    }
}

fn decode(bytes: &[u8]) -> Whole {
    let mut whole = Whole::default();
    let read = Decoder::new().decode_protobuf_item(bytes, &mut whole);
    read.unwrap();
    whole
}

fn refusal(bytes: &[u8]) -> pintle_codec::Error {
    let read = Decoder::new().decode_protobuf_item(bytes, &mut Whole::default());
    read.unwrap_err()
}

fn encode(whole: &Whole) -> Vec<u8> {
    let mut writer = Writer::new();
    protobuf::encode(whole, &mut writer);
    writer.written().to_vec()
}

/// Every field that is no pointer, list, map or data is there, in the order of the numbers.
#[test]
fn the_zero_value_writes_what_go_writes() {
    let leaf = b"\x08\x00\x11\0\0\0\0\0\0\0\0";
    let mut expected = b"\x0a\x00".to_vec();
    expected.extend([0x12, leaf.len() as u8]);
    expected.extend(leaf);
    expected.extend(b"\x42\x00\x50\x00\x58\x00");
    assert_eq!(encode(&Whole::default()), expected);
}

#[test]
fn every_kind_of_field_is_read_and_written() {
    let bytes = [
        &b"\x0a\x01n"[..],
        b"\x12\x14\x08\xf9\xff\xff\xff\xff\xff\xff\xff\xff\x01\x11\0\0\0\0\0\0\xe0\x3f",
        b"\x18\x00",
        b"\x22\x06\x0a\x01a\x12\x011\x22\x06\x0a\x01b\x12\x012",
        b"\x2a\x07\x0a\x01k\x12\x02\x00\xff",
        b"\x32\x0b\x08\x01\x11\0\0\0\0\0\0\0\0\x32\x0b\x08\x02\x11\0\0\0\0\0\0\0\0",
        b"\x38\x01\x38\xac\x02",
        b"\x42\x06\x0a\x01x\x0a\x01y",
        b"\x4a\x08\x0a\x01k\x12\x03\x0a\x01v",
        b"\x50\x80\x80\x80\x80\x10",
        b"\x58\x01",
        b"\x62\x01\xff",
        b"\x82\x01\x17\x0a\x00\x12\x0b\x08\x00\x11\0\0\0\0\0\0\0\0\x18\x05\x42\x00\x50\x00\x58\x00",
    ]
    .concat();
    let whole = decode(&bytes);
    assert_eq!(whole.name, "n");
    assert_eq!((whole.leaf.number, whole.leaf.ratio), (-7, 0.5));
    assert_eq!(whole.replicas, Some(0));
    let labels: Vec<_> = whole.labels.iter().map(|(k, v)| (k, v.as_str())).collect();
    assert_eq!(labels, [("a", "1"), ("b", "2")]);
    assert_eq!(**whole.data.get("k").unwrap(), [0, 0xff]);
    assert_eq!([whole.leaves[0].number, whole.leaves[1].number], [1, 2]);
    assert_eq!(*whole.numbers, [1, 300]);
    assert_eq!(*whole.verbs, ["x", "y"]);
    assert_eq!(**whole.extra.get("k").unwrap(), ["v"]);
    assert_eq!(whole.big, 1 << 32);
    assert!(whole.enabled);
    assert_eq!(*whole.blob, [0xff]);
    assert_eq!(whole.next.as_ref().unwrap().replicas, Some(5));
    assert_eq!(encode(&whole), bytes);
}

/// What the encoding's definition asks of a reader.
#[test]
fn fields_come_in_any_order_packed_or_not_and_more_than_once() {
    let whole = decode(
        &[
            &b"\x58\x01\x38\x01\x0a\x01a\x22\x06\x0a\x01b\x12\x01x"[..],
            b"\x3a\x03\x02\xac\x02",
            b"\x38\x04",
            b"\x22\x06\x0a\x01a\x12\x01y\x22\x06\x0a\x01b\x12\x01z",
            b"\x0a\x01b\x0a\x00",
            b"\x12\x02\x08\x05\x12\x09\x11\0\0\0\0\0\0\xe0\x3f",
            b"\x22\x06\x12\x01w\x0a\x01c\x22\x03\x0a\x01d",
        ]
        .concat(),
    );
    assert_eq!(*whole.numbers, [1, 2, 300, 4]);
    assert_eq!(whole.name, "", "the last one counts, zero or not");
    assert_eq!(
        (whole.leaf.number, whole.leaf.ratio),
        (5, 0.5),
        "messages are merged"
    );
    let labels: Vec<_> = whole.labels.iter().map(|(k, v)| (k, v.as_str())).collect();
    assert_eq!(labels, [("a", "y"), ("b", "z"), ("c", "w"), ("d", "")]);
}

#[test]
fn unknown_fields_are_passed_over_whatever_they_are() {
    let whole = decode(
        &[
            &b"\xa0\x06\x96\x01"[..],
            b"\xa1\x06\0\0\0\0\0\0\0\0",
            b"\xa2\x06\x02hi",
            b"\xa5\x06\0\0\0\0",
            b"\xa3\x06\x08\x01\xab\x06\x0a\x01x\xac\x06\xa4\x06",
            b"\x0a\x01n",
        ]
        .concat(),
    );
    assert_eq!(whole.name, "n");
}

#[test]
fn malformed_messages_are_refused_with_path_and_offset() {
    for (bytes, kind, path, offset) in [
        (&b"\x0a\x05n"[..], ErrorKind::UnexpectedEnd, "name", 2),
        (b"\x0a", ErrorKind::UnexpectedEnd, "name", 1),
        (
            b"\x12\x02\x08\x80",
            ErrorKind::UnexpectedEnd,
            "leaf.number",
            3,
        ),
        (
            b"\x12\x05\x11\0\0\0\0",
            ErrorKind::UnexpectedEnd,
            "leaf.ratio",
            3,
        ),
        (b"\x08\x01", ErrorKind::TypeMismatch, "name", 1),
        (
            b"\x12\x02\x0a\x00",
            ErrorKind::TypeMismatch,
            "leaf.number",
            3,
        ),
        (
            b"\x32\x00\x32\x02\x12\x00",
            ErrorKind::TypeMismatch,
            "leaves[1].ratio",
            5,
        ),
        (b"\x20\x01", ErrorKind::TypeMismatch, "labels", 1),
        (
            b"\x22\x05\x0a\x01k\x10\x01",
            ErrorKind::TypeMismatch,
            "labels.k",
            6,
        ),
        (b"\x00\x01", ErrorKind::Syntax, "", 0),
        (b"\x0f\x01", ErrorKind::Syntax, "", 0),
        (b"\xa4\x06", ErrorKind::Syntax, "", 2),
        (b"\xa3\x06\xac\x06", ErrorKind::Syntax, "", 4),
        (
            b"\x50\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
            ErrorKind::Syntax,
            "big",
            1,
        ),
        (
            b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            ErrorKind::UnexpectedEnd,
            "name",
            11,
        ),
    ] {
        let error = refusal(bytes);
        let found = (error.kind(), error.path(), error.offset());
        assert_eq!(
            found,
            (kind, path.to_owned(), offset),
            "{bytes:x?}: {error}"
        );
    }
}

#[test]
fn nesting_is_limited() {
    let mut bytes = Vec::new();
    for _ in 0..600 {
        let mut writer = Writer::new();
        writer.bytes(16, &bytes);
        bytes = writer.written().to_vec();
    }
    assert_eq!(refusal(&bytes).kind(), ErrorKind::TooDeep);
}

#[test]
fn an_envelope_says_what_is_in_it() {
    let whole = decode(b"\x0a\x01n");
    let type_meta = TypeMeta {
        api_version: "v1".into(),
        kind: "Whole".into(),
    };
    let mut writer = Writer::new();
    protobuf::encode_object(&whole, &type_meta, &mut writer);
    let document = writer.written();
    let raw = encode(&whole);
    // k8s\0, then apiVersion and kind, the object, and what Go writes of its encoding: nothing.
    let expected = [
        &b"k8s\0\x0a\x0b\x0a\x02v1\x12\x05Whole\x12"[..],
        &[raw.len() as u8],
        &raw,
        b"\x1a\x00\x22\x00",
    ]
    .concat();
    assert_eq!(document, expected);
    let mut read = Whole::default();
    let found = Decoder::new().decode_protobuf(document, &mut read).unwrap();
    assert_eq!((found, read), (type_meta, whole));

    for (document, offset) in [
        (&b"{\"kind\":\"Whole\"}"[..], 0),
        (b"k8s\0\x12\x02\x0a", 6),
        (b"k8s\0\x1a\x04gzip", 6),
        (b"k8s\0\x12\x03\x0a\x05n", 8),
    ] {
        let read = Decoder::new().decode_protobuf(document, &mut Whole::default());
        assert_eq!(read.unwrap_err().offset(), offset, "{document:?}");
    }
    assert!(Envelope::open(b"k8s\0").unwrap().raw().is_empty());
}

/// A list in many runs, and a map, must not cost quadratic time: this took minutes if it did.
#[test]
fn runs_that_alternate_cost_linear_time() {
    let mut writer = Writer::new();
    for n in 0..20_000_u64 {
        writer.message(4, |writer| {
            writer.bytes(2, b"v");
            writer.bytes(
                1,
                (n.wrapping_mul(0x9e37_79b9) % 20_011)
                    .to_string()
                    .as_bytes(),
            );
        });
        writer.varint(7, n);
    }
    let whole = decode(writer.written());
    assert_eq!(whole.numbers.len(), 20_000);
    assert!(whole.labels.keys().is_sorted());
}

fn any_whole() -> impl Strategy<Value = Whole> {
    let text = || "[a-c]{0,20}|é{0,9}".prop_map(Str::from);
    let leaf = (any::<i32>(), -1e9..1e9).prop_map(|(number, ratio)| Leaf { number, ratio });
    let leaves = prop::collection::vec(leaf, 0..4);
    let labels = prop::collection::vec((text(), text()), 0..4);
    let data = prop::collection::vec(any::<u8>(), 0..20);
    let numbers = prop::collection::vec(any::<i32>(), 0..4);
    let verbs = prop::collection::vec(text(), 0..3);
    let scalars = (text(), any::<Option<i32>>(), any::<bool>(), any::<i64>());
    let parts = (scalars, leaves, labels, data, numbers, verbs);
    let flat = parts.prop_map(|(scalars, leaves, labels, data, numbers, verbs)| Whole {
        name: scalars.0,
        leaf: leaves.first().cloned().unwrap_or_default(),
        replicas: scalars.1,
        labels: labels.into_iter().collect(),
        data: Map::from([("k", ByteString::from(data.clone()))]),
        leaves: leaves.into(),
        numbers: numbers.into(),
        extra: Map::from([("k", List::from(verbs.clone()))]),
        verbs: verbs.into(),
        enabled: scalars.2,
        big: scalars.3,
        blob: data.into(),
        next: None,
    });
    (flat.clone(), prop::option::of(flat)).prop_map(|(whole, next)| Whole {
        next: next.map(Box::new),
        ..whole
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(whole in any_whole()) {
        let bytes = encode(&whole);
        let read = decode(&bytes);
        prop_assert_eq!(&read, &whole);
        prop_assert_eq!(encode(&read), bytes);
    }

    #[test]
    fn a_kept_decoder_reads_what_a_fresh_one_reads(wholes in prop::collection::vec(any_whole(), 1..6)) {
        let mut decoder = Decoder::new();
        for whole in wholes {
            let mut read = Whole::default();
            decoder.decode_protobuf_item(&encode(&whole), &mut read).unwrap();
            prop_assert_eq!(read, whole);
        }
    }

    #[test]
    fn a_message_that_is_cut_off_is_refused_or_ends_between_fields(
        whole in any_whole(),
        cut in any::<prop::sample::Index>(),
    ) {
        let bytes = encode(&whole);
        let cut = &bytes[..cut.index(bytes.len())];
        let mut ends = vec![0];
        let mut reader = Reader::new(&bytes);
        while reader.next_field().unwrap().is_some() {
            ends.push(reader.offset());
        }
        let read = Decoder::new().decode_protobuf_item(cut, &mut Whole::default());
        prop_assert_eq!(read.is_ok(), ends.contains(&cut.len()));
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = Decoder::new().decode_protobuf_item(&bytes, &mut Whole::default());
        let _ = Decoder::new().decode_protobuf(&bytes, &mut Whole::default());
        let mut reader = Reader::new(&bytes);
        while let Ok(Some((number, payload))) = reader.next_field() {
            prop_assert!(number > 0);
            if let Payload::Bytes(bytes) = payload {
                prop_assert!(bytes.len() <= 64);
            }
        }
    }
}
