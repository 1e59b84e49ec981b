//! The four formats, in bodies and in answers. What is written out was recorded from kube-apiserver
//! 1.36.3 with `--feature-gates=CBORServingAndStorage=true`.

use std::io::Read as _;

use bytes::Bytes;
use http::{Request, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full};
use pintle_codec::{
    Value, cbor,
    json::{self, parse},
    protobuf::{Envelope, Payload, Reader, Writer},
    yaml,
};

use super::{Answered, CONFIG_MAPS, Server};
use crate::{
    generated::{
        autoscaling_v1::SCALE,
        core_v1::{CONFIG_MAP, SECRET},
        meta_v1::{LIST_META, PARTIAL_OBJECT_METADATA},
    },
    schema::{Struct, decode, decode_protobuf, encode_protobuf},
};

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
const DRY: &str = "/api/v1/namespaces/default/configmaps?dryRun=All";

async fn send(server: &Server, method: &str, uri: &str, format: &str, body: &[u8]) -> Answered {
    let request = Request::builder().method(method).uri(uri);
    let request = request.header(header::CONTENT_TYPE, format);
    let body = Full::from(Bytes::copy_from_slice(body));
    server.send(request.body(body).unwrap()).await
}

fn warnings(answered: &Answered) -> Vec<&str> {
    let warnings = answered.headers.get_all(header::WARNING).iter();
    warnings.map(|warning| warning.to_str().unwrap()).collect()
}

/// A JSON document of a struct in protobuf, in its envelope.
fn enveloped(json: &str, schema: &'static Struct, kind: &str) -> Vec<u8> {
    let object = decode(json.as_bytes(), schema).unwrap().object;
    let type_meta = pintle_codec::TypeMeta {
        api_version: "v1".into(),
        kind: kind.into(),
    };
    let mut writer = Writer::new();
    Envelope::write(&type_meta, &mut writer, |writer| {
        encode_protobuf(&object, schema, writer);
    });
    writer.written().to_vec()
}

#[tokio::test]
async fn a_failure_is_spelt_as_an_object_would_be() {
    let server = Server::new();
    const URI: &str = "/api/v1/namespaces/nope";
    let yaml = server.get_as(URI, "application/yaml").await;
    assert_eq!(yaml.headers["content-type"], "application/yaml");
    assert_eq!(
        yaml.text,
        "apiVersion: v1\ncode: 404\ndetails:\n  kind: namespaces\n  name: nope\nkind: Status\n\
         message: namespaces \"nope\" not found\nmetadata: {}\nreason: NotFound\nstatus: Failure\n"
    );
    let protobuf = server.get_as(URI, PROTOBUF).await;
    assert_eq!(
        (protobuf.code, protobuf.headers["content-type"] == PROTOBUF),
        (404, true)
    );
    assert_eq!(
        protobuf.bytes,
        &b"k8s\0\n\x0c\n\x02v1\x12\x06Status\x12U\n\x06\n\0\x12\0\x1a\0\x12\x07Failure\
           \x1a\x1bnamespaces \"nope\" not found\"\x08NotFound*\x18\n\x04nope\x12\0\
           \x1a\nnamespaces(\x002\x000\x94\x03\x1a\0\"\0"[..]
    );
    let cbor = server.get_as(URI, "application/cbor").await;
    let json = server.get(URI).await;
    assert_eq!(cbor::parse(&cbor.bytes).unwrap(), json.json());
    // Nothing of what is taken is offered for a status, so people are to read it.
    let table = server
        .get_as(URI, "application/json;as=Table;v=v1;g=meta.k8s.io")
        .await;
    assert_eq!(
        table.bytes,
        "{\n  \"kind\": \"Status\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {},\n  \
         \"status\": \"Failure\",\n  \"message\": \"namespaces \\\"nope\\\" not found\",\n  \
         \"reason\": \"NotFound\",\n  \"details\": {\n    \"name\": \"nope\",\n    \
         \"kind\": \"namespaces\"\n  },\n  \"code\": 404\n}"
    );
    assert!(json.bytes.ends_with(b"\"code\":404}\n"));
}

