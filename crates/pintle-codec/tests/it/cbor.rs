//! CBOR: what Go's decoder made of the same documents, what is noted and left out, and hostile
//! input.

use pintle_codec::{
    ByteString, Decoder, Element, Error, ErrorKind, List, Map, Object, Prune, Scalar, SlotMut,
    SlotRef, Str, TypeMeta, Value, cbor, json, message, protobuf,
};
use proptest::prelude::*;

#[derive(Clone, Default)]
struct Leaf {
    number: i32,
    ratio: f64,
}

#[derive(Clone, Default)]
struct Source {
    host_path: Option<Box<Leaf>>,
    secret: Str,
}

/// As in `tools/formats`.
#[derive(Clone, Default)]
struct Whole {
    name: Str,
    source: Source,
    replicas: Option<i32>,
    labels: Map<Str>,
    data: Map<ByteString>,
    blob: ByteString,
    leaves: List<Leaf>,
    required: List<Str>,
    status: Leaf,
    zero: Leaf,
    enabled: bool,
    big: i64,
    groups: Map<List<Str>>,
}

message! {
    Leaf "test.v1.Leaf" {
        0 number "number" 1 [OMIT_EMPTY],
        1 ratio "ratio" 2 [OMIT_EMPTY],
    }
    Source "test.v1.Source" {
        0 host_path "hostPath" 1 [OMIT_EMPTY OPTIONAL],
        1 secret "secret" 2 [OMIT_EMPTY],
    }
    Whole "test.v1.Whole" {
        0 name "name" 1 [],
        1 source "" 2 [INLINE],
        2 replicas "replicas" 3 [OMIT_EMPTY OPTIONAL],
        3 labels "labels" 4 [OMIT_EMPTY],
        4 data "data" 5 [OMIT_EMPTY],
        5 blob "blob" 6 [OMIT_EMPTY],
        6 leaves "leaves" 7 [OMIT_EMPTY],
        7 required "required" 8 [],
        8 status "status" 9 [OMIT_EMPTY],
        9 zero "zero" 10 [OMIT_ZERO],
        10 enabled "enabled" 11 [OMIT_EMPTY],
        11 big "big" 12 [OMIT_EMPTY],
        12 groups "groups" 13 [OMIT_EMPTY],
    }
}

/// Written by `tools/formats`, which says what the lines mean.
const RECORDED: &str = include_str!("cbor.txt");

