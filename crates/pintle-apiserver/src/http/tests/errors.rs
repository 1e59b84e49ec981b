//! What the server answers when it does not do what is asked.

use super::*;

/// Method, path, body, code, reason and message.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    u16,
    &'static str,
    &'static str,
);

async fn check(cases: &[Case]) {
    let server = Server::new();
    server.create("c1").await;
    for (method, uri, body, code, reason, message) in cases {
        let answered = server.call(method, uri, body).await;
        let expected = (*code, (*reason).to_owned(), (*message).to_owned());
        assert_eq!(answered.failure(), expected, "{method} {uri} {body}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    check(&[
        (
            "GET",
            "/api/v1/namespaces/default/pods/nope",
            "",
            404,
            "NotFound",
            r#"pods "nope" not found"#,
        ),
        (
            "GET",
            "/apis/apps/v1/namespaces/default/deployments/nope",
            "",
            404,
            "NotFound",
            r#"deployments.apps "nope" not found"#,
        ),
        (
            "DELETE",
            "/api/v1/namespaces/nope",
            "",
            404,
            "NotFound",
            r#"namespaces "nope" not found"#,
        ),
        (
            "PUT",
            "/api/v1/namespaces/default/configmaps/nope",
            r#"{"metadata":{"name":"nope"}}"#,
            404,
            "NotFound",
            r#"configmaps "nope" not found"#,
        ),
        (
            "POST",
            "/api/v1/namespaces/nope/configmaps",
            r#"{"metadata":{"name":"a"}}"#,
            404,
            "NotFound",
            r#"namespaces "nope" not found"#,
        ),
    ])
    .await;
    const NO_RESOURCE: &str = "the server could not find the requested resource";
    for uri in [
        "/api/v1/foo",
        "/api/v2",
        "/apis/apps/v2",
        "/apis/apps/v1/foo",
        "/api/v1/pods/foo",
        "/api/v1/namespaces/default/namespaces/x",
        "/api/v1/namespaces/default/pods/foo/log/x",
    ] {
        check(&[("GET", uri, "", 404, "NotFound", NO_RESOURCE)]).await;
    }
    for uri in ["/foo", "/apis/foo"] {
        let answered = Server::new().get(uri).await;
        assert_eq!(
            (answered.code, &*answered.text),
            (404, "404 page not found\n"),
            "{uri}"
        );
    }
}

#[tokio::test]
async fn what_a_resource_does_not_do_is_not_allowed() {
    const MESSAGE: &str = "the server does not allow this method on the requested resource";
    for (method, uri) in [
        ("POST", "/api/v1/pods"),
        ("PUT", "/api/v1/namespaces/default/pods"),
        ("POST", "/api/v1/namespaces/default/configmaps/foo"),
        ("DELETE", "/api/v1/pods"),
        ("DELETE", "/api/v1/namespaces"),
        ("OPTIONS", "/api/v1/namespaces/default/pods"),
        ("POST", "/version"),
    ] {
        check(&[(method, uri, "{}", 405, "MethodNotAllowed", MESSAGE)]).await;
    }
}

#[tokio::test]
async fn nobody_is_told_nothing() {
    let server = Server::new();
    for uri in ["/version", "/readyz", "/api/v1/pods", "/foo"] {
        let request = Request::builder().uri(uri).body(Full::default()).unwrap();
        let request: Request<Full<Bytes>> = request;
        let response = server.api.respond(None, request).await;
        assert_eq!(response.status(), 401, "{uri}");
        let body = response.into_body().collect().await.unwrap();
        assert_eq!(
            body.to_bytes(),
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\
             \"message\":\"Unauthorized\",\"reason\":\"Unauthorized\",\"code\":401}\n"
        );
    }
}

