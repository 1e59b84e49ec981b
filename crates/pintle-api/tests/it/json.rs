//! Objects in JSON: nothing is lost, everything is in Go's order.

use pintle_api::apps::v1::{Deployment, StatefulSet};
use pintle_api::core::v1::{
    PersistentVolumeClaim, Pod, PodList, PodLogOptions, PodPhase, Secret, Volume,
};
use pintle_codec::json::parse;
use pintle_codec::{Decoder, Format, to_query};
use pintle_meta::v1::TableRow;
use pintle_meta::{Body as _, WatchEvent, decode_json, decode_watch_event, encode_json};

const REFERENCE_POD: &[u8] = include_bytes!("reference-pod.json");

#[test]
fn the_reference_pod_comes_back_whole() {
    let pod: Pod = decode_json(REFERENCE_POD).unwrap();
    let written = encode_json(&pod).unwrap();
    assert_eq!(parse(&written).unwrap(), parse(REFERENCE_POD).unwrap());
    assert_eq!(decode_json::<Pod>(&written).unwrap(), pod);
}

#[test]
fn the_order_of_keys_does_not_matter() {
    let mut tree = parse(REFERENCE_POD).unwrap();
    tree.as_object_mut().unwrap().sort();
    let mut sorted = Vec::new();
    pintle_codec::json::write(&tree, &mut sorted);
    let pod: Pod = decode_json(&sorted).unwrap();
    assert_eq!(parse(&encode_json(&pod).unwrap()).unwrap(), tree);
    assert_eq!(pod.spec, decode_json::<Pod>(REFERENCE_POD).unwrap().spec);
}

/// What Go's encoder writes for `corev1.Pod{}` with these fields set.
#[test]
fn a_pod_is_written_as_go_writes_it() {
    let mut pod = Pod::default();
    pod.metadata.name = "web-0".into();
    pod.spec.containers.push(Default::default());
    pod.spec.containers[0].name = "web".into();
    let written = String::from_utf8(encode_json(&pod).unwrap()).unwrap();
    assert_eq!(
        written,
        r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0"},"spec":{"containers":[{"name":"web","resources":{}}]},"status":{}}"#,
    );
}

/// kube-apiserver writes the kind of the claims into every StatefulSet that it shows.
#[test]
fn an_object_within_another_keeps_what_it_says_of_its_type() {
    let document = r#"{"kind":"StatefulSet","apiVersion":"apps/v1","metadata":{"name":"db"},"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":[]}},"volumeClaimTemplates":[{"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"data"},"spec":{"resources":{}},"status":{}},{"metadata":{"name":"other"},"spec":{"resources":{}},"status":{}}],"serviceName":"","updateStrategy":{}},"status":{"replicas":0,"availableReplicas":0}}"#;
    let set: StatefulSet = decode_json(document.as_bytes()).unwrap();
    let said = |at: usize| &set.spec.volume_claim_templates[at].type_meta;
    assert_eq!(said(0).kind, "PersistentVolumeClaim");
    assert_eq!(said(0).api_version, "v1");
    assert_eq!(*said(1), Default::default());
    let written = encode_json(&set).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), document);

    let through = |format: Format| {
        let mut document = Vec::new();
        set.encode(format, &mut document).unwrap();
        StatefulSet::decode(&document, format, &mut Decoder::new()).unwrap()
    };
    assert_eq!(through(Format::Cbor), set);
    // Protobuf has no place for it, as in Go.
    let back = through(Format::Protobuf);
    let said = &back.spec.volume_claim_templates[0].type_meta;
    assert_eq!(*said, Default::default());
}

#[test]
fn a_document_says_its_kind_once() {
    let document = r#"{"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"data"},"spec":{"resources":{}},"status":{}}"#;
    let mut claim: PersistentVolumeClaim = decode_json(document.as_bytes()).unwrap();
    assert_eq!(claim.type_meta, Default::default());
    claim.type_meta.kind = "Other".into();
    let written = encode_json(&claim).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), document);
}

#[test]
fn what_is_embedded_in_go_is_reached_without_a_detour() {
    let mut volume = Volume {
        name: "config".into(),
        ..Volume::default()
    };
    volume.config_map.get_or_insert_default().name = "settings".into();
    let mut out = Vec::new();
    pintle_codec::json::encode(&volume, &mut out);
    assert_eq!(out, br#"{"name":"config","configMap":{"name":"settings"}}"#);
    let mut back = Volume::default();
    pintle_codec::json::decode(&out, &mut back).unwrap();
    assert_eq!(back, volume);
}

#[test]
fn a_list_knows_its_kind() {
    let list = br#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a"}}]}"#;
    let pods: PodList = decode_json(list).unwrap();
    assert_eq!(pods.items[0].metadata.name, "a");
    assert_eq!(encode_json(&pods).unwrap()[..40], list[..40]);
    let error = decode_json::<Pod>(list).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("expected Pod of v1, found PodList of v1"),
        "{error}"
    );
}

