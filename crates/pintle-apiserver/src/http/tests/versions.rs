//! Several versions of a resource over the same objects.

use pintle_codec::json;

use super::Server;

const CORE: &str = "/api/v1/namespaces/default/events";
const NEWER: &str = "/apis/events.k8s.io/v1/namespaces/default/events";

const EVENT: &str = r#"{"metadata":{"name":"e1"},"eventTime":"2026-01-01T00:00:00.123456Z","reportingController":"a.b/c","reportingInstance":"i","action":"act","reason":"Because","regarding":{"kind":"Pod","name":"p","namespace":"default"},"note":"n","type":"Normal"}"#;

#[tokio::test]
async fn events_are_the_same_in_both_groups() {
    let server = Server::new();
    let mut watch = server.watch(&format!("{NEWER}?watch=1")).await;
    let created = server.call("POST", NEWER, EVENT).await;
    assert_eq!(created.code, 201, "{created:?}");
    assert_eq!(created.text_at(&["apiVersion"]), "events.k8s.io/v1");
    assert_eq!(created.text_at(&["regarding", "name"]), "p");
    assert_eq!(server.get(&format!("{NEWER}/e1")).await.text, created.text);
    let core = server.get(&format!("{CORE}/e1")).await;
    assert_eq!(core.text_at(&["apiVersion"]), "v1");
    assert_eq!(core.text_at(&["involvedObject", "name"]), "p");
    assert_eq!(core.text_at(&["message"]), "n");
    assert_eq!(core.revision(), created.revision());
    let (lines, _) = watch.poll();
    let event = json::parse(lines[0].as_bytes()).unwrap();
    assert_eq!(event.get("object"), Some(&created.json()));
    let list = server.get(NEWER).await.json();
    let mut item = created.json();
    for field in ["kind", "apiVersion"] {
        item.as_object_mut().unwrap().remove(field);
    }
    assert_eq!(list.get("items").unwrap().as_array().unwrap(), [item]);
    // Changed by one name, seen by the other.
    let body = core.text.replace(r#""message":"n""#, r#""message":"m""#);
    let changed = server.call("PUT", &format!("{CORE}/e1"), &body).await;
    assert_eq!(changed.code, 200, "{changed:?}");
    assert_eq!(
        server.get(&format!("{NEWER}/e1")).await.text_at(&["note"]),
        "m"
    );
    assert_eq!(
        server.call("DELETE", &format!("{NEWER}/e1"), "").await.code,
        200
    );
    assert_eq!(server.get(&format!("{CORE}/e1")).await.code, 404);
}

// The words are those of kube-apiserver 1.36.3.
#[tokio::test]
async fn each_version_has_its_own_names_in_selectors_and_messages() {
    let server = Server::new();
    server.call("POST", NEWER, EVENT).await;
    for (uri, field, found) in [
        (NEWER, "regarding.kind=Pod", true),
        (NEWER, "regarding.kind=Node", false),
        (NEWER, "reportingController=a.b/c", true),
        (CORE, "involvedObject.kind=Pod", true),
    ] {
        let list = server.get(&format!("{uri}?fieldSelector={field}")).await;
        assert_eq!(!list.names().is_empty(), found, "{field}");
    }
    for (uri, field) in [
        (NEWER, "involvedObject.kind"),
        (NEWER, "reportingComponent"),
        (NEWER, "source"),
        (CORE, "regarding.kind"),
        (CORE, "reportingController"),
    ] {
        let refused = server.get(&format!("{uri}?fieldSelector={field}=x")).await;
        assert_eq!(
            refused.message(),
            format!("field label not supported: {field}")
        );
    }
    let missing = server.get(&format!("{NEWER}/nope")).await;
    assert_eq!(missing.message(), "events.events.k8s.io \"nope\" not found");
}

#[tokio::test]
async fn a_patch_is_of_the_version_that_its_client_speaks() {
    let server = Server::new();
    server.call("POST", NEWER, EVENT).await;
    let request = http::Request::builder()
        .method("PATCH")
        .uri(format!("{NEWER}/e1"));
    let request = request.header("Content-Type", "application/merge-patch+json");
    let patched = server
        .send(request.body(r#"{"note":"patched"}"#.into()).unwrap())
        .await;
    assert_eq!(patched.text_at(&["note"]), "patched", "{patched:?}");
    let core = server.get(&format!("{CORE}/e1")).await;
    assert_eq!(core.text_at(&["message"]), "patched");
}

#[tokio::test]
async fn what_is_off_by_default_can_be_turned_on() {
    const OLDER: &str = "/apis/networking.k8s.io/v1beta1/servicecidrs";
    assert_eq!(Server::new().get(OLDER).await.code, 404);
    let server = Server::with_api("networking.k8s.io/v1beta1");
    let body = r#"{"metadata":{"name":"c"},"spec":{"cidrs":["10.0.0.0/24"]}}"#;
    let created = server.call("POST", OLDER, body).await;
    assert_eq!(
        created.text_at(&["apiVersion"]),
        "networking.k8s.io/v1beta1",
        "{created:?}"
    );
    let stable = server
        .get("/apis/networking.k8s.io/v1/servicecidrs/c")
        .await;
    assert_eq!(stable.text, created.text.replace("v1beta1", "v1"));
    let groups = server.get("/apis/networking.k8s.io").await;
    assert!(
        groups.text.contains("networking.k8s.io/v1beta1"),
        "{groups:?}"
    );
}

/// Watches of two versions share an event, and not its frames.
#[tokio::test]
async fn frames_are_of_a_version() {
    let server = Server::with_api("networking.k8s.io/v1beta1");
    let uri = |version| format!("/apis/networking.k8s.io/{version}/servicecidrs");
    let mut watches = Vec::new();
    for version in ["v1", "v1beta1", "v1"] {
        watches.push(server.watch(&format!("{}?watch=1", uri(version))).await);
    }
    let body = r#"{"metadata":{"name":"c"},"spec":{"cidrs":["10.0.0.0/24"]}}"#;
    server.call("POST", &uri("v1"), body).await;
    for (watch, version) in watches.iter_mut().zip(["v1", "v1beta1", "v1"]) {
        let (lines, _) = watch.poll();
        let version = format!(r#""apiVersion":"networking.k8s.io/{version}""#);
        assert!(lines[0].contains(&version), "{lines:?}");
    }
}
