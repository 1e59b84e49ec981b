//! What writing does.

use pintle_api::apps::v1::Deployment;
use pintle_api::core::v1::{Pod, PodPhase, Service, ServicePort};
use pintle_client::Deleted;
use pintle_meta::v1::{CreateOptions, DeleteOptions, ListOptions, UpdateOptions};

use crate::Cluster;
use crate::cluster::{config_map, create, mine, names, pod};

// claims: wire.metadata.identity, wire.encodings.json
pub(super) async fn an_object_lives_from_create_to_delete(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let mut object = config_map("a", "x");
    object.data = [("key", "a \"quoted\" <value> \u{1F600}\n".into())].into();
    object.binary_data = [("bytes", vec![0, 255, 1].into())].into();
    object.metadata.annotations = [("note", "n".into())].into();
    // What only a server sets is not taken from a client.
    object.metadata.uid = "mine".into();
    let created = create(&config_maps, &object).await;
    assert_eq!(created.data, object.data);
    assert_eq!(created.binary_data, object.binary_data);
    assert_eq!(created.metadata.annotations, object.metadata.annotations);
    assert_eq!(created.metadata.uid.len(), 36, "{}", created.metadata.uid);
    assert!(!created.metadata.creation_timestamp.is_zero());
    assert!(!created.metadata.resource_version.is_empty());

    let read = config_maps.get("a").await.unwrap();
    assert_eq!(read, created);
    let mut changed = read.clone();
    changed.data.insert("key", "v2".into());
    changed.metadata.uid = created.metadata.uid.clone();
    let updated = config_maps
        .update(&changed, &UpdateOptions::new())
        .await
        .unwrap();
    assert_eq!(updated.data.get("key").unwrap(), "v2");
    assert_ne!(
        updated.metadata.resource_version,
        created.metadata.resource_version
    );
    assert_eq!(updated.metadata.uid, created.metadata.uid);
    assert_eq!(
        updated.metadata.creation_timestamp,
        created.metadata.creation_timestamp
    );

    let deleted = config_maps
        .delete("a", &DeleteOptions::new())
        .await
        .unwrap();
    let Deleted::Status(status) = deleted else {
        panic!("{deleted:?}")
    };
    let details = status.details.expect("details");
    assert_eq!(
        (details.name.as_str(), details.kind.as_str()),
        ("a", "configmaps")
    );
    assert_eq!(details.uid, created.metadata.uid);
    assert!(config_maps.get("a").await.unwrap_err().is_not_found());
    assert!(
        config_maps
            .delete("a", &DeleteOptions::new())
            .await
            .unwrap_err()
            .is_not_found()
    );
}

// claims: wire.delete.at-once
pub(super) async fn a_pod_is_created_and_deleted(cluster: &Cluster) {
    let pods = cluster
        .client()
        .api::<Pod>()
        .namespace(cluster.namespace().await);
    let created = create(&pods, &pod("web-0")).await;
    assert_eq!(created.status.phase, PodPhase::PENDING);
    assert_eq!(created.spec.containers[0].image, "example.org/none:1");
    assert_eq!(names(&pods, &ListOptions::new()).await, ["web-0"]);
    // A pod that no node has is gone at once, whatever its grace period.
    let deleted = pods.delete("web-0", &DeleteOptions::new()).await.unwrap();
    assert!(matches!(deleted, Deleted::Object(pod) if pod.metadata.name == "web-0"));
    assert!(pods.get("web-0").await.unwrap_err().is_not_found());
}