// claims: wire.encodings.cbor
#[tokio::test]
async fn one_object_is_the_same_in_every_format() {
    let server = Server::new();
    let body = r#"{"metadata":{"name":"s","labels":{"a":"b"}},"data":{"k":"AQI=","none":null},"type":"x"}"#;
    let created = server
        .call("POST", "/api/v1/namespaces/default/secrets", body)
        .await;
    const URI: &str = "/api/v1/namespaces/default/secrets/s";
    let object = created.json();
    assert_eq!(server.get(URI).await.text, created.text);
    let yaml = server.get_as(URI, "application/yaml").await;
    assert_eq!(yaml.text, yaml::write(&object));
    let cbor = server.get_as(URI, "application/cbor").await;
    assert_eq!(cbor.headers["content-type"], "application/cbor");
    assert_eq!(cbor::parse(&cbor.bytes).unwrap(), object);
    assert!(cbor.text.contains("Bv1"), "strings are byte strings");
    let protobuf = server.get_as(URI, PROTOBUF).await;
    assert_eq!(protobuf.bytes, enveloped(&created.text, &SECRET, "Secret"));
    let pretty = server
        .get_as(&format!("{URI}?pretty=1"), "application/json")
        .await;
    assert!(
        pretty.text.starts_with("{\n  \"kind\": \"Secret\",\n"),
        "{pretty:?}"
    );
    assert_eq!(pretty.json(), object);
}

#[tokio::test]
async fn a_list_is_the_same_in_every_format() {
    let server = Server::new();
    for name in ["a", "b", "c"] {
        server.create(name).await;
    }
    let uri = format!("{CONFIG_MAPS}?limit=2");
    let list = server.get(&uri).await;
    let yaml = server.get_as(&uri, "application/yaml").await;
    assert_eq!(yaml.text, yaml::write(&list.json()));
    let cbor = server.get_as(&uri, "application/cbor").await;
    assert_eq!(cbor::parse(&cbor.bytes).unwrap(), list.json());
    let pretty = server.get_as(&format!("{uri}&pretty=true"), "*/*").await;
    assert_eq!(pretty.json(), list.json());
    let protobuf = server.get_as(&uri, PROTOBUF).await;
    assert_eq!(
        of_protobuf(&protobuf, "v1/ConfigMapList", &CONFIG_MAP),
        list.json()
    );
    let accept =
        "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    let metadata = server.get_as(&uri, accept).await;
    let as_json = accept.replace(PROTOBUF, "application/json");
    let mut expected = server.get_as(&uri, &as_json).await.json();
    // Protobuf has no room for what an item is.
    if let Some(Value::Array(items)) = expected.as_object_mut().unwrap().get_mut("items") {
        for item in items {
            item.as_object_mut().unwrap().remove("kind");
            item.as_object_mut().unwrap().remove("apiVersion");
        }
    }
    let found = of_protobuf(
        &metadata,
        "meta.k8s.io/v1/PartialObjectMetadataList",
        &PARTIAL_OBJECT_METADATA,
    );
    assert_eq!(found, expected);
    let cbor = server
        .get_as(&uri, &accept.replace(PROTOBUF, "application/cbor"))
        .await;
    assert_eq!(
        cbor::parse(&cbor.bytes).unwrap(),
        server.get_as(&uri, &as_json).await.json()
    );
}

