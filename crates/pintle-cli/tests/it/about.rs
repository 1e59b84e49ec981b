//! `api-resources`, `api-versions`, `explain`, `completion` and `man`.

use crate::binary::{Workplace, words};
use crate::own_cluster::up;

#[tokio::test]
async fn types_are_listed_by_group_and_name() {
    let (place, _up) = up().await;
    let outcome = place.run("api-resources").await;
    let lines: Vec<String> = outcome.stdout.lines().map(words).collect();
    assert_eq!(lines[0], "NAME SHORTNAMES APIVERSION NAMESPACED KIND");
    for line in [
        "pods po v1 true Pod",
        "nodes no v1 false Node",
        "deployments deploy apps/v1 true Deployment",
        "horizontalpodautoscalers hpa autoscaling/v2 true HorizontalPodAutoscaler",
    ] {
        assert!(
            lines.iter().any(|found| found == line),
            "{line}: {outcome:?}"
        );
    }
    // The core group, whose name is empty, comes first.
    let at = |line: &str| lines.iter().position(|found| found == line);
    assert!(at("nodes no v1 false Node") < at("deployments deploy apps/v1 true Deployment"));
    let names = place.run("api-resources --api-group=apps -o name").await;
    names.prints(
        "controllerrevisions.apps\ndaemonsets.apps\ndeployments.apps\nreplicasets.apps\nstatefulsets.apps\n",
    );
    let none = place
        .run("api-resources --namespaced=false --verbs=list,delete --no-headers")
        .await;
    assert!(none.stdout.contains("namespaces"), "{none:?}");
    assert!(
        !none.stdout.contains("pods") && !none.stdout.contains("NAME "),
        "{none:?}"
    );
    let all = place
        .run("api-resources --categories=all -o wide --sort-by=kind")
        .await;
    assert!(
        words(&all.stdout).contains("get,list,patch,update,watch all"),
        "{all:?}"
    );
}

#[tokio::test]
async fn versions_are_sorted() {
    let (place, _up) = up().await;
    let outcome = place.run("api-versions").await;
    let versions: Vec<&str> = outcome.stdout.lines().collect();
    assert!(
        versions.contains(&"v1") && versions.contains(&"apps/v1"),
        "{outcome:?}"
    );
    assert!(versions.is_sorted(), "{outcome:?}");
}

#[tokio::test]
async fn a_type_and_its_fields_are_explained() {
    let (place, _up) = up().await;
    let outcome = place.run("explain pod.spec.containers").await;
    assert!(
        outcome.stdout.starts_with(
            "KIND:       Pod\nVERSION:    v1\n\nFIELD: containers <[]Container>\n\n\nDESCRIPTION:\n"
        ),
        "{outcome:?}"
    );
    assert!(
        outcome.stdout.contains("  name\t<string> -required-\n"),
        "{outcome:?}"
    );
    let outcome = place.run("explain deployments.apps --recursive").await;
    assert!(
        outcome
            .stdout
            .starts_with("GROUP:      apps\nKIND:       Deployment\n"),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stdout
            .contains("        matchLabels\t<map[string]string>\n"),
        "{outcome:?}"
    );
    let outcome = place.run("explain pod.spec.nothing").await;
    outcome.fails(
        6,
        "field \"nothing\" does not exist",
        "pintle explain pod.spec",
    );
    let outcome = place.run("explain nothing").await;
    outcome.fails(6, "doesn't have a resource type", "");
    let outcome = place.run("explain hpa --api-version=autoscaling/v1").await;
    assert!(outcome.stdout.contains("VERSION:    v1\n"), "{outcome:?}");
    let outcome = place.run("explain hpa --api-version=a/b/c").await;
    outcome.fails(2, "is not a group and version", "apps/v1");
}

#[tokio::test]
async fn shells_and_manuals_know_the_commands() {
    let place = Workplace::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.run(&format!("completion {shell}")).await;
        assert_eq!((script.code, script.stderr.as_str()), (0, ""), "{shell}");
        assert!(script.stdout.contains("api-resources"), "{shell}");
    }
    let page = place.run("man").await;
    assert!(page.stdout.contains(".TH pintle 1"), "{page:?}");
    place.run("man --directory pages").await.prints("");
    assert!(place.path("pages/pintle-config-use-context.1").exists());
}
