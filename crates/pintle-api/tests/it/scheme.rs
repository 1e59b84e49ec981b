//! Objects of kinds that are known at run time only.

use pintle_api::apps::v1::{Deployment, DeploymentList};
use pintle_api::core::v1::Pod;
use pintle_api::scheme::{self, AnyObject};
use pintle_codec::{Decoder, Error, Format};
use pintle_meta::Body;
use pintle_meta::v1::{DeleteOptions, PartialObjectMetadataList};

#[test]
fn every_kind_is_found_by_its_name() {
    assert!(scheme::kinds().len() > 50);
    for kind in scheme::kinds() {
        let found = scheme::find(kind.group(), kind.version(), kind.kind()).unwrap();
        assert!(std::ptr::eq(found, kind), "{kind:?}");
    }
    assert!(scheme::find("apps", "v1", "Pod").is_none());
    assert!(scheme::find("", "v1", "WatchEvent").is_none());
}

#[test]
fn an_object_is_read_as_what_it_says_it_is() {
    let list = br#"{"metadata":{"resourceVersion":"7"},"items":[{"spec":{"replicas":2}}],"apiVersion":"apps/v1","kind":"DeploymentList"}"#;
    let object = decode_json(list).unwrap();
    assert_eq!(
        object.kind().group_version_kind().to_string(),
        "apps/v1, Kind=DeploymentList"
    );
    assert!(object.downcast_ref::<Deployment>().is_none());
    let deployments = object.downcast::<DeploymentList>().unwrap();
    assert_eq!(deployments.items[0].spec.replicas, Some(2));
}

/// A kube-apiserver was asked what it says of them.
#[test]
fn kinds_of_meta_are_of_the_group_that_servers_say() {
    let list = br#"{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1"}"#;
    let list = decode_json(list).unwrap();
    assert!(list.downcast_ref::<PartialObjectMetadataList>().is_some());
    let options = decode_json(br#"{"kind":"DeleteOptions","apiVersion":"v1"}"#).unwrap();
    assert!(options.downcast_ref::<DeleteOptions>().is_some());
}

#[test]
fn an_object_of_a_kind_that_nobody_knows_is_an_error() {
    for (document, said) in [
        (
            &br#"{"kind":"Widget","apiVersion":"example.com/v1"}"#[..],
            "no type for kind `Widget` of `example.com/v1` is compiled in",
        ),
        (b"{}", "no type for kind `` of `` is compiled in"),
    ] {
        let error = decode_json(document).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
    assert!(decode_json(br#"{"kind":"Pod","apiVersion":"v1""#).is_err());
}

#[test]
fn an_object_is_written_and_compared_as_what_it_is() {
    let mut object = scheme::find("", "v1", "Pod").unwrap().empty();
    object.downcast_mut::<Pod>().unwrap().spec.node_name = "n1".into();
    let json = written(&object, Format::Json);
    assert_eq!(
        String::from_utf8(json).unwrap(),
        r#"{"kind":"Pod","apiVersion":"v1","metadata":{},"spec":{"containers":[],"nodeName":"n1"},"status":{}}"#
    );
    for format in Pod::FORMATS {
        let document = written(&object, *format);
        let read = scheme::decode(&document, *format, &mut Decoder::new());
        assert_eq!(read.unwrap(), object, "{format}");
    }
    assert_ne!(scheme::find("", "v1", "Pod").unwrap().empty(), object);
    assert_eq!(
        format!("{object:?}"),
        r#"Pod { spec: PodSpec { nodeName: "n1" } }"#
    );
}

fn decode_json(document: &[u8]) -> Result<AnyObject, Error> {
    scheme::decode(document, Format::Json, &mut Decoder::new())
}

fn written(object: &AnyObject, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    object.encode(format, &mut out).unwrap();
    out
}
