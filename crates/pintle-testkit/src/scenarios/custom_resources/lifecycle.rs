//! Scope, versions and conversion of custom resources, and watching them.

use pintle_api::apiextensions::v1::{WebhookClientConfig, WebhookConversion};
use pintle_crd::{Conversion, CustomResource, merge_versions};
use pintle_meta::v1::{DeleteOptions, ListOptions, UpdateOptions};
use pintle_meta::{Lazy, Metadata as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Defined;
use crate::Cluster;
use crate::cluster::next_line;

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, CustomResource)]
#[pintle(
    group = "testkit.pintle.dev",
    version = "v1",
    cluster,
    crate = "pintle_crd"
)]
#[pintle(derive(Debug))]
struct TenantSpec {
    quota: i32,
}

pub(in super::super) async fn resources_of_the_cluster_have_no_namespace(cluster: &Cluster) {
    let defined = Defined::<Tenant, _>::in_cluster(cluster).await;
    let api = &defined.api;
    let list = api.list(&ListOptions::new()).await.unwrap();
    let from = ListOptions::new().resource_version(list.metadata.resource_version);
    let mut watch = api.watch(&from).await.unwrap();
    defined
        .keeps(Tenant::new("tenant", TenantSpec { quota: 1 }))
        .await;
    let mut tenant = api.get("tenant").await.unwrap();
    assert_eq!(tenant.metadata.namespace, "");
    let lazy = cluster
        .client()
        .api::<Lazy<Tenant>>()
        .get("tenant")
        .await
        .unwrap();
    assert_eq!((lazy.name(), lazy.get().unwrap().spec.quota), ("tenant", 1));
    tenant.spec.quota = 2;
    let updated = api.update(&tenant, &UpdateOptions::new()).await.unwrap();
    assert_eq!((updated.spec.quota, updated.metadata.generation), (2, 2));
    api.delete("tenant", &DeleteOptions::new()).await.unwrap();
    for line in ["ADDED tenant", "MODIFIED tenant", "DELETED tenant"] {
        assert_eq!(next_line(&mut watch).await, line);
    }
    let quota = |spec: &mut serde_json::Value| spec["quota"] = json!("much");
    let words = ["spec.quota in body must be of type integer"];
    defined.refuses(&tenant, quota, &words).await;
}

mod v1 {
    use super::{CustomResource, Deserialize, JsonSchema, Serialize};

    #[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, CustomResource)]
    #[pintle(group = "testkit.pintle.dev", version = "v1", crate = "pintle_crd")]
    #[pintle(printer_column(name: "Length", type: "integer", json_path: ".spec.length"))]
    #[pintle(derive(Debug))]
    pub(super) struct BoatSpec {
        pub(super) length: i32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(super) flag: Option<String>,
    }
}

mod v1beta1 {
    use super::{CustomResource, Deserialize, JsonSchema, Serialize};

    #[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, CustomResource)]
    #[pintle(group = "testkit.pintle.dev", version = "v1beta1", storage = false)]
    #[pintle(
        deprecated = "boats are of v1 now",
        crate = "pintle_crd",
        derive(Debug)
    )]
    pub(super) struct BoatSpec {
        pub(super) length: i32,
    }
}

pub(in super::super) async fn versions_show_the_same_object(cluster: &Cluster) {
    let versions = [v1beta1::Boat::crd(), v1::Boat::crd()];
    let merged = merge_versions(versions, Conversion::None).unwrap();
    cluster.define(&merged).await;
    let namespace = cluster.namespace().await;
    let old = cluster
        .client()
        .api::<v1beta1::Boat>()
        .namespace(&namespace);
    let new = cluster.client().api::<v1::Boat>().namespace(&namespace);
    let boat = v1beta1::Boat::new("boat", v1beta1::BoatSpec { length: 12 });
    old.create(&boat, &pintle_meta::v1::CreateOptions::new())
        .await
        .unwrap();
    let mut boat = new.get("boat").await.unwrap();
    assert_eq!((boat.spec.length, &boat.spec.flag), (12, &None));
    boat.spec.flag = Some("black".to_owned());
    new.update(&boat, &UpdateOptions::new()).await.unwrap();
    // The old version does not have the field.
    assert_eq!(old.get("boat").await.unwrap().spec.length, 12);
    let path = format!("/apis/testkit.pintle.dev/v1beta1/namespaces/{namespace}/boats/boat");
    let answer = cluster.ask(&format!("GET {path}"), "").await.done();
    assert_eq!(answer.warnings, ["boats are of v1 now"]);
    assert_eq!(answer.json(&["spec"]), r#"{"length":12}"#);
    let mut watch = new.watch(&ListOptions::new()).await.unwrap();
    assert_eq!(next_line(&mut watch).await, "ADDED boat");
}

/// The server takes the description of a webhook; nobody calls it.
pub(in super::super) async fn a_webhook_for_conversion_is_taken(cluster: &Cluster) {
    let webhook = WebhookConversion {
        client_config: Some(Box::new(WebhookClientConfig {
            url: Some("https://127.0.0.1:1/convert".into()),
            ..WebhookClientConfig::default()
        })),
        conversion_review_versions: ["v1".into()].into(),
    };
    let versions = [v1::Boat::crd(), v1beta1::Boat::crd()];
    let merged = merge_versions(versions, Conversion::Webhook(webhook)).unwrap();
    cluster.define(&merged).await;
}
