//! What a manager applied is taken out of an object, and nothing else.

use pintle_api::core::v1::{Pod, Service};
use pintle_apply::core::v1::{PodApply, ServiceApply};
use pintle_apply::{ApplyConfiguration, ErrorKind};
use pintle_codec::{Decoder, Format, Prune, Value, json};
use pintle_meta::{Body, decode_json};

/// A pod, given with what `m` applied.
fn pod(fields: &str, rest: &str) -> Pod {
    let document = format!(
        r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"p","labels":{{"a":"1","b":"2"}},
            "managedFields":[{{"manager":"m","operation":"Apply","fieldsV1":{fields}}}]}}{rest}}}"#
    );
    decode_json(document.as_bytes()).unwrap()
}

fn extracted(pod: &Pod) -> Value {
    Value::from(PodApply::extract(pod, "m").unwrap().into_tree())
}

fn value(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap()
}

#[test]
fn an_update_is_no_apply() {
    let document = br#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","labels":{"a":"1"},
        "managedFields":[{"manager":"m","operation":"Update","fieldsV1":{"f:metadata":{"f:labels":{"f:a":{}}}}}]}}"#;
    let pod: Pod = decode_json(document).unwrap();
    let nothing = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"}}"#;
    assert_eq!(extracted(&pod), value(nothing));
}

#[test]
fn elements_are_told_apart_by_all_their_keys() {
    let document = br#"{"metadata":{"name":"dns","managedFields":[{"manager":"m","operation":"Apply",
        "fieldsV1":{"f:spec":{"f:ports":{"k:{\"port\":53,\"protocol\":\"TCP\"}":{".":{},"f:port":{},"f:name":{}}}}}}]},
        "spec":{"ports":[{"name":"udp","port":53,"protocol":"UDP"},{"name":"tcp","port":53,"targetPort":0}]}}"#;
    let service: Service = decode_json(document).unwrap();
    let extracted = ServiceApply::extract(&service, "m").unwrap();
    // The protocol that is not said is TCP.
    assert_eq!(
        extracted.tree().get("spec"),
        Some(&value(r#"{"ports":[{"name":"tcp","port":53}]}"#))
    );
}

#[test]
fn a_field_that_the_server_divides_in_a_way_unknown_here_is_taken_by_its_parts() {
    // To this release, arguments are owned as a whole.
    let pod = pod(
        r#"{"f:spec":{"f:tolerations":{"k:{\"key\":\"a\"}":{".":{},"f:key":{}}},
            "f:containers":{"k:{\"name\":\"c\"}":{"f:args":{"v:\"x\"":{},"i:2":{}},"f:command":{}}}}}"#,
        r#","spec":{"tolerations":[{"key":"a","value":"v"},{"key":"b"}],
            "containers":[{"name":"c","args":["x","y","z"],"command":["run","it"]}]}"#,
    );
    assert_eq!(
        extracted(&pod).get("spec"),
        Some(&value(
            r#"{"tolerations":[{"key":"a"}],"containers":[{"args":["x","z"],"command":["run","it"]}]}"#
        ))
    );
}

#[test]
fn owning_a_map_is_not_owning_what_others_put_there() {
    let pod = pod(r#"{"f:metadata":{"f:labels":{}}}"#, "");
    assert_eq!(
        extracted(&pod).get("metadata"),
        Some(&value(r#"{"name":"p","labels":{}}"#))
    );
}

#[test]
fn an_object_of_which_parts_were_left_out_is_refused() {
    let document = br#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","managedFields":[{"manager":"m"}]}}"#;
    let mut decoder = Decoder::new().prune(Prune::managed_fields());
    let pod = Pod::decode(document, Format::Json, &mut decoder).unwrap();
    let error = PodApply::extract(&pod, "m").unwrap_err();
    assert!(error.is_pruned(), "{error}");
}

#[test]
fn an_object_of_another_kind_is_refused() {
    let service: Service = decode_json(br#"{"metadata":{"name":"s"}}"#).unwrap();
    let error = PodApply::extract(&service, "m").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OtherKind);
}

#[test]
fn malformed_managed_fields_are_an_error_that_repeats_nothing() {
    let pod = pod(r#"{"hunter2":{}}"#, "");
    let error = PodApply::extract(&pod, "m").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MalformedFields);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "a path element has a kind and a colon");
    assert!(!format!("{error:?}").contains("hunter2"));
}
