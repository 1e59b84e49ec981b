//! What resources have besides the usual methods.

use pintle_api::autoscaling::v1::Scale;
use pintle_api::core::v1::{ObjectReference, PodLogOptions};
use pintle_api::extensions::v1beta1::DeploymentRollback;
use pintle_client::Patch;
use pintle_clientset::{Clientset, Events, Scaled};
use pintle_meta::Resource;

use crate::verbs::{Calls, create_options, get_options, named, patch_options, update_options};

pub(crate) async fn all(clientset: &Clientset, calls: &Calls) {
    pods(clientset, calls).await;
    core(clientset, calls).await;
    others(clientset, calls).await;
    scales(clientset, calls).await;
}

async fn pods(clientset: &Clientset, calls: &Calls) {
    let pods = clientset.core_v1().pods("ns");
    let note = |method: &str, failed: Result<(), pintle_client::Error>| {
        calls.note("corev1 pods", method, failed);
    };
    note(
        "Bind",
        pods.bind(&named(), &create_options()).await.map(drop),
    );
    note("Evict", pods.evict_v1beta1(&named()).await.map(drop));
    note("EvictV1beta1", pods.evict_v1beta1(&named()).await.map(drop));
    note("EvictV1", pods.evict(&named()).await.map(drop));
    let options = PodLogOptions {
        container: "web".into(),
        follow: true,
        previous: true,
        since_seconds: Some(7),
        timestamps: true,
        tail_lines: Some(7),
        limit_bytes: Some(7),
        ..Default::default()
    };
    note("GetLogs", pods.logs("name", &options).await.map(drop));
    let proxied = pods
        .proxy_get("https", "name", "8443", "some/path")
        .param("q", "a b");
    note("ProxyGet", proxied.send().await.map(drop));
    let (pod, update) = (named(), update_options());
    let made = pods
        .update_ephemeral_containers("name", &pod, &update)
        .await;
    note("UpdateEphemeralContainers", made.map(drop));
    note(
        "UpdateResize",
        pods.update_resize("name", &pod, &update).await.map(drop),
    );
}

async fn core(clientset: &Clientset, calls: &Calls) {
    let core = clientset.core_v1();
    let proxied = core
        .services("ns")
        .proxy_get("https", "name", "8443", "/some/path");
    calls.note(
        "corev1 services",
        "ProxyGet",
        proxied.param("q", "a b").send().await,
    );
    let token = core
        .service_accounts("ns")
        .create_token("name", &named(), &create_options())
        .await;
    calls.note("corev1 serviceaccounts", "CreateToken", token);
    let finalized = core
        .namespaces()
        .finalize(&named(), &update_options())
        .await;
    calls.note("corev1 namespaces", "Finalize", finalized);
    let patch = Patch::strategic("{}");
    let patched = core
        .nodes()
        .patch_status("name", &patch, &Default::default())
        .await;
    calls.note("corev1 nodes", "PatchStatus", patched);
    let about = ObjectReference {
        api_version: "v1".into(),
        kind: "Pod".into(),
        namespace: "ns".into(),
        name: "web-0".into(),
        uid: "u-1".into(),
        ..Default::default()
    };
    let found = core.events("ns").search(&about).await;
    calls.note("corev1 events", "SearchWithContext", found);
    type V1 = Events<pintle_api::events::v1::Event>;
    assert!(
        V1::field_selector(&about)
            .to_string()
            .contains("regarding.name=web-0")
    );
}