/// What a list in protobuf says, as JSON says it.
fn of_protobuf(answered: &Answered, type_: &str, item: &'static Struct) -> Value {
    let envelope = Envelope::open(&answered.bytes).unwrap();
    let (api_version, kind) = type_.rsplit_once('/').unwrap();
    assert_eq!(&*envelope.type_meta().kind, kind);
    assert_eq!(&*envelope.type_meta().api_version, api_version);
    let (mut metadata, mut items) = (Value::Null, Vec::new());
    let mut reader = Reader::new(envelope.raw());
    while let Some((number, payload)) = reader.next_field().unwrap() {
        let Payload::Bytes(message) = payload else {
            panic!("a list has messages only");
        };
        match number {
            1 => metadata = decode_protobuf(message, &LIST_META).unwrap().into(),
            2 => items.push(decode_protobuf(message, item).unwrap().into()),
            number => panic!("a list has no field {number}"),
        }
    }
    let list = [
        ("kind", kind.into()),
        ("apiVersion", api_version.into()),
        ("metadata", metadata),
        ("items", Value::Array(items)),
    ];
    let list: pintle_codec::Object = list.into();
    let mut text = Vec::new();
    json::write(&list.into(), &mut text);
    parse(&text).unwrap()
}

#[tokio::test]
async fn an_object_is_taken_in_every_format() {
    let server = Server::new();
    let json =
        r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"NAME"},"data":{"k":"1"}}"#;
    let named = |name: &str| json.replace("NAME", name);
    let mut cbor = Vec::new();
    cbor::write(&parse(named("c").as_bytes()).unwrap(), &mut cbor);
    let yaml = "metadata: {name: yy}\ndata:\n  k: \"1\"\n---\nmetadata: {name: z}\n";
    for (name, format, body) in [
        ("j", "application/json", named("j").into_bytes()),
        ("yy", "application/yaml", yaml.as_bytes().to_vec()),
        ("c", "application/cbor", cbor),
        (
            "p",
            PROTOBUF,
            enveloped(&named("p"), &CONFIG_MAP, "ConfigMap"),
        ),
    ] {
        let created = send(&server, "POST", CONFIG_MAPS, format, &body).await;
        assert_eq!(created.code, 201, "{created:?}");
        assert_eq!(created.text_at(&["metadata", "name"]), name);
        assert_eq!(created.text_at(&["data", "k"]), "1", "{format}");
        assert_eq!(warnings(&created), [""; 0]);
        let uri = format!("{CONFIG_MAPS}/{name}");
        let updated = send(&server, "PUT", &uri, format, &body).await;
        assert_eq!(updated.text, created.text, "nothing was changed");
    }
}

#[tokio::test]
async fn what_yaml_says_twice_or_too_much_is_warned_of() {
    let server = Server::new();
    let body =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y1\ndata:\n  a: b\n  a: c\nbogus: 1\n";
    let yaml = |uri: &'static str, body: &'static str| {
        let server = &server;
        async move { send(server, "POST", uri, "application/yaml", body.as_bytes()).await }
    };
    let warned = yaml(DRY, body).await;
    assert_eq!(warned.text_at(&["data", "a"]), "c");
    assert_eq!(
        warnings(&warned),
        [
            r#"299 - "line 7: key \"a\" already set in map""#,
            r#"299 - "unknown field \"bogus\"""#
        ]
    );
    const STRICT: &str = "/api/v1/namespaces/default/configmaps?dryRun=All&fieldValidation=Strict";
    assert_eq!(
        yaml(STRICT, body).await.message(),
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: \
         yaml: unmarshal errors:\n  line 7: key \"a\" already set in map, unknown field \"bogus\""
    );
    let number = yaml(DRY, "metadata:\n  name: y1\ndata:\n  a: 5\n").await;
    assert_eq!(
        number.message(),
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal \
         number into Go struct field ConfigMap.data of type string"
    );
    assert_eq!(
        yaml(DRY, "hello").await.message(),
        "the object provided is unrecognized (must be of type ConfigMap): couldn't get \
         version/kind; json parse error: json: cannot unmarshal string into Go value of type \
         struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \
         \"json:\\\"kind,omitempty\\\"\" } (68656c6c6f)"
    );
    // An empty document is an object in which nothing is set.
    assert_eq!(yaml(DRY, "").await.code, 422);
    let malformed = yaml(DRY, "a: [").await.message();
    assert!(
        malformed.contains("(must be of type ConfigMap): yaml: line 1: "),
        "{malformed}"
    );
    assert!(malformed.ends_with(" (613a205b)"), "{malformed}");
}

