//! Tables.

use super::*;

const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

fn rows(answered: &Answered) -> Vec<String> {
    let json = answered.json();
    let rows = json.get("rows").and_then(Value::as_array).unwrap();
    rows.iter()
        .map(|row| {
            let mut text = Vec::new();
            json::write(row, &mut text);
            String::from_utf8(text).unwrap()
        })
        .collect()
}

#[tokio::test]
async fn every_kind_has_its_columns() {
    let server = Server::new();
    for (uri, columns) in [
        (
            "/api/v1/pods",
            "Name:0 Ready:0 Status:0 Restarts:0 Age:0 IP:1 Node:1 Nominated Node:1 Readiness Gates:1",
        ),
        ("/api/v1/namespaces", "Name:0 Status:0 Age:0"),
        ("/api/v1/configmaps", "Name:0 Data:0 Age:0"),
        (
            "/api/v1/services",
            "Name:0 Type:0 Cluster-IP:0 External-IP:0 Port(s):0 Age:0 Selector:1",
        ),
        (
            "/apis/apps/v1/deployments",
            "Name:0 Ready:0 Up-to-date:0 Available:0 Age:0 Containers:1 Images:1 Selector:1",
        ),
    ] {
        let table = server.get_as(uri, TABLE).await.json();
        let shown: Vec<_> = table
            .get("columnDefinitions")
            .and_then(Value::as_array)
            .unwrap()
            .iter()
            .map(|column| {
                let name = column.get("name").and_then(Value::as_str).unwrap();
                let priority = column.get("priority").and_then(Value::as_int).unwrap();
                format!("{name}:{priority}")
            })
            .collect();
        assert_eq!(shown.join(" "), columns, "{uri}");
    }
}

