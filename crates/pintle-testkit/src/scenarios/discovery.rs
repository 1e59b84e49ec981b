//! What a server says of itself.

use pintle_codec::Value;
use pintle_meta::v1::{APIGroupList, APIResource, APIResourceList, APIVersions};

use crate::Cluster;

// claims: wire.version.fields
pub(super) async fn the_version_is_kubernetes_own(cluster: &Cluster) {
    let version = cluster
        .core()
        .get()
        .abs_path("/version")
        .send()
        .await
        .unwrap()
        .into_value()
        .unwrap();
    for field in [
        "major",
        "minor",
        "gitVersion",
        "gitCommit",
        "gitTreeState",
        "buildDate",
        "goVersion",
        "compiler",
        "platform",
    ] {
        assert!(
            version.get(field).and_then(Value::as_str).is_some(),
            "{field} in {version:?}"
        );
    }
    let number = |field| {
        version
            .get(field)
            .and_then(Value::as_str)
            .and_then(|text| text.parse::<u32>().ok())
    };
    assert_eq!(number("major"), Some(1));
    assert!(number("minor") >= Some(30), "{version:?}");
}

pub(super) async fn a_ready_server_says_so(cluster: &Cluster) {
    for path in ["/healthz", "/livez", "/readyz"] {
        let response = cluster
            .core()
            .get()
            .abs_path(path)
            .header("accept", "*/*")
            .send()
            .await
            .unwrap();
        assert_eq!(&response.raw()[..], b"ok", "{path}");
    }
}

// claims: wire.discovery.legacy
pub(super) async fn resources_are_discovered_group_by_group(cluster: &Cluster) {
    let get = |path: &'static str| async move {
        cluster.core().get().abs_path(path).send().await.unwrap()
    };
    let versions: APIVersions = get("/api").await.into_object().unwrap();
    assert_eq!(versions.versions[..], ["v1"]);
    let groups: APIGroupList = get("/apis").await.into_object().unwrap();
    let apps = groups
        .groups
        .iter()
        .find(|group| group.name == "apps")
        .expect("the group apps");
    assert_eq!(apps.preferred_version.group_version, "apps/v1");

    let core: APIResourceList = get("/api/v1").await.into_object().unwrap();
    assert_eq!(core.group_version, "v1");
    let find = |name: &str| {
        core.resources
            .iter()
            .find(|resource| resource.name == name)
            .cloned()
    };
    let pods: APIResource = find("pods").expect("pods");
    assert!(pods.namespaced);
    assert_eq!(
        (pods.kind.as_str(), pods.singular_name.as_str()),
        ("Pod", "pod")
    );
    assert_eq!(pods.short_names[..], ["po"]);
    assert_eq!(pods.categories[..], ["all"]);
    for verb in ["create", "delete", "get", "list", "update", "watch"] {
        assert!(pods.verbs.iter().any(|known| known == verb), "{verb}");
    }
    assert!(!find("namespaces").expect("namespaces").namespaced);
    let apps: APIResourceList = get("/apis/apps/v1").await.into_object().unwrap();
    let deployments = apps
        .resources
        .iter()
        .find(|resource| resource.name == "deployments");
    assert_eq!(
        deployments.expect("deployments").short_names[..],
        ["deploy"]
    );
}

// claims: wire.discovery.aggregated
pub(super) async fn resources_are_discovered_all_at_once(cluster: &Cluster) {
    const AGGREGATED: &str =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    for (path, group, version, resource, kind) in [
        ("/api", "", "v1", "pods", "Pod"),
        ("/apis", "apps", "v1", "deployments", "Deployment"),
    ] {
        let request = cluster
            .core()
            .get()
            .abs_path(path)
            .header("accept", AGGREGATED);
        let response = request.send().await.unwrap();
        assert!(
            response.content_type().contains("as=APIGroupDiscoveryList"),
            "{}",
            response.content_type()
        );
        let list = response.into_value().unwrap();
        assert_eq!(
            list.get("kind").and_then(Value::as_str),
            Some("APIGroupDiscoveryList")
        );
        let named = |list: Option<&Value>, field: &str, name: &str| {
            let found = list?
                .as_array()?
                .iter()
                .find(|item| item.get(field).and_then(Value::as_str) == Some(name));
            found.cloned()
        };
        let groups = list.get("items").and_then(Value::as_array).unwrap();
        let found = groups.iter().find(|item| {
            item.at(&["metadata", "name"])
                .and_then(Value::as_str)
                .unwrap_or_default()
                == group
        });
        let version = named(
            found.expect("the group").get("versions"),
            "version",
            version,
        )
        .expect("the version");
        let resource = named(version.get("resources"), "resource", resource).expect("the resource");
        assert_eq!(
            resource
                .at(&["responseKind", "kind"])
                .and_then(Value::as_str),
            Some(kind)
        );
        assert_eq!(
            resource.get("scope").and_then(Value::as_str),
            Some("Namespaced")
        );
    }
}

// claims: wire.discovery.no-peers
pub(super) async fn peers_can_be_left_out(cluster: &Cluster) {
    const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    let get = |accept: String| async move {
        let request = cluster.core().get().abs_path("/apis");
        let response = request.header("accept", &accept).send().await.unwrap();
        assert_eq!(response.content_type(), AGGREGATED);
        response.raw().to_vec()
    };
    let all = get(AGGREGATED.to_owned()).await;
    assert_eq!(get(format!("{AGGREGATED};profile=nopeer")).await, all);
}

pub(super) async fn health_is_told_check_by_check(cluster: &Cluster) {
    let get = |path: &'static str| async move {
        let request = cluster.core().get().abs_path(path).header("accept", "*/*");
        let request = request.param("verbose", "").param("exclude", "log");
        let response = request.send().await.unwrap();
        String::from_utf8(response.raw().to_vec()).unwrap()
    };
    let told = get("/readyz").await;
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[..2], ["[+]ping ok", "[+]log excluded: ok"]);
    assert_eq!(lines[lines.len() - 1], "readyz check passed");
    assert!(lines.contains(&"[+]etcd ok"));
    assert_eq!(get("/livez/ping").await, "ok");
}