fn recorded(word: &str) -> impl Iterator<Item = (Vec<u8>, Option<&'static str>)> {
    RECORDED.lines().filter_map(move |line| {
        let rest = line.strip_prefix(word)?.strip_prefix(' ')?;
        let (document, result) = match rest.split_once(' ') {
            Some((document, result)) => (document, Some(result)),
            None => (rest, None),
        };
        Some((unhex(document), result))
    })
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| char::from(text.as_bytes()[at]).to_digit(16).unwrap();
    let byte = |at: usize| (digit(at) * 16 + digit(at + 1)) as u8;
    (0..text.len()).step_by(2).map(byte).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn trees_are_read_and_written_as_by_kubernetes() {
    let mut count = 0;
    for (document, expected) in recorded("any") {
        let found = cbor::parse(&document).ok().map(|mut value| {
            let (mut again, mut text) = (Vec::new(), Vec::new());
            cbor::write(&value, &mut again);
            value.sort();
            json::write(&value, &mut text);
            format!("{} {}", hex(&again), String::from_utf8(text).unwrap())
        });
        assert_eq!(found.as_deref(), expected, "{}", hex(&document));
        count += 1;
    }
    assert!(count > 700, "{count}");
}

/// Kubernetes knows no other kind, and takes what does not say for this one.
fn is_of_the_kind(type_meta: &&TypeMeta) -> bool {
    matches!(type_meta.api_version.as_str(), "" | "/" | "test/v1")
        && matches!(type_meta.kind.as_str(), "" | "Whole")
}

#[test]
fn objects_are_read_and_written_as_by_kubernetes() {
    let mut count = 0;
    for (word, violates) in [("whole", false), ("unknown", true)] {
        for (document, expected) in recorded(word) {
            let mut decoder = Decoder::new().strict(true);
            let mut whole = Whole::default();
            let read = decoder.decode_cbor(&document, &mut whole);
            let found = read.as_ref().ok().filter(is_of_the_kind).map(|type_meta| {
                let mut again = Vec::new();
                cbor::encode_object(&whole, type_meta, &mut again);
                hex(&again)
            });
            assert_eq!(found.as_deref(), expected, "{}: {read:?}", hex(&document));
            if expected.is_some() {
                let violations = decoder.take_violations();
                assert_eq!(!violations.is_empty(), violates, "{}", hex(&document));
            }
            count += 1;
        }
    }
    assert!(count > 950, "{count}");
}

/// CBOR of a tree that is written as JSON here.
fn document(text: &str) -> Vec<u8> {
    let mut document = Vec::new();
    cbor::write(&json::parse(text.as_bytes()).unwrap(), &mut document);
    document
}

fn decode(decoder: &mut Decoder, text: &str) -> Whole {
    let mut whole = Whole::default();
    decoder.decode_cbor(&document(text), &mut whole).unwrap();
    whole
}

#[test]
fn type_meta_is_read_and_written() {
    let mut whole = Whole::default();
    let written = document(r#"{"apiVersion":"test/v1","name":"n","kind":"Whole"}"#);
    let type_meta = Decoder::new().decode_cbor(&written, &mut whole).unwrap();
    assert_eq!(type_meta.api_version, "test/v1");
    assert_eq!(type_meta.kind, "Whole");
    let mut item = Vec::new();
    cbor::encode(&whole, &mut item);
    assert!(!item.starts_with(cbor::MAGIC));
    assert!(cbor::parse(&item).unwrap().get("kind").is_none());
    let mut object = Vec::new();
    cbor::encode_object(&whole, &type_meta, &mut object);
    assert!(object.starts_with(cbor::MAGIC));
    assert_eq!(
        cbor::parse(&object).unwrap().get("apiVersion"),
        Some(&"test/v1".into())
    );
}

#[test]
fn strict_reading_names_unknown_fields_by_their_path() {
    let text = r#"{"nmae":"x","leaves":[{"number":1},{"nubmer":1}],"status":{"future":{"deep":1}},
        "hostPath":{"x":1},"labels":{"anything":"goes"}}"#;
    let mut decoder = Decoder::new().strict(true);
    decode(&mut decoder, text);
    let mut violations: Vec<String> = decoder
        .take_violations()
        .iter()
        .map(ToString::to_string)
        .collect();
    violations.sort();
    assert_eq!(
        violations,
        [
            r#"unknown field "hostPath.x""#,
            r#"unknown field "leaves[1].nubmer""#,
            r#"unknown field "nmae""#,
            r#"unknown field "status.future""#,
        ]
    );
    let mut lax = Decoder::new();
    decode(&mut lax, text);
    assert_eq!(lax.take_violations(), []);
}

#[test]
fn pruned_parts_are_passed_over() {
    let text = r#"{"name":"n","hostPath":{"number":1,"ratio":2},"leaves":[{"number":1,"ratio":2}],
        "labels":{"a":"1","b":"2"},"secret":"s"}"#;
    let prune = Prune::nothing()
        .and("hostPath.number")
        .and("leaves.ratio")
        .and("labels.a")
        .and("secret");
    let whole = decode(&mut Decoder::new().prune(prune.clone()), text);
    let mut same = Whole::default();
    Decoder::new()
        .prune(prune)
        .decode_json(text.as_bytes(), &mut same)
        .unwrap();
    assert_eq!(whole, same);
    assert_eq!(whole.source.host_path.unwrap().ratio, 2.0);
    assert_eq!(whole.leaves[0].number, 1);
    assert_eq!(whole.labels.keys().collect::<Vec<_>>(), ["b"]);
}

#[test]
fn equal_strings_of_a_decoder_share_their_text() {
    let mut decoder = Decoder::new();
    let text = r#"{"name":"registry.example.com/image"}"#;
    // The first object may be the only one.
    decode(&mut decoder, text);
    let one = decode(&mut decoder, text);
    let other = decode(&mut decoder, text);
    assert_eq!(one.name.as_ptr(), other.name.as_ptr());
}

