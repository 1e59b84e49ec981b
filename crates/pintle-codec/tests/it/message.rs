//! Messages: what is read, what is written, what is left out.

use pintle_codec::{ByteString, ErrorKind, List, Map, Str, message, to_query};
use pintle_codec::{TypeMeta, json};

#[derive(Clone, Default)]
struct Source {
    host_path: Option<Box<Leaf>>,
    secret: Str,
}

#[derive(Clone, Default)]
struct Leaf {
    number: i32,
    ratio: f64,
}

#[derive(Clone, Default)]
struct Whole {
    name: Str,
    source: Source,
    replicas: Option<i32>,
    labels: Map<Str>,
    data: Map<ByteString>,
    leaves: List<Leaf>,
    required: List<Str>,
    status: Leaf,
    zero: Leaf,
    enabled: bool,
    big: i64,
}

message! {
    Source "test/v1.Source" {
        0 host_path "hostPath" 1 [OMIT_EMPTY OPTIONAL],
        1 secret "secret" 2 [OMIT_EMPTY SECRET],
    }
    Leaf "test/v1.Leaf" {
        0 number "number" 1 [OMIT_EMPTY],
        1 ratio "ratio" 2 [OMIT_EMPTY],
    }
    Whole "test/v1.Whole" {
        0 name "name" 1 [],
        1 source "" 2 [INLINE],
        2 replicas "replicas" 3 [OMIT_EMPTY OPTIONAL],
        3 labels "labels" 4 [OMIT_EMPTY],
        4 data "data" 5 [OMIT_EMPTY],
        5 leaves "leaves" 6 [OMIT_EMPTY],
        6 required "required" 7 [],
        7 status "status" 8 [OMIT_EMPTY],
        8 zero "zero" 9 [OMIT_EMPTY OMIT_ZERO],
        9 enabled "enabled" 10 [OMIT_EMPTY],
        10 big "big" 11 [OMIT_EMPTY],
    }
}

fn decode(document: &str) -> Whole {
    let mut whole = Whole::default();
    json::decode(document.as_bytes(), &mut whole).unwrap();
    whole
}

fn encode(whole: &Whole) -> String {
    let mut out = Vec::new();
    json::encode(whole, &mut out);
    String::from_utf8(out).unwrap()
}

/// A Go struct with the same tags prints the same for its zero value (lists apart: a nil one
/// prints null).
#[test]
fn the_zero_value_writes_only_what_go_writes() {
    assert_eq!(
        encode(&Whole::default()),
        r#"{"name":"","required":[],"status":{}}"#
    );
}

#[test]
fn fields_come_back_in_the_order_of_the_struct() {
    let whole = decode(
        r#"{"big":9007199254740993,"zero":{"number":1},"enabled":true,"status":{"ratio":0.5},
            "required":["b","a"],"leaves":[{"number":1},{}],"data":{"k":"AAEC","e":""},
            "labels":{"b":"2","a":"1"},"replicas":0,"hostPath":{"number":-7},"name":"n"}"#,
    );
    assert_eq!(
        encode(&whole),
        r#"{"name":"n","hostPath":{"number":-7},"replicas":0,"labels":{"a":"1","b":"2"},"data":{"e":"","k":"AAEC"},"leaves":[{"number":1},{}],"required":["b","a"],"status":{"ratio":0.5},"zero":{"number":1},"enabled":true,"big":9007199254740993}"#,
    );
    assert_eq!(whole.source.host_path.as_ref().unwrap().number, -7);
    assert_eq!(whole.replicas, Some(0));
    assert_eq!(**whole.data.get("k").unwrap(), [0, 1, 2]);
}

#[test]
fn unknown_fields_and_nulls_are_passed_over() {
    let whole = decode(
        r#"{"future":{"deep":[1,{"x":null}]},"":1,"name":null,"replicas":null,"labels":null,
            "leaves":[null],"hostPath":null,"secret":null,"kind":"Whole"}"#,
    );
    assert_eq!(whole.name, "");
    assert!(whole.source.host_path.is_none());
    assert_eq!(whole.replicas, None);
    assert_eq!(whole.leaves.len(), 1);
}

