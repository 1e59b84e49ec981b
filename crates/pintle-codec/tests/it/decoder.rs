//! What a decoder leaves out and objects to, in every format.

use pintle_codec::{
    Decoder, Error, Format, List, Map, Message as _, Prune, Str, cbor, json, message, protobuf,
};

#[derive(Clone, Default)]
struct Meta {
    name: Str,
    annotations: Map<Str>,
    managed: List<Str>,
    pruned: bool,
}

#[derive(Clone, Default)]
struct Env {
    name: Str,
    value: Str,
}

#[derive(Clone, Default)]
struct Source {
    path: Str,
}

#[derive(Clone, Default)]
struct Container {
    name: Str,
    env: List<Env>,
    source: Source,
}

#[derive(Clone, Default)]
struct Thing {
    metadata: Meta,
    containers: List<Container>,
    template: Option<Box<Template>>,
}

/// A kind inside another, as volume claim templates are.
#[derive(Clone, Default)]
struct Template {
    metadata: Meta,
}

message! {
    Meta "test/v1.Meta" {
        0 name "name" 1 [OMIT_EMPTY VALUE],
        1 annotations "annotations" 2 [OMIT_EMPTY],
        2 managed "managed" 3 [OMIT_EMPTY],
        3 pruned "" 0 [NOTE],
    }
    Env "test/v1.Env" {
        0 name "name" 1 [VALUE],
        1 value "value" 2 [OMIT_EMPTY VALUE],
    }
    Source "test/v1.Source" {
        0 path "path" 1 [OMIT_EMPTY VALUE],
    }
    Container "test/v1.Container" {
        0 name "name" 1 [VALUE],
        1 env "env" 2 [OMIT_EMPTY],
        2 source "" 3 [INLINE VALUE],
    }
    Template "test/v1.Template" .of("v1") {
        0 metadata "metadata" 1 [OMIT_EMPTY VALUE],
    }
    Thing "test/v1.Thing" .of("v1") {
        0 metadata "metadata" 1 [OMIT_EMPTY VALUE],
        1 containers "containers" 2 [OMIT_EMPTY],
        2 template "template" 3 [OMIT_EMPTY OPTIONAL],
    }
}

const WHOLE: &str = r#"{"kind":"Thing","apiVersion":"v1","metadata":{"name":"n",
    "annotations":{"example.com/a":"1","example.com/b":"2"},"managed":["x","y"]},
    "containers":[{"name":"c","env":[{"name":"E","value":"v"}],"path":"/p"},{"name":"d"}]}"#;

fn read(decoder: &mut Decoder, format: Format, document: &[u8]) -> Result<Thing, Error> {
    let mut thing = Thing::default();
    match format {
        Format::Json => decoder.decode_json(document, &mut thing)?,
        Format::Protobuf => decoder.decode_protobuf(document, &mut thing)?,
        Format::Cbor => decoder.decode_cbor(document, &mut thing)?,
    };
    Ok(thing)
}

fn write(thing: &Thing, format: Format) -> Vec<u8> {
    let type_meta = thing.table().type_meta();
    let mut out = Vec::new();
    match format {
        Format::Json => json::encode_object(thing, &type_meta, &mut out),
        Format::Cbor => cbor::encode_object(thing, &type_meta, &mut out),
        Format::Protobuf => {
            let mut writer = protobuf::Writer::new();
            protobuf::encode_object(thing, &type_meta, &mut writer);
            out.extend_from_slice(writer.written());
        }
    }
    out
}

