//! What is read and written.

use k8s_openapi::List;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Node, Pod};
use pintle_codec::{Decoder, Format};
use pintle_meta::{
    Body, Kind, Lazy, ListDecoder, Metadata, Object, ObjectList, Resource, Scope, WatchEvent,
    decode_json, encode_json,
};

const POD: &str = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{"note":"n"},"deletionTimestamp":"2024-02-29T12:00:00Z","generation":3,"labels":{"app":"web"},"name":"web-0","namespace":"default","resourceVersion":"7","uid":"u"},"spec":{"containers":[{"image":"i","name":"c"}]}}"#;

#[test]
fn a_type_has_the_names_of_its_resource() {
    assert_eq!((Pod::type_meta().kind, Pod::PLURAL), ("Pod".into(), "pods"));
    assert_eq!(<Pod as Resource>::LIST_KIND, "PodList");
    assert_eq!(Deployment::type_meta().api_version, "apps/v1");
    const {
        assert!(<Pod as Resource>::Scope::NAMESPACED);
        assert!(!<Node as Resource>::Scope::NAMESPACED);
    }
}

#[test]
fn an_object_is_written_as_it_was_read() {
    let pod: Pod = decode_json(POD.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(encode_json(&pod).unwrap()).unwrap(), POD);
    assert_eq!(Pod::FORMATS, [Format::Json]);
}

#[test]
fn the_metadata_answers() {
    let pod: Pod = decode_json(POD.as_bytes()).unwrap();
    let metadata = Object::metadata(&pod);
    assert_eq!(
        [metadata.name(), metadata.namespace()],
        ["web-0", "default"]
    );
    assert_eq!([metadata.uid(), metadata.resource_version()], ["u", "7"]);
    assert_eq!((metadata.generation(), metadata.is_deleting()), (3, true));
    assert_eq!(
        (metadata.label("app"), metadata.label("x")),
        (Some("web"), None)
    );
    assert_eq!(metadata.annotation("note"), Some("n"));
    let empty: Pod = decode_json(br#"{"metadata":{}}"#).unwrap();
    let metadata = Object::metadata(&empty);
    assert_eq!(
        [metadata.name(), metadata.namespace(), metadata.uid()],
        [""; 3]
    );
    assert_eq!((metadata.generation(), metadata.is_deleting()), (0, false));
    assert_eq!(
        (metadata.label("app"), metadata.annotation("note")),
        (None, None)
    );
}

#[test]
fn a_document_of_another_kind_is_refused() {
    let error = decode_json::<Node>(POD.as_bytes()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("expected Node of v1, found Pod of v1"),
        "{error}"
    );
    let other = POD.replace("\"v1\"", "\"v2\"");
    assert!(decode_json::<Pod>(other.as_bytes()).is_err());
}

#[test]
fn lists_are_read_whole_and_item_by_item() {
    let document = format!(
        r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"9"}},"items":[{POD},{{"metadata":{{"name":"b"}}}}]}}"#
    );
    let list: ObjectList<Pod> = decode_json(document.as_bytes()).unwrap();
    assert_eq!(
        (&*list.metadata.resource_version, list.items.len()),
        ("9", 2)
    );
    // k8s-openapi's own type of lists is a kind as well.
    let theirs: List<Pod> = decode_json(document.as_bytes()).unwrap();
    assert_eq!(theirs.items[..], list.items[..]);
    assert_eq!(List::<Pod>::type_meta().kind, "PodList");

    let mut decoder = ListDecoder::<Pod>::new(Format::Json, Decoder::new());
    decoder.push(document.as_bytes());
    let first = decoder.next_item().unwrap().unwrap().unwrap();
    assert_eq!(first, list.items[0]);
}

#[test]
fn one_is_decoded_when_somebody_looks() {
    let lazy: Lazy<Pod> = decode_json(POD.as_bytes()).unwrap();
    assert_eq!((lazy.name(), lazy.label("app")), ("web-0", Some("web")));
    assert_eq!(
        lazy.get().unwrap().spec.as_ref().unwrap().containers[0].name,
        "c"
    );
}

#[test]
fn a_watch_event_carries_one() {
    let frame = format!(r#"{{"type":"DELETED","object":{POD}}}"#);
    let event = WatchEvent::<Pod>::decode(frame.as_bytes(), Format::Json, &mut Decoder::new());
    assert_eq!(
        event.unwrap(),
        WatchEvent::Deleted(decode_json(POD.as_bytes()).unwrap())
    );
}
