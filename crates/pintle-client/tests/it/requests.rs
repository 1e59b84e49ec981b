//! What is sent.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pintle_api::apps::v1::Deployment;
use pintle_api::core::v1::{Node, Pod};
use pintle_client::{Client, ErrorKind, ListWatch, Lister as _, Request, RestClient};
use pintle_config::Impersonation;
use pintle_meta::v1::{CreateOptions, DeleteOptions, ListOptions, UpdateOptions};
use pintle_meta::{FieldSelector, GroupVersion};
use pintle_transport::{Body, RequestOptions, Transport};

use crate::client;

fn core() -> RestClient {
    client(200, &[], "{}").0.rest(&GroupVersion::core("v1"))
}

fn path(request: Request) -> String {
    request.path_and_query().unwrap()
}

fn mistake(request: Request) -> String {
    let error = request.path_and_query().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misuse);
    error.to_string()
}

// claims: rest.request.parts, rest.request.absolute-path
#[test]
fn parts_come_in_kubernetes_order_whatever_the_order_of_calls() {
    let rest = core();
    let request = rest
        .get()
        .name("web-0")
        .subresource(["status"])
        .namespace("default")
        .resource("pods");
    assert_eq!(
        path(request),
        "/api/v1/namespaces/default/pods/web-0/status"
    );
    assert_eq!(
        path(rest.get().namespace("").resource("pods")),
        "/api/v1/pods"
    );
    assert_eq!(
        path(rest.get().resource("Pods").suffix(["x", "y"])),
        "/api/v1/pods/x/y"
    );
    assert_eq!(
        path(rest.get().abs_path("/version").param("a", "b c&d")),
        "/version?a=b%20c%26d"
    );
    assert_eq!(
        path(rest.get().abs_path("/readyz").suffix(["etcd"])),
        "/readyz/etcd"
    );
    let foreign = rest
        .get()
        .abs_path("/apis/x/v1/")
        .namespace("a")
        .resource("foos")
        .name("b");
    assert_eq!(path(foreign), "/apis/x/v1/namespaces/a/foos/b");
    assert_eq!(path(rest.get().abs_path("/")), "/");
    let apps = client(200, &[], "{}")
        .0
        .rest(&GroupVersion::new("apps", "v1"));
    assert_eq!(
        path(apps.get().resource("deployments")),
        "/apis/apps/v1/deployments"
    );
}

// claims: rest.request.uri
#[test]
fn a_uri_that_a_server_names_keeps_its_query() {
    let uri = "/openapi/v3/apis/apps/v1?hash=A%2BB%3D%3D&q=a+b&empty=&flag";
    let request = core().get().request_uri(uri).param("timeout", "32s");
    let expected = "/openapi/v3/apis/apps/v1?hash=A%2BB%3D%3D&q=a%20b&empty=&flag=&timeout=32s";
    assert_eq!(path(request), expected);
    assert_eq!(path(core().get().request_uri("/version")), "/version");
    for wrong in ["version", "/a/../b?c=d", "/a?b=%ff", "/a#b"] {
        mistake(core().get().request_uri(wrong));
    }
    mistake(core().get().abs_path("/a").request_uri("/b?c=d"));
}

// claims: rest.request.versioned-params
#[test]
fn options_become_parameters() {
    let options = ListOptions::new()
        .labels("app in (a,b)")
        .fields("metadata.name=x")
        .limit(5)
        .bookmarks();
    assert_eq!(
        path(core().get().resource("pods").versioned_params(&options)),
        "/api/v1/pods?labelSelector=app%20in%20%28a%2Cb%29&fieldSelector=metadata.name%3Dx\
         &allowWatchBookmarks=true&limit=5",
    );
}

// claims: rest.request.first-mistake, rest.request.once, rest.request.segments
#[test]
fn the_first_mistake_is_the_one_that_is_reported() {
    let rest = core();
    let request = rest
        .get()
        .resource("pods")
        .name("a/b")
        .name("c")
        .namespace("..");
    assert_eq!(
        mistake(request),
        r#"the name "a/b" may not contain '/' or '%'"#
    );
    assert!(mistake(rest.get().resource("pods").resource("pods")).contains("set twice"));
    assert!(mistake(rest.get().resource("pods").name("")).contains("is empty"));
    assert!(mistake(rest.get().namespace("..").resource("pods")).contains("'..'"));
    assert!(mistake(rest.get().abs_path("/apis/../x")).contains("absolute path"));
    assert!(
        mistake(rest.get().resource("pods").subresource(["status"])).contains("name of its object")
    );
    assert!(mistake(rest.get().resource("pods").header("x y", "secret")).contains("\"x y\""));
    assert!(!mistake(rest.get().header("x", "secret\n")).contains("secret"));
}

// claims: rest.request.empty-namespace
#[test]
fn an_empty_namespace_is_refused_where_it_would_change_the_meaning() {
    let rest = core();
    for request in [rest.get(), rest.put(), rest.delete()] {
        assert!(
            mistake(request.namespace("").resource("pods").name("a")).contains("empty namespace")
        );
    }
    assert!(mistake(rest.post().namespace("").resource("pods")).contains("empty namespace"));
}