#[tokio::test]
async fn what_is_wrong_with_protobuf_is_said() {
    let server = Server::new();
    const UNRECOGNIZED: &str = "the object provided is unrecognized (must be of type ConfigMap): ";
    for (body, message) in [
        (
            &br#"{"apiVersion":"v1","kind":"ConfigMap"}"#[..],
            "provided data does not appear to be a protobuf message, expected prefix \
             [107 56 115 0] ({\"apiVersion\":\"v1\",\"kind\":\"Con ...)",
        ),
        (b"", "empty data (<empty>)"),
        (b"k8s\0", "empty body (6b387300)"),
        (b"k8s\0\n\x04", "unexpected EOF (6b3873000a04)"),
    ] {
        let answered = send(&server, "POST", DRY, PROTOBUF, body).await;
        assert_eq!(answered.code, 400);
        assert_eq!(answered.message(), format!("{UNRECOGNIZED}{message}"));
    }
    let handled = |body: &'static [u8]| {
        let server = &server;
        async move { send(server, "POST", DRY, PROTOBUF, body).await.message() }
    };
    assert_eq!(
        handled(b"k8s\0\n\x0d\n\x02v1\x12\x07Service").await,
        "Service in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Service) to \
         (core.ConfigMap): unknown conversion"
    );
    assert_eq!(
        handled(b"k8s\0\n\x0f\n\x02v1\x12\x09ConfigMap\x12\x02\n\x05").await,
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: unexpected EOF"
    );
    // What is in an envelope need not say what it is.
    let unnamed = send(
        &server,
        "POST",
        DRY,
        PROTOBUF,
        b"k8s\0\x12\x06\n\x04\n\x02p1",
    )
    .await;
    assert_eq!(
        (unnamed.code, unnamed.text_at(&["metadata", "name"])),
        (201, "p1".to_owned())
    );
}

#[tokio::test]
async fn what_is_wrong_with_cbor_is_said() {
    let server = Server::new();
    const UNTYPED: &str = "the object provided is unrecognized (must be of type ConfigMap): \
        unable to determine group/version/kind: ";
    const UNFIT: &str = "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: ";
    for (body, message) in [
        (&b""[..], format!("{UNTYPED}EOF (<empty>)")),
        (
            b"\xa1\x44kind",
            format!("{UNTYPED}unexpected EOF (a1446b696e64)"),
        ),
    ] {
        let answered = send(&server, "POST", DRY, "application/cbor", body).await;
        assert_eq!((answered.code, answered.message()), (400, message));
    }
    let excess = b"\xd9\xd9\xf7\xa3\x48metadata\xa2\x44name\x41x\x43foo\x01\x43bar\x01\x43baz\x01";
    let warned = send(&server, "POST", DRY, "application/cbor", excess).await;
    assert_eq!(warned.code, 201);
    const UNKNOWN: &str = "cbor: found unknown field at map element index 1";
    assert_eq!(warnings(&warned), [format!("299 - \"{UNKNOWN}\"")]);
    let strict = format!("{DRY}&fieldValidation=Strict");
    let refused = send(&server, "POST", &strict, "application/cbor", excess).await;
    assert_eq!(
        refused.message(),
        format!("{UNFIT}strict decoding error: {UNKNOWN}")
    );
}

#[tokio::test]
async fn bodies_in_no_format_are_refused() {
    let server = Server::new();
    for (method, uri) in [("POST", CONFIG_MAPS), ("DELETE", CONFIG_MAPS)] {
        let answered = send(&server, method, uri, "text/plain", b"{}").await;
        assert_eq!(
            answered.failure(),
            (
                415,
                "UnsupportedMediaType".to_owned(),
                "the body of the request was in an unknown format - accepted media types \
                 include: application/json, application/yaml, \
                 application/vnd.kubernetes.protobuf, application/cbor"
                    .to_owned()
            )
        );
    }
}

