//! YAML: what Kubernetes' own library made of the same texts, and what it must not do.

use pintle_codec::yaml::{self, Documents};
use pintle_codec::{Decoder, List, Map, Object, Str, Value, json, message};
use proptest::prelude::*;

/// Written by `tools/formats`, which says what the lines mean.
const RECORDED: &str = include_str!("yaml.jsonl");

fn recorded(word: &str) -> Vec<Vec<Value>> {
    let lines = RECORDED
        .lines()
        .map(|line| json::parse(line.as_bytes()).unwrap());
    let lines = lines.map(|line| line.as_array().unwrap().to_vec());
    let mut lines: Vec<Vec<Value>> = lines.filter(|line| line[0] == word.into()).collect();
    for line in &mut lines {
        line.remove(0);
    }
    lines
}

#[test]
fn scalars_mean_what_they_mean_to_kubernetes() {
    let lines = recorded("scalar");
    assert!(lines.len() > 900, "{}", lines.len());
    let mut wrong = Vec::new();
    for line in lines {
        let text = line[0].as_str().unwrap();
        let found = yaml::parse(&format!("- {text}"));
        if found.as_ref().ok() != Some(&vec![line[1].clone()].into()) {
            wrong.push(format!("{text}: {found:?}, expected {:?}", line[1]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What YAML 1.2 allows and 1.1, which Kubernetes' library reads, does not.
const ALLOWED_SINCE: &[&str] = &[
    "\ta: b\n",
    r#"{"a":"b","c":[1,2.5,true,null],"d":{"e":"\u003c\ud83d\ude00"}}"#,
    r#"{"a": "\/"}"#,
];

#[test]
fn documents_are_read_as_by_kubernetes() {
    let mut wrong = Vec::new();
    for line in recorded("read") {
        let text = line[0].as_str().unwrap();
        let found = yaml::parse(text);
        if found.as_ref().ok() != Some(&line[1]) {
            wrong.push(format!("{text:?}: {found:?}, expected {:?}", line[1]));
        }
    }
    for line in recorded("refuse") {
        let text = line[0].as_str().unwrap();
        if let Ok(found) = yaml::parse(text)
            && !ALLOWED_SINCE.contains(&text)
        {
            wrong.push(format!("{text:?}: {found:?}, expected none"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn values_are_written_as_by_kubernetes() {
    let mut wrong = Vec::new();
    for line in recorded("write") {
        let found = yaml::write(&line[0]);
        if found != line[1].as_str().unwrap() {
            wrong.push(format!("{:?}:\n  {found:?}\n  {:?}", line[0], line[1]));
        }
        match yaml::parse(&found) {
            Ok(read) if read == line[0] => {}
            read => wrong.push(format!("{:?} as {found:?} is read as {read:?}", line[0])),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn documents_come_one_by_one_with_their_places() {
    let text = "# first\na: b\n---\n\n- c\n--- # nothing\n---\nd: {e: f}\n...\n";
    let found: Vec<String> = Documents::new(text)
        .map(|document| {
            let document = document.unwrap();
            format!("{} at {}", document.kind(), document.place())
        })
        .collect();
    assert_eq!(
        found,
        [
            "mapping at line 2, column 1",
            "list at line 5, column 1",
            "null at line 6, column 4",
            "mapping at line 8, column 1",
        ]
    );
    let document = Documents::new(text).last().unwrap().unwrap();
    let value = document.get("d").unwrap().get("e").unwrap();
    assert_eq!(value.place().to_string(), "line 8, column 8");
    assert_eq!(value.as_str(), Some("f"));
    let mut documents = Documents::new("a: b\n---\nc: [\n");
    assert!(documents.next().unwrap().is_ok());
    let error = documents.next().unwrap().unwrap_err();
    assert_eq!(error.place().line(), 3, "{error}");
    assert!(documents.next().is_none());
}

#[test]
fn a_document_stands_alone() {
    assert_eq!(yaml::parse("").unwrap(), Value::Null);
    let error = yaml::parse("a: b\n---\nc: d\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected one document, found more at line 3, column 1"
    );
}

#[test]
fn a_scalar_keeps_its_spelling() {
    let document = Documents::new("a: yes\nb: 0x1F\nc: 'x'\n")
        .next()
        .unwrap()
        .unwrap();
    let spelling = |key| document.get(key).unwrap().spelling();
    assert_eq!(spelling("a"), Some("yes"));
    assert_eq!(spelling("b"), Some("0x1F"));
    assert_eq!(spelling("c"), Some("x"));
    assert_eq!(document.spelling(), None);
}

#[test]
fn keys_that_come_twice_can_be_refused() {
    let text = "a: 1\nb:\n  c: 2\n  c: 3\n";
    assert_eq!(
        yaml::parse(text).unwrap().at(&["b", "c"]),
        Some(&Value::Int(3))
    );
    let refused = |text| Documents::new(text).refuse_duplicates().next().unwrap();
    assert_eq!(
        refused(text).unwrap_err().to_string(),
        r#"the key "c" comes twice at line 4, column 3"#
    );
    let merged = refused("a: &x {b: 1}\nc: {<<: *x, b: 2}\n").unwrap();
    assert_eq!(merged.to_value().at(&["c", "b"]), Some(&Value::Int(2)));
}

#[test]
fn aliases_that_grow_without_end_are_refused() {
    let mut bomb = "a0: &a0 x\n".to_owned();
    for level in 1..30 {
        let aliases = format!("*a{}, ", level - 1).repeat(10);
        bomb += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    let error = yaml::parse(&bomb).unwrap_err();
    assert_eq!(error.detail(), "aliases that repeat too much");
    // What people write is far from that.
    let shared = format!("a: &a {{b: c}}\nd: [{}]\n", "*a, ".repeat(2_000));
    assert!(yaml::parse(&shared).is_ok());
}

#[test]
fn nesting_is_limited() {
    let lists = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(yaml::parse(&lists(json::MAX_DEPTH)).is_ok());
    assert!(yaml::parse(&lists(json::MAX_DEPTH + 1)).is_err());
    assert!(yaml::parse(&"[".repeat(100_000)).is_err());
    assert!(yaml::parse(&"- ".repeat(100_000)).is_err());
    assert!(yaml::parse(&"{a: ".repeat(100_000)).is_err());
    // What an alias stands for is as deep as if it were written there.
    let aliased = |depth: usize| {
        let inner = lists(300);
        let outer = "[".repeat(depth) + "*x" + &"]".repeat(depth);
        yaml::parse(&format!("[&x {inner}, {outer}]"))
    };
    assert!(aliased(json::MAX_DEPTH - 301).is_ok());
    let error = aliased(json::MAX_DEPTH - 300).unwrap_err();
    assert_eq!(error.detail(), "values nested deeper than 512 levels");
}

#[test]
fn what_cannot_be_said_in_json_is_refused_with_its_place() {
    for (text, expected) in [
        (
            "a: .inf\n",
            "a number that is not finite at line 1, column 4",
        ),
        (
            "a:\n  ~: b\n",
            "the key of a mapping is null at line 2, column 3",
        ),
        (
            "[a]: b\n",
            "the key of a mapping is a list at line 1, column 1",
        ),
        (
            "a: *b\n",
            "while parsing node, found unknown anchor at line 1, column 4",
        ),
        (
            "a: !!int x\n",
            "a value that is no int at line 1, column 10",
        ),
        (
            "a: &b [*b]\n",
            "what an alias stands for contains the alias at line 1, column 8",
        ),
        (
            "<<: x\n",
            "what is merged is neither a mapping nor a list of mappings at line 1, column 5",
        ),
    ] {
        assert_eq!(yaml::parse(text).unwrap_err().to_string(), expected);
    }
}

/// As a ConfigMap, in the plainest words.
#[derive(Clone, Default)]
struct Config {
    name: Str,
    replicas: Option<i32>,
    data: Map<Str>,
    list: List<Config>,
}

message! {
    Config "test.v1.Config" {
        0 name "name" 1 [],
        1 replicas "replicas" 2 [OMIT_EMPTY OPTIONAL],
        2 data "data" 3 [OMIT_EMPTY],
        3 list "list" 4 [OMIT_EMPTY],
    }
}

#[test]
fn a_type_is_filled_and_written() {
    let text = "apiVersion: v1\ndata:\n  a10: \"1\"\n  a2: \"yes\"\nkind: Config\nlist:\n\
                - name: x\n  replicas: 420\nname: \"n\"\n";
    let mut config = Config::default();
    let type_meta = Decoder::new().decode_yaml(&text.replace("420", "0644"), &mut config);
    let type_meta = type_meta.unwrap();
    assert_eq!(config.list[0].replicas, Some(420));
    let expected = text.replace(
        "  a10: \"1\"\n  a2: \"yes\"\n",
        "  a2: \"yes\"\n  a10: \"1\"\n",
    );
    assert_eq!(yaml::encode_object(&config, &type_meta), expected);
    let nothing = Decoder::new()
        .decode_yaml("# nothing\n", &mut config)
        .unwrap();
    assert_eq!(nothing.kind, "");
}

#[test]
fn a_value_of_the_wrong_type_is_placed() {
    let fails = |text: &str| {
        let mut config = Config::default();
        let read = Decoder::new().decode_yaml(text, &mut config);
        read.unwrap_err().to_string()
    };
    assert_eq!(
        fails("name: x\nlist:\n- name: a\n- replicas: many\n"),
        "expected a whole number, found a string at line 4, column 13, in list[1].replicas"
    );
    assert_eq!(
        fails("data:\n  a: x\n  b: 1\n"),
        "expected a string, found a number at line 3, column 6, in data.b"
    );
    assert_eq!(
        fails("- a\n"),
        "expected an object, found a list at line 1, column 1"
    );
}

#[test]
fn strict_reading_notes_unknown_and_repeated_keys() {
    let mut decoder = Decoder::new().strict(true);
    let text = "nmae: x\nlist:\n- name: a\n  name: b\n- data: {a: x, a: z}\n";
    decoder.decode_yaml(text, &mut Config::default()).unwrap();
    let violations = decoder.take_violations();
    let violations: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert_eq!(
        violations,
        [
            r#"unknown field "nmae""#,
            r#"duplicate field "list[0].name""#,
            r#"duplicate field "list[1].data.a""#,
        ]
    );
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        "[-+.:#'\"a1yn ~?|>&*!%@`,\\[\\]{}\n\t]{0,12}",
        "([a-z]{1,12} {1,2}){5,20}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>()
            .prop_filter("a fraction", |number| number.fract() != 0.0)
            .prop_map(Value::Float),
        text.prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::btree_map("[a-z0-9<:# \n\"]{0,8}", inner, 0..5)
                .prop_map(|entries| entries.into_iter().collect::<Object>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(value in any_value()) {
        let text = yaml::write(&value);
        prop_assert_eq!(yaml::parse(&text), Ok(value), "{}", text);
    }

    #[test]
    fn json_is_yaml(value in any_value()) {
        let mut text = Vec::new();
        json::write(&value, &mut text);
        let text = String::from_utf8(text).unwrap();
        // YAML has characters that it does not let stand.
        if let Ok(read) = yaml::parse(&text) {
            prop_assert_eq!(read, value, "{}", text);
        }
    }

    #[test]
    fn nothing_panics(text in "[-a1:#'\"&*!|>%@?,\\[\\]{}\n\t ~<.]{0,40}") {
        for document in Documents::new(&text).refuse_duplicates() {
            let _ = document.map(|document| yaml::write(&document.to_value()));
        }
    }
}