#[tokio::test]
async fn what_a_body_must_be_is_said() {
    const CMS: &str = "/api/v1/namespaces/default/configmaps";
    const PODS: &str = "/api/v1/namespaces/default/pods";
    check(&[
        (
            "POST",
            PODS,
            "{",
            400,
            "BadRequest",
            "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: unexpected end of JSON input ({)",
        ),
        (
            "POST",
            PODS,
            "",
            400,
            "BadRequest",
            "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
        ),
        (
            "POST",
            PODS,
            r#"{"kind":5}"#,
            400,
            "BadRequest",
            r#"the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string ({"kind":5})"#,
        ),
        (
            "POST",
            PODS,
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"#,
            400,
            "BadRequest",
            r#"ConfigMap in version "v1" cannot be handled as a Pod: converting (v1.ConfigMap) to (core.Pod): unknown conversion"#,
        ),
        (
            "POST",
            PODS,
            r#"{"apiVersion":"apps/v1","kind":"Pod","metadata":{"name":"a"}}"#,
            400,
            "BadRequest",
            r#"Pod in version "v1" cannot be handled as a Pod: no kind "Pod" is registered for version "apps/v1" in scheme "pkg/runtime/scheme.go:111""#,
        ),
        (
            "POST",
            PODS,
            r#"{"metadata":{"name":"a","namespace":"other"}}"#,
            400,
            "BadRequest",
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
        (
            "POST",
            CMS,
            r#"{"metadata":{"name":"c6"},"data":{"a":1}}"#,
            400,
            "BadRequest",
            r#"ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string"#,
        ),
        (
            "POST",
            "/api/v1/namespaces/default/configmaps?fieldValidation=Strict",
            r#"{"metadata":{"name":"c5","foo":1},"bar":1,"data":{"a":"1","a":"2"}}"#,
            400,
            "BadRequest",
            r#"ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.foo", unknown field "bar", duplicate field "data.a""#,
        ),
        (
            "POST",
            CMS,
            r#"{"metadata":{"name":"c2","resourceVersion":"5"}}"#,
            500,
            "",
            "resourceVersion should not be set on objects to be created",
        ),
        (
            "POST",
            CMS,
            r#"{"metadata":{}}"#,
            422,
            "Invalid",
            r#"ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required"#,
        ),
        (
            "PUT",
            "/api/v1/namespaces/default/configmaps/c1",
            r#"{"metadata":{"name":"cx"}}"#,
            400,
            "BadRequest",
            "the name of the object (cx) does not match the name on the URL (c1)",
        ),
        (
            "PUT",
            "/api/v1/namespaces/default/configmaps/c1",
            r#"{"metadata":{}}"#,
            400,
            "BadRequest",
            "the name of the object (c1 based on URL) was undeterminable: name must be provided",
        ),
        (
            "PUT",
            "/api/v1/namespaces/default/configmaps/c1",
            r#"{"metadata":{"name":"c1","resourceVersion":"abc"}}"#,
            500,
            "",
            r#"strconv.ParseUint: parsing "abc": invalid syntax"#,
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_options_must_be_is_said() {
    check(&[
        ("GET", "/api/v1/pods?limit=x", "", 400, "BadRequest", r#"strconv.ParseInt: parsing "x": invalid syntax"#),
        (
            "GET",
            "/api/v1/pods?resourceVersion=abc",
            "",
            400,
            "BadRequest",
            r#"invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax"#,
        ),
        (
            "GET",
            "/api/v1/pods?watch=true&resourceVersion=abc",
            "",
            500,
            "",
            r#"resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax"#,
        ),
        ("GET", "/api/v1/pods?fieldSelector=foo%3Dbar", "", 400, "BadRequest", "field label not supported: foo"),
        (
            "GET",
            "/api/v1/configmaps?fieldSelector=foo%3Dbar",
            "",
            400,
            "BadRequest",
            r#""foo" is not a known field selector: only "metadata.name", "metadata.namespace""#,
        ),
        (
            "GET",
            "/api/v1/pods?labelSelector=a%20in%20b",
            "",
            400,
            "BadRequest",
            "unable to parse requirement: found 'b' expected: '('",
        ),
        (
            "GET",
            "/api/v1/pods?continue=e30",
            "",
            400,
            "BadRequest",
            "invalid continue token: continue key is not valid: server does not recognize this encoded version ",
        ),
        (
            "GET",
            "/api/v1/pods?resourceVersion=5&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0",
            "",
            400,
            "BadRequest",
            "specifying resource version is not allowed when using continue",
        ),
        (
            "POST",
            "/api/v1/namespaces/default/configmaps?fieldValidation=Foo",
            "{}",
            422,
            "Invalid",
            r#"CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Foo": supported values: "", "Ignore", "Strict", "Warn""#,
        ),
        (
            "DELETE",
            "/api/v1/namespaces/default/configmaps/c1?dryRun=Foo",
            "",
            422,
            "Invalid",
            r#"DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Foo"]: supported values: "All""#,
        ),
        (
            "DELETE",
            "/api/v1/namespaces/default/configmaps/c1",
            r#"{"propagationPolicy":"Foo"}"#,
            422,
            "Invalid",
            r#"DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Foo": supported values: "Foreground", "Background", "Orphan", "nil""#,
        ),
        (
            "DELETE",
            "/api/v1/namespaces/default/configmaps/c1",
            r#"{"propagationPolicy":"Orphan","orphanDependents":true}"#,
            422,
            "Invalid",
            r#"DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set"#,
        ),
        (
            "DELETE",
            "/api/v1/namespaces/default/configmaps/c1",
            r#"{"gracePeriodSeconds":"x"}"#,
            400,
            "BadRequest",
            "json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64",
        ),
        (
            "DELETE",
            "/api/v1/namespaces/default/configmaps/c1",
            r#"{"kind":"Pod","apiVersion":"v1"}"#,
            400,
            "BadRequest",
            r#"no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111""#,
        ),
    ])
    .await;
}

#[tokio::test]
async fn combinations_of_list_options_are_checked() {
    for (query, message) in [
        (
            "resourceVersionMatch=Exact",
            "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
        ),
        (
            "resourceVersionMatch=Foo&resourceVersion=1",
            r#"resourceVersionMatch: Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", """#,
        ),
        (
            "resourceVersionMatch=Exact&resourceVersion=0",
            r#"resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0""#,
        ),
        (
            "continue=abc&resourceVersionMatch=Exact&resourceVersion=0",
            r#"[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided, resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"]"#,
        ),
        (
            "sendInitialEvents=true",
            "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list",
        ),
        (
            "watch=true&sendInitialEvents=true",
            "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        ),
        (
            "watch=true&resourceVersionMatch=Exact",
            r#"[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]"#,
        ),
        (
            "limit=1&watch=1&continue=abc",
            "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided",
        ),
    ] {
        let answered = Server::new().get(&format!("/api/v1/pods?{query}")).await;
        let message = format!("ListOptions.meta.k8s.io \"\" is invalid: {message}");
        assert_eq!(
            answered.failure(),
            (422, "Invalid".to_owned(), message),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let server = Server::new();
    let body = "x".repeat((3 << 20) + 1);
    assert_eq!(
        server.call("POST", CONFIG_MAPS, &body).await.failure(),
        (
            413,
            "RequestEntityTooLarge".to_owned(),
            "Request entity too large: limit is 3145728".to_owned()
        )
    );
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for_forever() {
    struct Stalled;
    impl http_body::Body for Stalled {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _cx: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
            Poll::Pending
        }
    }
    let server = Server::new();
    let request = Request::builder().method("POST").uri(CONFIG_MAPS);
    let request = request.body(Stalled).unwrap();
    let user = Server::admin();
    let mut response = Box::pin(server.api.respond(Some(&user), request));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(response.as_mut().poll(&mut cx).is_pending());
    server.clock.advance(60 * SECOND);
    assert_eq!(response.await.status(), 504);
}

#[tokio::test]
async fn messages_quote_as_go_does() {
    let server = Server::new();
    // Rust writes it as \u{7}, Go as \a.
    let refused = server.get("/api/v1/configmaps?fieldSelector=%07%3Da").await;
    assert_eq!(
        refused.message(),
        r#""\a" is not a known field selector: only "metadata.name", "metadata.namespace""#
    );
    server.create("c").await;
    let body = r#"{"metadata":{"name":"c","resourceVersion":"\u0007"}}"#;
    let refused = server.call("PUT", &format!("{CONFIG_MAPS}/c"), body).await;
    assert_eq!(
        refused.message(),
        r#"strconv.ParseUint: parsing "\a": invalid syntax"#
    );
}
