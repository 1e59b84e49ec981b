//! The binary with itself: `up` in one process, the other commands in others.

use std::path::PathBuf;

use crate::binary::{Running, Workplace, is_private};

/// `pintle up`, and a place whose kubeconfig leads to it.
pub(crate) async fn up() -> (Workplace, Running) {
    let place = Workplace::new();
    let kubeconfig = place.path("kubeconfig");
    let line = format!(
        "up --gateway 127.0.0.1:0 --kubeconfig-out {}",
        kubeconfig.display()
    );
    let mut up = place.start(&line);
    assert_eq!(up.line().await, kubeconfig.display().to_string());
    assert!(is_private(&kubeconfig));
    (place, up)
}

const TEST_POD: &str = "apiVersion: v1
kind: Pod
metadata:
  name: test-pod
  labels: {stage: one}
spec:
  containers:
  - name: main
    image: example.org/none:1
";

#[tokio::test]
async fn a_watch_shows_what_others_do() {
    let (place, _up) = up().await;
    let mut watch = place.start("watch pods");
    // The watch may begin before or after this: it shows the pod either way.
    let created = place.run_with_input("apply -f -", TEST_POD).await;
    created.prints("pod/test-pod created\n");
    assert_eq!(
        watch.words().await.rsplit_once(' ').unwrap().0,
        "ADDED default/test-pod 0/1 Pending 0"
    );
    let again = place.run_with_input("apply -f -", TEST_POD).await;
    again.prints("pod/test-pod unchanged\n");
    let changed = TEST_POD.replace("stage: one", "stage: two");
    let changed = place.run_with_input("apply -f -", &changed).await;
    changed.prints("pod/test-pod configured\n");
    assert!(watch.words().await.starts_with("MODIFIED default/test-pod"));
    let labelled = place.run("get pods -l stage=two -o name").await;
    labelled.prints("pod/test-pod\n");
    let deleted = place.run("delete pod test-pod").await;
    deleted.prints("pod \"test-pod\" deleted from default namespace\n");
    loop {
        // A server may show the pod once more, with the time of its end.
        let line = watch.words().await;
        if !line.starts_with("MODIFIED") {
            assert!(line.starts_with("DELETED default/test-pod"), "{line}");
            break;
        }
    }
    assert!(watch.is_running());
}

#[tokio::test]
async fn applying_keeps_what_the_file_does_not_speak_of() {
    let (place, _up) = up().await;
    let deployment = |annotations: &str, containers: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, {annotations}}}, spec: {{replicas: 2, \
             selector: {{matchLabels: {{app: web}}}}, template: {{metadata: {{labels: {{app: web}}}}, \
             spec: {{containers: [{containers}]}}}}}}}}"
        )
    };
    let both =
        "{name: side, image: 'example.org/side:1'}, {name: main, image: 'example.org/main:1'}";
    let others = deployment(
        "annotations: {theirs: kept}, finalizers: [example.org/f]",
        both,
    );
    let ours = deployment(
        "annotations: {ours: added}",
        "{name: main, image: 'example.org/main:2'}",
    );
    for (file, outcome) in [
        (&others, "created"),
        (&ours, "configured"),
        (&ours, "unchanged"),
    ] {
        let applied = place.run_with_input("apply -f -", file).await;
        applied.prints(&format!("deployment.apps/web {outcome}\n"));
    }
    let found = place.run("get deployment web -o yaml").await.stdout;
    for kept in [
        "theirs: kept",
        "ours: added",
        "example.org/f",
        "example.org/main:2",
    ] {
        assert!(found.contains(kept), "{kept} is not in {found}");
    }
    // A list says all there is.
    assert!(!found.contains("example.org/side:1"), "{found}");
    let removed = deployment("annotations: {theirs: null}, finalizers: []", both);
    let applied = place.run_with_input("apply -f -", &removed).await;
    applied.prints("deployment.apps/web configured\n");
    let found = place.run("get deployment web -o yaml").await.stdout;
    assert!(
        !found.contains("theirs") && !found.contains("example.org/f"),
        "{found}"
    );
}