// claims: wire.metadata.generation
pub(super) async fn a_service_and_a_deployment_are_stored(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let services = cluster.client().api::<Service>().namespace(&namespace);
    let mut service = Service::default();
    service.metadata.name = "web".into();
    service.spec.selector = [("app", "web".into())].into();
    service.spec.ports = [ServicePort {
        port: 80,
        ..ServicePort::default()
    }]
    .into();
    assert_eq!(create(&services, &service).await.spec.ports[0].port, 80);

    let deployments = cluster.client().api::<Deployment>().namespace(&namespace);
    let mut deployment = Deployment::default();
    deployment.metadata.name = "web".into();
    deployment.metadata.generation = 7;
    deployment.spec.replicas = Some(2);
    deployment
        .spec
        .selector
        .get_or_insert_default()
        .match_labels = [("app", "web".into())].into();
    deployment.spec.template.metadata.labels = [("app", "web".into())].into();
    deployment.spec.template.spec = pod("").spec;
    let created = create(&deployments, &deployment).await;
    assert_eq!(created.spec.replicas, Some(2));
    assert_eq!(created.metadata.generation, 1);
    let mut scaled = created;
    scaled.spec.replicas = Some(3);
    let scaled = deployments
        .update(&scaled, &UpdateOptions::new())
        .await
        .unwrap();
    assert_eq!(scaled.metadata.generation, 2);
    let mut labelled = scaled;
    labelled.metadata.labels.insert("tier", "front".into());
    // Metadata is not what a deployment's controller acts on.
    let labelled = deployments
        .update(&labelled, &UpdateOptions::new())
        .await
        .unwrap();
    assert_eq!(labelled.metadata.generation, 2);
}

// claims: wire.metadata.generated-name
pub(super) async fn a_generated_name_is_unique(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let mut object = config_map("", "x");
    object.metadata.generate_name = "made-".into();
    let (one, two) = (
        create(&config_maps, &object).await,
        create(&config_maps, &object).await,
    );
    assert_ne!(one.metadata.name, two.metadata.name);
    assert!(
        one.metadata.name.starts_with("made-") && one.metadata.name.len() == 10,
        "{}",
        one.metadata.name
    );
}

// claims: wire.errors.reasons
pub(super) async fn what_exists_cannot_be_created_again(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    create(&config_maps, &config_map("a", "x")).await;
    let error = config_maps
        .create(&config_map("a", "y"), &CreateOptions::new())
        .await
        .unwrap_err();
    assert!(error.is_already_exists());
    assert_eq!(
        error.as_status().unwrap().message,
        r#"configmaps "a" already exists"#
    );
    let mut object = config_map("b", "x");
    object.metadata.resource_version = "1".into();
    let error = config_maps
        .create(&object, &CreateOptions::new())
        .await
        .unwrap_err();
    assert!(
        error
            .as_status()
            .unwrap()
            .message
            .contains("resourceVersion should not be set"),
        "{error}"
    );
}

// claims: wire.concurrency.stale
pub(super) async fn a_stale_update_conflicts(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let stale = create(&config_maps, &config_map("a", "x")).await;
    let mut fresh = stale.clone();
    fresh.data.insert("k", "1".into());
    config_maps
        .update(&fresh, &UpdateOptions::new())
        .await
        .unwrap();
    let mut late = stale.clone();
    late.data.insert("k", "2".into());
    let error = config_maps
        .update(&late, &UpdateOptions::new())
        .await
        .unwrap_err();
    assert!(error.is_conflict());
    assert_eq!(
        error.as_status().unwrap().message,
        "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; \
         please apply your changes to the latest version and try again",
    );
    assert_eq!(
        config_maps.get("a").await.unwrap().data.get("k").unwrap(),
        "1"
    );
    // Without a version the last writer wins, where the resource allows it.
    late.metadata.resource_version = "".into();
    config_maps
        .update(&late, &UpdateOptions::new())
        .await
        .unwrap();
    assert_eq!(
        config_maps.get("a").await.unwrap().data.get("k").unwrap(),
        "2"
    );
    // Another uid is another object.
    late.metadata.uid = "00000000-0000-0000-0000-000000000000".into();
    assert!(
        config_maps
            .update(&late, &UpdateOptions::new())
            .await
            .unwrap_err()
            .is_conflict()
    );
    let missing = config_maps
        .update(&config_map("missing", "x"), &UpdateOptions::new())
        .await;
    assert!(missing.unwrap_err().is_not_found());
}

pub(super) async fn an_update_that_changes_nothing_keeps_the_version(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let object = create(&config_maps, &config_map("a", "x")).await;
    let same = config_maps
        .update(&object, &UpdateOptions::new())
        .await
        .unwrap();
    assert_eq!(
        same.metadata.resource_version,
        object.metadata.resource_version
    );
}

// claims: wire.checks.dry-run
pub(super) async fn a_dry_run_stores_nothing(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let tried = config_maps
        .create(&config_map("a", "x"), &CreateOptions::new().dry_run())
        .await
        .unwrap();
    assert_eq!(tried.metadata.name, "a");
    assert!(config_maps.get("a").await.unwrap_err().is_not_found());
    create(&config_maps, &config_map("b", "x")).await;
    config_maps
        .delete("b", &DeleteOptions::new().dry_run())
        .await
        .unwrap();
    assert_eq!(names(&config_maps, &mine()).await, ["b"]);
}