#[tokio::test]
async fn rows_carry_what_is_asked_for() {
    let server = Server::new();
    server
        .call(
            "POST",
            CONFIG_MAPS,
            r#"{"metadata":{"name":"a"},"data":{"x":"1","y":"2"}}"#,
        )
        .await;
    server.clock.advance(90 * SECOND);
    let get = |query: &str| {
        let uri = format!("{CONFIG_MAPS}?{query}");
        let server = &server;
        async move { server.get_as(&uri, TABLE).await }
    };
    assert_eq!(
        rows(&get("includeObject=None").await),
        [r#"{"cells":["a",2,"90s"],"object":null}"#]
    );
    let metadata = rows(&get("").await);
    assert!(
        metadata[0].starts_with(
            r#"{"cells":["a",2,"90s"],"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a","#
        ),
        "{}",
        metadata[0]
    );
    assert!(
        rows(&get("includeObject=Object").await)[0].contains(r#""object":{"kind":"ConfigMap""#)
    );
    assert_eq!(
        get("includeObject=Foo").await.message(),
        "Unable to convert to Table as requested: includeObject: Invalid value: \"Foo\": must be 'Metadata', 'Object', 'None', or empty"
    );
    let one = server
        .get_as(&format!("{CONFIG_MAPS}/a?includeObject=None"), TABLE)
        .await;
    assert_eq!(one.text_at(&["metadata", "resourceVersion"]), "6");
    assert_eq!(rows(&one).len(), 1);
}

#[tokio::test]
async fn services_and_deployments_are_shown() {
    let server = Server::new();
    let services = "/api/v1/namespaces/default/services";
    let service = r#"{"metadata":{"name":"s"},"spec":{"type":"NodePort","clusterIP":"10.0.0.1","ports":[{"port":443,"nodePort":30443},{"port":80,"nodePort":30080}],"selector":{"b":"2","a":"1"}}}"#;
    server.call("POST", services, service).await;
    let table = server
        .get_as(&format!("{services}?includeObject=None"), TABLE)
        .await;
    assert_eq!(
        rows(&table),
        [
            r#"{"cells":["s","NodePort","10.0.0.1","\u003cnone\u003e","443:30443/TCP,80:30080/TCP","0s","a=1,b=2"],"object":null}"#
        ]
    );
    let deployments = "/apis/apps/v1/namespaces/default/deployments";
    let deployment = r#"{"metadata":{"name":"d"},"spec":{"replicas":3,"selector":{"matchLabels":{"b":"x"},"matchExpressions":[{"key":"a","operator":"In","values":["2","1"]}]},"template":{"spec":{"containers":[{"name":"c1","image":"i1"},{"name":"c2","image":"i2"}]}}}}"#;
    server.call("POST", deployments, deployment).await;
    let table = server
        .get_as(&format!("{deployments}?includeObject=None"), TABLE)
        .await;
    assert_eq!(
        rows(&table),
        [r#"{"cells":["d","0/3",0,0,"0s","c1,c2","i1,i2","a in (1,2),b=x"],"object":null}"#]
    );
}

#[tokio::test]
async fn a_watched_table_has_its_columns_once() {
    let server = Server::new();
    server
        .call(
            "POST",
            PODS,
            r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}"#,
        )
        .await;
    let uri = format!(
        "{PODS}?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&includeObject=None"
    );
    let mut watch = server.watch_as(&uri, TABLE).await;
    let (lines, _) = watch.poll();
    assert!(lines[0].starts_with(
        r#"{"type":"ADDED","object":{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"6"},"columnDefinitions":[{"name":"Name","#
    ));
    assert_eq!(
        lines[1],
        r#"{"type":"BOOKMARK","object":{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"6"},"columnDefinitions":null,"rows":[{"cells":["","0/0","","0","\u003cunknown\u003e","\u003cnone\u003e","\u003cnone\u003e","\u003cnone\u003e","\u003cnone\u003e"],"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"6","annotations":{"k8s.io/initial-events-end":"true"}}}}]}}"#
    );
}

#[tokio::test]
async fn flow_schemas_are_listed_in_the_order_in_which_they_are_met() {
    let server = Server::new();
    let schemas = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas";
    for (name, precedence) in [("a", 20), ("b", 10), ("c", 5), ("d", 10)] {
        let schema = format!(
            r#"{{"metadata":{{"name":"{name}"}},"spec":{{"matchingPrecedence":{precedence},"priorityLevelConfiguration":{{"name":"x"}}}}}}"#
        );
        server.call("POST", schemas, &schema).await;
    }
    let table = server
        .get_as(&format!("{schemas}?includeObject=None"), TABLE)
        .await;
    assert_eq!(
        rows(&table),
        [("c", 5), ("b", 10), ("d", 10), ("a", 20)].map(|(name, precedence)| format!(
            r#"{{"cells":["{name}","x",{precedence},"\u003cnone\u003e","0s","?"],"object":null}}"#
        ))
    );
}

#[tokio::test]
async fn a_watched_table_of_api_services_has_its_columns_each_time() {
    let server = Server::new();
    let services = "/apis/apiregistration.k8s.io/v1/apiservices";
    for name in ["v1.a", "v1.b"] {
        let service = format!(
            r#"{{"metadata":{{"name":"{name}"}},"spec":{{"group":"a","version":"v1","groupPriorityMinimum":1,"versionPriority":1}}}}"#
        );
        server.call("POST", services, &service).await;
    }
    let uri = format!("{services}?watch=1&resourceVersion=0&includeObject=None");
    let (lines, _) = server.watch_as(&uri, TABLE).await.poll();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert!(
            line.contains(r#""columnDefinitions":[{"name":"Name","#),
            "{line}"
        );
        assert!(line.contains(r#","Local","True","0s"]"#), "{line}");
    }
}

#[tokio::test]
async fn a_pod_that_is_done_says_so_beside_its_cells() {
    let server = Server::new();
    server
        .call(
            "POST",
            PODS,
            r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}"#,
        )
        .await;
    let status = r#"{"metadata":{"name":"p"},"status":{"phase":"Succeeded"}}"#;
    server
        .call("PUT", &format!("{PODS}/p/status"), status)
        .await;
    let table = server
        .get_as(&format!("{PODS}?includeObject=None"), TABLE)
        .await;
    assert_eq!(
        rows(&table),
        [
            r#"{"cells":["p","0/1","Succeeded","0","0s","\u003cnone\u003e","\u003cnone\u003e","\u003cnone\u003e","\u003cnone\u003e"],"conditions":[{"type":"Completed","status":"True","reason":"Succeeded","message":"The pod has completed successfully."}],"object":null}"#
        ]
    );
}

#[tokio::test]
async fn ages_in_a_watch_are_those_of_its_events() {
    let server = Server::new();
    let uri = format!("{CONFIG_MAPS}?watch=1&includeObject=None&fieldSelector=metadata.name%3Da");
    let mut watch = server.watch_as(&uri, TABLE).await;
    server.clock.advance(90 * SECOND);
    server.create("a").await;
    let (added, _) = watch.poll();
    assert!(added[0].contains(r#""cells":["a",0,"0s"]"#), "{added:?}");
    server.clock.advance(90 * SECOND);
    server.change("a", "2").await;
    let (modified, _) = watch.poll();
    assert!(
        modified[0].contains(r#""cells":["a",1,"90s"]"#),
        "{modified:?}"
    );
}
