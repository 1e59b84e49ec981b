//! Connecting clients with kubelets, pods, services and nodes: everything that is decided before
//! anybody is connected to. What is behind that is in `tests/it`, and in the gate.

use http::Request;
use http_body_util::Full;

use super::{Answered, PODS, Server};

/// A server with pods of all sorts, of which none is where a kubelet answers.
async fn cluster() -> Server {
    let server = Server::new();
    for (name, more) in [
        (
            "one",
            r#""nodeName":"dead","containers":[{"name":"main","ports":[{"containerPort":80}]}]"#,
        ),
        (
            "many",
            r#""nodeName":"dead","initContainers":[{"name":"before"}],
               "containers":[{"name":"a"},{"name":"b"}]"#,
        ),
        ("homeless", r#""containers":[{"name":"main"}]"#),
        (
            "lost",
            r#""nodeName":"nowhere","containers":[{"name":"main"}]"#,
        ),
        (
            "silent",
            r#""nodeName":"empty","containers":[{"name":"main"}]"#,
        ),
    ] {
        let pod = format!(r#"{{"metadata":{{"name":"{name}"}},"spec":{{{more}}}}}"#);
        created(server.call("POST", PODS, &pod).await);
    }
    for (name, addresses) in [
        ("dead", r#"[{"type":"InternalIP","address":"127.0.0.1"}]"#),
        ("empty", "[]"),
        (
            "odd",
            r#"[{"type":"Other","address":"a"},{"type":"Another","address":"b"}]"#,
        ),
        (
            "metadata",
            r#"[{"type":"InternalIP","address":"169.254.169.254"}]"#,
        ),
        ("named", r#"[{"type":"Hostname","address":"localhost"}]"#),
    ] {
        let node = format!(
            r#"{{"metadata":{{"name":"{name}"}},"status":{{"addresses":{addresses},
                "daemonEndpoints":{{"kubeletEndpoint":{{"Port":1}}}}}}}}"#
        );
        created(server.call("POST", "/api/v1/nodes", &node).await);
        let status = format!("/api/v1/nodes/{name}/status");
        assert_eq!(server.call("PUT", &status, &node).await.code, 200);
    }
    server
}

fn created(answered: Answered) {
    assert_eq!(answered.code, 201, "{answered:?}");
}

/// Sends a request that asks to leave HTTP.
async fn upgrade(server: &Server, uri: &str) -> Answered {
    let request = Request::get(uri)
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket");
    server.send(request.body(Full::default()).unwrap()).await
}

