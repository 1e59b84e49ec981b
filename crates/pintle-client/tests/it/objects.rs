//! Changing objects.

use std::sync::atomic::{AtomicUsize, Ordering};

use pintle_api::apps::v1::Deployment;
use pintle_api::autoscaling::v1::Scale;
use pintle_api::core::v1::ConfigMap;
use pintle_client::{Api, Client, ContentConfig, ErrorKind, JsonPatch, Patch};
use pintle_codec::Prune;
use pintle_meta::v1::{CreateOptions, DeleteOptions, ListOptions, PatchOptions, UpdateOptions};

use crate::{answering, json, lines, refusal};

const SETTINGS: &str = r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"settings","resourceVersion":"5","managedFields":[{"manager":"m","operation":"Update"}]},"data":{"a":"1"}}"#;

fn config_maps(client: Client) -> Api<ConfigMap> {
    let client = client.content(ContentConfig::json());
    client.api::<ConfigMap>().namespace("n")
}

#[tokio::test]
async fn patches_say_what_they_are() {
    let (client, seen) = answering(|_| json(200, SETTINGS));
    let config_maps = config_maps(client);
    let operations = JsonPatch::new().test("/data/a", "1").remove("/data/a");
    let options = PatchOptions::new().field_manager("me").dry_run();
    for patch in [
        Patch::merge(r#"{"data":{"a":null}}"#),
        Patch::strategic("{}"),
        Patch::json(operations),
    ] {
        config_maps
            .patch("settings", &patch, &options)
            .await
            .unwrap();
    }
    let status = Patch::merge("{}");
    config_maps
        .patch_status("settings", &status, &PatchOptions::new())
        .await
        .unwrap();
    let lines = lines(&seen);
    assert_eq!(
        lines[0],
        "PATCH /api/v1/namespaces/n/configmaps/settings?dryRun=All&fieldManager=me"
    );
    assert_eq!(
        lines[3],
        "PATCH /api/v1/namespaces/n/configmaps/settings/status"
    );
    let seen = seen.lock().unwrap();
    let types: Vec<&str> = seen.iter().map(|request| &*request.content_type).collect();
    assert_eq!(
        types,
        [
            "application/merge-patch+json",
            "application/strategic-merge-patch+json",
            "application/json-patch+json",
            "application/merge-patch+json",
        ]
    );
    assert_eq!(
        seen[2].body,
        r#"[{"op":"test","path":"/data/a","value":"1"},{"op":"remove","path":"/data/a"}]"#
    );
}

#[tokio::test]
async fn an_edit_sends_the_difference_for_the_version_that_was_read() {
    let (client, seen) = answering(|_| json(200, SETTINGS));
    let config_maps = config_maps(client).prune(Prune::managed_fields());
    config_maps
        .edit("settings", &PatchOptions::new(), |settings| {
            settings.data.insert("b", "2".into());
            settings.data.remove("a");
        })
        .await
        .unwrap();
    let options = PatchOptions::new();
    let unchanged = config_maps.edit("settings", &options, |_| {}).await;
    assert_eq!(unchanged.unwrap().metadata.name, "settings");
    let seen = seen.lock().unwrap();
    // What was left out when the object was read is not in it, and so stays.
    assert_eq!(
        seen[1].body,
        r#"{"data":{"b":"2","a":null},"metadata":{"resourceVersion":"5"}}"#
    );
    assert_eq!(seen.len(), 3, "nothing is sent when nothing changes");
}

#[tokio::test(start_paused = true)]
async fn an_edit_begins_anew_when_somebody_else_was_faster() {
    static PATCHES: AtomicUsize = AtomicUsize::new(0);
    let (client, seen) = answering(|request| {
        let is_patch = request.line.starts_with("PATCH");
        if is_patch && PATCHES.fetch_add(1, Ordering::Relaxed) < 2 {
            return refusal(409, "Conflict");
        }
        json(200, SETTINGS)
    });
    let attempts = AtomicUsize::new(0);
    let (config_maps, options) = (config_maps(client), PatchOptions::new());
    let edit = config_maps.edit("settings", &options, |settings| {
        let attempt = attempts.fetch_add(1, Ordering::Relaxed);
        settings.data.insert("a", attempt.to_string().into());
        settings.data.insert("new", "x".into());
    });
    sendable(edit).await.unwrap();
    let attempts = attempts.into_inner();
    assert_eq!((attempts, lines(&seen).len()), (3, 6));
}

#[tokio::test]
async fn an_edit_of_what_is_known_reads_only_what_is_out_of_date() {
    static PATCHES: AtomicUsize = AtomicUsize::new(0);
    let (client, seen) = answering(|request| {
        let is_patch = request.line.starts_with("PATCH");
        if is_patch && PATCHES.fetch_add(1, Ordering::Relaxed) == 0 {
            return refusal(409, "Conflict");
        }
        json(200, SETTINGS)
    });
    let (config_maps, options) = (config_maps(client), PatchOptions::new());
    let mut known = ConfigMap::default();
    known.metadata.name = "settings".into();
    known.metadata.resource_version = "4".into();
    let same = config_maps.edit_from(&known, &options, |_| {}).await;
    assert_eq!(same.unwrap().metadata.resource_version, "4");
    assert!(lines(&seen).is_empty(), "nothing is asked");

    let change = |settings: &mut ConfigMap| drop(settings.data.insert("b", "2".into()));
    config_maps
        .edit_from(&known, &options, change)
        .await
        .unwrap();
    let verbs: Vec<String> = lines(&seen)
        .iter()
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(verbs, ["PATCH", "GET", "PATCH"]);
    let bodies: Vec<String> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|it| it.body.clone())
        .collect();
    let patch =
        |version| format!(r#"{{"data":{{"b":"2"}},"metadata":{{"resourceVersion":"{version}"}}}}"#);
    assert_eq!((&bodies[0], &bodies[2]), (&patch(4), &patch(5)));
    config_maps
        .edit_status_from(&known, &options, change)
        .await
        .unwrap();
    assert!(lines(&seen)[3].ends_with("/settings/status"));
}

#[tokio::test]
async fn what_is_not_there_is_created_and_what_is_there_edited() {
    let (client, seen) = answering(|request| match &request.line {
        line if line.contains("/settings") && !line.starts_with("POST") => json(200, SETTINGS),
        line if line.starts_with("POST") => json(201, SETTINGS),
        _ => refusal(404, "NotFound"),
    });
    let (config_maps, options) = (
        config_maps(client),
        PatchOptions::new().field_manager("tuner"),
    );
    let named = |name: &str| {
        let mut map = ConfigMap::default();
        map.metadata.name = name.into();
        map
    };
    let change = |map: &mut ConfigMap| drop(map.data.insert("b", "2".into()));
    // Read, and patched.
    let there = named("settings");
    let made = config_maps.create_or_edit(there, None, &options, change);
    sendable(made).await.unwrap();
    // Known, but gone: read in vain, and created.
    let known = named("lost");
    let made = config_maps.create_or_edit(named("lost"), Some(&known), &options, change);
    made.await.unwrap();
    // Known, and as it should be: nothing is asked.
    let mut known = named("fine");
    change(&mut known);
    let made = config_maps.create_or_edit(named("fine"), Some(&known), &options, change);
    made.await.unwrap();
    let of = |name| format!("/api/v1/namespaces/n/configmaps{name}");
    let by = "?fieldManager=tuner";
    assert_eq!(
        lines(&seen),
        [
            format!("GET {}", of("/settings")),
            format!("PATCH {}{by}", of("/settings")),
            format!("PATCH {}{by}", of("/lost")),
            format!("GET {}", of("/lost")),
            format!("POST {}{by}", of("")),
        ]
    );
    let created = &seen.lock().unwrap()[4];
    assert!(
        created.body.contains(r#""data":{"b":"2"}"#),
        "{}",
        created.body
    );
}

#[tokio::test]
async fn what_was_read_in_part_is_not_written_back_whole() {
    let (client, seen) = answering(|_| json(200, SETTINGS));
    let config_maps = config_maps(client).prune(Prune::managed_fields());
    let settings = config_maps.get("settings").await.unwrap();
    let refused = config_maps.update(&settings, &UpdateOptions::new()).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Misuse);
    assert_eq!(lines(&seen).len(), 1);
}

#[tokio::test]
async fn several_who_create_an_object_get_the_same_one() {
    static GETS: AtomicUsize = AtomicUsize::new(0);
    let (client, seen) = answering(|request| {
        if request.line.starts_with("POST") {
            return refusal(409, "AlreadyExists");
        }
        match GETS.fetch_add(1, Ordering::Relaxed) {
            0 => refusal(404, "NotFound"),
            _ => json(200, SETTINGS),
        }
    });
    let mut wanted = ConfigMap::default();
    let config_maps = config_maps(client);
    let nameless = config_maps
        .get_or_create(&wanted, &CreateOptions::new())
        .await;
    assert_eq!(nameless.unwrap_err().kind(), ErrorKind::Misuse);
    wanted.metadata.name = "settings".into();
    let found = config_maps
        .get_or_create(&wanted, &CreateOptions::new())
        .await;
    assert_eq!(found.unwrap().metadata.resource_version, "5");
    assert_eq!(lines(&seen).len(), 3);
}

#[tokio::test]
async fn subresources_speak_of_types_of_their_own() {
    let (client, seen) = answering(|_| {
        json(
            200,
            r#"{"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"web"},"spec":{"replicas":2},"status":{"replicas":1}}"#,
        )
    });
    let deployments = client.api::<Deployment>().namespace("n");
    let mut scale: Scale = deployments.get_subresource("web", "scale").await.unwrap();
    assert_eq!(scale.spec.replicas, 2);
    scale.spec.replicas = 3;
    deployments
        .update_subresource("web", "scale", &scale, &UpdateOptions::new())
        .await
        .unwrap();
    let patch = Patch::merge(r#"{"spec":{"replicas":4}}"#);
    let patched: Scale = deployments
        .patch_subresource("web", "scale", &patch, &PatchOptions::new())
        .await
        .unwrap();
    assert_eq!(patched.status.replicas, 1);
    let path = "/apis/apps/v1/namespaces/n/deployments/web/scale";
    assert_eq!(
        lines(&seen),
        ["GET", "PUT", "PATCH"].map(|verb| format!("{verb} {path}"))
    );
}

#[tokio::test]
async fn a_collection_is_deleted_as_it_is_selected() {
    let (client, seen) = answering(|_| {
        json(
            200,
            r#"{"kind":"Status","apiVersion":"v1","status":"Success"}"#,
        )
    });
    config_maps(client)
        .delete_collection(
            &DeleteOptions::new().grace_period_seconds(0),
            &ListOptions::new().labels("a=b"),
        )
        .await
        .unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(
        seen[0].line,
        "DELETE /api/v1/namespaces/n/configmaps?labelSelector=a%3Db"
    );
    assert_eq!(
        seen[0].body,
        r#"{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}"#
    );
}

// claims: apply.options, clients.dynamic.apply
#[tokio::test]
async fn to_apply_needs_a_manager_a_name_and_the_right_kind() {
    let (client, seen) = answering(|_| json(200, SETTINGS));
    let config_maps = config_maps(client);
    let mut settings = ConfigMap::default();
    let manager = PatchOptions::new().field_manager("me").force();
    let misuse = [
        config_maps.apply(&settings, &PatchOptions::new()).await,
        config_maps.apply(&settings, &manager).await,
        config_maps.apply(&Deployment::default(), &manager).await,
    ];
    for refused in misuse {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Misuse);
    }
    settings.metadata.name = "settings".into();
    config_maps.apply(&settings, &manager).await.unwrap();
    config_maps.apply_status(&settings, &manager).await.unwrap();
    let path = "PATCH /api/v1/namespaces/n/configmaps/settings";
    let query = "?force=true&fieldManager=me";
    assert_eq!(
        lines(&seen),
        [format!("{path}{query}"), format!("{path}/status{query}")]
    );
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].content_type, "application/apply-patch+yaml");
    assert!(
        seen[0]
            .body
            .starts_with(r#"{"kind":"ConfigMap","apiVersion":"v1""#)
    );
}

/// A future that a task of a runtime with many threads may await.
fn sendable<F: Future + Send>(future: F) -> F {
    future
}
