//! Scaling whatever can be scaled.

use pintle_client::Patch;
use pintle_discovery::{DeferredRestMapper, MemoryCache, PartialResource, ScaleClient};
use pintle_meta::v1::{PatchOptions, UpdateOptions};

use crate::{Server, aggregated};

fn scales(server: &Server) -> ScaleClient {
    let mapper = DeferredRestMapper::new(MemoryCache::new(server.discovery()));
    ScaleClient::new(&server.client(), mapper)
}

const SCALE: &str = r#"{"kind":"Scale","apiVersion":"extensions/v1beta1","metadata":{"name":"web","namespace":"a"},"spec":{"replicas":3},"status":{"replicas":2,"selector":{"app":"web"}}}"#;

// claims: scale.mapper, scale.kinds
#[tokio::test]
async fn a_scale_is_where_the_mapper_finds_the_resource() {
    let server = aggregated();
    let path = "/apis/apps/v1/namespaces/a/deployments/web/scale";
    server.json(path, SCALE);
    let deployments = scales(&server)
        .resource(&PartialResource::new("deploy"))
        .await
        .unwrap();
    assert_eq!(
        deployments.resource().to_string(),
        "apps/v1, Resource=deployments"
    );
    let scale = deployments.get("a", "web").await.unwrap();
    assert_eq!(
        (scale.spec.replicas, scale.status.selector.as_str()),
        (3, "app=web")
    );
    deployments
        .update("a", &scale, &UpdateOptions::default())
        .await
        .unwrap();
    let patch = Patch::merge(r#"{"spec":{"replicas":4}}"#);
    deployments
        .patch("a", "web", &patch, &PatchOptions::default())
        .await
        .unwrap();
    let state = server.0.lock().unwrap();
    let lines: Vec<_> = state.asked[2..]
        .iter()
        .map(|it| (it.method().as_str(), it.uri().path()))
        .collect();
    assert_eq!(lines, [("GET", path), ("PUT", path), ("PATCH", path)]);
    let sent = |at: usize| state.asked[at].headers()["content-type"].to_str().unwrap();
    assert_eq!(
        (sent(3), sent(4)),
        ("application/json", "application/merge-patch+json")
    );
}

// claims: scale.mapper
#[tokio::test]
async fn what_cannot_be_scaled_is_said_to_be_so() {
    let server = aggregated();
    let scales = scales(&server);
    for name in ["pods", "nothing"] {
        let error = scales
            .resource(&PartialResource::new(name))
            .await
            .unwrap_err();
        assert!(error.is_no_match(), "{name}");
    }
    let deployments = scales
        .resource(&PartialResource::new("deployments"))
        .await
        .unwrap();
    let error = deployments.get("a", "web").await.unwrap_err();
    assert!(error.as_client().unwrap().is_not_found());
}
