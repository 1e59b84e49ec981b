//! What becomes of objects whose owners are gone, or go.

use crate::Cluster;

/// Config maps of a namespace.
struct ConfigMaps<'a> {
    cluster: &'a Cluster,
    path: String,
}

/// `apiVersion: v1, kind: ConfigMap` and a name and uid.
type Owner<'a> = (&'a str, &'a str, bool);

impl<'a> ConfigMaps<'a> {
    async fn new(cluster: &'a Cluster) -> Self {
        let namespace = cluster.namespace().await;
        let path = format!("/api/v1/namespaces/{namespace}/configmaps");
        Self { cluster, path }
    }

    fn of(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    /// Creates one and returns its uid.
    async fn create(&self, name: &str, owners: &[Owner<'_>], finalizers: &str) -> String {
        let owners = owners.iter().map(|(name, uid, blocks)| {
            format!(
                r#"{{"apiVersion":"v1","kind":"ConfigMap","name":"{name}","uid":"{uid}","blockOwnerDeletion":{blocks}}}"#
            )
        });
        let owners: Vec<_> = owners.collect();
        self.create_with(name, &owners.join(","), finalizers).await
    }

    async fn create_with(&self, name: &str, owners: &str, finalizers: &str) -> String {
        let new = format!(
            r#"{{"metadata":{{"name":"{name}","ownerReferences":[{owners}],"finalizers":[{finalizers}]}}}}"#
        );
        let request = format!("POST {}", self.path);
        let created = self.cluster.ask(&request, &new).await.done();
        created.text(&["metadata", "uid"]).to_owned()
    }

    async fn delete(&self, name: &str, policy: &str) {
        let options = format!(r#"{{"propagationPolicy":"{policy}"}}"#);
        let request = format!("DELETE {}", self.of(name));
        self.cluster.ask(&request, &options).await.done();
    }

    async fn free(&self, name: &str) {
        let request = format!("PATCH:merge {}", self.of(name));
        // Others' finalizers are left: a list of a merge patch would replace them.
        let patch = r#"{"metadata":{"finalizers":null}}"#;
        self.cluster.ask(&request, patch).await.done();
    }

    async fn exists(&self, name: &str) -> bool {
        let request = format!("GET {}", self.of(name));
        self.cluster.ask(&request, "").await.code == 200
    }

    async fn is_gone(&self, name: &str) {
        let path = self.of(name);
        self.cluster.until(&path, |answer| answer.code == 404).await;
    }

    async fn is_going(&self, name: &str) {
        let deleted = ["metadata", "deletionTimestamp"];
        let path = self.of(name);
        let going = self
            .cluster
            .until(&path, |answer| !answer.text(&deleted).is_empty());
        going.await;
    }
}

// claims: wire.garbage.owners
pub(super) async fn what_nobody_owns_any_more_is_deleted(cluster: &Cluster) {
    let maps = ConfigMaps::new(cluster).await;
    let a = maps.create("a", &[], "").await;
    let b = maps.create("b", &[("a", &a, false)], "").await;
    maps.create("c", &[("b", &b, true)], "").await;
    let other = maps.create("other", &[], "").await;
    maps.create("of-two", &[("a", &a, false), ("other", &other, false)], "")
        .await;
    maps.delete("a", "Background").await;
    for name in ["a", "b", "c"] {
        maps.is_gone(name).await;
    }
    // Another owner keeps it, and the one that is gone is forgotten.
    let one = |answer: &crate::ask::Answer| {
        let owners = answer.at(&["metadata", "ownerReferences"]).as_array();
        owners.is_some_and(|owners| owners.len() == 1)
    };
    cluster.until(&maps.of("of-two"), one).await;
    assert!(maps.exists("other").await);
}

// claims: wire.garbage.owners
pub(super) async fn an_owner_deleted_in_the_foreground_goes_after_what_blocks_it(
    cluster: &Cluster,
) {
    let maps = ConfigMaps::new(cluster).await;
    let a = maps.create("a", &[], "").await;
    let held = r#""example.org/held""#;
    let blocking = maps.create("blocking", &[("a", &a, true)], held).await;
    maps.create("loose", &[("a", &a, false)], held).await;
    // What is below goes first as well, since it is asked for of all.
    maps.create("below", &[("blocking", &blocking, true)], "")
        .await;
    maps.delete("a", "Foreground").await;
    for name in ["blocking", "loose"] {
        maps.is_going(name).await;
    }
    maps.is_gone("below").await;
    let waiting = cluster.ask(&format!("GET {}", maps.of("a")), "").await;
    assert_eq!(
        waiting.json(&["metadata", "finalizers"]),
        r#"["foregroundDeletion"]"#
    );
    maps.free("blocking").await;
    for name in ["blocking", "a"] {
        maps.is_gone(name).await;
    }
    assert!(
        maps.exists("loose").await,
        "who does not block is not waited for"
    );
    maps.free("loose").await;
    maps.is_gone("loose").await;
}

// claims: wire.garbage.owners
pub(super) async fn orphans_lose_their_owner_and_stay(cluster: &Cluster) {
    let maps = ConfigMaps::new(cluster).await;
    let a = maps.create("a", &[], "").await;
    maps.create("b", &[("a", &a, true)], "").await;
    maps.delete("a", "Orphan").await;
    maps.is_gone("a").await;
    let orphan = cluster.ask(&format!("GET {}", maps.of("b")), "").await;
    assert_eq!(orphan.code, 200);
    assert_eq!(orphan.json(&["metadata", "ownerReferences"]), "");
    assert_eq!(orphan.text(&["metadata", "deletionTimestamp"]), "");
}

// claims: wire.garbage.owners
pub(super) async fn owners_that_do_not_exist_are_none(cluster: &Cluster) {
    let maps = ConfigMaps::new(cluster).await;
    let a = maps.create("a", &[], "").await;
    let unknown = r#"{"apiVersion":"example.org/v1","kind":"Unknown","name":"x","uid":"1"}"#;
    maps.create_with("of-unknown", unknown, "").await;
    maps.create("of-nobody", &[("nobody", "no-such-uid", false)], "")
        .await;
    maps.create("of-another", &[("a", "another-uid", false)], "")
        .await;
    for name in ["of-nobody", "of-another"] {
        maps.is_gone(name).await;
    }
    // Nobody can tell whether that owner exists.
    assert!(maps.exists("of-unknown").await);
    let owned = maps.create("owned", &[("a", &a, false)], "").await;
    assert_ne!(owned, "");
    maps.delete("a", "Background").await;
    maps.is_gone("owned").await;
    assert!(maps.exists("of-unknown").await);
}

// claims: wire.garbage.owners
pub(super) async fn an_owner_may_be_the_clusters(cluster: &Cluster) {
    let maps = ConfigMaps::new(cluster).await;
    let roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    let new = r#"{"metadata":{"generateName":"pintle-"},"rules":[]}"#;
    let role = cluster.ask(&format!("POST {roles}"), new).await.done();
    let name = role.text(&["metadata", "name"]);
    let uid = role.text(&["metadata", "uid"]);
    let owner = format!(
        r#"{{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","name":"{name}","uid":"{uid}"}}"#
    );
    maps.create_with("a", &owner, "").await;
    cluster
        .ask(&format!("DELETE {roles}/{name}"), "")
        .await
        .done();
    maps.is_gone("a").await;
}
