//! What an answer becomes.

use std::error::Error as _;

use pintle_api::core::v1::{Pod, PodList};
use pintle_client::{Deleted, Error, ErrorKind, Response};
use pintle_meta::GroupVersion;
use pintle_meta::v1::{CreateOptions, DeleteOptions, ListOptions, Status};

use crate::client;

async fn get(status: u16, body: &str) -> Result<Response, Error> {
    let (client, _) = client(status, &[], body);
    client
        .rest(&GroupVersion::core("v1"))
        .get()
        .resource("pods")
        .send()
        .await
}

async fn failure(status: u16, body: &str) -> Error {
    get(status, body).await.unwrap_err()
}

fn status(code: u16, reason: &str) -> String {
    format!(
        r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","message":"because","reason":"{reason}","code":{code}}}"#
    )
}

// claims: rest.result.status
#[tokio::test]
async fn a_status_is_the_error_it_says() {
    let error = failure(404, &status(404, "NotFound")).await;
    assert!(error.is_not_found());
    assert_eq!(error.kind(), ErrorKind::Status);
    assert_eq!(error.as_status().unwrap().message, "because");
    assert_eq!(error.to_string(), "because (NotFound, 404)");
    assert!(
        failure(409, &status(409, "AlreadyExists"))
            .await
            .is_already_exists()
    );
    let error = failure(409, &status(409, "Conflict")).await;
    assert!(error.is_conflict() && !error.is_already_exists());
    assert!(failure(410, &status(410, "Expired")).await.is_gone());
    assert!(
        failure(401, &status(401, "Unauthorized"))
            .await
            .is_unauthorized()
    );
    assert!(failure(403, &status(403, "Forbidden")).await.is_forbidden());
    assert!(failure(422, &status(422, "Invalid")).await.is_invalid());
    assert!(
        failure(429, &status(429, "TooManyRequests"))
            .await
            .is_too_many_requests()
    );
    assert!(failure(504, &status(504, "Timeout")).await.is_timeout());
}

