//! What client-go makes of a server's answers: recorded by `tools/answers`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Response;
use http_body_util::StreamBody;
use pintle_api::core::v1::{Pod, PodList};
use pintle_client::{Client, Error, Verb};
use pintle_codec::{Value, json};
use pintle_meta::GroupVersion;
use pintle_transport::{Body, Transport};

const ANSWERS: &str = include_str!("oracle/answers.jsonl");

/// Why an answer is not to be what client-go takes it for; nothing if it is.
fn differs(case: &Value) -> Option<&'static str> {
    let text = |name: &str| case.get(name).and_then(Value::as_str).unwrap_or_default();
    let body = STANDARD.decode(text("body")).unwrap();
    let body = String::from_utf8_lossy(&body).into_owned();
    let is_status = body.contains(r#""kind":"Status""#);
    if is_status && text("contentType").starts_with("text/plain") {
        return Some(
            "a document that says to be a Status is one, whatever a proxy made of its type",
        );
    }
    let failed = case.get("failed").and_then(Value::as_bool) == Some(true);
    if failed && text("reason") == "NotFound" && case.get("code").is_none() {
        return Some("a Status without a code has that of the answer");
    }
    if !failed && is_status {
        return Some("a Status is no pod; client-go returns one without a name");
    }
    None
}

async fn ask(case: &Value) -> Result<(), Error> {
    let text = |name: &str| case.get(name).and_then(Value::as_str).unwrap_or_default();
    let body = Bytes::from(STANDARD.decode(text("body")).unwrap());
    let cut = case.get("cut").is_some();
    let status = u16::try_from(case.get("status").and_then(Value::as_int).unwrap()).unwrap();
    let (content_type, retry_after) = (
        text("contentType").to_owned(),
        text("retryAfter").to_owned(),
    );
    let service = tower::service_fn(move |_: http::Request<Body>| {
        let mut response = Response::builder().status(status);
        for (name, value) in [
            ("content-type", &content_type),
            ("retry-after", &retry_after),
        ] {
            if !value.is_empty() {
                response = response.header(name, value);
            }
        }
        let mut pieces = vec![Ok(http_body::Frame::data(body.clone()))];
        if cut {
            pieces.push(Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof)));
        }
        let pieces = crate::Trickle {
            items: pieces.into_iter(),
            slow: false,
            waited: false,
        };
        let response = response.body(StreamBody::new(pieces)).unwrap();
        async move { Ok::<_, pintle_transport::Error>(response) }
    });
    let client = Client::from_transport(Transport::from_service(service), "default");
    let rest = client.rest(&GroupVersion::core("v1"));
    let verb = match text("verb") {
        "get" | "list" => Verb::Get,
        "post" => Verb::Post,
        "put" => Verb::Put,
        "patch" => Verb::Patch,
        "delete" => Verb::Delete,
        other => panic!("no verb: {other}"),
    };
    let request = rest.verb(verb).namespace("ns").resource("pods");
    match text("verb") {
        "list" => request.send().await?.into_object::<PodList>().map(drop),
        "post" => request.send().await?.into_object::<Pod>().map(drop),
        _ => request
            .name("name")
            .send()
            .await?
            .into_object::<Pod>()
            .map(drop),
    }
}

/// Which of the predicates that client-go has too hold.
fn predicates(error: &Error) -> String {
    let all = [
        ("already_exists", error.is_already_exists()),
        ("conflict", error.is_conflict()),
        ("forbidden", error.is_forbidden()),
        ("gone", error.is_gone()),
        ("invalid", error.is_invalid()),
        ("not_found", error.is_not_found()),
        ("timeout", error.is_timeout()),
        ("too_many_requests", error.is_too_many_requests()),
        ("unauthorized", error.is_unauthorized()),
    ];
    let hold = all.iter().filter(|(_, holds)| *holds);
    let hold = hold.map(|(name, _)| *name);
    hold.collect::<Vec<_>>().join(" ")
}

// claims: rest.result.status, rest.result.synthesised, rest.result.empty, rest.result.success, rest.result.table
#[tokio::test(start_paused = true)]
async fn answers_are_the_errors_that_client_go_takes_them_for() {
    let mut problems = Vec::new();
    let (mut count, mut differing) = (0, 0);
    for line in ANSWERS.lines() {
        count += 1;
        let case = json::parse(line.as_bytes()).unwrap();
        let number = |name: &str| case.get(name).and_then(Value::as_int).unwrap_or(0);
        let text = |name: &str| case.get(name).and_then(Value::as_str).unwrap_or_default();
        let outcome = ask(&case).await;
        let failed = case.get("failed").and_then(Value::as_bool).unwrap();
        let expected = (
            failed,
            text("reason").to_owned(),
            number("code"),
            number("retryAfterSeconds"),
            text("is").to_owned(),
        );
        let found = match &outcome {
            Ok(()) => (false, String::new(), 0, 0, String::new()),
            Err(error) => {
                let status = error.as_status();
                let seconds = status
                    .and_then(|it| it.details.as_ref())
                    .map_or(0, |it| it.retry_after_seconds);
                let reason = status.map_or_else(String::new, |it| it.reason.to_string());
                let code = status.map_or(0, |it| it.code);
                (
                    true,
                    reason,
                    i64::from(code),
                    i64::from(seconds),
                    predicates(error),
                )
            }
        };
        match (found == expected, differs(&case)) {
            (true, _) => {}
            (false, Some(_)) => differing += 1,
            (false, None) => {
                let body = STANDARD.decode(text("body")).unwrap();
                let body = String::from_utf8_lossy(&body).into_owned();
                problems.push(format!(
                    "{line}\n    {body:?}\n    {found:?} is not {expected:?}"
                ));
            }
        }
    }
    assert_eq!(differing, 13);
    assert!(count >= 300, "{count}");
    let failed = problems.len();
    assert!(
        problems.is_empty(),
        "{failed} of {count}:\n{}",
        problems.join("\n")
    );
}
