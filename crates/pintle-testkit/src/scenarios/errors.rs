//! How a server refuses: the words are those of kube-apiserver.

use pintle_client::{Client, Error};
use pintle_meta::v1::{CreateOptions, ListOptions, UpdateOptions};

use crate::Cluster;
use crate::cluster::{config_map, create};

fn status(error: &Error) -> (i32, &str, &str) {
    let status = error.as_status().expect("a Status");
    assert_eq!(status.status, "Failure");
    (status.code, &status.reason, &status.message)
}

// claims: wire.errors.reasons
pub(super) async fn what_does_not_exist_is_not_found(cluster: &Cluster) {
    let error = cluster
        .config_maps()
        .await
        .get("nothing")
        .await
        .unwrap_err();
    assert_eq!(
        status(&error),
        (404, "NotFound", r#"configmaps "nothing" not found"#)
    );
    let details = error
        .as_status()
        .unwrap()
        .details
        .as_ref()
        .expect("details");
    assert_eq!(
        (details.name.as_str(), details.kind.as_str()),
        ("nothing", "configmaps")
    );
}

// claims: wire.errors.reasons
pub(super) async fn a_path_that_is_no_resource_is_not_found(cluster: &Cluster) {
    for path in ["/api/v1/nonsense", "/apis/nonsense/v1/pods", "/nonsense"] {
        let error = cluster
            .core()
            .get()
            .abs_path(path)
            .send()
            .await
            .unwrap_err();
        assert!(error.is_not_found(), "{path}: {error}");
    }
}

// claims: wire.errors.reasons
pub(super) async fn a_body_that_is_no_object_is_a_bad_request(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let post = |body: &str| {
        let request = cluster
            .core()
            .post()
            .namespace(&namespace)
            .resource("configmaps");
        request.body_bytes("application/json", body).send()
    };
    for body in [
        "{",
        r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":"#,
        r#"{"kind":"Nonsense","apiVersion":"v1"}"#,
        r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"k":1}}"#,
        r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}"#,
        r#"{"kind":"ConfigMap","apiVersion":"v2","metadata":{"name":"a"}}"#,
    ] {
        let error = post(body).await.unwrap_err();
        assert_eq!(status(&error).0, 400, "{body}: {error}");
        assert_eq!(status(&error).1, "BadRequest", "{body}: {error}");
    }
}

// claims: wire.errors.reasons
pub(super) async fn a_body_of_an_unknown_type_is_refused(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let request = cluster
        .core()
        .post()
        .namespace(&namespace)
        .resource("configmaps");
    let error = request
        .body_bytes("text/csv", "a,b")
        .send()
        .await
        .unwrap_err();
    assert_eq!(status(&error).0, 415);
    assert_eq!(status(&error).1, "UnsupportedMediaType");
    let error = cluster
        .core()
        .get()
        .resource("pods")
        .header("accept", "text/csv")
        .send()
        .await
        .unwrap_err();
    assert_eq!(status(&error).0, 406);
    assert_eq!(status(&error).1, "NotAcceptable");
}

// claims: wire.errors.causes
pub(super) async fn a_name_that_is_none_is_invalid(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    for name in ["Upper", "under_score", "-dash", &"a".repeat(254)] {
        let error = config_maps
            .create(&config_map(name, "x"), &CreateOptions::new())
            .await
            .unwrap_err();
        assert!(error.is_invalid(), "{name}: {error}");
        assert!(
            status(&error).2.contains("metadata.name: Invalid value"),
            "{error}"
        );
    }
    let error = config_maps
        .create(&config_map("", "x"), &CreateOptions::new())
        .await
        .unwrap_err();
    assert!(
        status(&error)
            .2
            .contains("name or generateName is required"),
        "{error}"
    );
    let error = config_maps
        .create(&config_map("a", "not a label"), &CreateOptions::new())
        .await
        .unwrap_err();
    assert!(
        status(&error).2.contains("metadata.labels: Invalid value"),
        "{error}"
    );
}

pub(super) async fn names_in_path_and_body_must_agree(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let mut object = create(&config_maps, &config_map("a", "x")).await;
    let namespace = object.metadata.namespace.to_string();
    object.metadata.name = "b".into();
    let put = cluster
        .core()
        .put()
        .namespace(&namespace)
        .resource("configmaps")
        .name("a");
    let error = put.body(&object).send().await.unwrap_err();
    assert_eq!(
        status(&error),
        (
            400,
            "BadRequest",
            "the name of the object (b) does not match the name on the URL (a)"
        ),
    );
    object.metadata.name = "a".into();
    object.metadata.namespace = "other".into();
    let error = config_maps
        .update(&object, &UpdateOptions::new())
        .await
        .unwrap_err();
    assert_eq!(
        status(&error),
        (
            400,
            "BadRequest",
            "the namespace of the provided object does not match the namespace sent on the request"
        ),
    );
}

// claims: wire.fields.unknown
pub(super) async fn a_selector_that_cannot_be_read_is_a_bad_request(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let error = config_maps
        .list(&ListOptions::new().labels("a=("))
        .await
        .unwrap_err();
    assert_eq!(status(&error).0, 400, "{error}");
    let error = config_maps
        .list(&ListOptions::new().fields("data.x=1"))
        .await
        .unwrap_err();
    assert_eq!(status(&error).0, 400, "{error}");
    assert!(status(&error).2.contains("data.x"), "{error}");
    let error = config_maps
        .list(&ListOptions::new().resource_version("x"))
        .await
        .unwrap_err();
    assert_eq!(status(&error).0, 400, "{error}");
    assert!(
        status(&error).2.starts_with("invalid resource version"),
        "{error}"
    );
    let error = config_maps
        .list(&ListOptions::new().continue_from("nonsense"))
        .await
        .unwrap_err();
    assert_eq!(status(&error).0, 400, "{error}");
}

// claims: wire.auth.unauthorized
pub(super) async fn who_shows_no_credentials_is_unauthorized(cluster: &Cluster) {
    let mut config = cluster.config().clone();
    config.tls.identity = None;
    config.auth = pintle_config::Auth::Anonymous;
    let client = Client::new(&config).unwrap();
    let request = client
        .rest(&pintle_meta::GroupVersion::core("v1"))
        .get()
        .resource("pods");
    let error = request.send().await.unwrap_err();
    assert_eq!(status(&error), (401, "Unauthorized", "Unauthorized"));
}

// claims: wire.checks.body-limit, wire.errors.reasons
pub(super) async fn a_body_that_is_too_large_is_refused(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    let padded = |object: &str, size: usize| {
        let spaces = size - object.len();
        format!("{object}{}", " ".repeat(spaces))
    };
    const MOST: usize = 3 << 20;
    let object = r#"{"metadata":{"name":"a"}}"#;
    let create = format!("POST {path}");
    let fits = cluster.ask(&create, &padded(object, MOST)).await;
    assert_eq!(fits.line(), "201");
    for request in [
        create,
        format!("PUT {path}/a"),
        format!("PATCH:merge {path}/a"),
        format!("DELETE {path}/a"),
    ] {
        let refused = cluster.ask(&request, &padded(object, MOST + 1)).await;
        assert_eq!(
            refused.line(),
            "413 RequestEntityTooLarge: Request entity too large: limit is 3145728",
            "{request}"
        );
    }
    assert_eq!(
        cluster.ask(&format!("GET {path}/a"), "").await.line(),
        "200"
    );
}
