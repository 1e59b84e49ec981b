//! Parts cut out of the bytes of an object: what is left is what a decoder makes of the whole that
//! leaves out the same parts.

use pintle_codec::protobuf::{self, Writer};
use pintle_codec::{Decoder, ErrorKind, List, Map, Message, Prune, Str, cbor, json, message};
use proptest::prelude::*;

#[derive(Clone, Default)]
struct Whole {
    name: Str,
    outer: Outer,
    parts: List<Part>,
    by_name: Map<Part>,
    labels: Map<Str>,
    words: List<Str>,
    next: Option<Box<Part>>,
    pruned: bool,
}

#[derive(Clone, Default)]
struct Outer {
    inline: Part,
    parts: List<Part>,
}

#[derive(Clone, Default)]
struct Part {
    text: Str,
    number: i64,
    labels: Map<Str>,
}

message! {
    Whole "test/v1.Whole" {
        0 name "name" 1 [],
        1 outer "outer" 20 [],
        2 parts "parts" 3 [],
        3 by_name "byName" 4 [],
        4 labels "labels" 5 [],
        5 words "words" 6 [WRAPPED],
        6 next "next" 7 [OPTIONAL],
        7 pruned "" 0 [NOTE],
    }
    Outer "test/v1.Outer" {
        0 inline "" 1 [INLINE],
        1 parts "parts" 2 [],
    }
    Part "test/v1.Part" {
        0 text "text" 1 [],
        1 number "number" 2 [],
        2 labels "labels" 3 [],
    }
}

fn labels() -> impl Strategy<Value = Map<Str>> {
    prop::collection::btree_map("[abc]", "[a-z]{0,3}", 0..3).prop_map(|map| {
        map.into_iter()
            .map(|(k, v)| (Str::from(k), v.into()))
            .collect()
    })
}

fn part() -> impl Strategy<Value = Part> {
    // Texts around the length at which the length of a message takes another byte.
    let text = prop_oneof!["[a-z]{0,4}", "[a-z]{110,130}"];
    (text, any::<i64>(), labels()).prop_map(|(text, number, labels)| Part {
        text: text.into(),
        number,
        labels,
    })
}

fn whole() -> impl Strategy<Value = Whole> {
    let parts = || prop::collection::vec(part(), 0..4).prop_map(List::from);
    let by_name = prop::collection::btree_map("[abc]", part(), 0..3)
        .prop_map(|map| map.into_iter().map(|(k, v)| (Str::from(k), v)).collect());
    let words = prop::collection::vec("[a-z]{0,4}".prop_map(Str::from), 0..3);
    let outer = (part(), parts()).prop_map(|(inline, parts)| Outer { inline, parts });
    let next = prop::option::of(part().prop_map(Box::new));
    (outer, parts(), by_name, labels(), words, next).prop_map(
        |(outer, parts, by_name, labels, words, next)| Whole {
            name: "name".into(),
            outer,
            parts,
            by_name,
            labels,
            words: words.into(),
            next,
            pruned: false,
        },
    )
}

/// A few parts, some of which no object has.
fn prune() -> impl Strategy<Value = Prune> {
    let first = prop::sample::select(vec![
        "name", "outer", "parts", "byName", "labels", "words", "next", "text", "x",
    ]);
    let step = prop::sample::select(vec!["text", "number", "labels", "parts", "a", "b", "x"]);
    let path = (first, prop::collection::vec(step, 0..3));
    prop::collection::vec(path, 0..4).prop_map(|paths| {
        paths.iter().fold(Prune::nothing(), |prune, (first, rest)| {
            prune.and_path([*first].into_iter().chain(rest.iter().copied()))
        })
    })
}

/// What `read` makes of the whole with the parts left out, and of the rest after `cut`.
fn both(
    prune: &Prune,
    document: &[u8],
    rest: Option<Vec<u8>>,
    read: impl Fn(&mut Decoder, &[u8], &mut dyn Message),
) -> (Whole, Whole) {
    let (mut expected, mut found) = (Whole::default(), Whole::default());
    read(
        &mut Decoder::new().prune(prune.clone()),
        document,
        &mut expected,
    );
    if let Some(rest) = &rest {
        assert_eq!(rest.len(), rest.capacity());
    }
    let mut decoder = Decoder::new().incomplete(rest.is_some());
    read(
        &mut decoder,
        rest.as_deref().unwrap_or(document),
        &mut found,
    );
    assert_eq!(found.pruned, expected.pruned);
    (expected, found)
}

