//! What an event can be about.

use pintle_api::core::v1::{ObjectReference, Pod};
use pintle_events::{Reference, Regarding as _};

fn pod() -> Pod {
    let mut pod = Pod::default();
    pod.metadata.name = "web-0".into();
    pod.metadata.namespace = "shop".into();
    pod.metadata.uid = "uid".into();
    pod.metadata.resource_version = "7".into();
    pod
}

// claims: record.fields
#[test]
fn an_object_is_referred_to_by_kind_name_uid_and_version() {
    let expected = ObjectReference {
        kind: "Pod".into(),
        api_version: "v1".into(),
        namespace: "shop".into(),
        name: "web-0".into(),
        uid: "uid".into(),
        resource_version: "7".into(),
        field_path: "".into(),
    };
    assert_eq!(pod().reference(), expected);
    assert_eq!(Reference::new(expected.clone()).reference(), expected);
}

#[test]
fn a_part_of_an_object_is_the_object_and_a_path() {
    let part = Reference::part(&pod(), "spec.containers{web}");
    let expected = ObjectReference {
        field_path: "spec.containers{web}".into(),
        ..pod().reference()
    };
    assert_eq!(part.reference(), expected);
    assert_eq!(format!("{part:?}"), "Reference(Pod shop/web-0)");
}
