//! What client-go 0.36.3 answered, in `client-go.json`.
//!
//! Its fake clientset, which keeps managed fields as a server does, was applied to by several
//! managers; `cases` holds the objects and what `ExtractPodFrom` and its like made of them. `web`
//! is an apply configuration as its builders make it.

use pintle_api::apps::v1::Deployment;
use pintle_api::core::v1::{Node, Pod, Secret};
use pintle_apply::apps::v1::DeploymentApply;
use pintle_apply::core::v1::{NodeApply, PodApply, SecretApply};
use pintle_apply::{ApplyKind, Error};
use pintle_codec::{Value, json};
use pintle_meta::{Kind, Metadata, Object, decode_json};

/// The one apply configuration.
pub(crate) fn web() -> Value {
    recorded().get("web").unwrap().clone()
}

// claims: apply.extract
#[test]
fn what_is_extracted_is_what_client_go_extracts() {
    let recorded = recorded();
    let cases = recorded.get("cases").unwrap().as_array().unwrap();
    assert_eq!(cases.len(), 9);
    for case in cases {
        let text = |field| case.get(field).unwrap().as_str().unwrap();
        let (name, manager, subresource) = (text("name"), text("manager"), text("subresource"));
        let mut object = Vec::new();
        json::write(case.get("object").unwrap(), &mut object);
        let extracted = match name {
            "pod" => extracted::<Pod, _>(&object, |object| {
                PodApply::extract_subresource(object, manager, subresource)
            }),
            "deployment" => extracted::<Deployment, _>(&object, |object| {
                DeploymentApply::extract(object, manager)
            }),
            "node" => extracted::<Node, _>(&object, |object| NodeApply::extract(object, manager)),
            _ => extracted::<Secret, _>(&object, |object| SecretApply::extract(object, manager)),
        };
        let mut expected = case.get("extracted").unwrap().clone();
        if (name, manager, subresource) == ("pod", "app", "") {
            // The manager owns the security context, and nothing in it: client-go forgets that it
            // does. Applied again, the field would be lost.
            let spec = expected.as_object_mut().unwrap().get_mut("spec").unwrap();
            let empty = Value::from(pintle_codec::Object::new());
            spec.as_object_mut()
                .unwrap()
                .insert("securityContext", empty);
        }
        assert_eq!(extracted, expected, "{name} {manager} {subresource}");
    }
}

fn extracted<K: Kind + Object, A: ApplyKind>(
    object: &[u8],
    extract: impl Fn(&K) -> Result<A, Error>,
) -> Value {
    let object: K = decode_json(object).unwrap();
    let configuration = extract(&object).unwrap();
    assert_eq!(configuration.object_name(), object.metadata().name());
    Value::from(configuration.into_tree())
}

fn recorded() -> Value {
    json::parse(include_bytes!("client-go.json")).unwrap()
}
