//! [`Defined`], a custom resource in a cluster, and what is asked of it.

use std::fmt::Debug;

use pintle_client::{Api, ClusterWide, Holds, OneNamespace};
use pintle_crd::CustomResource;
use pintle_meta::v1::{CreateOptions, ListOptions};
use pintle_meta::{Cluster as OfCluster, Metadata as _, Namespaced};
use serde::Serialize;
use serde_json::Value;

use crate::Cluster;
use crate::ask::Answer;

/// A custom resource that a cluster serves.
pub(super) struct Defined<'c, K, P> {
    pub(super) cluster: &'c Cluster,
    pub(super) api: Api<K, P>,
    /// The path of its objects.
    pub(super) path: String,
}

impl<'c, K: CustomResource<Scope = Namespaced>> Defined<'c, K, OneNamespace> {
    /// Defines a resource whose objects live in namespaces.
    pub(super) async fn in_namespace(cluster: &'c Cluster) -> Self {
        cluster.define(&K::crd()).await;
        let namespace = cluster.namespace().await;
        let (group, version, plural) = (K::GROUP, K::VERSION, K::PLURAL);
        Self {
            cluster,
            path: format!("/apis/{group}/{version}/namespaces/{namespace}/{plural}"),
            api: cluster.client().api().namespace(namespace),
        }
    }
}

impl<'c, K: CustomResource<Scope = OfCluster>> Defined<'c, K, ClusterWide> {
    /// Defines a resource whose objects belong to the whole cluster.
    pub(super) async fn in_cluster(cluster: &'c Cluster) -> Self {
        cluster.define(&K::crd()).await;
        let (group, version, plural) = (K::GROUP, K::VERSION, K::PLURAL);
        Self {
            cluster,
            path: format!("/apis/{group}/{version}/{plural}"),
            api: cluster.client().api(),
        }
    }
}

impl<K: CustomResource + Serialize + Debug, P: Holds> Defined<'_, K, P> {
    /// An object is stored, and every read shows the spec that was sent, whole.
    pub(super) async fn keeps(&self, object: K) {
        let name = object.metadata().name().to_owned();
        let sent = spec_of(&object);
        let created = self.api.create(&object, &CreateOptions::new()).await;
        let created = created.unwrap_or_else(|error| panic!("{object:?}: {error}"));
        assert_eq!(spec_of(&created), sent, "{name} as it was created");
        assert_eq!(self.stored(&name).await, sent, "{name} as it is stored");
        assert_eq!(spec_of(&self.api.get(&name).await.unwrap()), sent, "{name}");
        let list = self.api.list(&ListOptions::new()).await.unwrap();
        let mut items = list.items.iter();
        let item = items.find(|item| item.metadata().name() == name);
        assert_eq!(spec_of(item.unwrap()), sent, "{name} in a list");
    }

    /// The spec of an object, as the server has it.
    pub(super) async fn stored(&self, name: &str) -> Value {
        let answer = self.ask(&format!("GET {{}}/{name}"), "").await.done();
        serde_json::from_str(&answer.json(&["spec"])).unwrap()
    }

    /// What comes of an object that is another after `change` of its spec. Nothing is stored.
    pub(super) async fn changed(&self, object: &K, change: impl FnOnce(&mut Value)) -> Answer {
        let mut document = serde_json::to_value(object).unwrap();
        change(&mut document["spec"]);
        document["metadata"] = serde_json::json!({"generateName": "changed-"});
        self.ask("POST {}?dryRun=All", &document.to_string()).await
    }

    /// The server refuses the object after `change` of its spec, and says these words.
    pub(super) async fn refuses(
        &self,
        object: &K,
        change: impl FnOnce(&mut Value),
        words: &[&str],
    ) {
        refused_with(&self.changed(object, change).await, words);
    }

    /// Sends a request to a path that begins with that of the objects, `{}`.
    pub(super) async fn ask(&self, request: &str, body: &str) -> Answer {
        self.cluster
            .ask(&request.replace("{}", &self.path), body)
            .await
    }
}

/// An answer says that an object is invalid, in these words.
#[track_caller]
pub(super) fn refused_with(answer: &Answer, words: &[&str]) {
    let line = answer.line();
    assert!(line.starts_with("422 Invalid: "), "{line}");
    for words in words {
        assert!(line.contains(words), "{words:?} in {line}");
    }
}

fn spec_of(object: &impl Serialize) -> Value {
    serde_json::to_value(object).unwrap()["spec"].take()
}
