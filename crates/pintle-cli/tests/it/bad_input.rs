//! What can be wrong with what the binary is given: each with its message, what to do, and its exit
//! code. That no secret is printed and nothing panics is checked of every run.

use pintle_pki::Validity;

use crate::binary::{TOKEN, Workplace};
use crate::server::{Answer, Server, authority, event, table};

#[tokio::test]
async fn no_kubeconfig_anywhere() {
    let place = Workplace::new();
    let outcome = place.run("get pods").await;
    outcome.fails(3, "no configuration found", "--kubeconfig");
    assert!(outcome.stderr.contains(".kube/config (missing)"));
    assert!(outcome.stderr.contains("pintle up"), "{outcome:?}");
}

#[tokio::test]
async fn a_kubeconfig_that_does_not_exist() {
    let outcome = Workplace::new().run("get pods --kubeconfig nowhere").await;
    outcome.fails(3, "nowhere: No such file or directory", "check the path");
}

#[tokio::test]
async fn a_kubeconfig_that_is_not_yaml() {
    let place = Workplace::new();
    let text = format!("users:\n- name: me\n  user: {{token: {TOKEN}\n");
    place.file("kubeconfig", &text);
    let outcome = place.run("get pods").await;
    outcome.fails(3, "kubeconfig:", "correct the kubeconfig");
}