#[test]
fn optional_fields_are_options_and_values_are_plain() {
    let deployment: Deployment =
        decode_json(br#"{"metadata":{"name":"web"},"spec":{"replicas":0,"selector":null}}"#)
            .unwrap();
    assert_eq!(deployment.spec.replicas, Some(0));
    assert!(deployment.spec.selector.is_none());
    assert!(deployment.metadata.creation_timestamp.is_zero());
    assert_eq!(deployment.spec.template.spec.node_name, "");
}

#[test]
fn the_data_of_a_secret_is_not_printed() {
    let secret: Secret =
        decode_json(br#"{"metadata":{"name":"s"},"data":{"password":"aHVudGVyMg=="},"stringData":{"k":"hunter2"}}"#)
            .unwrap();
    let printed = format!("{secret:?}");
    assert!(
        !printed.contains("hunter2") && !printed.contains("104, 117"),
        "{printed}"
    );
    assert!(printed.contains("redacted"), "{printed}");
}

#[cfg(feature = "authentication")]
#[test]
fn tokens_are_not_printed() {
    use pintle_api::authentication::{v1, v1beta1};

    let request: v1::TokenRequest =
        decode_json(br#"{"status":{"token":"hunter2","expirationTimestamp":null}}"#).unwrap();
    let review: v1::TokenReview = decode_json(br#"{"spec":{"token":"hunter2"}}"#).unwrap();
    let older: v1beta1::TokenReview = decode_json(br#"{"spec":{"token":"hunter2"}}"#).unwrap();
    assert_eq!(older.spec.token, "hunter2");
    for printed in [
        format!("{request:?}"),
        format!("{review:#?}"),
        format!("{older:?}"),
    ] {
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(printed.contains("redacted"), "{printed}");
    }
}

#[test]
fn what_was_last_applied_is_not_printed() {
    let secret: Secret = decode_json(
        br#"{"metadata":{"name":"s","annotations":{"team":"web",
            "kubectl.kubernetes.io/last-applied-configuration":"{\"data\":{\"password\":\"hunter2\"}}"},
            "managedFields":[{"manager":"m","fieldsV1":{"f:data":{"f:hunter2":{}}}}]}}"#,
    )
    .unwrap();
    for printed in [format!("{secret:?}"), format!("{secret:#?}")] {
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(printed.contains("FieldsV1(27 bytes)"), "{printed}");
        assert!(printed.contains(r#""team": "web""#), "{printed}");
    }
}

#[test]
fn raw_data_is_printed_by_its_length() {
    let mut row = TableRow::default();
    let document = br#"{"cells":["hunter2"],"object":{"data":"hunter2"}}"#;
    pintle_codec::json::decode(document, &mut row).unwrap();
    let printed = format!("{row:?}");
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(printed.contains("JsonValue(9 bytes)"), "{printed}");
    assert!(printed.contains("RawExtension(18 bytes)"), "{printed}");
}

#[test]
fn embedded_objects_are_written_as_go_writes_them() {
    let document = br#"{"metadata":{"managedFields":[{"fieldsV1": { "k:<": {} }}]}}"#;
    let secret: Secret = decode_json(document).unwrap();
    let fields = secret.metadata.managed_fields[0].fields_v1.as_ref();
    assert_eq!(fields.unwrap().as_json(), r#"{ "k:<": {} }"#);
    let written = String::from_utf8(encode_json(&secret).unwrap()).unwrap();
    assert!(
        written.contains(r#""fieldsV1":{"k:\u003c":{}}"#),
        "{written}"
    );

    let mut row = TableRow::default();
    pintle_codec::json::decode(br#"{"object":{ "a": "<" }}"#, &mut row).unwrap();
    let mut written = Vec::new();
    pintle_codec::json::encode(&row, &mut written);
    assert!(written.ends_with(br#""object":{"a":"\u003c"}}"#));
}

#[test]
fn a_time_in_options_reaches_the_query() {
    let mut options = PodLogOptions {
        container: "web".into(),
        since_time: Some("2024-02-29T13:00:00.5+01:00".parse().unwrap()),
        tail_lines: Some(0),
        ..PodLogOptions::default()
    };
    let query = to_query(&options);
    let expected = [
        ("container", "web"),
        ("sinceTime", "2024-02-29T12:00:00Z"),
        ("tailLines", "0"),
    ];
    assert_eq!(query, expected.map(|(key, value)| (key, value.to_owned())));
    options.since_time = Some(Default::default());
    assert_eq!(to_query(&options)[1], ("sinceTime", String::new()));
}

#[test]
fn watch_frames_are_told_apart() {
    let frame = br#"{"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","status":{"phase":"Running"}}}"#;
    let event = decode_watch_event(frame, decode_json::<Pod>).unwrap();
    assert_eq!(event.type_name(), "ADDED");
    assert_eq!(event.object().unwrap().status.phase, PodPhase::RUNNING);

    let frame = br#"{"object":{"kind":"Pod","metadata":{"resourceVersion":"12","annotations":{"k8s.io/initial-events-end":"true"}}},"type":"BOOKMARK"}"#;
    let WatchEvent::Bookmark(bookmark) = decode_watch_event(frame, decode_json::<Pod>).unwrap()
    else {
        panic!("a bookmark")
    };
    assert_eq!(bookmark.resource_version.as_str(), "12");
    assert!(bookmark.initial_events_end);

    let frame = br#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old resource version: 1 (9)","reason":"Expired","code":410}}"#;
    let WatchEvent::Error(status) = decode_watch_event(frame, decode_json::<Pod>).unwrap() else {
        panic!("an error")
    };
    assert_eq!((status.code, status.reason.as_str()), (410, "Expired"));

    for malformed in [
        &b"{}"[..],
        br#"{"type":"ADDED"}"#,
        br#"{"type":"RENAMED","object":{}}"#,
        b"[]",
    ] {
        assert!(decode_watch_event(malformed, decode_json::<Pod>).is_err());
    }
}