async fn others(clientset: &Clientset, calls: &Calls) {
    let update = update_options();
    let made = clientset.certificates_v1().certificate_signing_requests();
    let made = made.update_approval("name", &named(), &update).await;
    calls.note(
        "certificatesv1 certificatesigningrequests",
        "UpdateApproval",
        made,
    );
    // In the older version client-go has it by hand, with the object's own name.
    let made = clientset
        .certificates_v1beta1()
        .certificate_signing_requests();
    let made = made.update_approval("name", &named(), &update).await;
    calls.note(
        "certificatesv1beta1 certificatesigningrequests",
        "UpdateApproval",
        made,
    );
    let evicted = clientset
        .policy_v1()
        .evictions("ns")
        .evict("name", &named())
        .await;
    calls.note("policyv1 evictions", "Evict", evicted);
    let evicted = clientset
        .policy_v1beta1()
        .evictions("ns")
        .evict("name", &named())
        .await;
    calls.note("policyv1beta1 evictions", "Evict", evicted);
    let rollback = DeploymentRollback {
        name: "name".into(),
        ..Default::default()
    };
    let rolled = clientset
        .extensions_v1beta1()
        .deployments("ns")
        .rollback(&rollback, &create_options())
        .await;
    calls.note("extensionsv1beta1 deployments", "Rollback", rolled);
}

async fn scales(clientset: &Clientset, calls: &Calls) {
    let (apps, core) = (clientset.apps_v1(), clientset.core_v1());
    scale(calls, "appsv1 deployments", &apps.deployments("ns")).await;
    scale(calls, "appsv1 replicasets", &apps.replica_sets("ns")).await;
    scale(calls, "appsv1 statefulsets", &apps.stateful_sets("ns")).await;
    let controllers = core.replication_controllers("ns");
    scale(calls, "corev1 replicationcontrollers", &controllers).await;
    let sets = clientset.apps_v1beta2().stateful_sets("ns");
    scale(calls, "appsv1beta2 statefulsets", &sets).await;
    let extensions = clientset.extensions_v1beta1();
    scale(
        calls,
        "extensionsv1beta1 replicasets",
        &extensions.replica_sets("ns"),
    )
    .await;
    // Deployments of the group extensions have one too, as a part like any other.
    let deployments = extensions.deployments("ns");
    let (name, part) = ("name", "scale");
    let got = deployments
        .get_subresource_with::<Scale>(name, part, &get_options())
        .await;
    calls.note("extensionsv1beta1 deployments", "GetScale", got);
    let made = deployments
        .update_subresource(name, part, &named::<Scale>(), &update_options())
        .await;
    calls.note("extensionsv1beta1 deployments", "UpdateScale", made);
    let patch = Patch::applying(&named::<Scale>(), &patch_options()).unwrap();
    let made = deployments
        .patch_subresource::<Scale>(name, part, &patch, &patch_options())
        .await;
    calls.note("extensionsv1beta1 deployments", "ApplyScale", made);
}

async fn scale<K: Resource>(calls: &Calls, resource: &str, scaled: &Scaled<K>) {
    calls.note(
        resource,
        "GetScale",
        scaled.get_scale_with("name", &get_options()).await,
    );
    let made = scaled
        .update_scale("name", &named(), &update_options())
        .await;
    calls.note(resource, "UpdateScale", made);
    let made = scaled
        .apply_scale::<Scale>("name", &named(), &patch_options())
        .await;
    calls.note(resource, "ApplyScale", made);
}

/// A configuration that was made with setters is what is applied.
#[tokio::test]
async fn apply_takes_configurations() {
    use pintle_apply::apps::v1::DeploymentApply;

    let calls = Calls::new(true);
    let deployments = Clientset::new(calls.client()).apps_v1().deployments("ns");
    let web = DeploymentApply::new("web").namespace("ns");
    let options = patch_options();
    calls.note(
        "deployments",
        "Apply",
        deployments.apply(&web, &options).await,
    );
    calls.note(
        "deployments",
        "ApplyStatus",
        deployments.apply_status(&web, &options).await,
    );
    let made = calls.take();
    let lines: Vec<_> = made
        .values()
        .map(|sent| sent.line.split('?').next().unwrap())
        .collect();
    let path = "PATCH /apis/apps/v1/namespaces/ns/deployments/web";
    assert_eq!(lines, [path, &format!("{path}/status")]);
}
