//! A definition as a file that is applied to a cluster.

use pintle_api::apiextensions::v1::CustomResourceDefinition;
use pintle_codec::{json, yaml};
use pintle_meta::Kind as _;

/// A definition in YAML, as a file to be applied to a cluster, without a status: that is the
/// server's.
///
/// ```
/// # use pintle_crd::CustomResource;
/// # #[derive(Clone, serde::Deserialize, serde::Serialize, schemars::JsonSchema, CustomResource)]
/// # #[pintle(group = "example.com", version = "v1", crate = "pintle_crd")]
/// # struct WebsiteSpec { url: String }
/// let manifest = pintle_crd::to_yaml(&Website::crd());
/// assert!(manifest.starts_with("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"));
/// ```
pub fn to_yaml(definition: &CustomResourceDefinition) -> String {
    let type_meta = CustomResourceDefinition::type_meta();
    let mut document = Vec::new();
    json::encode_object(definition, &type_meta, &mut document);
    let mut value = json::parse(&document).expect("what the codec writes is JSON");
    if let Some(object) = value.as_object_mut() {
        object.remove("status");
    }
    yaml::write(&value)
}
