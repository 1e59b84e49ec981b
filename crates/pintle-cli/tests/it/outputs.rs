//! The formats of `get`.

use crate::server::{Answer, Server, pod, table};

async fn of_one_pod() -> Server {
    Server::start(|request| match request.contains("/pods/") {
        true => Answer::json(pod("a", 7)),
        false => Answer::json(format!(
            r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{}},"items":[{},{}]}}"#,
            pod("a", 7),
            pod("b", 8)
        )),
    })
    .await
}

#[tokio::test]
async fn a_template_is_filled_in_without_a_line_end() {
    let server = of_one_pod().await;
    let place = server.workplace();
    let one = place.run("get pod a -o jsonpath={.metadata.uid}").await;
    one.prints("uid-a");
    let all = place
        .run("get pods -o jsonpath={.items[*].metadata.name}")
        .await;
    all.prints("a b");
    let each =
        r#"get pods -o jsonpath={range.items[*]}{.metadata.name}={.metadata.uid}{"\n"}{end}"#;
    place.run(each).await.prints("a=uid-a\nb=uid-b\n");
    let json = place
        .run("get pods -o jsonpath-as-json={.items[*].metadata.name}")
        .await;
    json.prints("[\n    \"a\",\n    \"b\"\n]\n");
    place.file("template", "{.kind} {.metadata.name}\n");
    place
        .run("get pod a -o jsonpath-file=template")
        .await
        .prints("Pod a\n");
}

#[tokio::test]
async fn columns_are_the_users() {
    let server = of_one_pod().await;
    let place = server.workplace();
    let columns = "-o custom-columns=NAME:.metadata.name,UID:metadata.uid,NODE:.spec.nodeName";
    place
        .run(&format!("get pods {columns}"))
        .await
        .prints("NAME   UID     NODE\na      uid-a   <none>\nb      uid-b   <none>\n");
    place
        .run(&format!("get pods --no-headers {columns}"))
        .await
        .prints("a     uid-a   <none>\nb     uid-b   <none>\n");
    place.file("columns", "WHO\n.metadata.name\n");
    place
        .run("get pod a -o custom-columns-file=columns")
        .await
        .prints("WHO\na\n");
}

#[tokio::test]
async fn a_format_that_makes_no_sense_is_refused_before_a_server_is_asked() {
    let server = of_one_pod().await;
    let place = server.workplace();
    for (format, problem) in [
        ("nonsense", "is not one of table"),
        ("jsonpath", "no template given"),
        ("jsonpath={.a", "unclosed action"),
        ("jsonpath-file=nowhere", "cannot read nowhere"),
        ("custom-columns=A", "expected <header>:<json-path-expr>"),
    ] {
        let outcome = place.run(&format!("get pods -o {format}")).await;
        assert_eq!(outcome.code, 2, "{outcome:?}");
        assert!(outcome.stderr.contains(problem), "{outcome:?}");
    }
    let outcome = place.run("get pods --show-labels -o json").await;
    outcome.fails(2, "labels are shown in tables only", "");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_template_that_does_not_fit_is_an_error() {
    let server = of_one_pod().await;
    let outcome = server
        .workplace()
        .run("get pod a -o jsonpath={.metadata.name[0]}")
        .await;
    outcome.fails(1, "string is not array or slice", "-o json");
}

#[tokio::test]
async fn labels_have_columns() {
    let server = Server::start(|_| {
        Answer::json(table(5, "", &[("a", 1), ("b", 1)]).replacen(
            r#""uid":"uid-a""#,
            r#""uid":"u","labels":{"example.org/tier":"x","app":"web"}"#,
            1,
        ))
    })
    .await;
    let place = server.workplace();
    place.run("get pods --show-labels").await.prints(
        "NAME   STATUS    LABELS\na      Running   app=web,example.org/tier=x\nb      Running   <none>\n",
    );
    place
        .run("get pods -L example.org/tier,app --no-headers")
        .await
        .prints("a     Running   x        web\nb     Running   <none>   <none>\n");
}