#[test]
fn numbers_that_are_passed_over_need_only_be_well_formed() {
    let whole = decode(r#"{"future":[1e400,-1E+999,123456789012345678901234567890],"name":"n"}"#);
    assert_eq!(whole.name, "n");
    for malformed in ["01", "-", "1.", "1e", "+1", ".5"] {
        let document = format!(r#"{{"future":{malformed}}}"#);
        let error = json::decode(document.as_bytes(), &mut Whole::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Syntax, "{document}");
    }
    let mut reader = json::Reader::over(" [1e400 ] ");
    assert_eq!(reader.raw().unwrap(), "[1e400 ]");
}

/// What Go's `base64.StdEncoding` accepts and refuses.
/// Go reads a `float64` field so; a whole number has no such sign.
#[test]
fn the_sign_of_zero_stays_in_a_floating_point_field() {
    let whole = decode(r#"{"status":{"ratio":-0},"big":-0}"#);
    assert!(whole.status.ratio.is_sign_negative());
    assert_eq!(whole.big, 0);
    assert_eq!(decode(r#"{"status":{"ratio":7}}"#).status.ratio, 7.0);
    let error = json::decode(br#"{"status":{"ratio":1e400}}"#, &mut Whole::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
}

#[test]
fn base64_is_read_as_go_reads_it() {
    let whole = decode(r#"{"data":{"bits":"aGV=","breaks":"aG\nVs\r\nbG8="}}"#);
    assert_eq!(**whole.data.get("bits").unwrap(), *b"he");
    assert_eq!(**whole.data.get("breaks").unwrap(), *b"hello");
    for malformed in ["aGV", "aG V=", "aGV==", "aG-_", "====", "aGV=aGV="] {
        let document = format!(r#"{{"data":{{"k":"{malformed}"}}}}"#);
        let error = json::decode(document.as_bytes(), &mut Whole::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{document}");
    }
}

#[test]
fn escaped_keys_and_strings_are_understood() {
    let whole = decode(r#"{"n\u0061me":"a\"b\\c\n\u00e9","labels":{"x\/y":"z"}}"#);
    assert_eq!(whole.name, "a\"b\\c\né");
    assert_eq!(whole.labels.get("x/y").unwrap(), "z");
}

#[test]
fn a_value_of_the_wrong_type_is_named_with_its_path() {
    let fails =
        |document: &str| json::decode(document.as_bytes(), &mut Whole::default()).unwrap_err();
    let error = fails(r#"{"leaves":[{},{"number":"x"}]}"#);
    assert_eq!(error.kind(), ErrorKind::TypeMismatch);
    assert_eq!(
        error.to_string(),
        "expected a number, found a string at byte 24, in leaves[1].number"
            .replace("a number", "a whole number")
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
    assert_eq!(fails(r#"{"big":1.5}"#).kind(), ErrorKind::TypeMismatch);
    assert_eq!(
        fails(r#"[]"#).to_string(),
        "expected an object, found a list at byte 0"
    );
    assert_eq!(fails(r#"{"name":"x""#).kind(), ErrorKind::UnexpectedEnd);
}

#[test]
fn type_meta_is_read_and_written_first() {
    let mut whole = Whole::default();
    let type_meta = json::decode_object(
        br#"{"apiVersion":"test/v1","name":"n","kind":"Whole"}"#,
        &mut whole,
    )
    .unwrap();
    assert_eq!(
        type_meta,
        TypeMeta {
            api_version: "test/v1".into(),
            kind: "Whole".into()
        }
    );
    let mut out = Vec::new();
    json::encode_object(&whole, &type_meta, &mut out);
    assert!(out.starts_with(br#"{"kind":"Whole","apiVersion":"test/v1","name":"n","#));
}

#[test]
fn equality_sees_every_field_and_debug_hides_secrets() {
    let whole = decode(r#"{"name":"n","secret":"hunter2","replicas":0,"leaves":[{"number":1}]}"#);
    assert_eq!(whole, whole.clone());
    let mut other = whole.clone();
    other.leaves[0].ratio = 0.25;
    assert_ne!(whole, other);
    let mut other = whole.clone();
    other.replicas = None;
    assert_ne!(whole, other);
    let printed = format!("{whole:?}");
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(printed.contains("replicas: 0"), "{printed}");
}

#[test]
fn options_become_a_query() {
    let mut whole = Whole {
        replicas: Some(0),
        required: ["x".into(), "".into()].into(),
        enabled: true,
        ..Whole::default()
    };
    whole.status.ratio = 0.5;
    whole.source.secret = "embedded".into();
    let query = to_query(&whole);
    let expected = [
        ("name", ""),
        ("replicas", "0"),
        ("required", "x"),
        ("required", ""),
        ("ratio", "0.5"),
        ("enabled", "true"),
    ];
    assert_eq!(query, expected.map(|(key, value)| (key, value.to_owned())));
}