// claims: wire.delete.finalizers
pub(super) async fn finalizers_keep_an_object(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let mut object = config_map("a", "x");
    object.metadata.finalizers = ["example.org/wait".into()].into();
    create(&config_maps, &object).await;
    let deleted = config_maps
        .delete("a", &DeleteOptions::new())
        .await
        .unwrap();
    let Deleted::Object(ending) = deleted else {
        panic!("{deleted:?}")
    };
    assert!(ending.metadata.deletion_timestamp.is_some());
    assert_eq!(ending.metadata.deletion_grace_period_seconds, Some(0));
    let mut object = config_maps.get("a").await.unwrap();
    object.metadata.finalizers.clear();
    config_maps
        .update(&object, &UpdateOptions::new())
        .await
        .unwrap();
    assert!(config_maps.get("a").await.unwrap_err().is_not_found());
}

// claims: wire.delete.preconditions
pub(super) async fn preconditions_guard_a_delete(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let object = create(&config_maps, &config_map("a", "x")).await;
    let other = DeleteOptions::new().only_uid("00000000-0000-0000-0000-000000000000");
    let error = config_maps.delete("a", &other).await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
    let error = config_maps
        .delete("a", &DeleteOptions::new().only_resource_version("1"))
        .await
        .unwrap_err();
    assert!(error.is_conflict(), "{error}");
    let right = DeleteOptions::new().only_uid(object.metadata.uid.clone());
    config_maps.delete("a", &right).await.unwrap();
}

pub(super) async fn a_namespace_must_exist(cluster: &Cluster) {
    let nowhere = cluster.client().api().namespace("pintle-nowhere");
    let error = nowhere
        .create(&config_map("a", "x"), &CreateOptions::new())
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(
        error.as_status().unwrap().message,
        r#"namespaces "pintle-nowhere" not found"#
    );
    // Reading from it finds nothing, which is no error.
    assert_eq!(names(&nowhere, &ListOptions::new()).await, [""; 0]);
}

// claims: wire.checks.field-validation, wire.checks.warnings
pub(super) async fn unknown_fields_are_dropped_with_a_warning(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let body =
        r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"nonsense":{"x":1}}"#;
    let post = |validation: &'static str| {
        let request = cluster
            .core()
            .post()
            .namespace(&namespace)
            .resource("configmaps");
        request
            .param("fieldValidation", validation)
            .body_bytes("application/json", body)
            .send()
    };
    let error = post("Strict").await.unwrap_err();
    assert_eq!(error.as_status().unwrap().code, 400);
    assert!(
        error.to_string().contains(r#"unknown field "nonsense""#),
        "{error}"
    );
    let response = post("Warn").await.unwrap();
    assert_eq!(response.warnings(), [r#"unknown field "nonsense""#]);
    assert!(response.into_value().unwrap().get("nonsense").is_none());
}

pub(super) async fn quantities_are_kept_in_canonical_form(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let post = |cpu: &str| {
        let body = format!(
            r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"a"}},"spec":{{"containers":
               [{{"name":"c","image":"example.org/none:1","resources":{{"limits":
               {{"cpu":{cpu},"memory":"1.5Gi","example.org/x":"1000"}}}}}}]}}}}"#
        );
        let request = cluster.core().post().namespace(&namespace);
        let request = request.resource("pods").param("dryRun", "All");
        request.body_bytes("application/json", body).send()
    };
    let created = post("0.5").await.unwrap().into_value().unwrap();
    let container = &created
        .at(&["spec", "containers"])
        .unwrap()
        .as_array()
        .unwrap()[0];
    let limit = |name| {
        container
            .at(&["resources", "limits", name])
            .unwrap()
            .as_str()
    };
    assert_eq!(limit("cpu"), Some("500m"));
    assert_eq!(limit("memory"), Some("1536Mi"));
    assert_eq!(limit("example.org/x"), Some("1k"));
    let error = post("\"1 core\"").await.unwrap_err();
    let message = &error.as_status().unwrap().message;
    assert!(
        message.contains("quantities must match the regular expression"),
        "{message}"
    );
}

