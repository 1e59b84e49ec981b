//! Several versions of one resource in one definition.

use pintle_api::apiextensions::v1::{
    CustomResourceDefinition, WebhookClientConfig, WebhookConversion,
};
use pintle_crd::{Conversion, CustomResource, Error, ErrorKind, merge_versions};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod v1 {
    use super::{CustomResource, Deserialize, JsonSchema, Serialize};

    #[derive(Clone, Deserialize, Serialize, JsonSchema, CustomResource)]
    #[pintle(
        group = "example.com",
        version = "v1",
        short_names("bo"),
        crate = "pintle_crd"
    )]
    pub(super) struct BoatSpec {
        pub(super) length: i32,
    }
}

mod v1beta1 {
    use super::{CustomResource, Deserialize, JsonSchema, Serialize};

    #[derive(Clone, Deserialize, Serialize, JsonSchema, CustomResource)]
    #[pintle(
        group = "example.com",
        version = "v1beta1",
        storage = false,
        deprecated
    )]
    #[pintle(crate = "pintle_crd")]
    pub(super) struct BoatSpec {
        pub(super) size: i32,
    }
}

fn both() -> [CustomResourceDefinition; 2] {
    [v1beta1::Boat::crd(), v1::Boat::crd()]
}

fn refused(definitions: impl IntoIterator<Item = CustomResourceDefinition>) -> String {
    words(merge_versions(definitions, Conversion::None))
}

fn words(merged: Result<CustomResourceDefinition, Error>) -> String {
    let error = merged.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidVersions);
    error.to_string()
}

#[test]
fn versions_of_one_resource_make_one_definition() {
    let merged = merge_versions(both(), Conversion::None).unwrap();
    let versions: Vec<(&str, bool, bool)> = merged
        .spec
        .versions
        .iter()
        .map(|version| (&*version.name, version.storage, version.deprecated))
        .collect();
    assert_eq!(versions, [("v1", true, false), ("v1beta1", false, true)]);
    // One version says it for all.
    assert_eq!(merged.spec.names.short_names[..], ["bo"]);
    assert!(merged.spec.conversion.is_none());
    let schema = |index: usize| {
        let schema = merged.spec.versions[index].schema.as_ref().unwrap();
        let spec = schema.open_apiv3_schema.as_ref().unwrap();
        let spec = spec.properties.get("spec").unwrap();
        spec.properties.keys().next().unwrap().to_owned()
    };
    assert_eq!([schema(0), schema(1)], ["length", "size"]);
}

#[test]
fn exactly_one_version_is_stored() {
    let mut definitions = both();
    definitions[0].spec.versions[0].storage = true;
    let text = refused(definitions.clone());
    assert_eq!(
        text,
        "boats.example.com: the versions v1, v1beta1 are all said to be stored, and one can be: \
         say `storage = false` at the others"
    );
    for definition in &mut definitions {
        definition.spec.versions[0].storage = false;
    }
    assert!(refused(definitions).contains("none of the versions v1, v1beta1 is stored"));
}

#[test]
fn what_does_not_belong_together_is_refused() {
    assert_eq!(refused([]), "there is no definition to merge");
    assert!(refused([v1::Boat::crd(), v1::Boat::crd()]).contains("v1 is there twice"));
    let mut other = v1beta1::Boat::crd();
    other.spec.group = "example.org".into();
    let text = refused([v1::Boat::crd(), other]);
    assert!(
        text.contains("the groups \"example.com\" and \"example.org\""),
        "{text}"
    );
    let mut other = v1beta1::Boat::crd();
    other.spec.names.short_names = ["ship".into()].into();
    let text = refused([v1::Boat::crd(), other]);
    assert!(text.contains("short_names are the resource's"), "{text}");
    let mut definitions = both();
    for definition in &mut definitions {
        definition.spec.versions[0].served = false;
    }
    assert!(refused(definitions).contains("no version is served"));
}

#[test]
fn a_webhook_can_be_called() {
    let webhook = |url: Option<&str>, versions: &[&str]| {
        Conversion::Webhook(WebhookConversion {
            client_config: Some(Box::new(WebhookClientConfig {
                url: url.map(Into::into),
                ..WebhookClientConfig::default()
            })),
            conversion_review_versions: versions.iter().map(|version| (*version).into()).collect(),
        })
    };
    let merged = merge_versions(
        both(),
        webhook(Some("https://example.com/convert"), &["v1"]),
    );
    let conversion = merged.unwrap().spec.conversion.unwrap();
    assert_eq!(conversion.strategy, "Webhook");
    let text = words(merge_versions(both(), webhook(None, &["v1"])));
    assert!(text.contains("either a `url` or a `service`"), "{text}");
    let text = words(merge_versions(
        both(),
        webhook(Some("https://example.com"), &[]),
    ));
    assert!(text.contains("conversion_review_versions"), "{text}");
    let text = words(merge_versions(
        both(),
        Conversion::Webhook(WebhookConversion::default()),
    ));
    assert!(text.contains("either a `url` or a `service`"), "{text}");
}
