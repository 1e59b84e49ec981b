//! Lists that arrive in pieces: the items do not depend on where the pieces end, and what is
//! missing is noticed.

use pintle_codec::protobuf::{Envelope, Writer};
use pintle_codec::{Error, ErrorKind, Format, ListReader, TypeMeta};
use proptest::prelude::*;

/// What a reader found in a document that arrived in pieces.
#[derive(Debug, PartialEq)]
struct Found {
    items: Vec<Vec<u8>>,
    type_meta: TypeMeta,
    metadata: Vec<u8>,
}

fn read<'a>(
    mut reader: ListReader,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Found, Error> {
    let mut items = Vec::new();
    let mut document = Vec::new();
    for piece in pieces {
        document.extend_from_slice(piece);
        reader.push(piece);
        while let Some(item) = reader.next_item()? {
            assert_eq!(item.index(), items.len());
            assert_eq!(
                document[item.offset()..].get(..item.bytes().len()),
                Some(item.bytes())
            );
            items.push(item.bytes().to_vec());
        }
    }
    reader.finish()?;
    assert_eq!(reader.items(), items.len());
    Ok(Found {
        items,
        type_meta: reader.type_meta().clone(),
        metadata: reader.metadata().to_vec(),
    })
}

fn read_whole(format: Format, document: &[u8]) -> Result<Found, Error> {
    read(ListReader::new(format), [document])
}

/// The pieces between these places, each taken modulo the length.
fn pieces<'a>(document: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places
        .iter()
        .map(|place| place % (document.len() + 1))
        .collect();
    places.extend([0, document.len()]);
    places.sort_unstable();
    places
        .windows(2)
        .map(|ends| &document[ends[0]..ends[1]])
        .collect()
}

/// Items of any shape, as JSON.
fn json_item() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "[\\PC\"\\\\{}\\[\\]]{0,20}".prop_map(serde_json::Value::from),
    ];
    let value = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-z\"\\\\]{0,6}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect()),
        ]
    });
    (value, any::<bool>()).prop_map(|(value, pretty)| match pretty {
        true => serde_json::to_string_pretty(&value).unwrap(),
        false => value.to_string(),
    })
}

