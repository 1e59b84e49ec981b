//! Discovery, version and health.

use super::*;

#[tokio::test]
async fn groups_and_resources_are_discovered_in_the_older_form() {
    let server = Server::new();
    assert_eq!(
        server.get("/api").await.text,
        r#"{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[]}"#
    );
    let apps = r#""name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}],"preferredVersion":{"groupVersion":"apps/v1","version":"v1"}}"#;
    let groups = server.get("/apis").await.text;
    assert!(groups.starts_with(r#"{"kind":"APIGroupList","apiVersion":"v1","groups":[{"#));
    assert!(groups.contains(&format!("{{{apps},")), "{groups}");
    assert_eq!(
        server.get("/apis/apps").await.text,
        format!(r#"{{"kind":"APIGroup","apiVersion":"v1",{apps}"#)
    );
    let resources = server.get("/apis/apps/v1").await.text;
    assert!(resources.starts_with(
        r#"{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"apps/v1","resources":[{"#
    ));
    assert!(
        resources.contains(r#"{"name":"deployments","singularName":"deployment","namespaced":true,"kind":"Deployment","verbs":["create","delete","deletecollection","get","list","patch","update","watch"],"shortNames":["deploy"],"categories":["all"]},{"name":"deployments/status","singularName":"","namespaced":true,"kind":"Deployment","verbs":["get","patch","update"]}"#),
        "{resources}"
    );
    let core = server.get("/api/v1").await;
    assert!(core.text.starts_with(
        r#"{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"configmaps","singularName":"configmap","namespaced":true,"kind":"ConfigMap","#
    ));
}

#[tokio::test]
async fn the_newer_form_is_chosen_by_its_version() {
    let server = Server::new();
    let v2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    let v2beta1 = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
    let all = format!("{v2};profile=nopeer,{v2},{v2beta1},application/json");
    let found = server.get_as("/apis", &all).await;
    assert_eq!(found.headers["content-type"], v2);
    assert!(found.text.starts_with(
        r#"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[{"#
    ));
    let apps = r#"{"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[{"resource":"controllerrevisions","#;
    assert!(found.text.contains(apps), "{}", found.text);
    assert!(
        found.text.contains(r#"{"resource":"deployments","responseKind":{"group":"","version":"","kind":"Deployment"},"scope":"Namespaced","singularResource":"deployment","verbs":["create","delete","deletecollection","get","list","patch","update","watch"],"shortNames":["deploy"],"categories":["all"],"subresources":[{"subresource":"status","responseKind":{"group":"","version":"","kind":"Deployment"},"verbs":["get","patch","update"]}]}"#),
        "{}",
        found.text
    );
    let found = server
        .get_as("/api", &format!("{v2beta1},application/json"))
        .await;
    assert_eq!(found.headers["content-type"], v2beta1);
    assert!(found.text.starts_with(
        r#"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2beta1","metadata":{},"items":[{"metadata":{},"versions":[{"version":"v1","resources":[{"resource":"configmaps","#
    ));
}

#[tokio::test]
async fn version_and_health_are_told() {
    let server = Server::new();
    let version = server.get("/version").await;
    assert_eq!(version.text_at(&["major"]), "1");
    assert_eq!(version.text_at(&["minor"]), "36");
    assert!(version.text_at(&["gitVersion"]).starts_with("v1.36."));
    for uri in ["/healthz", "/livez", "/readyz", "/readyz/ping"] {
        let answered = server.get(uri).await;
        assert_eq!((answered.code, &*answered.text), (200, "ok"), "{uri}");
    }
    let head = server.call("HEAD", "/version", "").await;
    assert_eq!((head.code, &*head.text), (200, ""));
    assert_eq!(
        head.headers["content-length"],
        version.text.len().to_string()
    );
}