// claims: rest.request.first-mistake
#[tokio::test]
async fn nothing_is_sent_after_a_mistake() {
    let (client, seen) = client(200, &[], "{}");
    let rest = client.rest(&GroupVersion::core("v1"));
    let error = rest
        .delete()
        .resource("pods")
        .name("")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misuse);
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_api_sends_what_kubernetes_expects() {
    let (client, seen) = client(200, &[], r#"{"metadata":{}}"#);
    let pods = client.api::<Pod>();
    let mut pod = Pod::default();
    pod.metadata.name = "web-0".into();
    pods.list(&ListOptions::new().timeout_seconds(7))
        .await
        .unwrap();
    pods.list(&ListOptions::new().timeout_seconds(0))
        .await
        .unwrap();
    pods.default_namespace().get("web-0").await.unwrap();
    let pods = pods.namespace("b");
    pods.create(&pod, &CreateOptions::new().dry_run())
        .await
        .unwrap();
    pods.update(&pod, &UpdateOptions::new().field_manager("me"))
        .await
        .unwrap();
    pods.delete(
        "web-0",
        &DeleteOptions::new().grace_period_seconds(0).only_uid("u"),
    )
    .await
    .unwrap();
    client.api::<Node>().get("n").await.unwrap();
    client
        .api::<Deployment>()
        .namespace("b")
        .get("d")
        .await
        .unwrap();
    let seen = seen.lock().unwrap();
    let lines: Vec<&str> = seen.iter().map(|request| request.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "GET /api/v1/pods?timeoutSeconds=7&timeout=7s",
            "GET /api/v1/pods?timeoutSeconds=0",
            "GET /api/v1/namespaces/team-a/pods/web-0",
            "POST /api/v1/namespaces/b/pods?dryRun=All",
            "PUT /api/v1/namespaces/b/pods/web-0?fieldManager=me",
            "DELETE /api/v1/namespaces/b/pods/web-0",
            "GET /api/v1/nodes/n",
            "GET /apis/apps/v1/namespaces/b/deployments/d",
        ],
    );
    assert_eq!(seen[3].content_type, "application/json");
    assert!(
        seen[3]
            .body
            .starts_with(r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0"}"#)
    );
    assert_eq!(
        seen[5].body,
        r#"{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0,"preconditions":{"uid":"u"}}"#,
    );
}

#[tokio::test]
async fn a_list_watch_adds_its_selector_or_what_its_function_says() {
    let (client, seen) = client(200, &[], "{}");
    let rest = client.rest(&GroupVersion::core("v1"));
    let named = ListWatch::<Pod>::from_client(&rest, "pods", "default", FieldSelector::name("a"));
    named.list(ListOptions::new()).await.unwrap();
    let everywhere = ListWatch::<Pod>::filtered(&rest, "pods", "", |options| {
        options.label_selector = "x".into();
    });
    everywhere.list(ListOptions::new().limit(1)).await.unwrap();
    let lines: Vec<String> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|request| request.line.clone())
        .collect();
    assert_eq!(
        lines,
        [
            "GET /api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Da",
            "GET /api/v1/pods?labelSelector=x&limit=1",
        ],
    );
}

// claims: rest.request.max-retries
#[tokio::test(start_paused = true)]
async fn how_often_a_request_is_sent_again_can_be_chosen() {
    let (client, seen) = client(429, &[("retry-after", "1")], "slow down");
    let count = || seen.lock().unwrap().drain(..).count();
    let rest = client.rest(&GroupVersion::core("v1"));
    rest.get().resource("pods").send().await.unwrap_err();
    assert_eq!(count(), 11);
    let pods = rest.get().resource("pods").max_retries(2);
    pods.send().await.unwrap_err();
    assert_eq!(count(), 3);
    let never = client.request_options(RequestOptions::new().max_retries(0));
    never
        .api::<Pod>()
        .list(&ListOptions::new())
        .await
        .unwrap_err();
    assert_eq!(count(), 1);
}

#[tokio::test]
async fn one_request_or_one_client_can_act_as_somebody_else() {
    let users = Arc::new(Mutex::new(Vec::new()));
    let seen = users.clone();
    let service = tower::service_fn(move |request: http::Request<Body>| {
        let user = request.headers().get("impersonate-user");
        let user = user.map_or("nobody", |user| user.to_str().unwrap());
        seen.lock().unwrap().push(user.to_owned());
        async { Ok::<_, pintle_transport::Error>(http::Response::new(Body::from("{}"))) }
    });
    let client = Client::from_transport(Transport::from_service(service), "default");
    let jane = RequestOptions::new().impersonate(Impersonation::of("jane"));
    let jane = client.clone().request_options(jane);
    for client in [client, jane] {
        let rest = client.rest(&GroupVersion::core("v1"));
        rest.get().resource("pods").send().await.unwrap();
        let john = rest.get().resource("pods");
        let john = john.impersonate(Impersonation::of("john"));
        john.send().await.unwrap();
    }
    assert_eq!(*users.lock().unwrap(), ["nobody", "john", "jane", "john"]);
}

// claims: rest.request.timeout
#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_request_that_gets_no_answer() {
    let service = tower::service_fn(|_: http::Request<pintle_transport::Body>| {
        std::future::pending::<
            Result<http::Response<pintle_transport::Body>, pintle_transport::Error>,
        >()
    });
    let transport = pintle_transport::Transport::from_service(service);
    let rest =
        pintle_client::Client::from_transport(transport, "default").rest(&GroupVersion::core("v1"));
    let error = rest
        .get()
        .resource("pods")
        .timeout(Duration::from_secs(3))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    assert!(error.is_timeout());
    assert_eq!(error.to_string(), "no answer to GET /api/v1/pods within 3s");
}