/// A list in JSON, its members in any order, and its items.
fn json_list() -> impl Strategy<Value = (String, Vec<String>)> {
    let items = prop::collection::vec(json_item(), 0..6);
    let space = "[ \n\r\t]{0,2}";
    let order = Just(vec![0, 1, 2, 3, 4]).prop_shuffle();
    (items, space, order, json_item()).prop_map(|(items, space, order, other)| {
        let joined = items.join(&format!("{space},{space}"));
        let members = [
            r#""kind":"PodList""#.to_owned(),
            format!(r#""apiVersion"{space}:{space}"v1""#),
            format!(r#""metadata":{space}{{"resourceVersion":"7","continue":"a}}b"}}"#),
            format!(r#""items":{space}[{space}{joined}{space}]"#),
            format!(r#""other":{other}"#),
        ];
        let members: Vec<&str> = order.iter().map(|index| members[*index].as_str()).collect();
        let members = members.join(&format!("{space},"));
        (format!("{space}{{{members}{space}}}{space}"), items)
    })
}

/// A list in protobuf and its items.
fn protobuf_list() -> impl Strategy<Value = (Vec<u8>, Vec<Vec<u8>>)> {
    let item = prop::collection::vec(any::<u8>(), 0..300);
    let items = prop::collection::vec(item, 0..6);
    (items, any::<u64>()).prop_map(|(items, other)| (protobuf_document(&items, other), items))
}

fn protobuf_document(items: &[Vec<u8>], other: u64) -> Vec<u8> {
    let type_meta = TypeMeta {
        api_version: "v1".into(),
        kind: "PodList".into(),
    };
    let mut writer = Writer::new();
    Envelope::write(&type_meta, &mut writer, |writer| {
        writer.varint(9, other);
        writer.double(8, 0.5);
        for item in items.iter().rev() {
            writer.bytes(2, item);
        }
        writer.bytes(7, b"passed over");
        writer.message(1, |writer| writer.bytes(2, b"7"));
    });
    writer.written().to_vec()
}

/// The head of an item of CBOR, as RFC 8949 spells it: with the shortest number, or a longer one.
fn cbor_head(major: u8, argument: u64, wide: bool) -> Vec<u8> {
    match u8::try_from(argument) {
        Ok(small) if small < 24 && !wide => vec![major << 5 | small],
        Ok(small) if !wide => vec![major << 5 | 24, small],
        _ => [&[major << 5 | 27], &argument.to_be_bytes()[..]].concat(),
    }
}

/// An item that others belong to: counted, or ended by a break.
fn cbor_container(major: u8, count: usize, content: Vec<u8>, counted: bool) -> Vec<u8> {
    match counted {
        true => [cbor_head(major, count as u64, false), content].concat(),
        false => [vec![major << 5 | 31], content, vec![0xff]].concat(),
    }
}

fn cbor_string(text: &str, major: u8) -> Vec<u8> {
    [cbor_head(major, text.len() as u64, false), text.into()].concat()
}

/// Items of any shape, as CBOR.
fn cbor_item() -> impl Strategy<Value = Vec<u8>> {
    let string = || ("[\\PC]{0,20}", 2..4_u8).prop_map(|(text, major)| cbor_string(&text, major));
    let leaf = prop_oneof![
        (0..2_u8, any::<u64>(), any::<bool>()).prop_map(|(m, n, wide)| cbor_head(m, n, wide)),
        prop::sample::select(vec![vec![0xf4], vec![0xf6], vec![0xf9, 0x3c, 0xff]]),
        any::<f64>().prop_map(|number| [&[0xfb], &number.to_be_bytes()[..]].concat()),
        string(),
        prop::collection::vec("[a-z]{0,5}", 0..3).prop_map(|chunks| {
            let chunks: Vec<u8> = chunks
                .iter()
                .flat_map(|text| cbor_string(text, 2))
                .collect();
            cbor_container(2, 0, chunks, false)
        }),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let elements = prop::collection::vec(inner.clone(), 0..4);
        let pairs = prop::collection::vec((string(), inner.clone()), 0..4);
        prop_oneof![
            (elements, any::<bool>()).prop_map(|(elements, counted)| {
                cbor_container(4, elements.len(), elements.concat(), counted)
            }),
            (pairs, any::<bool>()).prop_map(|(pairs, counted)| {
                let content = pairs
                    .iter()
                    .flat_map(|(key, value)| [&key[..], value].concat());
                cbor_container(5, pairs.len(), content.collect(), counted)
            }),
            (any::<u64>(), inner)
                .prop_map(|(tag, inner)| [cbor_head(6, tag, false), inner].concat()),
        ]
    })
}

/// A list in CBOR, its members in any order, and its items.
fn cbor_list() -> impl Strategy<Value = (Vec<u8>, Vec<Vec<u8>>)> {
    // Now and then more than the head of a list counts in its first byte.
    let zeros = 0..30_usize;
    let items = (prop::collection::vec(cbor_item(), 0..4), zeros).prop_map(|(mut items, zeros)| {
        items.extend(vec![vec![0]; zeros]);
        items
    });
    let order = Just(vec![0, 1, 2, 3, 4]).prop_shuffle();
    let counted = (any::<bool>(), any::<bool>());
    (items, order, counted, cbor_item()).prop_map(|(items, order, counted, other)| {
        let member = |key: &str, value: Vec<u8>| [cbor_string(key, 2), value].concat();
        let metadata = member("continue", cbor_string("more", 2));
        let members = [
            member("kind", cbor_string("PodList", 2)),
            member("apiVersion", cbor_string("v1", 3)),
            member("metadata", cbor_container(5, 1, metadata, true)),
            member(
                "items",
                cbor_container(4, items.len(), items.concat(), counted.0),
            ),
            member("other", other),
        ];
        let content = order
            .iter()
            .flat_map(|index| members[*index].clone())
            .collect();
        let list = cbor_container(5, members.len(), content, counted.1);
        ([b"\xd9\xd9\xf7".to_vec(), list].concat(), items)
    })
}

proptest! {
    #[test]
    fn cbor_items_do_not_depend_on_the_pieces(
        (document, items) in cbor_list(),
        places in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        let pieces = pieces(&document, &places);
        let found = read(ListReader::new(Format::Cbor), pieces).unwrap();
        prop_assert_eq!(found.items, items);
        prop_assert_eq!(found.type_meta.kind, "PodList");
        prop_assert_eq!(found.type_meta.api_version, "v1");
        prop_assert_eq!(found.metadata, b"\xa1\x48continue\x44more");
    }

    #[test]
    fn a_list_in_cbor_that_is_cut_short_is_noticed(
        (document, _) in cbor_list(),
        at in any::<prop::sample::Index>(),
    ) {
        let end = at.index(document.len());
        let error = read_whole(Format::Cbor, &document[..end]).unwrap_err();
        prop_assert_eq!(error.kind(), ErrorKind::UnexpectedEnd);
        prop_assert_eq!(error.offset(), end);
    }

    #[test]
    fn json_items_do_not_depend_on_the_pieces(
        (document, items) in json_list(),
        places in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        let pieces = pieces(document.as_bytes(), &places);
        let found = read(ListReader::new(Format::Json), pieces).unwrap();
        let items: Vec<Vec<u8>> = items.into_iter().map(Vec::from).collect();
        prop_assert_eq!(found.items, items);
        prop_assert_eq!(found.type_meta.kind, "PodList");
        prop_assert_eq!(found.type_meta.api_version, "v1");
        let metadata: serde_json::Value = serde_json::from_slice(&found.metadata).unwrap();
        prop_assert_eq!(&metadata["continue"], "a}b");
    }

    #[test]
    fn protobuf_items_do_not_depend_on_the_pieces(
        (document, items) in protobuf_list(),
        places in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        let pieces = pieces(&document, &places);
        let found = read(ListReader::new(Format::Protobuf), pieces).unwrap();
        prop_assert_eq!(found.items, items);
        prop_assert_eq!(found.type_meta.kind, "PodList");
        prop_assert_eq!(found.metadata, b"\x12\x017");
    }

    #[test]
    fn whatever_arrives_in_whatever_pieces_gives_the_same_answer(
        noise in prop::collection::vec(any::<u8>(), 0..200),
        list in prop_oneof![
            json_list().prop_map(|(list, _)| list.into_bytes()),
            protobuf_list().prop_map(|(list, _)| list),
            cbor_list().prop_map(|(list, _)| list),
        ],
        at in any::<prop::sample::Index>(),
        places in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        // A list that goes wrong somewhere.
        let mut document = list;
        document.truncate(at.index(document.len()));
        document.extend(&noise);
        for format in [Format::Json, Format::Protobuf, Format::Cbor] {
            let whole = read_whole(format, &document);
            let in_pieces = read(ListReader::new(format), pieces(&document, &places));
            prop_assert_eq!(whole, in_pieces);
        }
    }
}

#[test]
fn a_list_in_json_that_is_cut_short_is_noticed_wherever_it_is() {
    let document =
        br#"{"kind":"PodList","metadata":{"continue":"x"},"items":[{"a":"}"},7,"\\"],"n":1}"#;
    assert_eq!(read_whole(Format::Json, document).unwrap().items.len(), 3);
    for end in 0..document.len() {
        let error = read_whole(Format::Json, &document[..end]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEnd, "{end}: {error}");
        assert_eq!(error.offset(), end);
    }
}

#[test]
fn a_list_in_protobuf_that_is_cut_short_is_noticed_wherever_it_is() {
    let items = [vec![b'x'; 300], Vec::new(), vec![7; 20]];
    let document = protobuf_document(&items, 1 << 40);
    // Behind the list come the content's encoding and type, which are empty.
    let list_end = document.len() - 4;
    for end in 0..list_end {
        let error = read_whole(Format::Protobuf, &document[..end]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEnd, "{end}: {error}");
    }
    for end in list_end..document.len() {
        let found = read_whole(Format::Protobuf, &document[..end]);
        let between_fields = (end - list_end).is_multiple_of(2);
        assert_eq!(found.is_ok(), between_fields, "{end}");
    }
}

#[test]
fn an_error_says_how_many_items_there_were() {
    let said = |document: &str| {
        let error = read_whole(Format::Json, document.as_bytes()).unwrap_err();
        error.detail().to_owned()
    };
    assert_eq!(
        said(r#"{"items":["#),
        "the list is cut short before its first item"
    );
    assert_eq!(
        said(r#"{"items":[{}"#),
        "the list is cut short after 1 item"
    );
    assert_eq!(
        said(r#"{"items":[{},{},"#),
        "the list is cut short after 2 items"
    );
}

#[test]
fn items_may_be_missing_or_null() {
    for document in [r#"{}"#, r#"{"items":null}"#, r#"{"items":[]}"#] {
        let found = read_whole(Format::Json, document.as_bytes()).unwrap();
        assert!(found.items.is_empty(), "{document}");
    }
}

#[test]
fn what_is_no_list_is_refused_where_it_goes_wrong() {
    for (document, offset, path) in [
        ("[]", 0, ""),
        ("<html>", 0, ""),
        (r#"{"items":{}}"#, 9, "items"),
        (r#"{"items":7}"#, 9, "items"),
        (r#"{"kind":7}"#, 8, "kind"),
        (r#"{"kind":tru}"#, 8, "kind"),
        (r#"{"items":[{} {}]}"#, 13, ""),
        (r#"{"items":[,]}"#, 10, ""),
        (r#"{"items":[{},]}"#, 13, ""),
        (r#"{"kind":"List",}"#, 15, ""),
        (r#"{"kind" "List"}"#, 8, ""),
        (r#"{kind:"List"}"#, 1, ""),
        (r#"{"items":[]}x"#, 12, ""),
        (r#"{"items":[],"items":[]}"#, 12, ""),
        (r#"{"metadata":{},"metadata":{}}"#, 15, ""),
    ] {
        let error = read_whole(Format::Json, document.as_bytes()).unwrap_err();
        let place = (error.offset(), error.path());
        assert_eq!(place, (offset, path.to_owned()), "{document}: {error}");
    }
}

#[test]
fn an_envelope_that_does_not_fit_is_refused() {
    for (document, offset) in [
        // No magic.
        (&b"k8t"[..], 0),
        // A list of 2 bytes with an item of 5.
        (b"k8s\0\x12\x02\x12\x05", 8),
        // A list of 1 byte, in which a field begins.
        (b"k8s\0\x12\x01\x12\x05", 6),
        // A list of 3 bytes in which an eight-byte number begins.
        (b"k8s\0\x12\x03\x09\x00\x00\x00", 7),
        // A second object.
        (b"k8s\0\x12\x00\x12\x00", 8),
        // An encoding.
        (b"k8s\0\x1a\x01x", 6),
        // A group.
        (b"k8s\0\x0b", 5),
        // A field without a number.
        (b"k8s\0\x02", 4),
        // A length of more than 64 bits.
        (b"k8s\0\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 5),
        // A length that no memory has.
        (b"k8s\0\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 15),
    ] {
        let error = read_whole(Format::Protobuf, document).unwrap_err();
        assert_eq!(error.offset(), offset, "{document:x?}: {error}");
        assert_ne!(error.kind(), ErrorKind::UnexpectedEnd, "{document:x?}");
    }
}

#[test]
fn cbor_that_is_no_list_is_refused_where_it_goes_wrong() {
    for (document, offset, path) in [
        // A list of elements, a number.
        (&b"\x80"[..], 0, ""),
        (b"\xd9\xd9\xf7\x07", 3, ""),
        // Items that are a map.
        (b"\xa1\x45items\xa0", 7, "items"),
        // A kind that is a number.
        (b"\xa1\x44kind\x07", 6, "kind"),
        // A head that is reserved, and a break too many, in the second item.
        (b"\xa1\x45items\x82\x00\x1c", 9, ""),
        (b"\xa1\x45items\x82\x00\xff", 9, ""),
        // A string in chunks, one of which is a number.
        (b"\xa1\x45items\x81\x5f\x41x\x00\xff", 11, ""),
        // Twice the same member.
        (b"\xa2\x45items\x80\x45items\x80", 8, ""),
        // Something behind the list.
        (b"\xa0\x00", 1, ""),
    ] {
        let error = read_whole(Format::Cbor, document).unwrap_err();
        let place = (error.offset(), error.path());
        assert_eq!(place, (offset, path.to_owned()), "{document:x?}: {error}");
    }
}

#[test]
fn items_of_cbor_may_be_missing_or_null() {
    for document in [
        &b"\xa0"[..],
        b"\xa1\x45items\xf6",
        b"\xbf\x45items\x9f\xff\xff",
    ] {
        let found = read_whole(Format::Cbor, document).unwrap();
        assert!(found.items.is_empty(), "{document:x?}");
    }
}

#[test]
fn nesting_is_limited_where_it_costs_memory() {
    let document = [&b"\xa1\x45items\x81"[..], &[0x81; 100_000]].concat();
    let error = read_whole(Format::Cbor, &document).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooDeep);
}

#[test]
fn a_long_item_is_refused_before_it_has_arrived() {
    let refused = |format, document: &[u8]| {
        let error = read(ListReader::new(format).item_limit(10), [document]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(error.detail().contains("10 bytes"), "{error}");
    };
    refused(Format::Json, br#"{"items":[{"a":"0123456"#);
    refused(Format::Json, br#"{"a long key "#);
    refused(Format::Protobuf, b"k8s\0\x12\x80\x08\x12\x0b");
    refused(Format::Cbor, b"\xa1\x45items\x81\x81\x4a");
    refused(
        Format::Cbor,
        b"\xa1\x45items\x81\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
    );
    let short = br#"{"items":[{"a":"01"},{"a":"01"}]}"#;
    let found = read(ListReader::new(Format::Json).item_limit(10), [&short[..]]);
    assert_eq!(found.unwrap().items.len(), 2);
}

/// What is passed over is not held, so that no limit applies.
#[test]
fn a_field_that_nobody_knows_may_be_long() {
    let mut document = b"k8s\0\x12\xeb\x07\x3a\xe8\x07".to_vec();
    document.resize(document.len() + 1000, 0);
    let reader = ListReader::new(Format::Protobuf).item_limit(10);
    assert_eq!(read(reader, document.chunks(7)).unwrap().items.len(), 0);
}

/// Each byte is looked at once: this would take minutes otherwise.
#[test]
fn a_long_item_in_small_pieces_takes_no_longer_than_in_one() {
    let text = "x{\\\"".repeat(1 << 16);
    let document = format!(r#"{{"items":["{text}"]}}"#);
    let found = read(ListReader::new(Format::Json), document.as_bytes().chunks(1)).unwrap();
    assert_eq!(found.items[0].len(), text.len() + 2);
    let mut document = b"\xa1\x45items\x81\x9f".to_vec();
    document.resize(document.len() + (1 << 18), 0);
    document.extend(b"\xff");
    let found = read(ListReader::new(Format::Cbor), document.chunks(1)).unwrap();
    assert_eq!(found.items[0].len(), (1 << 18) + 2);
    let document = protobuf_document(&[vec![1; 1 << 18]], 0);
    let found = read(ListReader::new(Format::Protobuf), document.chunks(1)).unwrap();
    assert_eq!(found.items[0].len(), 1 << 18);
}

/// Items that are taken more slowly than they arrive are not moved again and again either.
#[test]
fn items_may_be_taken_later_than_they_arrive() {
    let items = vec!["{}"; 1 << 16].join(",");
    let document = format!(r#"{{"items":[{items}]}}"#);
    let mut reader = ListReader::new(Format::Json);
    let mut count = 0;
    for piece in document.as_bytes().chunks(64) {
        reader.push(piece);
        count += usize::from(reader.next_item().unwrap().is_some());
    }
    while reader.next_item().unwrap().is_some() {
        count += 1;
    }
    reader.finish().unwrap();
    assert_eq!(count, 1 << 16);
}
