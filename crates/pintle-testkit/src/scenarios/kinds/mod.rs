//! What kinds differ in, tried on each of them.

mod completion;
mod fields;
mod fixtures;
mod presence;
mod services;
mod trials;

use pintle_codec::Value;

use crate::Cluster;
use crate::ask::Answer;
pub(super) use completion::*;
pub(super) use fields::some_fields_can_be_selected_by;
use fixtures::{CSR, FIXTURES, Fixture};
pub(super) use presence::{enumerated_values_are_checked, required_fields_are_asked_for};
pub(super) use services::services_are_given_addresses_and_ports;

// claims: wire.concurrency.unconditional
pub(super) async fn kinds_behave_each_in_its_own_way(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let mut found = Vec::new();
    for fixture in FIXTURES {
        found.push(behaviour(cluster, fixture, &namespace).await);
    }
    assert_eq!(found, BEHAVIOUR);
}

/// What a kind does, in a line.
async fn behaviour(cluster: &Cluster, fixture: &Fixture, namespace: &str) -> String {
    let Fixture {
        group_version,
        resource,
        ..
    } = fixture;
    let collection = match fixture.namespaced {
        true => format!("/{group_version}/namespaces/{namespace}/{resource}"),
        false => format!("/{group_version}/{resource}"),
    };
    let name = match *resource {
        "namespaces" => format!("{namespace}-other"),
        _ => namespace.to_owned(),
    };
    let body = |name: &str, status: &str| {
        let body = fixture
            .body
            .replace("NAMESPACE", namespace)
            .replace("CSR", CSR);
        let status = match status {
            "" => String::new(),
            status => format!(r#","status":{status}"#),
        };
        format!(r#"{{"metadata":{{"name":"{name}"}},{body}{status}}}"#)
    };
    let mut line = format!("{resource}:");
    let mut say = |what: &str, said: &str| {
        line.push_str(&format!(" {what}={said}"));
    };

    // Names.
    let mut names = Vec::new();
    for odd in ["0a", "a.b", "A:b", "a_b"] {
        let answer = cluster
            .ask(&format!("POST {collection}?dryRun=All"), &body(odd, ""))
            .await;
        names.push(if answer.code == 201 { "+" } else { "-" });
        if !matches!(answer.code, 201 | 422) {
            return format!("{resource}: {}", answer.line());
        }
    }
    say("names", &names.concat());

    // Creation.
    let object = format!("{collection}/{name}");
    let missing = cluster
        .ask(&format!("PUT {object}?dryRun=All"), &body(&name, ""))
        .await;
    say("missing", &missing.code.to_string());
    let created = cluster
        .ask(&format!("POST {collection}"), &body(&name, fixture.status))
        .await;
    if created.code != 201 {
        return format!("{resource}: {}", created.line());
    }
    say("generation", &generation(&created));
    if !fixture.status.is_empty() {
        say("status-kept", keeps_status(&created, fixture));
    }

    // Updates.
    let mut unconditional = created.value.clone();
    set(
        &mut unconditional,
        &["metadata", "resourceVersion"],
        Value::Null,
    );
    let answer = cluster
        .ask(&format!("PUT {object}"), &json(&unconditional))
        .await;
    say("unconditional", &answer.code.to_string());
    let label = r#"{"metadata":{"labels":{"l":"1"}}}"#;
    say(
        "label",
        &generation(&cluster.ask(&format!("PATCH:merge {object}"), label).await),
    );
    let annotation = r#"{"metadata":{"annotations":{"l":"1"}}}"#;
    say(
        "annotation",
        &generation(
            &cluster
                .ask(&format!("PATCH:merge {object}"), annotation)
                .await,
        ),
    );
    if !fixture.change.is_empty() {
        let changed = cluster
            .ask(&format!("PATCH:merge {object}"), fixture.change)
            .await;
        say("change", &generation(&changed));
    }
    if !fixture.status.is_empty() {
        let patch = format!(r#"{{"status":{}}}"#, fixture.status);
        let changed = cluster.ask(&format!("PATCH:merge {object}"), &patch).await;
        say("status-by-update", keeps_status(&changed, fixture));
        let mut patch = format!(
            r#"{{"metadata":{{"labels":{{"s":"1"}},"annotations":{{"s":"1"}},"finalizers":["a.b/c"]}},"status":{}"#,
            fixture.status
        );
        if let Some(change) = fixture.change.strip_prefix('{') {
            patch.push(',');
            patch.push_str(change);
        } else {
            patch.push('}');
        }
        let before = cluster.ask(&format!("GET {object}"), "").await;
        let reset = cluster
            .ask(&format!("PATCH:merge {object}/status"), &patch)
            .await;
        if reset.code != 200 {
            say("by-status", &reset.line());
        } else {
            let mut touched: Vec<&str> = Vec::new();
            let metadata = ["labels", "annotations", "finalizers"];
            touched.extend(
                metadata.into_iter().filter(|field| {
                    before.at(&["metadata", field]) != reset.at(&["metadata", field])
                }),
            );
            let changes = |answer: &Answer| {
                let mut value = answer.value.clone();
                set(&mut value, &["metadata"], Value::Null);
                set(&mut value, &["status"], Value::Null);
                value
            };
            if changes(&before) != changes(&reset) {
                touched.push("rest");
            }
            say(
                "by-status",
                &format!(
                    "{}:{}:{}",
                    keeps_status(&reset, fixture),
                    touched.join("+"),
                    generation(&reset)
                ),
            );
        }
    }

    // Deletion.
    cluster
        .ask(
            &format!("PATCH:merge {object}"),
            r#"{"metadata":{"finalizers":null}}"#,
        )
        .await;
    let deleted = cluster
        .ask(&format!("DELETE {object}?gracePeriodSeconds=0"), "")
        .await;
    say(
        "deleted",
        &match deleted.code {
            200 => deleted.text(&["kind"]).to_owned(),
            _ => deleted.line(),
        },
    );
    line
}

fn generation(answer: &Answer) -> String {
    match answer.code {
        200 | 201 => match answer.at(&["metadata", "generation"]) {
            Value::Int(generation) => generation.to_string(),
            _ => "none".to_owned(),
        },
        _ => answer.line(),
    }
}

/// Whether an object has a status that a client sent.
fn keeps_status(answer: &Answer, fixture: &Fixture) -> &'static str {
    let wanted = pintle_codec::json::parse(fixture.status.as_bytes()).unwrap();
    let mut wanted = wanted.as_object().unwrap().iter();
    let has = |(field, value): (&str, &Value)| contains(answer.at(&["status", field]), value);
    match (answer.code, wanted.all(has)) {
        (200 | 201, true) => "yes",
        (200 | 201, false) => "no",
        _ => "refused",
    }
}

/// Whether a value says all that another says.
fn contains(value: &Value, other: &Value) -> bool {
    match (value, other) {
        (Value::Object(value), Value::Object(other)) => other
            .iter()
            .all(|(field, other)| contains(value.get(field).unwrap_or(&Value::Null), other)),
        (Value::Array(values), Value::Array(others)) => {
            values.len() == others.len() && values.iter().zip(others).all(|(a, b)| contains(a, b))
        }
        (value, other) => value == other,
    }
}

fn set(value: &mut Value, path: &[&str], new: Value) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    let mut at = value;
    for parent in parents {
        match at.as_object_mut().and_then(|object| object.get_mut(parent)) {
            Some(next) => at = next,
            None => return,
        }
    }
    if let Some(object) = at.as_object_mut() {
        match new {
            Value::Null => drop(object.remove(last)),
            new => drop(object.insert(*last, new)),
        }
    }
}

fn json(value: &Value) -> String {
    let mut json = Vec::new();
    pintle_codec::json::write(value, &mut json);
    String::from_utf8(json).unwrap()
}

/// What kube-apiserver 1.36.3 does. Of names: one that is a label, one that is a subdomain, and two that are
/// neither; of what a change of the status changes besides it, the parts of the metadata, and the generation
/// after it.
#[rustfmt::skip] // A kind a line.
const BEHAVIOUR: &[&str] = &[
    "configmaps: names=++-- missing=404 generation=none unconditional=200 label=none annotation=none change=none deleted=Status",
    "endpoints: names=++-- missing=201 generation=none unconditional=200 label=none annotation=none change=none deleted=Status",
    "events: names=++++ missing=201 generation=none unconditional=200 label=none annotation=none change=none deleted=Status",
    "limitranges: names=++-- missing=201 generation=none unconditional=200 label=none annotation=none change=none deleted=Status",
    "namespaces: names=+--- missing=404 generation=none status-kept=no unconditional=200 label=none annotation=none status-by-update=no by-status=yes:labels+annotations+finalizers:none deleted=Namespace",
    "nodes: names=++-- missing=404 generation=none status-kept=yes unconditional=200 label=none annotation=none change=none status-by-update=yes by-status=yes:labels+annotations+finalizers:none deleted=Status",
    "persistentvolumeclaims: names=++-- missing=404 generation=none status-kept=no unconditional=200 label=none annotation=none status-by-update=no by-status=yes:labels+annotations+finalizers:none deleted=PersistentVolumeClaim",
    "persistentvolumes: names=++-- missing=404 generation=none status-kept=no unconditional=200 label=none annotation=none change=none status-by-update=no by-status=yes:labels+annotations+finalizers:none deleted=PersistentVolume",
    "pods: names=++-- missing=404 generation=1 status-kept=no unconditional=200 label=1 annotation=1 change=2 status-by-update=no by-status=yes:labels+annotations+finalizers:2 deleted=Pod",
    "podtemplates: names=++-- missing=404 generation=1 unconditional=200 label=1 annotation=1 change=2 deleted=PodTemplate",
    "replicationcontrollers: names=++-- missing=404 generation=1 status-kept=no unconditional=200 label=1 annotation=1 change=2 status-by-update=no by-status=yes:labels+annotations+finalizers:2 deleted=ReplicationController",
    "resourcequotas: names=++-- missing=404 generation=none status-kept=no unconditional=200 label=none annotation=none change=none status-by-update=no by-status=yes:labels+annotations+finalizers:none deleted=ResourceQuota",
    "secrets: names=++-- missing=404 generation=none unconditional=200 label=none annotation=none change=none deleted=Status",
    "serviceaccounts: names=++-- missing=404 generation=none unconditional=200 label=none annotation=none change=none deleted=ServiceAccount",
    "services: names=+--- missing=201 generation=none status-kept=no unconditional=200 label=none annotation=none change=none status-by-update=no by-status=yes:labels+annotations+finalizers:none deleted=Service",
    "mutatingadmissionpolicies: names=++-- missing=404 generation=1 unconditional=422 label=1 annotation=1 change=2 deleted=Status",
    "mutatingadmissionpolicybindings: names=++-- missing=404 generation=1 unconditional=422 label=1 annotation=1 change=2 deleted=Status",
    "mutatingwebhookconfigurations: names=++-- missing=404 generation=1 unconditional=422 label=1 annotation=1 change=2 deleted=Status",
    "validatingadmissionpolicies: names=++-- missing=404 generation=1 status-kept=no unconditional=422 label=1 annotation=1 change=2 status-by-update=no by-status=yes::2 deleted=Status",
    "validatingadmissionpolicybindings: names=++-- missing=404 generation=1 unconditional=422 label=1 annotation=1 change=2 deleted=Status",
    "validatingwebhookconfigurations: names=++-- missing=404 generation=1 unconditional=422 label=1 annotation=1 change=2 deleted=Status",
    "controllerrevisions: names=++-- missing=404 generation=none unconditional=200 label=none annotation=none change=none deleted=Status",
    "daemonsets: names=++-- missing=404 generation=1 status-kept=no unconditional=200 label=1 annotation=1 change=2 status-by-update=no by-status=yes:labels+annotations+finalizers:2 deleted=Status",
    "deployments: names=++-- missing=404 generation=1 status-kept=no unconditional=200 label=1 annotation=2 change=3 status-by-update=no by-status=yes:annotations+finalizers:3 deleted=Status",
    "replicasets: names=++-- missing=404 generation=1 status-kept=no unconditional=200 label=1 annotation=1 change=2 status-by-update=no by-status=yes:labels+annotations+finalizers:2 deleted=Status",
    "statefulsets: names=+--- missing=404 generation=1 status-kept=no unconditional=200 label=1 annotation=1 change=2 status-by-update=no by-status=yes:labels+annotations+finalizers:2 deleted=Status",
    "horizontalpodautoscalers: names=++-- missing=404 generation=none status-kept=no unconditional=200 label=none annotation=none change=none status-by-update=no by-status=yes:labels+annotations+finalizers:none deleted=Status",
    "cronjobs: names=++-- missing=404 generation=1 status-kept=no unconditional=200 label=1 annotation=1 change=2 status-by-update=no by-status=yes:labels+annotations+finalizers:2 deleted=Status",
    "jobs: names=++-- missing=404 generation=1 status-kept=no unconditional=200 label=1 annotation=1 change=2 status-by-update=no by-status=yes:labels+annotations+finalizers:2 deleted=Job",
    "certificatesigningrequests: names=++++ missing=404 generation=none status-kept=no unconditional=200 label=none annotation=none status-by-update=no by-status=yes:labels+annotations+finalizers:none deleted=Status",
    "leases: names=++-- missing=201 generation=none unconditional=422 label=none annotation=none change=none deleted=Status",
    "endpointslices: names=++-- missing=404 generation=1 unconditional=200 label=2 annotation=2 change=3 deleted=Status",
    "flowschemas: names=++-- missing=404 generation=1 status-kept=no unconditional=200 label=1 annotation=1 change=2 status-by-update=no by-status=yes::2 deleted=Status",
    "prioritylevelconfigurations: names=++-- missing=404 generation=1 status-kept=no unconditional=200 label=1 annotation=1 change=2 status-by-update=no by-status=yes::2 deleted=Status",
    "ingressclasses: names=++-- missing=404 generation=1 unconditional=200 label=1 annotation=1 change=2 deleted=Status",
    "ingresses: names=++-- missing=404 generation=1 status-kept=no unconditional=200 label=1 annotation=1 change=2 status-by-update=no by-status=yes:labels+annotations+finalizers:2 deleted=Status",
    "networkpolicies: names=++-- missing=404 generation=1 unconditional=200 label=1 annotation=1 change=2 deleted=Status",
    "servicecidrs: names=++-- missing=404 generation=none status-kept=no unconditional=200 label=none annotation=none status-by-update=no by-status=yes::none deleted=Status",
    "runtimeclasses: names=++-- missing=201 generation=none unconditional=422 label=none annotation=none change=none deleted=Status",
    "poddisruptionbudgets: names=++++ missing=404 generation=1 status-kept=no unconditional=422 label=1 annotation=1 change=2 status-by-update=no by-status=yes:labels+annotations+finalizers:2 deleted=Status",
    "clusterroles: names=++++ missing=201 generation=none unconditional=200 label=none annotation=none change=none deleted=Status",
    "clusterrolebindings: names=++++ missing=201 generation=none unconditional=200 label=none annotation=none change=none deleted=Status",
    "roles: names=++++ missing=201 generation=none unconditional=200 label=none annotation=none change=none deleted=Status",
    "rolebindings: names=++++ missing=201 generation=none unconditional=200 label=none annotation=none change=none deleted=Status",
    "deviceclasses: names=++-- missing=404 generation=1 unconditional=200 label=1 annotation=1 change=2 deleted=DeviceClass",
    "resourceclaims: names=++-- missing=404 generation=none status-kept=no unconditional=200 label=none annotation=none status-by-update=no by-status=no::none deleted=ResourceClaim",
    "resourceclaimtemplates: names=++-- missing=404 generation=none unconditional=200 label=none annotation=none deleted=ResourceClaimTemplate",
    "resourceslices: names=++-- missing=404 generation=1 unconditional=200 label=1 annotation=1 change=2 deleted=ResourceSlice",
    "priorityclasses: names=++-- missing=404 generation=1 unconditional=200 label=1 annotation=1 change=1 deleted=Status",
    "csidrivers: names=++-- missing=404 generation=none unconditional=422 label=none annotation=none change=1 deleted=CSIDriver",
    "csinodes: names=++-- missing=404 generation=none unconditional=422 label=none annotation=none change=none deleted=CSINode",
    "csistoragecapacities: names=++-- missing=404 generation=none unconditional=422 label=none annotation=none change=none deleted=Status",
    "storageclasses: names=++-- missing=404 generation=none unconditional=200 label=none annotation=none change=none deleted=StorageClass",
    "volumeattachments: names=++-- missing=404 generation=none status-kept=no unconditional=422 label=none annotation=none status-by-update=no by-status=yes::none deleted=VolumeAttachment",
    "volumeattributesclasses: names=++-- missing=404 generation=none unconditional=200 label=none annotation=none deleted=VolumeAttributesClass",
];