#[test]
fn a_value_of_the_wrong_type_is_named_with_its_path() {
    let fails = |text: &str| {
        let mut whole = Whole::default();
        Decoder::new()
            .decode_cbor(&document(text), &mut whole)
            .unwrap_err()
    };
    let error = fails(r#"{"leaves":[{},{"number":"x"}]}"#);
    assert_eq!(error.kind(), ErrorKind::TypeMismatch);
    assert_eq!(
        error.to_string(),
        "expected a whole number, found a byte string at byte 18, in leaves[1].number"
    );
    assert_eq!(
        fails(r#"{"hostPath":{"number":4294967296}}"#).path(),
        "hostPath.number"
    );
    assert_eq!(fails(r#"{"labels":{"app":1}}"#).path(), "labels.app");
    assert_eq!(
        fails(r#"{"data":{"k":"%"}}"#).kind(),
        ErrorKind::InvalidValue
    );
    assert_eq!(
        fails("[]").to_string(),
        "expected a map, found a list at byte 0"
    );
    let twice = |fields: &str| {
        let mut whole = Whole::default();
        let read = Decoder::new().decode_cbor(&unhex(fields), &mut whole);
        read.unwrap_err().to_string()
    };
    assert_eq!(
        twice("a2446e616d6540446e616d6540"),
        r#"the key "name" comes twice at byte 7"#
    );
    assert_eq!(
        twice("a1466c6162656c73a3416140416240416140"),
        r#"the key "a" comes twice at byte 15, in labels"#
    );
}

#[test]
fn a_number_that_is_not_finite_is_written_as_null() {
    let whole = Whole {
        status: Leaf {
            ratio: f64::NAN,
            ..Leaf::default()
        },
        ..Whole::default()
    };
    let mut out = Vec::new();
    cbor::encode(&whole, &mut out);
    let value = cbor::parse(&out).unwrap();
    assert_eq!(value.at(&["status", "ratio"]), Some(&Value::Null));
}

#[test]
fn a_map_says_how_many_pairs_it_has() {
    for count in [22, 23, 24, 255, 256, 70_000] {
        let value: Object = (0..count)
            .map(|n| (format!("{n}"), Value::Int(n)))
            .collect();
        let mut out = Vec::new();
        cbor::write(&value.clone().into(), &mut out);
        assert_eq!(cbor::parse(&out).unwrap(), value.into());
    }
}

#[test]
fn nesting_is_limited() {
    for (open, close) in [
        ("81", "f6"),
        ("9f", "ff"),
        ("a14161", "f6"),
        ("bf4161", "ffff"),
    ] {
        let nested = |depth: usize| match close {
            "f6" => unhex(&(open.repeat(depth) + close)),
            "ff" => unhex(&(open.repeat(depth) + &close.repeat(depth))),
            _ => unhex(&(open.repeat(depth) + "f6" + &"ff".repeat(depth))),
        };
        assert!(cbor::parse(&nested(json::MAX_DEPTH)).is_ok());
        for depth in [json::MAX_DEPTH + 1, 1 << 14] {
            let error = cbor::parse(&nested(depth)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooDeep);
            // In a field that is not known, it is passed over.
            let unknown = [unhex("a14178"), nested(depth)].concat();
            let error = Decoder::new()
                .decode_cbor(&unknown, &mut Whole::default())
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooDeep);
        }
    }
    let tags = [vec![0xc6; 1 << 20], vec![0xf6]].concat();
    assert_eq!(cbor::parse(&tags).unwrap(), Value::Null);
}

#[test]
fn lengths_that_nothing_follows_take_no_memory() {
    for head in ["5b", "7b", "9b", "bb"] {
        for length in ["7fffffffffffffff", "ffffffffffffffff", "00000000ffffffff"] {
            let document = unhex(&format!("{head}{length}"));
            let error = cbor::parse(&document).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnexpectedEnd);
            for field in [
                "446e616d65",
                "466c6162656c73",
                "466c6561766573",
                "44626c6f62",
            ] {
                let document = unhex(&format!("a1{field}{head}{length}"));
                let error = Decoder::new()
                    .decode_cbor(&document, &mut Whole::default())
                    .unwrap_err();
                assert_eq!(error.kind(), ErrorKind::UnexpectedEnd);
            }
        }
    }
}

#[test]
fn a_document_that_ends_early_is_refused_wherever_it_ends() {
    let whole = decode(
        &mut Decoder::new(),
        r#"{"name":"n","hostPath":{"number":-70000},"secret":"s","replicas":3,"labels":{"a":"b"},
            "data":{"k":"AAEC"},"blob":"AAEC","leaves":[{"ratio":0.1},{"ratio":1.5}],
            "required":["a"],"enabled":true,"big":9007199254740993,"groups":{"a":["b"]}}"#,
    );
    let mut document = Vec::new();
    cbor::encode(&whole, &mut document);
    let mut again = Whole::default();
    Decoder::new().decode_cbor(&document, &mut again).unwrap();
    assert_eq!(again, whole);
    for end in 0..document.len() {
        let error = Decoder::new()
            .decode_cbor(&document[..end], &mut Whole::default())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEnd, "{end}");
        let error = cbor::parse(&document[..end]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEnd, "{end}");
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Value::Float),
        any::<f32>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(|number| Value::Float(number.into())),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|entries| entries.into_iter().collect::<Object>().into()),
        ]
    })
}

/// Raw data, as JSON.
#[derive(Clone, Debug, Default, PartialEq)]
struct Raw(String);

impl Scalar for Raw {
    fn decode_json(&mut self, reader: &mut json::Reader<'_>) -> Result<(), Error> {
        self.0 = reader.raw()?.into();
        Ok(())
    }

    fn encode_json(&self, writer: &mut json::Writer<'_>) {
        writer.embed(&self.0);
    }

    fn decode_protobuf(&mut self, _: &[u8]) -> Result<(), Error> {
        Ok(())
    }