// claims: wire.encodings.protobuf-bodies
#[tokio::test]
async fn options_of_deletions_come_in_every_format() {
    let server = Server::new();
    server.create("a").await;
    let uri = format!("{CONFIG_MAPS}/a");
    let mut cbor = cbor::MAGIC.to_vec();
    cbor.extend_from_slice(b"\xa1\x46dryRun\x81\x43All");
    for (format, body) in [
        (
            "application/yaml",
            &b"kind: DeleteOptions\napiVersion: v1\ndryRun: [All]\nbogus: 1\n"[..],
        ),
        (
            PROTOBUF,
            b"k8s\0\n\x13\n\x02v1\x12\x0dDeleteOptions\x12\x05\x2a\x03All",
        ),
        (PROTOBUF, b"k8s\0\x12\x05\x2a\x03All"),
        ("application/cbor", &cbor),
        // Without a body there is nothing in a format.
        ("text/plain", b""),
    ] {
        let query = if body.is_empty() { "?dryRun=All" } else { "" };
        let answered = send(&server, "DELETE", &format!("{uri}{query}"), format, body).await;
        assert_eq!(answered.code, 200, "{format} {answered:?}");
        assert_eq!(
            server.get(&uri).await.code,
            200,
            "{format} asks for a dry run"
        );
    }
    for (format, body, message) in [
        (
            "application/yaml",
            &b"kind: Foo\n"[..],
            "no kind \"Foo\" is registered for version \"meta.k8s.io/v1\" in scheme \
             \"pkg/runtime/scheme.go:111\"",
        ),
        (
            PROTOBUF,
            b"zzz",
            "provided data does not appear to be a protobuf message, expected prefix \
             [107 56 115 0]",
        ),
        (
            "application/json",
            b"zzz",
            "couldn't get version/kind; json parse error: invalid character 'z' looking for \
             beginning of value",
        ),
    ] {
        let answered = send(&server, "DELETE", &uri, format, body).await;
        assert_eq!((answered.code, &*answered.message()), (400, message));
    }
}

// claims: wire.encodings.protobuf
#[tokio::test]
async fn events_come_in_three_formats() {
    let server = Server::new();
    server.create("a").await;
    // One event, since small ones may come together.
    let uri = format!(
        "{CONFIG_MAPS}?watch=1&resourceVersion=0&timeoutSeconds=5&fieldSelector=metadata.name%3Da"
    );
    let watch = async |accept: &str| {
        let request = Request::builder().uri(&uri).header("Accept", accept);
        let response = server.respond(request.body(Full::default()).unwrap()).await;
        let content_type = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        let mut body = response.into_body();
        let frame = body.frame().await.unwrap().unwrap();
        (content_type, frame.into_data().unwrap())
    };
    let (content_type, json) = watch("application/json;stream=watch").await;
    assert_eq!(content_type, "application/json");
    let event = parse(&json).unwrap();
    let (content_type, cbor) = watch("application/cbor").await;
    assert_eq!(content_type, "application/cbor-seq");
    assert_eq!(cbor::parse(&cbor).unwrap(), event);
    let (content_type, protobuf) = watch(PROTOBUF).await;
    assert_eq!(
        content_type,
        "application/vnd.kubernetes.protobuf;stream=watch"
    );
    let (length, frame) = protobuf.split_first_chunk().unwrap();
    assert_eq!(u32::from_be_bytes(*length) as usize, frame.len());
    let mut reader = Reader::new(frame);
    assert_eq!(
        reader.next_field().unwrap(),
        Some((1, Payload::Bytes(b"ADDED")))
    );
    let Ok(Some((2, Payload::Bytes(raw)))) = reader.next_field() else {
        panic!("an event has an object");
    };
    let Ok(Some((1, Payload::Bytes(object)))) = Reader::new(raw).next_field() else {
        panic!("an object is raw");
    };
    let object_json = server.get(&format!("{CONFIG_MAPS}/a")).await.text;
    assert_eq!(object, enveloped(&object_json, &CONFIG_MAP, "ConfigMap"));
    let yaml = server.get_as(&uri, "application/yaml").await;
    assert_eq!(
        yaml.text,
        "apiVersion: v1\ncode: 406\nkind: Status\nmessage: 'only the following media types are \
         accepted: application/json;stream=watch,\n  application/vnd.kubernetes.protobuf;stream=watch, \
         application/cbor-seq'\nmetadata: {}\nreason: NotAcceptable\nstatus: Failure\n"
    );
}