// claims: wire.metadata.wiped, wire.metadata.kept
pub(super) async fn what_only_a_server_says_is_taken_from_no_client(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    let body = r#"{"metadata":{"name":"a","selfLink":"/x","deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":5,"uid":"7","creationTimestamp":"2020-01-01T00:00:00Z","finalizers":["example.org/wait"]}}"#;
    let created = cluster.ask(&format!("POST {path}"), body).await.done();
    for field in [
        "selfLink",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    ] {
        assert_eq!(created.json(&["metadata", field]), "", "{field}");
    }
    assert!(
        !created
            .text(&["metadata", "creationTimestamp"])
            .starts_with("2020")
    );
    assert_eq!(cluster.ask(&format!("DELETE {path}/a"), "").await.code, 200);
    let body = r#"{"metadata":{"name":"a","finalizers":["example.org/wait"]},"data":{"k":"v"}}"#;
    let updated = cluster.ask(&format!("PUT {path}/a"), body).await.done();
    assert_eq!(updated.text(&["data", "k"]), "v");
    assert_eq!(
        updated.text(&["metadata", "uid"]),
        created.text(&["metadata", "uid"])
    );
    assert_ne!(updated.text(&["metadata", "deletionTimestamp"]), "");
    assert_eq!(
        updated.json(&["metadata", "deletionGracePeriodSeconds"]),
        "0"
    );
    let more = r#"{"metadata":{"name":"a","finalizers":["example.org/wait","example.org/more"]}}"#;
    let refused = cluster.ask(&format!("PUT {path}/a"), more).await;
    assert_eq!(
        refused.line(),
        r#"422 Invalid: ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.org/more"}"#
    );
    // It exists for as long as it is kept.
    let again = cluster.ask(&format!("POST {path}"), body).await;
    assert_eq!(
        again.line(),
        r#"409 AlreadyExists: object is being deleted: configmaps "a" already exists"#
    );
    let none = r#"{"metadata":{"finalizers":null}}"#;
    cluster
        .ask(&format!("PATCH:merge {path}/a"), none)
        .await
        .done();
    assert_eq!(cluster.ask(&format!("GET {path}/a"), "").await.code, 404);
}

pub(super) async fn metadata_has_its_limits(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let post = format!("POST /api/v1/namespaces/{namespace}/configmaps?dryRun=All");
    let create = async |metadata: &str| {
        let body = format!(r#"{{"metadata":{{{metadata}}}}}"#);
        cluster.ask(&post, &body).await
    };
    let annotation = |length: usize| {
        format!(
            r#""name":"a","annotations":{{"k":"{}"}}"#,
            "x".repeat(length)
        )
    };
    const MOST: usize = 256 << 10;
    assert_eq!(create(&annotation(MOST - 1)).await.code, 201);
    assert_eq!(
        create(&annotation(MOST)).await.line(),
        r#"422 Invalid: ConfigMap "a" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes"#
    );
    let name = |length: usize| format!(r#""name":"{}""#, "a".repeat(length));
    assert_eq!(create(&name(253)).await.code, 201);
    let long = create(&name(254)).await;
    assert_eq!(long.code, 422);
    assert!(
        long.line()
            .ends_with(": must be no more than 253 characters"),
        "{}",
        long.line()
    );
    let base = |length: usize| format!(r#""generateName":"{}""#, "a".repeat(length));
    let made = create(&base(100)).await.done();
    assert_eq!(made.text(&["metadata", "name"]).len(), 63);
    let label = |key: &str, length: usize| {
        format!(
            r#""name":"a","labels":{{"{key}":"{}"}}"#,
            "x".repeat(length)
        )
    };
    assert_eq!(create(&label("k", 63)).await.code, 201);
    let long = create(&label("k", 64)).await;
    assert_eq!(long.code, 422);
    assert!(
        long.line().contains("metadata.labels: Invalid value: "),
        "{}",
        long.line()
    );
    assert!(
        long.line().ends_with("must be no more than 63 bytes"),
        "{}",
        long.line()
    );
    let key = create(&label(&"k".repeat(64), 1)).await;
    assert_eq!(key.code, 422, "{key:?}");
    let empty = create("").await;
    assert_eq!(
        empty.line(),
        r#"422 Invalid: ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required"#
    );
}