#[test]
fn what_is_left_out_is_the_same_in_every_format() {
    let prune = Prune::nothing()
        .and("metadata.managed")
        .and_path(["metadata", "annotations", "example.com/a"])
        .and("containers.env.value")
        .and("containers.path");
    let whole = read(&mut Decoder::new(), Format::Json, WHOLE.as_bytes()).unwrap();
    assert!(!whole.metadata.pruned);
    for format in [Format::Json, Format::Protobuf, Format::Cbor] {
        let mut decoder = Decoder::new().prune(prune.clone());
        // A kept decoder leaves out the same again.
        for _ in 0..2 {
            let thing = read(&mut decoder, format, &write(&whole, format)).unwrap();
            assert!(thing.metadata.pruned, "{format}");
            let mut expected = whole.clone();
            expected.metadata.managed.clear();
            expected.metadata.annotations.remove("example.com/a");
            expected.containers[0].env[0].value = Str::new();
            expected.containers[0].source.path = Str::new();
            assert_eq!(thing, expected, "{format}");
        }
    }
}

#[test]
fn an_object_without_the_parts_is_not_pruned() {
    let thing = Thing {
        metadata: Meta {
            name: "n".into(),
            ..Meta::default()
        },
        ..Thing::default()
    };
    for format in [Format::Json, Format::Protobuf, Format::Cbor] {
        let mut decoder = Decoder::new().prune(Prune::nothing().and("metadata.managed"));
        let read = read(&mut decoder, format, &write(&thing, format)).unwrap();
        assert!(!read.metadata.pruned, "{format}");
    }
}

/// The note is no part of the object.
#[test]
fn the_note_is_neither_written_nor_compared() {
    let mut decoder = Decoder::new().prune(Prune::nothing().and("containers"));
    let pruned = read(&mut decoder, Format::Json, WHOLE.as_bytes()).unwrap();
    let mut plain = pruned.clone();
    plain.metadata.pruned = false;
    assert_eq!(pruned, plain);
    for format in [Format::Json, Format::Protobuf, Format::Cbor] {
        assert_eq!(write(&pruned, format), write(&plain, format), "{format}");
    }
    assert!(format!("{pruned:?}").contains("(pruned)"));
    assert!(!format!("{plain:?}").contains("(pruned)"));
}

/// The paths and their order are what Kubernetes' strict decoder reports of such a document.
#[test]
fn strict_reading_reports_every_unknown_and_repeated_field() {
    let document = br#"{"kind":"Thing","apiVersion":"v1","extra":1,
        "metadata":{"name":"a","name":"b","annotations":{"k":"1","k":"2"},"managd":[]},
        "containers":[{"name":"c","pat":""},{"name":"d","path":"x","path":"y","env":[{"nam":{}}]}],
        "template":{"kind":"Template","apiVersion":"v1","metadata":{"kind":"Meta"}},
        "containers":[]}"#;
    let mut decoder = Decoder::new().strict(true);
    let thing = read(&mut decoder, Format::Json, document).unwrap();
    assert_eq!(thing.metadata.name, "b");
    let violations: Vec<String> = decoder
        .take_violations()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        violations,
        [
            r#"unknown field "extra""#,
            r#"duplicate field "metadata.name""#,
            r#"duplicate field "metadata.annotations.k""#,
            r#"unknown field "metadata.managd""#,
            r#"unknown field "containers[0].pat""#,
            r#"duplicate field "containers[1].path""#,
            r#"unknown field "containers[1].env[0].nam""#,
            r#"unknown field "template.metadata.kind""#,
            r#"duplicate field "containers""#,
        ]
    );
    assert_eq!(decoder.take_violations(), []);
    read(&mut Decoder::new(), Format::Json, document).unwrap();
}

#[test]
fn a_decoder_that_failed_reads_on() {
    let mut decoder = Decoder::new()
        .strict(true)
        .prune(Prune::nothing().and("metadata.managed"));
    let broken = br#"{"metadata":{"managed":[1],"nam":1,"name":7}}"#;
    read(&mut decoder, Format::Json, broken).unwrap_err();
    decoder.take_violations();
    let thing = read(&mut decoder, Format::Json, WHOLE.as_bytes()).unwrap();
    assert_eq!(thing.containers.len(), 2);
    assert_eq!(thing.metadata.managed.len(), 0);
    assert_eq!(decoder.take_violations(), []);
}