#[tokio::test]
async fn the_frames_of_an_error_and_of_a_bookmark_are_in_the_watchs_format() {
    let server = Server::new();
    let first = async |query: &str, accept: &str| {
        let uri = format!("{CONFIG_MAPS}?watch=1&{query}");
        let request = Request::builder().uri(&uri).header("Accept", accept);
        let response = server.respond(request.body(Full::default()).unwrap()).await;
        let mut body = response.into_body();
        body.frame().await.unwrap().unwrap().into_data().unwrap()
    };
    let expired = first("resourceVersion=1", PROTOBUF).await;
    assert_eq!(
        expired,
        &b"\0\0\0a\n\x05ERROR\x12X\nVk8s\0\n\x0c\n\x02v1\x12\x06Status\x12>\n\x06\n\0\x12\0\x1a\0\
           \x12\x07Failure\x1a\x1ftoo old resource version: 1 (5)\"\x07Expired0\x9a\x03\
           \x1a\0\"\0"[..]
    );
    let expired = first("resourceVersion=1", "application/cbor").await;
    let event = cbor::parse(&expired).unwrap();
    assert_eq!(
        event.at(&["object", "message"]).unwrap(),
        &"too old resource version: 1 (5)".into()
    );
    let initial = "sendInitialEvents=1&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=1";
    let json = first(initial, "application/json").await;
    let bookmark = parse(&json).unwrap();
    assert_eq!(
        cbor::parse(&first(initial, "application/cbor").await).unwrap(),
        bookmark
    );
    let protobuf = first(initial, PROTOBUF).await;
    let mut object = Vec::new();
    json::write(bookmark.get("object").unwrap(), &mut object);
    let object = enveloped(str::from_utf8(&object).unwrap(), &CONFIG_MAP, "ConfigMap");
    assert!(protobuf.ends_with(&object));
    assert_eq!(&protobuf[4..14], b"\n\x08BOOKMARK");
}

#[tokio::test]
async fn a_watch_of_metadata_lists_has_nothing_to_say() {
    let server = Server::new();
    server.create("a").await;
    let uri = format!("{CONFIG_MAPS}?watch=1&resourceVersion=0");
    let accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    let mut watch = server.watch_as(&uri, accept).await;
    assert_eq!(watch.poll(), (vec![], true));
}

#[tokio::test]
async fn large_answers_are_compressed_for_those_who_take_it() {
    let server = Server::new();
    for at in 0..60 {
        let data = "x".repeat(2_200);
        let body = format!(r#"{{"metadata":{{"name":"g{at}"}},"data":{{"a":"{data}"}}}}"#);
        assert_eq!(server.call("POST", CONFIG_MAPS, &body).await.code, 201);
    }
    let plain = server.get(CONFIG_MAPS).await;
    assert!(plain.bytes.len() > 128 << 10);
    let asked = async |uri: &str, accept: &str, encoding: &str| {
        server
            .get_with(uri, &[("Accept", accept), ("Accept-Encoding", encoding)])
            .await
    };
    let compressed = asked(CONFIG_MAPS, "application/json", "br, gzip").await;
    assert_eq!(compressed.headers["content-encoding"], "gzip");
    assert_eq!(compressed.headers["vary"], "Accept-Encoding");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*compressed.bytes)
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, plain.text.clone() + "\n");
    for (uri, encoding) in [
        (CONFIG_MAPS.to_owned(), "gzip;q=0"),
        (format!("{CONFIG_MAPS}?limit=9"), "gzip"),
    ] {
        let answered = asked(&uri, "application/json", encoding).await;
        assert!(
            !answered.headers.contains_key("content-encoding"),
            "{uri} {encoding}"
        );
    }
    let request = Request::builder().uri(format!("{CONFIG_MAPS}?watch=1&resourceVersion=0"));
    let request = request.header("Accept-Encoding", "gzip");
    let response = server.respond(request.body(Full::default()).unwrap()).await;
    assert!(!response.headers().contains_key("content-encoding"));
    assert!(!response.body().is_end_stream());
}