proptest! {
    #[test]
    fn what_is_left_of_json_is_what_a_pruning_decoder_makes_of_it(
        whole in whole(),
        prune in prune(),
    ) {
        let mut document = Vec::new();
        json::encode(&whole, &mut document);
        let rest = prune.cut_json(std::str::from_utf8(&document).unwrap()).unwrap();
        let rest = rest.map(String::into_bytes);
        let (expected, found) = both(&prune, &document, rest, |decoder, document, message| {
            decoder.decode_json(document, message).unwrap();
        });
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn what_is_left_of_protobuf_is_what_a_pruning_decoder_makes_of_it(
        whole in whole(),
        prune in prune(),
    ) {
        let mut writer = Writer::new();
        protobuf::encode(&whole, &mut writer);
        let document = writer.written();
        let rest = prune.cut_protobuf(document, &mut Whole::default()).unwrap();
        let (expected, found) = both(&prune, document, rest, |decoder, document, message| {
            decoder.decode_protobuf_item(document, message).unwrap();
        });
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn what_is_left_of_cbor_is_what_a_pruning_decoder_makes_of_it(
        whole in whole(),
        prune in prune(),
    ) {
        let mut document = Vec::new();
        cbor::encode(&whole, &mut document);
        let rest = prune.cut_cbor(&document).unwrap();
        let (expected, found) = both(&prune, &document, rest, |decoder, document, message| {
            decoder.decode_cbor(document, message).unwrap();
        });
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn nothing_panics(document in prop::collection::vec(any::<u8>(), 0..60), prune in prune()) {
        let _ = prune.cut_protobuf(&document, &mut Whole::default());
        let _ = prune.cut_cbor(&document);
        let _ = prune.cut_json(&String::from_utf8_lossy(&document));
    }
}

#[test]
fn what_the_type_does_not_know_stays() {
    let mut writer = Writer::new();
    writer.bytes(99, b"unknown");
    writer.bytes(1, b"cut out");
    let prune = Prune::nothing().and("name");
    let rest = prune.cut_protobuf(writer.written(), &mut Whole::default());
    assert_eq!(rest.unwrap().unwrap(), b"\x9a\x06\x07unknown");
}

#[test]
fn a_message_that_is_cut_short_is_refused() {
    let prune = Prune::nothing().and("next.text");
    for malformed in [&b"\x3a\x05\x0a\x01x"[..], b"\x3a\x02\x0a\x01", b"\x3a"] {
        let error = prune.cut_protobuf(malformed, &mut Whole::default());
        assert_eq!(error.unwrap_err().kind(), ErrorKind::UnexpectedEnd);
    }
}

/// Spelt by hand after RFC 8949: uncounted maps, tags, counts that take a byte of their own.
#[test]
fn maps_are_counted_anew() {
    let prune = Prune::nothing().and("a").and("in.a");
    let mut long = vec![0xb8, 25];
    for key in 0..25 {
        long.extend([0x41, b'a' + key, key % 24]);
    }
    let mut rest = vec![0xb8, 24];
    rest.extend(&long[5..]);
    for (whole, rest) in [
        (&b"\xa1\x41a\x00"[..], &b"\xa0"[..]),
        (b"\xa2\x41a\x00\x41b\x01", b"\xa1\x41b\x01"),
        (b"\xd9\xd9\xf7\xa1\x61a\x82\x00\x01", b"\xd9\xd9\xf7\xa0"),
        (b"\xbf\x41a\x00\x41b\x01\xff", b"\xbf\x41b\x01\xff"),
        (
            b"\xbf\x42in\x9f\xa1\x41a\x00\xa1\x41b\x00\x01\xff\xff",
            b"\xbf\x42in\x9f\xa0\xa1\x41b\x00\x01\xff\xff",
        ),
        (
            b"\xbf\x42in\xc1\xbf\x41a\x00\xff\xff",
            b"\xbf\x42in\xc1\xbf\xff\xff",
        ),
        (&long, &rest),
    ] {
        assert_eq!(prune.cut_cbor(whole).unwrap().unwrap(), rest, "{whole:x?}");
    }
    for whole in [&b"\xa1\x41b\xa1\x41a\x00"[..], b"\x07", b"\xa1\x00\x00"] {
        assert_eq!(prune.cut_cbor(whole).unwrap(), None, "{whole:x?}");
    }
    for malformed in [
        &b""[..],
        b"\xa1\x41a",
        b"\xa0\x00",
        b"\xbf\x41a\x00",
        b"\xff",
        b"\x1c",
    ] {
        assert!(prune.cut_cbor(malformed).is_err(), "{malformed:x?}");
    }
}

#[test]
fn depth_is_limited() {
    let prune = Prune::nothing().and("parts.text");
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let error = prune.cut_json(&format!(r#"{{"parts":{deep}}}"#));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::TooDeep);
    // What is passed over takes no room on the stack.
    assert_eq!(prune.cut_json(&format!(r#"{{"x":{deep}}}"#)), Ok(None));
    for key in [&b"\x45parts"[..], b"\x41x"] {
        let deep = [b"\xa1", key, &[0x81; 100_000], b"\x00"].concat();
        let error = prune.cut_cbor(&deep).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooDeep);
    }
}