#[tokio::test]
async fn an_unknown_context() {
    let place = Workplace::with_server("https://127.0.0.1:1", "");
    let outcome = place.run("get pods --context nowhere").await;
    outcome.fails(3, r#"the context "nowhere" is not defined"#, r#""test""#);
}

#[tokio::test]
async fn a_missing_authority_file() {
    let place = Workplace::new();
    place.kubeconfig("https://127.0.0.1:1", place.path("missing.crt"));
    let outcome = place.run("get pods").await;
    outcome.fails(3, "missing.crt", "check the path");
    assert!(outcome.stderr.contains(r#"cluster "test""#), "{outcome:?}");
}

#[tokio::test]
async fn an_authority_that_is_not_a_certificate() {
    let place = Workplace::with_server("https://127.0.0.1:1", "not PEM");
    let outcome = place.run("get pods").await;
    outcome.fails(3, "certificate", "kubeconfig");
}

#[tokio::test]
async fn a_wrong_authority() {
    let server = Server::start(|_| Answer::json("{}")).await;
    let place = Workplace::with_server(&server.url(), authority().certificate_pem());
    let outcome = place.run("get pods").await;
    outcome.fails(
        4,
        "is signed by an authority that is not trusted",
        "certificate-authority",
    );
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_expired_certificate() {
    let last_century = Validity::new(0, 946_684_800).unwrap();
    let server = Server::start_with_validity(last_century, |_| Answer::json("{}")).await;
    let outcome = server.workplace().run("get pods").await;
    outcome.fails(4, "has expired", "renew the server's certificate");
}

#[tokio::test]
async fn a_refused_connection() {
    // Nothing may listen at port 1 without privileges, and nobody does.
    let place = Workplace::with_server("https://127.0.0.1:1", authority().certificate_pem());
    let outcome = place.run("get pods").await;
    outcome.fails(4, "127.0.0.1:1 refused the connection", "API server runs");
}

#[tokio::test]
async fn answers_of_401_403_and_404() {
    for (code, reason, exit, hint) in [
        (401, "Unauthorized", 5, "credentials"),
        (403, "Forbidden", 5, "a role that allows this"),
        (404, "NotFound", 6, "check the name"),
        (409, "Conflict", 7, "as it is now"),
        (429, "TooManyRequests", 1, "wait a little"),
        (500, "InternalError", 1, "log"),
    ] {
        let server = Server::start(move |_| Answer::failure(code, reason, "because")).await;
        let outcome = server.workplace().run("get pod web-0").await;
        outcome.fails(exit, &format!("because ({reason}, {code})"), hint);
    }
}

#[tokio::test]
async fn an_answer_of_something_else_than_an_api_server() {
    let server = Server::start(|_| Answer::json("<html>Please log in</html>")).await;
    let outcome = server.workplace().run("get pods").await;
    outcome.fails(
        9,
        "the server's answer to GET /api/v1/namespaces/default/pods cannot be read",
        "server URL",
    );
}

#[tokio::test]
async fn malformed_yaml() {
    // The file is read first: there is no server.
    let place = Workplace::with_server("https://127.0.0.1:1", authority().certificate_pem());
    place.file("pods.yaml", "kind: Pod\nmetadata:\n  name: [a\n  b: c\n");
    let outcome = place.run("apply -f pods.yaml").await;
    outcome.fails(8, "error: pods.yaml:4:", "correct the YAML");
    let outcome = place.run("delete -f pods.yaml").await;
    outcome.fails(8, "error: pods.yaml:4:", "correct the YAML");
    let outcome = place.run_with_input("apply -f -", "a: b\n c: d\n").await;
    outcome.fails(8, "error: standard input:2:3: ", "correct the YAML");
}

#[tokio::test]
async fn files_without_what_an_object_needs() {
    let place = Workplace::with_server("https://127.0.0.1:1", authority().certificate_pem());
    for (text, error) in [
        ("kind: Pod", "standard input:1: apiVersion is not set"),
        ("\n\napiVersion: v1", "standard input:3: kind is not set"),
        (
            "apiVersion: a/b/c\nkind: X",
            r#"standard input:1: "a/b/c" is not an apiVersion"#,
        ),
        (
            "apiVersion: v1\nkind: Pod",
            "standard input:1: the Pod has no metadata.name",
        ),
        ("- a\n- b", "standard input:1: expected an object"),
        ("", "no objects in standard input"),
        ("# nothing\n---\n", "no objects in standard input"),
    ] {
        let outcome = place.run_with_input("apply -f -", text).await;
        outcome.fails(8, error, "");
    }
    let outcome = place.run("apply -f missing.yaml").await;
    outcome.fails(
        8,
        "cannot read missing.yaml: No such file",
        "check the path",
    );
}

#[tokio::test]
async fn an_unknown_kind() {
    let server = Server::start(|request| panic!("asked for {request}")).await;
    let place = server.workplace();
    place.file(
        "objects.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: example.org/v1\nkind: Widget\nmetadata: {name: a}\n",
    );
    let outcome = place.run("apply -f objects.yaml").await;
    outcome.fails(
        8,
        r#"objects.yaml:5: the server has no kind "Widget" in apiVersion "example.org/v1""#,
        "CustomResourceDefinition",
    );
    let other_version = "apiVersion: v2\nkind: Pod\nmetadata: {name: a}";
    let outcome = place.run_with_input("apply -f -", other_version).await;
    outcome.fails(8, r#"no kind "Pod" in apiVersion "v2""#, "in apiVersion v1");
    // Nothing was sent of a file that is not understood whole.
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_unknown_type() {
    let server = Server::start(|_| Answer::json("{}")).await;
    let outcome = server.workplace().run("get pids").await;
    outcome.fails(
        6,
        r#"the server doesn't have a resource type "pids""#,
        r#"did you mean "pods"?"#,
    );
}

#[tokio::test]
async fn a_server_that_closes_in_the_middle_of_an_event() {
    for properly in [true, false] {
        let server = Server::start(move |request| {
            if !request.contains("watch=true") {
                return Answer::json(table(5, "", &[]));
            }
            let whole = event("ADDED", "a", 6);
            let half = Answer::events([whole[..40].to_owned()]);
            if properly { half } else { half.cut() }
        })
        .await;
        let outcome = server.workplace().run("watch pods --retries 0").await;
        outcome.fails(4, "ended", "look at the API server's log");
        assert_eq!(outcome.stdout, "");
    }
}

#[tokio::test]
async fn an_event_of_more_than_16_mib() {
    let server = Server::start(|request| {
        if !request.contains("watch=true") {
            return Answer::json(table(5, "", &[]));
        }
        let mut pieces = vec![event("ADDED", "a", 6), r#"{"type":""#.to_owned()];
        pieces.resize(19, "x".repeat(1 << 20));
        Answer::events(pieces).then_silence()
    })
    .await;
    let outcome = server.workplace().run("watch pods").await;
    outcome.fails(9, "a frame of more than 16777216 bytes", "-l");
    assert!(outcome.stdout.starts_with("ADDED"), "{outcome:?}");
}

#[tokio::test]
async fn a_command_line_that_makes_no_sense() {
    let place = Workplace::new();
    let outcome = place.run("frobnicate").await;
    assert_eq!(outcome.code, 2, "{outcome:?}");
    let place = Workplace::with_server("https://127.0.0.1:1", authority().certificate_pem());
    for (line, error) in [
        ("get pods/a b", "TYPE/NAME and arguments without a slash"),
        ("get pods a -A", "by name across all namespaces"),
        ("get pods a -l x=y", "names and selectors"),
        ("watch pods,services", "only one type"),
        ("delete pods", "no object of it"),
        ("delete pods a --all", "names do not go together"),
    ] {
        place.run(line).await.fails(2, error, "");
    }
}
