//! `config`.

use crate::binary::{TOKEN, Workplace, is_private};

fn place() -> Workplace {
    let place = Workplace::with_server("https://127.0.0.1:1", "");
    let more = "apiVersion: v1\nkind: Config\nclusters:\n- name: other\n  cluster:\n    server: https://other.example\n    \
                certificate-authority-data: c2VjcmV0\n    proxy-url: http://who:password-3f@proxy.example:1\n\
                contexts:\n- name: other\n  context:\n    cluster: other\n    user: theirs\n    namespace: team\n\
                users:\n- name: theirs\n  user:\n    password: password-3f\n    client-key-data: c2VjcmV0\n";
    place.file("more", more);
    place
}

#[tokio::test]
async fn what_is_secret_is_not_shown() {
    let place = place();
    let outcome = place.run("config view --kubeconfig more").await;
    let shown = &outcome.stdout;
    assert!(shown.contains("password: REDACTED\n"), "{outcome:?}");
    assert!(
        shown.contains("client-key-data: DATA+OMITTED\n"),
        "{outcome:?}"
    );
    assert!(
        shown.contains("proxy-url: http://REDACTED@proxy.example:1\n"),
        "{outcome:?}"
    );
    assert!(
        !shown.contains("password-3f") && !shown.contains("c2VjcmV0"),
        "{outcome:?}"
    );
    // The token of the default kubeconfig would fail any run that shows it.
    let outcome = place.run("config view -o json").await;
    assert!(
        outcome.stdout.contains("\"token\": \"REDACTED\""),
        "{outcome:?}"
    );
    let outcome = place
        .run("config view --raw --kubeconfig more -o jsonpath={.users[0].user.password}")
        .await;
    outcome.prints("password-3f");
    assert!(!TOKEN.is_empty());
}

#[tokio::test]
async fn only_what_the_context_uses_is_shown() {
    let place = place();
    place
        .run("config set-context second --cluster test --user nobody")
        .await;
    let line =
        "config view --minify -o jsonpath={.contexts[*].name}/{.clusters[*].name}/{.users[*].name}";
    place.run(line).await.prints("test/test/tester");
    place
        .run(&format!("{line} --context second"))
        .await
        .prints("second/test/");
    let outcome = place.run("config view --minify --context nothing").await;
    outcome.fails(6, "there is no context \"nothing\"", "get-contexts");
    place
        .run("config view -o table")
        .await
        .fails(2, "is shown as yaml", "");
}

#[tokio::test]
async fn contexts_are_listed_made_used_renamed_and_deleted() {
    let place = place();
    place.run("config current-context").await.prints("test\n");
    let made = place
        .run("config set-context second --cluster test --user tester -n team")
        .await;
    made.prints("Context \"second\" created.\n");
    place.run("config get-contexts").await.prints(
        "CURRENT   NAME     CLUSTER   AUTHINFO   NAMESPACE\n          second   test      tester     team\n\
         *         test     test      tester     \n",
    );
    place
        .run("config use-context second")
        .await
        .prints("Switched to context \"second\".\n");
    place.run("config current-context").await.prints("second\n");
    let changed = place.run("config set-context --current -n other").await;
    changed.prints("Context \"second\" modified.\n");
    let renamed = place.run("config rename-context second third").await;
    renamed.prints("Context \"second\" renamed to \"third\".\n");
    place.run("config current-context").await.prints("third\n");
    place
        .run("config get-contexts -o name")
        .await
        .prints("test\nthird\n");
    let namespace = place
        .run("config view --minify -o jsonpath={.contexts[0].context.namespace}")
        .await;
    namespace.prints("other");
    let deleted = place.run("config delete-context third").await;
    assert_eq!(
        (deleted.code, deleted.stdout.as_str()),
        (0, "deleted context third\n")
    );
    assert!(
        deleted.stderr.contains("removed your active context"),
        "{deleted:?}"
    );
    assert!(is_private(&place.path("kubeconfig")));
}

#[tokio::test]
async fn a_change_that_makes_no_sense_writes_nothing() {
    let place = place();
    let before = std::fs::read(place.path("kubeconfig")).unwrap();
    for (line, code, error) in [
        (
            "config use-context nothing",
            6,
            "no context exists with the name",
        ),
        ("config rename-context nothing x", 6, "which there is not"),
        (
            "config delete-cluster nothing",
            6,
            "cannot delete cluster nothing",
        ),
        (
            "config delete-user nothing",
            6,
            "cannot delete user nothing",
        ),
        ("config set-cluster x --embed-certs", 2, "to embed"),
        ("config set-credentials x --embed-certs", 2, "to embed"),
        (
            "config set-credentials x --token a --token-file b",
            2,
            "do not go together",
        ),
    ] {
        place.run(line).await.fails(code, error, "");
    }
    assert_eq!(std::fs::read(place.path("kubeconfig")).unwrap(), before);
}

#[tokio::test]
async fn clusters_and_users_are_made_and_deleted() {
    let place = place();
    place.file("ca.pem", "an authority");
    let line = "config set-cluster new --server https://new.example --certificate-authority ca.pem --embed-certs";
    place.run(line).await.prints("Cluster \"new\" set.\n");
    let path = "-o jsonpath={.clusters[?(@.name==\"new\")].cluster}";
    let shown = place.run(&format!("config view --raw {path}")).await;
    shown.prints(
        "{\"certificate-authority-data\":\"YW4gYXV0aG9yaXR5\",\"server\":\"https://new.example\"}",
    );
    let line = "config set-cluster new --insecure-skip-tls-verify";
    place.run(line).await.prints("Cluster \"new\" set.\n");
    let shown = place.run(&format!("config view --raw {path}")).await;
    shown.prints("{\"insecure-skip-tls-verify\":true,\"server\":\"https://new.example\"}");
    place
        .run("config set-credentials new --token abc")
        .await
        .prints("User \"new\" set.\n");
    place
        .run("config get-users")
        .await
        .prints("NAME\nnew\ntester\n");
    place
        .run("config get-clusters")
        .await
        .prints("NAME\nnew\ntest\n");
    place
        .run("config delete-cluster new")
        .await
        .prints("deleted cluster new\n");
    place
        .run("config delete-user new")
        .await
        .prints("deleted user new\n");
    place
        .run("config get-clusters")
        .await
        .prints("NAME\ntest\n");
}