// claims: defects.multi-line-status
#[tokio::test]
async fn a_status_over_several_lines_is_read_as_one() {
    let lines = status(404, "NotFound").replace(',', ",\n  ");
    assert!(lines.lines().count() > 5);
    for body in [lines.replace('\n', "\r\n"), lines] {
        let error = failure(404, &body).await;
        assert_eq!(error.to_string(), "because (NotFound, 404)");
        // Whoever watches is told the same.
        let (client, _) = client(404, &[], &body);
        let watch = client.api::<Pod>().watch(&ListOptions::new()).await;
        let error = watch.unwrap_err();
        assert_eq!(error.to_string(), "because (NotFound, 404)");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_status_gets_one() {
    let error = failure(404, "404 page not found\n").await;
    assert!(error.is_not_found());
    let expected =
        "the server could not find the requested resource: 404 page not found (NotFound, 404)";
    assert_eq!(error.to_string(), expected);
    // A server that does not know the resource says nothing of the object.
    let (ignorant, _) = client(404, &[], "404 page not found\n");
    let pods = ignorant.api::<Pod>().namespace("a");
    assert!(pods.find("b").await.unwrap_err().is_not_found());
    let error = failure(502, "<html>bad gateway</html>").await;
    assert_eq!(error.as_status().unwrap().reason, "InternalError");
    assert!(
        failure(503, "")
            .await
            .to_string()
            .starts_with("the server is currently unable")
    );
    let long = failure(500, &"x".repeat(10_000)).await.to_string();
    assert!(long.len() < 2_300, "{}", long.len());
    let (client, _) = client(409, &[], "");
    let created = client
        .api::<Pod>()
        .namespace("a")
        .create(&Pod::default(), &CreateOptions::new())
        .await;
    assert!(created.unwrap_err().is_already_exists());
}

#[tokio::test]
async fn a_plain_answer_is_known_by_its_code() {
    type Predicate = fn(&Error) -> bool;
    let holds: [(u16, Predicate); 9] = [
        (401, Error::is_unauthorized),
        (403, Error::is_forbidden),
        (404, Error::is_not_found),
        (409, Error::is_conflict),
        (410, Error::is_gone),
        (422, Error::is_invalid),
        (429, Error::is_too_many_requests),
        (504, Error::is_timeout),
        (500, |error| {
            error
                .as_status()
                .is_some_and(|status| status.reason == "InternalError")
        }),
    ];
    // JSON that is no Status comes from something in between, whatever its fields are called.
    for body in [
        "",
        "upstream says no",
        r#"{"code":16,"message":"unauthenticated"}"#,
    ] {
        for (code, is) in holds {
            let error = failure(code, body).await;
            assert!(is(&error), "{code} with {body:?}: {error}");
            assert_eq!(error.as_status().unwrap().code, i32::from(code));
        }
    }
}

#[tokio::test]
async fn a_status_without_a_code_has_that_of_the_answer() {
    let body = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"because"}"#;
    let error = failure(403, body).await;
    assert!(error.is_forbidden());
    assert_eq!(error.to_string(), "because (403)");
}

#[tokio::test]
async fn a_failure_in_the_body_is_a_failure_whatever_the_head_says() {
    let body = status(409, "Conflict");
    assert!(
        get(200, &body)
            .await
            .unwrap()
            .into_object::<Pod>()
            .unwrap_err()
            .is_conflict()
    );
    assert!(
        get(200, &body)
            .await
            .unwrap()
            .into_object::<Status>()
            .unwrap_err()
            .is_conflict()
    );
    assert!(
        get(200, &body)
            .await
            .unwrap()
            .into_value()
            .unwrap_err()
            .is_conflict()
    );
    let (client, _) = client(200, &[], &body);
    let deleted = client
        .api::<Pod>()
        .namespace("a")
        .delete("p", &DeleteOptions::new())
        .await;
    assert!(deleted.unwrap_err().is_conflict());
}

#[tokio::test(start_paused = true)]
async fn when_to_try_again_is_kept() {
    let (client, _) = client(429, &[("retry-after", "7")], "slow down");
    let request = client
        .rest(&GroupVersion::core("v1"))
        .get()
        .resource("pods");
    let error = request.send().await.unwrap_err();
    let details = error.as_status().unwrap().details.as_ref().unwrap();
    assert_eq!(details.retry_after_seconds, 7);
}

#[tokio::test]
async fn the_body_of_an_answer_is_not_printed() {
    let response = get(200, r#"{"data":{"password":"aHVudGVyMg=="}}"#)
        .await
        .unwrap();
    assert!(
        !format!("{response:?}").contains("aHVudGVyMg"),
        "{response:?}"
    );
}

// claims: rest.result.empty
#[tokio::test]
async fn what_cannot_be_read_is_said_with_its_cause() {
    let error = get(200, "")
        .await
        .unwrap()
        .into_object::<Pod>()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidAnswer);
    assert_eq!(error.source().unwrap().to_string(), "the body is empty");
    let error = get(200, r#"{"kind":"Table","apiVersion":"meta.k8s.io/v1"}"#)
        .await
        .unwrap();
    let error = error.into_object::<PodList>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the server's answer to GET /api/v1/pods cannot be read"
    );
    assert!(
        error
            .source()
            .unwrap()
            .to_string()
            .contains("found Table of meta.k8s.io/v1")
    );
    let error = get(200, r#"{"items":[{"metadata":{"name":1}}]}"#)
        .await
        .unwrap();
    let error = error.into_object::<PodList>().unwrap_err();
    assert!(
        error
            .source()
            .unwrap()
            .to_string()
            .ends_with("in items[0].metadata.name"),
        "{error:?}"
    );
}

// claims: rest.result.access
#[tokio::test]
async fn warnings_and_creation_are_seen() {
    let (client, _) = client(201, &[("warning", r#"299 - "unknown field \"x\"""#)], "{}");
    let response = client
        .rest(&GroupVersion::core("v1"))
        .post()
        .resource("pods")
        .send()
        .await
        .unwrap();
    assert!(response.was_created());
    assert_eq!(response.warnings(), ["unknown field \"x\""]);
}

#[tokio::test]
async fn a_delete_is_answered_with_a_status_or_the_object() {
    let delete = async |body: &str| {
        let (client, _) = client(200, &[], body);
        client
            .api::<Pod>()
            .namespace("a")
            .delete("p", &DeleteOptions::new())
            .await
            .unwrap()
    };
    let gone = delete(r#"{"kind":"Status","apiVersion":"v1","status":"Success"}"#).await;
    assert!(matches!(gone, Deleted::Status(status) if status.status == "Success"));
    let ending = delete(r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"}}"#).await;
    assert!(matches!(ending, Deleted::Object(pod) if pod.metadata.name == "p"));
}

// claims: rest.result.success
#[tokio::test]
async fn a_watch_that_is_refused_is_the_error_of_the_refusal() {
    let (client, _) = client(410, &[], &status(410, "Expired"));
    let watch = client
        .api::<Pod>()
        .watch(&ListOptions::new().resource_version("1"))
        .await;
    assert!(watch.unwrap_err().is_gone());
    let (client, _) = crate::client(202, &[], "{}");
    let watch = client.api::<Pod>().watch(&ListOptions::new()).await;
    let error = watch.unwrap_err();
    assert_eq!(error.as_status().unwrap().code, 202, "{error}");
}