    fn encode_protobuf(&self, _: &mut protobuf::Writer) {}

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn equals(&self, other: &dyn Scalar) -> bool {
        let other: &dyn std::any::Any = other;
        other.downcast_ref::<Self>() == Some(self)
    }

    fn format_debug(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

impl Element for Raw {
    fn slot(&mut self) -> SlotMut<'_> {
        SlotMut::Scalar(self)
    }

    fn get(&self) -> SlotRef<'_> {
        SlotRef::Scalar(self)
    }
}

#[derive(Clone, Default)]
struct Envelope {
    raw: Raw,
}

message! {
    Envelope "test.v1.Envelope" {
        0 raw "raw" 0 [],
    }
}

/// What CBOR becomes as raw data.
fn raw_from_cbor(value: &Value) -> String {
    let document: Object = [("raw", value.clone())].into();
    let mut out = Vec::new();
    cbor::write(&document.into(), &mut out);
    let mut envelope = Envelope::default();
    Decoder::new().decode_cbor(&out, &mut envelope).unwrap();
    envelope.raw.0
}

/// What raw data becomes in CBOR.
fn raw_into_cbor(text: &str) -> Vec<u8> {
    let envelope = Envelope {
        raw: Raw(text.to_owned()),
    };
    let mut out = Vec::new();
    cbor::encode(&envelope, &mut out);
    out.strip_prefix(b"\xa1\x43raw").unwrap().to_vec()
}

#[test]
fn of_equal_keys_in_raw_json_the_last_one_counts() {
    assert_eq!(
        raw_into_cbor(r#"{"b":1,"a":{"x":1,"x":[2]},"b":2,"a":3,"bb":0,"b":4}"#),
        document(r#"{"a":3,"b":4,"bb":0}"#)
    );
    assert_eq!(raw_into_cbor(r#"{"b":1"#), [0xf6]);
    assert_eq!(raw_into_cbor(r#"{} {}"#), [0xf6]);
}

#[test]
fn raw_data_of_many_pairs_says_how_many() {
    for count in [23, 24, 300] {
        let map: Object = (0..count)
            .map(|n| (format!("{n}"), Value::Int(n)))
            .collect();
        let list: Vec<Value> = (0..count).map(Value::Int).collect();
        for value in [Value::from(map), list.into()] {
            let mut text = Vec::new();
            json::write(&value, &mut text);
            let written = raw_into_cbor(std::str::from_utf8(&text).unwrap());
            assert_eq!(cbor::parse(&written).unwrap(), value);
        }
    }
}

proptest! {
    #[test]
    fn raw_data_is_the_same_tree_in_either_format(value in any_value(), depth in 0..40_usize) {
        let mut value = value;
        for level in 0..depth {
            value = match level % 3 {
                0 => Value::Array(vec![value, Value::Null]),
                _ => Object::from([("zz", Value::Int(1)), ("b", value), ("a", Value::Null)]).into(),
            };
        }
        let mut expected = Vec::new();
        cbor::write(&value, &mut expected);
        let mut text = Vec::new();
        json::write(&value, &mut text);
        // What JSON says without a fraction is a whole number.
        let text = String::from_utf8(text).unwrap();
        if json::parse(text.as_bytes()).unwrap() == value {
            prop_assert_eq!(raw_into_cbor(&text), expected);
        }
        // Null leaves the field as it is.
        prop_assume!(!value.is_null());
        value.sort();
        let mut sorted = Vec::new();
        json::write(&value, &mut sorted);
        prop_assert_eq!(raw_from_cbor(&value), String::from_utf8(sorted).unwrap());
    }

    #[test]
    fn what_is_written_reads_back(value in any_value()) {
        let mut out = Vec::new();
        cbor::write(&value, &mut out);
        prop_assert_eq!(cbor::parse(&out).unwrap(), value);
    }

    #[test]
    fn a_tree_that_ends_early_is_refused(value in any_value(), cut in any::<prop::sample::Index>()) {
        let mut out = Vec::new();
        cbor::write(&value, &mut out);
        out.truncate(cut.index(out.len()));
        prop_assert!(cbor::parse(&out).is_err());
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = cbor::parse(&bytes);
        let _ = Decoder::new().strict(true).decode_cbor(&bytes, &mut Whole::default());
    }

    /// What is passed over is held to be well-formed by the same rules as what is read.
    #[test]
    fn what_is_read_can_be_passed_over(bytes in prop::collection::vec(any::<u8>(), 0..32)) {
        if cbor::parse(&bytes).is_ok() {
            let unknown = [unhex("a14178"), bytes].concat();
            prop_assert!(Decoder::new().decode_cbor(&unknown, &mut Whole::default()).is_ok());
        }
    }
}
