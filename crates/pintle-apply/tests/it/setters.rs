//! Apply configurations are made by setters.

use pintle_apply::core::v1::{
    ConfigMapVolumeSourceApply, ContainerApply, ContainerPortApply, EmptyDirVolumeSourceApply,
    EnvVarApply, KeyToPathApply, LimitRangeItemApply, PodApply, PodSecurityContextApply,
    PodSpecApply, PodTemplateSpecApply, ResourceRequirementsApply, SecretApply, VolumeApply,
};
use pintle_apply::meta::v1::{ObjectMetaApply, OwnerReferenceApply};
use pintle_apply::{ApplyConfiguration, ApplyKind};
use pintle_codec::{Decoder, Format, Value, json};
use pintle_meta::{Body, Quantity, decode_json, encode_json};

fn written(configuration: &impl ApplyConfiguration) -> String {
    let mut out = Vec::new();
    json::write(&Value::from(configuration.tree().clone()), &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn a_pod_is_built_as_client_go_builds_it() {
    let container = ContainerApply::new()
        .name("web")
        .image("nginx:1.29")
        .args(["-g", "daemon off;"])
        .ports([
            ContainerPortApply::new().container_port(80).protocol("TCP"),
            ContainerPortApply::new()
                .container_port(443)
                .protocol("TCP"),
        ])
        .env([
            EnvVarApply::new().name("A").value("1"),
            EnvVarApply::new().name("EMPTY").value(""),
        ])
        .resources(ResourceRequirementsApply::new().requests([("cpu", "500m".parse().unwrap())]));
    let items = [KeyToPathApply::new().key("a").path("b").mode(0)];
    let config = ConfigMapVolumeSourceApply::new()
        .name("settings")
        .optional(false)
        .items(items);
    let web = PodApply::new("web-0")
        .namespace("default")
        .labels([("app", "web"), ("tier", "front")])
        .finalizers(["example.com/a", "example.com/b"])
        .spec(
            PodSpecApply::new()
                .service_account_name("web")
                .node_selector([("disk", "ssd")])
                .security_context(PodSecurityContextApply::new())
                .containers([
                    container,
                    ContainerApply::new().name("sidecar").image("envoy"),
                ])
                .volumes([
                    VolumeApply::new()
                        .name("tmp")
                        .empty_dir(EmptyDirVolumeSourceApply::new()),
                    VolumeApply::new().name("config").config_map(config),
                ]),
        );
    assert_eq!(Value::from(web), crate::client_go::web());
}

// claims: apply.configurations
#[test]
fn what_an_object_is_comes_first_and_nothing_else_is_set() {
    let pod = PodApply::new("web-0");
    let document = encode_json(&pod).unwrap();
    assert_eq!(
        String::from_utf8(document.clone()).unwrap(),
        r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0"}}"#
    );
    assert_eq!((pod.object_name(), pod.object_namespace()), ("web-0", ""));
    assert_eq!(decode_json::<PodApply>(&document).unwrap(), pod);
    let error = decode_json::<SecretApply>(&document).unwrap_err();
    assert!(
        error.to_string().contains("expected Secret of v1"),
        "{error}"
    );
}

#[test]
fn a_request_may_carry_cbor_and_never_protobuf() {
    let pod = PodApply::new("web-0").labels([("app", "web")]);
    let mut document = Vec::new();
    pod.encode(Format::Cbor, &mut document).unwrap();
    let read = PodApply::decode(&document, Format::Cbor, &mut Decoder::new());
    assert_eq!(read.unwrap(), pod);
    assert!(!PodApply::FORMATS.contains(&Format::Protobuf));
    assert!(pod.encode(Format::Protobuf, &mut Vec::new()).is_err());
}

// claims: apply.configurations
#[test]
fn zero_empty_and_false_are_set() {
    let none: [(&str, Quantity); 0] = [];
    let spec = PodSpecApply::new()
        .node_name("")
        .priority(0)
        .host_network(false)
        .tolerations([])
        .overhead(none);
    assert_eq!(
        written(&spec),
        r#"{"nodeName":"","priority":0,"hostNetwork":false,"tolerations":[],"overhead":{}}"#
    );
}

#[test]
fn values_replace_and_lists_and_maps_grow() {
    let spec = PodSpecApply::new()
        .node_name("a")
        .node_name("b")
        .containers([ContainerApply::new().name("one")])
        .containers([ContainerApply::new().name("two")])
        .node_selector([("a", "1"), ("b", "2")])
        .node_selector([("b", "3")]);
    assert_eq!(
        written(&spec),
        r#"{"nodeName":"b","containers":[{"name":"one"},{"name":"two"}],"nodeSelector":{"a":"1","b":"3"}}"#
    );
}

#[test]
fn metadata_is_set_in_part_and_as_a_whole() {
    let owner = OwnerReferenceApply::new().kind("Job").name("j").uid("u");
    let template = PodTemplateSpecApply::new()
        .labels([("a", "1")])
        .metadata(ObjectMetaApply::new().annotations([("note", "x")]))
        .labels([("b", "2")])
        .owner_references([owner]);
    assert_eq!(
        written(&template),
        r#"{"metadata":{"labels":{"a":"1","b":"2"},"annotations":{"note":"x"},"ownerReferences":[{"kind":"Job","name":"j","uid":"u"}]}}"#
    );
}

#[test]
fn values_are_spelt_as_json_spells_them() {
    let secret = SecretApply::new("s").data([("k", "v")]);
    assert!(written(&secret).ends_with(r#""data":{"k":"dg=="}}"#));
    let range = LimitRangeItemApply::new().max([("memory", "1024Mi".parse().unwrap())]);
    assert_eq!(written(&range), r#"{"max":{"memory":"1Gi"}}"#);
    let time = "2024-02-29T13:00:00+01:00".parse().unwrap();
    let metadata = ObjectMetaApply::new().deletion_timestamp(time);
    assert_eq!(
        written(&metadata),
        r#"{"deletionTimestamp":"2024-02-29T12:00:00Z"}"#
    );
}

#[test]
fn fields_of_a_newer_server_can_be_set() {
    let spec = PodSpecApply::new().with("futureField", Value::from(true));
    assert_eq!(written(&spec), r#"{"futureField":true}"#);
}

#[test]
fn debug_prints_which_fields_are_set_and_not_to_what() {
    let secret = SecretApply::new("s").string_data([("password", "hunter2")]);
    assert_eq!(
        format!("{secret:?}"),
        "SecretApply(kind, apiVersion, metadata, stringData)"
    );
}