#[tokio::test]
async fn objects_of_several_types_and_files() {
    let (place, _up) = up().await;
    std::fs::create_dir(place.path("objects")).unwrap();
    place.file("objects/1-pod.yaml", TEST_POD);
    place.file(
        "objects/2-others.yml",
        "apiVersion: v1\nkind: List\nitems:\n\
         - {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {mode: 'on'}}\n---\n\
         apiVersion: v1\nkind: Namespace\nmetadata: {name: team, namespace: ignored}\n",
    );
    place.file(
        "objects/3-more.json",
        r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "team"},
            "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "main", "image": "example.org/none:1"}]}}}}"#,
    );
    place.file("objects/notes.txt", "not an object");
    let outcome = place.run("apply -f objects").await;
    outcome.prints(
        "pod/test-pod created\nconfigmap/settings created\nnamespace/team created\ndeployment.apps/web created\n",
    );
    let outcome = place.run("get pods,configmaps,deploy -o name -A").await;
    // Every namespace has a config map with the authority's certificate.
    let names = outcome.stdout.lines();
    let names: Vec<&str> = names
        .filter(|name| !name.ends_with("/kube-root-ca.crt"))
        .collect();
    assert_eq!(
        names,
        ["pod/test-pod", "configmap/settings", "deployment.apps/web"]
    );
    let outcome = place.run("get cm/settings -o yaml").await;
    assert!(
        outcome.stdout.contains("data:\n  mode: \"on\"\n"),
        "{outcome:?}"
    );
    let outcome = place.run("get pods,cm").await;
    assert!(outcome.stdout.contains("pod/test-pod"), "{outcome:?}");
    let table = "\n\nNAME                         DATA   AGE\nconfigmap/kube-root-ca.crt   1      ";
    assert!(outcome.stdout.contains(table), "{outcome:?}");
    assert!(
        outcome
            .stdout
            .contains("\nconfigmap/settings           1      "),
        "{outcome:?}"
    );
    let outcome = place.run("get pods test-pod -o wide").await;
    assert!(outcome.stdout.contains("NOMINATED NODE"), "{outcome:?}");
    let outcome = place.run("delete deployment web -n team").await;
    outcome.prints("deployment.apps \"web\" deleted from team namespace\n");
    let outcome = place.run("delete -f objects --ignore-not-found").await;
    outcome.prints(
        "pod \"test-pod\" deleted from default namespace\nconfigmap \"settings\" deleted from default namespace\n\
         namespace \"team\" deleted\n",
    );
}

#[tokio::test]
async fn deleting_waits_for_finalizers() {
    let (place, _up) = up().await;
    let held =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, finalizers: [example.org/hold]}\n";
    place.run_with_input("apply -f -", held).await;
    let mut delete = place.start("delete cm a");
    assert_eq!(
        delete.line().await,
        "configmap \"a\" deleted from default namespace"
    );
    // A file that does not speak of finalizers leaves them as they are.
    let silent = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    place.run_with_input("apply -f -", silent).await;
    assert!(delete.is_running());
    let released = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, finalizers: []}\n";
    place.run_with_input("apply -f -", released).await;
    assert_eq!(delete.end().await.code, 0);
    place
        .run("get cm a")
        .await
        .fails(6, "\"a\" not found", "pintle get configmaps");
}

#[tokio::test]
async fn up_cleans_up_after_itself() {
    let place = Workplace::new();
    let mut up = place.start("up --gateway 127.0.0.1:0");
    let kubeconfig = PathBuf::from(up.line().await);
    assert!(is_private(&kubeconfig));
    let listed = place
        .run(&format!(
            "get namespaces -o name --kubeconfig {}",
            kubeconfig.display()
        ))
        .await;
    assert!(listed.stdout.contains("namespace/default\n"), "{listed:?}");
    up.terminate().await;
    let outcome = up.end().await;
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (0, ""),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("watch pods"), "{outcome:?}");
    assert!(!kubeconfig.exists());
    assert!(!kubeconfig.parent().unwrap().exists());
}

#[tokio::test]
async fn up_does_not_replace_another_kubeconfig() {
    let place = Workplace::with_server("https://127.0.0.1:1", "");
    let before = std::fs::read(place.path("kubeconfig")).unwrap();
    let outcome = place
        .run("up --gateway 127.0.0.1:0 --kubeconfig-out kubeconfig")
        .await;
    outcome.fails(
        1,
        "is not a kubeconfig that `pintle up` wrote",
        "another file",
    );
    assert_eq!(std::fs::read(place.path("kubeconfig")).unwrap(), before);
}

#[tokio::test]
async fn up_says_when_its_address_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let outcome = Workplace::new()
        .run(&format!("up --no-gateway --listen {address}"))
        .await;
    outcome.fails(1, &address.to_string(), "--listen");
    assert_eq!(outcome.stdout, "");
}

#[tokio::test]
async fn up_turns_apis_on_and_off() {
    let place = Workplace::new();
    let kubeconfig = place.path("kubeconfig");
    let mut up = place.start(&format!(
        "up --no-gateway --kubeconfig-out {} --runtime-config resource.k8s.io/v1beta1,apps/v1=false",
        kubeconfig.display()
    ));
    up.line().await;
    let claims = place
        .run("get resourceclaims.v1beta1.resource.k8s.io")
        .await;
    assert_eq!(claims.code, 0, "{claims:?}");
    let deployments = place.run("get deployments.apps").await;
    assert_ne!(deployments.code, 0, "{deployments:?}");
    let unknown = place.run("up --runtime-config example.org/v1=true").await;
    unknown.fails(1, "example.org/v1", "--runtime-config");
    let neither = place.run("up --runtime-config apps/v1=maybe").await;
    assert!(
        neither.stderr.contains("neither true nor false"),
        "{neither:?}"
    );
}

#[tokio::test]
async fn up_says_how_it_is_reached_from_elsewhere() {
    let place = Workplace::new();
    let kubeconfig = place.path("kubeconfig");
    let mut up = place.start(&format!(
        "up --no-gateway --listen 0.0.0.0:0 --kubeconfig-out {}",
        kubeconfig.display()
    ));
    up.line().await;
    let listed = place.run("get namespaces -o name").await;
    assert!(listed.stdout.contains("namespace/default\n"), "{listed:?}");
    up.terminate().await;
    let outcome = up.end().await;
    assert!(
        outcome.stderr.contains("refused without the credentials"),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stderr
            .contains("the address by which this machine is reached")
    );
}