#[tokio::test]
async fn a_container_is_named_or_the_only_one() {
    let server = cluster().await;
    for (query, message) in [
        (
            "many/log",
            "a container name must be specified for pod many, choose one of: [before a b]",
        ),
        (
            "many/log?container=nope",
            "container nope is not valid for pod many",
        ),
        (
            "one/log?container=before",
            "container before is not valid for pod one",
        ),
        (
            "many/exec?command=true",
            "a container name must be specified for pod many, choose one of: [before a b]",
        ),
        (
            "many/attach?container=c",
            "container c is not valid for pod many",
        ),
    ] {
        let answered = server.get(&format!("{PODS}/{query}")).await;
        assert_eq!(
            answered.failure(),
            (400, "BadRequest".to_owned(), message.to_owned()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_pod_without_a_node_has_no_log_and_no_streams() {
    let server = cluster().await;
    let log = server.get(&format!("{PODS}/homeless/log")).await;
    assert_eq!((log.code, &*log.text), (204, ""));
    assert!(!log.headers.contains_key("content-type"));
    for what in ["exec?command=true", "attach", "portforward"] {
        let answered = server.get(&format!("{PODS}/homeless/{what}")).await;
        assert_eq!(answered.code, 400);
        let message = "pod homeless does not have a host assigned";
        assert_eq!(answered.message(), message);
    }
}

#[tokio::test]
async fn who_is_not_there_is_said_by_the_resource_of_the_request() {
    let server = cluster().await;
    for (uri, code, message) in [
        (
            "namespaces/default/pods/nothing/log",
            404,
            r#"pods "nothing" not found"#,
        ),
        (
            "namespaces/default/pods/nothing/exec",
            404,
            r#"pods "nothing" not found"#,
        ),
        (
            "namespaces/default/pods/nothing/proxy/x",
            404,
            r#"pods "nothing" not found"#,
        ),
        // A node, but a request for pods.
        (
            "namespaces/default/pods/lost/log",
            404,
            r#"pods "nowhere" not found"#,
        ),
        (
            "namespaces/default/pods/lost/exec",
            404,
            r#"pods "nowhere" not found"#,
        ),
        (
            "namespaces/default/pods/silent/log",
            500,
            "no preferred addresses found; known addresses: []",
        ),
        ("nodes/nothing/proxy/", 404, r#"nodes "nothing" not found"#),
        ("nodes/http:dead/proxy/", 404, r#"nodes "http" not found"#),
        (
            "nodes/odd/proxy/",
            500,
            "no preferred addresses found; known addresses: [{Other a} {Another b}]",
        ),
        (
            "namespaces/default/services/no/proxy/",
            404,
            r#"services "no" not found"#,
        ),
        (
            "namespaces/default/services/no:80/proxy/",
            404,
            r#"services "no" not found"#,
        ),
    ] {
        let answered = server.get(&format!("/api/v1/{uri}")).await;
        assert_eq!(
            (answered.code, &*answered.message()),
            (code, message),
            "{uri}"
        );
    }
}

#[tokio::test]
async fn a_kubelet_that_is_not_there_is_an_error_that_says_where() {
    let server = cluster().await;
    let log = server
        .get(&format!("{PODS}/one/log?tailLines=3&follow=1"))
        .await;
    let message = "Get \"https://127.0.0.1:1/containerLogs/default/one/main?follow=true&tailLines=3\": \
                   dial tcp 127.0.0.1:1: connect: connection refused";
    assert_eq!((log.code, &*log.message()), (500, message));
    let exec = upgrade(&server, &format!("{PODS}/one/exec?command=true")).await;
    let message = "error dialing backend: dial tcp 127.0.0.1:1: connect: connection refused";
    assert_eq!((exec.code, &*exec.message()), (500, message));
}

#[tokio::test]
async fn options_of_logs_are_checked() {
    let server = cluster().await;
    let at_least_one = "must be greater than 0";
    for (query, code, message) in [
        (
            "tailLines=-1",
            422,
            "tailLines: Invalid value: -1: must be greater than or equal to 0".to_owned(),
        ),
        (
            "limitBytes=0",
            422,
            format!("limitBytes: Invalid value: 0: {at_least_one}"),
        ),
        (
            "sinceSeconds=0",
            422,
            format!("sinceSeconds: Invalid value: 0: {at_least_one}"),
        ),
        (
            "sinceSeconds=1&sinceTime=2024-01-01T00:00:00Z",
            422,
            "[]: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"
                .to_owned(),
        ),
        (
            "stream=All",
            422,
            "stream: Forbidden: may not be specified".to_owned(),
        ),
        (
            "tailLines=-1&limitBytes=0&sinceSeconds=0",
            422,
            format!(
                "[tailLines: Invalid value: -1: must be greater than or equal to 0, limitBytes: \
                 Invalid value: 0: {at_least_one}, sinceSeconds: Invalid value: 0: {at_least_one}]"
            ),
        ),
        (
            "tailLines=x",
            400,
            r#"strconv.ParseInt: parsing "x": invalid syntax"#.to_owned(),
        ),
        (
            "tailLines=",
            400,
            r#"strconv.ParseInt: parsing "": invalid syntax"#.to_owned(),
        ),
        (
            "sinceTime=nope",
            400,
            "parsing time \"nope\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"nope\" as \
             \"2006\""
                .to_owned(),
        ),
    ] {
        let answered = server.get(&format!("{PODS}/one/log?{query}")).await;
        let message = match code {
            422 => format!("PodLogOptions \"one\" is invalid: {message}"),
            _ => message,
        };
        assert_eq!(
            (answered.code, answered.message()),
            (code, message),
            "{query}"
        );
    }
    // They come before the pod is looked for.
    let answered = server
        .get(&format!("{PODS}/nothing/log?limitBytes=0"))
        .await;
    assert_eq!(answered.code, 422);
}

#[tokio::test]
async fn options_of_streams_are_checked() {
    let server = cluster().await;
    for (query, message) in [
        (
            "one/exec?command=true&dryRun=All",
            "dryRun is not supported",
        ),
        ("one/proxy/x?dryRun=", "dryRun is not supported"),
        ("one/exec?command=true", "Upgrade request required"),
        ("one/attach?stdout=1", "Upgrade request required"),
        ("one/portforward", "Upgrade request required"),
        (
            "one/portforward?ports=x",
            r#"cannot convert to []int32: strconv.ParseUint: parsing "x": invalid syntax"#,
        ),
        (
            "one/portforward?ports=%2B1",
            r#"cannot convert to []int32: strconv.ParseUint: parsing "+1": invalid syntax"#,
        ),
        (
            "one/portforward?ports=7&ports=8,99999",
            r#"cannot convert to []int32: strconv.ParseUint: parsing "99999": value out of range"#,
        ),
    ] {
        let answered = server.get(&format!("{PODS}/{query}")).await;
        assert_eq!(
            (answered.code, &*answered.message()),
            (400, message),
            "{query}"
        );
    }
}

#[tokio::test]
async fn methods_are_those_of_the_real_server() {
    let server = cluster().await;
    let proxied = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    for (what, allowed) in [
        ("log", &["GET"][..]),
        ("exec", &["GET", "POST"]),
        ("attach", &["GET", "POST"]),
        ("portforward", &["GET", "POST"]),
        ("proxy/", &proxied),
    ] {
        for method in proxied.iter().chain(&["TRACE", "FOO"]) {
            let answered = server
                .call(method, &format!("{PODS}/homeless/{what}"), "")
                .await;
            let expected = allowed.contains(method);
            assert_eq!(answered.code != 405, expected, "{method} {what}");
        }
    }
}

#[tokio::test]
async fn what_is_proxied_to_is_no_address_of_the_server_itself() {
    let server = cluster().await;
    for node in ["dead", "metadata", "named", "https:dead:6443", "dead:22"] {
        let answered = server.get(&format!("/api/v1/nodes/{node}/proxy/")).await;
        assert_eq!(
            (answered.code, &*answered.message()),
            (400, "address not allowed"),
            "{node}"
        );
    }
    for address in [
        "127.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "::1",
        "fe80::1",
        "",
        "x",
    ] {
        let status = format!(
            r#"{{"metadata":{{"name":"one"}},"status":{{"podIP":"{address}",
                "podIPs":[{{"ip":"{address}"}}]}}}}"#
        );
        let uri = format!("{PODS}/one/status");
        assert_eq!(server.call("PUT", &uri, &status).await.code, 200);
        for pod in ["one", "one:80", "https:one:443"] {
            let answered = server.get(&format!("{PODS}/{pod}/proxy/")).await;
            assert_eq!(
                (answered.code, &*answered.message()),
                (400, "address not allowed"),
                "{address:?}"
            );
        }
    }
}

#[tokio::test]
async fn names_have_a_scheme_and_a_port_at_most() {
    let server = cluster().await;
    for (resource, what) in [
        ("namespaces/default/pods", "pod"),
        ("namespaces/default/services", "service"),
        ("nodes", "node"),
    ] {
        for id in ["ftp:one:80", "a:b:c:d", ":", "http::80"] {
            let answered = server.get(&format!("/api/v1/{resource}/{id}/proxy/")).await;
            let message = format!("invalid {what} request \"{id}\"");
            assert_eq!((answered.code, answered.message()), (400, message));
        }
    }
}

#[tokio::test]
async fn an_endpoint_of_a_service_is_a_pod_that_has_its_address() {
    let server = cluster().await;
    let at = |resource: &str| format!("/api/v1/namespaces/default/{resource}");
    let service = r#"{"metadata":{"name":"web"},"spec":{"ports":[
        {"name":"http","port":8000},{"name":"tls","port":8443}]}}"#;
    created(server.call("POST", &at("services"), service).await);
    let subset = |ip: &str, target: &str| {
        format!(
            r#"{{"metadata":{{"name":"web"}},"subsets":[{{"addresses":[{{"ip":"{ip}"{target}}}],
                "ports":[{{"name":"http","port":1}}]}}]}}"#
        )
    };
    let one = r#","targetRef":{"kind":"Pod","namespace":"default","name":"one"}"#;
    created(
        server
            .call("POST", &at("endpoints"), &subset("192.0.2.9", ""))
            .await,
    );
    let get = async |id: &str| {
        let answered = server.get(&at(&format!("services/{id}/proxy/"))).await;
        (answered.code, answered.message())
    };
    let unavailable = |id: &str| (503, format!("no endpoints available for service \"{id}\""));
    assert_eq!(get("web:http").await, unavailable("web:http"));
    assert_eq!(get("web").await, unavailable("web"));
    assert_eq!(get("web:nope").await, unavailable("web:nope"));
    let none = "no service port 80 found for service \"web\"".to_owned();
    assert_eq!(get("web:80").await, (503, none));
    for (ip, target) in [
        // The pod has another address, is in another namespace, or has one that is nobody's.
        ("192.0.2.9", one.to_owned()),
        ("192.0.2.8", one.replace("default", "kube-system")),
        ("127.0.0.1", one.to_owned()),
    ] {
        let status = format!(
            r#"{{"metadata":{{"name":"one"}},"status":{{"podIPs":[{{"ip":"{}"}}]}}}}"#,
            if ip == "127.0.0.1" { ip } else { "192.0.2.8" }
        );
        let uri = format!("{PODS}/one/status");
        assert_eq!(server.call("PUT", &uri, &status).await.code, 200);
        let endpoints = subset(ip, &target);
        let answered = server.call("PUT", &at("endpoints/web"), &endpoints).await;
        assert_eq!(answered.code, 200, "{answered:?}");
        assert_eq!(
            get("web:8000").await,
            unavailable("web:8000"),
            "{ip} {target}"
        );
    }
}

#[tokio::test]
async fn the_root_of_a_proxy_has_a_slash() {
    let server = cluster().await;
    let status = r#"{"metadata":{"name":"one"},"status":{"podIPs":[{"ip":"192.0.2.8"}]}}"#;
    let uri = format!("{PODS}/one/status");
    assert_eq!(server.call("PUT", &uri, status).await.code, 200);
    for (asked, location) in [
        ("one/proxy", "one/proxy/"),
        ("one:1/proxy?a=b", "one:1/proxy/?a=b"),
    ] {
        let answered = server.get(&format!("{PODS}/{asked}")).await;
        assert_eq!((answered.code, &*answered.text), (301, ""));
        let expected = format!("{PODS}/{location}");
        assert_eq!(answered.headers["location"], *expected);
    }
}

#[tokio::test]
async fn logs_are_negotiated_as_objects_are() {
    let server = cluster().await;
    let uri = format!("{PODS}/homeless/log");
    assert_eq!(server.get_as(&uri, "application/json, */*").await.code, 204);
    assert_eq!(server.get_as(&uri, "text/plain").await.code, 406);
}