#[tokio::test]
async fn discovery_comes_in_protobuf_too() {
    let server = Server::new();
    let group = server.get_as("/apis/apps", PROTOBUF).await;
    assert_eq!(
        group.bytes,
        &b"k8s\0\n\x0e\n\x02v1\x12\x08APIGroup\x12$\n\x04apps\x12\x0d\n\x07apps/v1\x12\x02v1\
           \x1a\x0d\n\x07apps/v1\x12\x02v1\x1a\0\"\0"[..]
    );
    let accept =
        "application/vnd.kubernetes.protobuf;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io";
    let aggregated = server.get_as("/api", accept).await;
    assert_eq!(
        aggregated.headers["content-type"],
        "application/vnd.kubernetes.protobuf;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    );
    assert!(
        aggregated
            .bytes
            .starts_with(b"k8s\0\n/\n\x16apidiscovery.k8s.io/v2\x12\x15APIGroupDiscoveryList\x12")
    );
    let resources = server.get_as("/apis/apps/v1", "application/cbor").await;
    let json = server.get("/apis/apps/v1").await;
    assert_eq!(cbor::parse(&resources.bytes).unwrap(), json.json());
}

#[tokio::test]
async fn a_scale_is_the_same_in_every_format() {
    let server = Server::new();
    const SETS: &str = "/apis/apps/v1/namespaces/default/replicasets";
    let labels = r#"{"a":"b"}"#;
    let set = format!(
        r#"{{"metadata":{{"name":"s"}},"spec":{{"replicas":2,"selector":{{"matchLabels":{labels}}},"template":{{"metadata":{{"labels":{labels}}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}}}}}"#
    );
    assert_eq!(server.call("POST", SETS, &set).await.code, 201);
    let uri = format!("{SETS}/s/scale");
    let json = server.get(&uri).await;
    let expected = parse(json.text.as_bytes()).unwrap();
    let spec = expected.at(&["spec", "replicas"]).and_then(Value::as_int);
    assert_eq!(spec, Some(2));
    let answered = server.get_as(&uri, "application/cbor").await;
    let mut of_cbor = cbor::parse(&answered.bytes).unwrap();
    let mut sorted = expected.clone();
    of_cbor.sort();
    sorted.sort();
    assert_eq!(of_cbor, sorted);
    let answered = server.get_as(&uri, PROTOBUF).await;
    let envelope = Envelope::open(&answered.bytes).unwrap();
    let object = decode_protobuf(envelope.raw(), &SCALE).unwrap();
    assert_eq!(object.get("spec"), expected.get("spec"));
    assert_eq!(object.get("status"), expected.get("status"));

    let scale = r#"{"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"s"},"spec":{"replicas":3}}"#;
    let mut body = Vec::new();
    cbor::write(&parse(scale.as_bytes()).unwrap(), &mut body);
    let scaled = send(&server, "PUT", &uri, "application/cbor", &body).await;
    assert_eq!(scaled.code, 200, "{scaled:?}");
    let scaled = parse(scaled.text.as_bytes()).unwrap();
    let spec = scaled.at(&["spec", "replicas"]).and_then(Value::as_int);
    assert_eq!(spec, Some(3));
}
