//! `logs`, of a server that has a few.

use crate::server::{Answer, Server};

fn pod(name: &str, containers: &[&str], annotation: &str) -> String {
    let containers: Vec<String> = containers
        .iter()
        .map(|name| format!(r#"{{"name":"{name}"}}"#))
        .collect();
    format!(
        r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"{name}","namespace":"default","annotations":{{{annotation}}}}},
            "spec":{{"initContainers":[{{"name":"setup"}}],"containers":[{}]}},"status":{{"phase":"Running"}}}}"#,
        containers.join(",")
    )
}

async fn server() -> Server {
    Server::start(|request| {
        let path = request.split(' ').nth(1).unwrap();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        if path.ends_with("/pods") {
            let items = [pod("one", &["main"], ""), pod("two", &["main"], "")].join(",");
            return Answer::json(format!(
                r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{}},"items":[{items}]}}"#
            ));
        }
        match path.rsplit('/').next().unwrap() {
            "one" => Answer::json(pod("one", &["main"], "")),
            "two" => {
                let annotation = r#""kubectl.kubernetes.io/default-container":"side""#;
                Answer::json(pod("two", &["main", "side"], annotation))
            }
            "three" => Answer::json(pod("three", &["main", "side"], "")),
            "log" if query.contains("previous") => Answer::failure(
                400,
                "BadRequest",
                "previous terminated container main not found",
            ),
            "log" => {
                let pod = path.rsplit('/').nth(1).unwrap();
                let container = query
                    .split('&')
                    .find(|part| part.starts_with("container="))
                    .unwrap();
                Answer::events([format!("{pod} {container}\nsec"), "ond\nlast".to_owned()])
            }
            _ => Answer::failure(404, "NotFound", "no such pod"),
        }
    })
    .await
}

#[tokio::test]
async fn a_log_is_passed_on_as_it_is() {
    let server = server().await;
    let place = server.workplace();
    place
        .run("logs one")
        .await
        .prints("one container=main\nsecond\nlast");
    place
        .run("logs pod/one main --timestamps --tail=5")
        .await
        .prints("one container=main\nsecond\nlast");
    place.run("logs one --since=90s --limit-bytes=7").await;
    place
        .run("logs one -f --since-time=2026-05-01T12:00:00Z --tail=-1")
        .await;
    let path = "GET /api/v1/namespaces/default/pods/one";
    let seen = server.seen();
    let logs: Vec<&String> = seen.iter().filter(|line| line.contains("/log")).collect();
    assert_eq!(
        logs,
        [
            &format!("{path}/log?container=main"),
            &format!("{path}/log?container=main&timestamps=true&tailLines=5"),
            &format!("{path}/log?container=main&sinceSeconds=90&limitBytes=7"),
            &format!("{path}/log?container=main&follow=true&sinceTime=2026-05-01T12%3A00%3A00Z"),
        ]
    );
}

#[tokio::test]
async fn of_several_containers_one_is_meant() {
    let server = server().await;
    let place = server.workplace();
    let outcome = place.run("logs three").await;
    assert!(
        outcome.stdout.starts_with("three container=main\n"),
        "{outcome:?}"
    );
    assert_eq!(
        outcome.stderr,
        "Defaulted container \"main\" out of: main, side, setup (init)\n"
    );
    place
        .run("logs two")
        .await
        .prints("two container=side\nsecond\nlast");
    place
        .run("logs two -c main")
        .await
        .prints("two container=main\nsecond\nlast");
    place
        .run("logs two --all-containers --prefix")
        .await
        .prints(
            "[pod/two/setup] two container=setup\n[pod/two/setup] second\n[pod/two/setup] last\
         [pod/two/main] two container=main\n[pod/two/main] second\n[pod/two/main] last\
         [pod/two/side] two container=side\n[pod/two/side] second\n[pod/two/side] last",
        );
    let outcome = place.run("logs two -c nothing").await;
    outcome.fails(
        6,
        "container nothing is not valid for pod two",
        "setup, main, side",
    );
}

#[tokio::test]
async fn of_all_that_are_selected_the_last_lines_are_shown() {
    let server = server().await;
    let place = server.workplace();
    place
        .run("logs -l app=web")
        .await
        .prints("one container=main\nsecond\nlasttwo container=main\nsecond\nlast");
    assert!(
        server
            .seen()
            .iter()
            .any(|line| line.ends_with("container=main&tailLines=10"))
    );
    let outcome = place.run("logs -l app=web -f --max-log-requests 1").await;
    outcome.fails(2, "follow 2 log streams", "--max-log-requests");
    let outcome = place.run("logs -l app=web -f --prefix").await;
    let mut lines: Vec<&str> = outcome.stdout.split_inclusive('\n').collect();
    lines.sort_unstable();
    assert_eq!(outcome.code, 0);
    assert_eq!(outcome.stdout.matches("second\n").count(), 2, "{outcome:?}");
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let server = server().await;
    let place = server.workplace();
    place.run("logs nothing").await.fails(6, "no such pod", "");
    let outcome = place.run("logs one -p").await;
    outcome.fails(1, "previous terminated container main not found", "");
    place
        .run("logs one --since=soon")
        .await
        .fails(2, "is not a duration", "5s");
    place
        .run("logs one --since-time=soon")
        .await
        .fails(2, "is not a time", "");
    place
        .run("logs one --tail=-2")
        .await
        .fails(2, "--tail must be", "");
    place
        .run("logs one --limit-bytes=0")
        .await
        .fails(2, "--limit-bytes must be", "");
}
