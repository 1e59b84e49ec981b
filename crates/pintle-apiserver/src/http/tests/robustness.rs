//! Requests that nobody in their right mind sends.

use pintle_env::Random;

use super::*;

/// Pieces from which paths, queries and bodies are put together.
const PATHS: [&str; 16] = [
    "/api",
    "/apis",
    "/v1",
    "/apps",
    "/namespaces",
    "/default",
    "/pods",
    "/configmaps",
    "/watch",
    "/status",
    "/finalize",
    "/a",
    "/%2e%2e",
    "//",
    "/%ff",
    "/version",
];
const QUERIES: [&str; 22] = [
    "watch=1",
    "timeoutSeconds=0",
    "timeoutSeconds=-1",
    "limit=1",
    "limit=99999999999",
    "limit=-9",
    "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0",
    "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiJhXHUwMDAwIn0",
    "continue=%00",
    "resourceVersion=0",
    "resourceVersion=5",
    "resourceVersion=-1",
    "resourceVersion=18446744073709551615",
    "resourceVersionMatch=Exact",
    "resourceVersionMatch=NotOlderThan",
    "sendInitialEvents=true",
    "allowWatchBookmarks",
    "labelSelector=a%20in%20(b",
    "labelSelector=!a,b",
    "fieldSelector=metadata.name%3Da",
    "dryRun=All",
    "fieldValidation=Strict",
];
const BODIES: [&str; 6] = [
    r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"a":"b"},"finalizers":["x/y"]},"data":{"k":"v"},"binaryData":{"b":"aGk="}}"#,
    r#"{"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"a-","resourceVersion":"7"},"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":"1"}},"livenessProbe":{"httpGet":{"port":80}}}]}}"#,
    r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"b","deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"finalizers":[]}}"#,
    r#"{"gracePeriodSeconds":0,"preconditions":{"uid":"x"},"propagationPolicy":"Foreground"}"#,
    "",
    "[[[[[[",
];

fn pick<'a>(random: &SeededRandom, from: &[&'a str]) -> &'a str {
    from[random.below(from.len() as u64) as usize]
}

fn damage(random: &SeededRandom, body: &str) -> String {
    let mut bytes = body.as_bytes().to_vec();
    for _ in 0..random.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len() as u64) as usize;
        match random.below(4) {
            0 => bytes[at] = b"{}[]\",:0-9nultrue\\\x00x"[random.below(20) as usize],
            1 => drop(bytes.remove(at)),
            2 => bytes.truncate(at),
            _ => bytes.extend_from_within(at..),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn nothing_that_is_sent_does_harm() {
    const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];
    let server = Server::new();
    let random = SeededRandom::new(3);
    for n in 0..20_000 {
        let good = [
            "/api/v1/configmaps",
            CONFIG_MAPS,
            PODS,
            "/api/v1/namespaces",
        ];
        let mut uri = match random.below(3) {
            0 => String::new(),
            _ => pick(&random, &good).to_owned(),
        };
        for _ in 0..random.below(4) {
            uri.push_str(pick(&random, &PATHS));
        }
        uri.push('/');
        for n in 0..random.below(4) {
            uri.push(if n == 0 { '?' } else { '&' });
            uri.push_str(pick(&random, &QUERIES));
        }
        let method = pick(&random, &METHODS);
        let body = damage(&random, pick(&random, &BODIES));
        let request = Request::builder().method(method).uri(&uri);
        let request = request.body(Full::from(body.clone())).unwrap();
        let mut response = Box::pin(server.respond(request));
        let mut cx = Context::from_waker(Waker::noop());
        let response = match response.as_mut().poll(&mut cx) {
            Poll::Ready(response) => response,
            Poll::Pending => {
                // It waits for a revision that never comes.
                server.clock.advance(3 * SECOND);
                response.await
            }
        };
        let code = response.status().as_u16();
        let mut watch = Watching {
            body: response.into_body(),
            lines: String::new(),
        };
        let (lines, _) = watch.poll();
        let text = lines.concat() + &watch.lines;
        let told =
            text.contains(r#""kind":"Status""#) || text.starts_with("404 page") || text.is_empty();
        assert!(
            code < 400 || told,
            "{n}: {method} {uri} {body}: {code} {text}"
        );
        // The two things that the real server calls its own fault.
        let known = code == 504
            || text.contains("strconv.ParseUint")
            || text.contains("resourceVersion should not be set");
        assert!(
            code < 500 || known,
            "{n}: {method} {uri} {body}: {code} {text}"
        );
    }
    assert_eq!(server.get("/api/v1/namespaces/default").await.code, 200);
}
