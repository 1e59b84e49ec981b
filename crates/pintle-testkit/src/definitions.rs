//! Definitions of custom resources in a cluster that scenarios run on.

use std::time::Duration;

use pintle_api::apiextensions::v1::{
    CustomResourceDefinition, CustomResourceDefinitionConditionType,
};
use pintle_meta::encode_json;
use pintle_meta::v1::DeleteOptions;

use crate::Cluster;
use crate::cluster::PATIENCE;

impl Cluster {
    /// Defines a resource, and returns when the server serves it. [`run`](crate::run) deletes the
    /// definition when the scenario has ended.
    ///
    /// The server keeps the definition as it came, and has nothing to say of it: no warning, and no
    /// schema that is not structural.
    pub(crate) async fn define(&self, definition: &CustomResourceDefinition) {
        let definitions = self.client().api::<CustomResourceDefinition>();
        let name = definition.metadata.name.as_str();
        // Another run may have been cut short.
        let _ = definitions.delete(name, &DeleteOptions::new()).await;
        until(|| async {
            match definitions.get(name).await {
                Ok(_) => false,
                Err(error) => error.is_not_found(),
            }
        })
        .await;
        self.made_definition(name);
        let body = String::from_utf8(encode_json(definition).unwrap()).unwrap();
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        let created = self.ask(&format!("POST {path}"), &body).await;
        assert_eq!(created.line(), "201", "{name}");
        assert_eq!(created.warnings, [""; 0], "{name}");
        let is_true = |definition: &CustomResourceDefinition, type_| {
            let mut conditions = definition.status.conditions.iter();
            conditions.any(|condition| condition.type_ == type_ && condition.status == "True")
        };
        until(|| async {
            let present = definitions.get(name).await.unwrap();
            is_true(&present, CustomResourceDefinitionConditionType::ESTABLISHED)
        })
        .await;
        let mut present = definitions.get(name).await.unwrap();
        let non_structural = CustomResourceDefinitionConditionType::NON_STRUCTURAL_SCHEMA;
        let mut conditions = present.status.conditions.iter();
        assert!(
            conditions.all(|condition| condition.type_ != non_structural),
            "{name}"
        );
        if definition.spec.conversion.is_none() {
            // The one thing that it fills in.
            present.spec.conversion = None;
        }
        assert_eq!(present.spec, definition.spec);
        let spec = &definition.spec;
        let version = &spec.versions[0].name;
        let objects = format!("GET /apis/{}/{version}/{}", spec.group, spec.names.plural);
        until(|| async { self.ask(&objects, "").await.code == 200 }).await;
    }
}

/// Waits for something that takes a server a moment.
async fn until<F: Future<Output = bool>>(mut is_so: impl FnMut() -> F) {
    let wait = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    waited.expect("the server is done in time");
}
