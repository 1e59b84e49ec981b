//! Lists of what the gateway knows.

use pintle_gateway::{Gateway, RunningGateway};
use pintle_test::{Cluster, Requests};

use crate::http::{Reply, ask, get};

const SEED: &str = r#"
{apiVersion: v1, kind: Namespace, metadata: {name: team}}
---
{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: default, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: m, image: i}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: default, labels: {app: db}}, spec: {containers: [{name: m, image: i}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: c, namespace: team, labels: {app: web}}, spec: {nodeName: n2, containers: [{name: m, image: i}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: s, namespace: default}, spec: {ports: [{port: 80}]}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: default}, spec: {selector: {matchLabels: {x: z}}, template: {metadata: {labels: {x: z}}, spec: {containers: [{name: m, image: i}]}}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: team}, data: {k: v}}
"#;

pub(crate) async fn up() -> (Cluster, RunningGateway) {
    let cluster = Cluster::builder().seed(SEED).start().await.unwrap();
    let gateway = Gateway::builder(cluster.config().unwrap()).listen(([127, 0, 0, 1], 0).into());
    let gateway = gateway.start().await.unwrap();
    (cluster, gateway)
}

/// The names in a list, in its order.
#[track_caller]
fn names(reply: &Reply) -> String {
    let head = r#"{"code":20000,"message":"success","data":["#;
    assert!(reply.body.starts_with(head), "{reply:?}");
    let names = reply.body.split(r#""metadata":{"name":""#).skip(1);
    names
        .map(|rest| rest.split('"').next().unwrap())
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test]
async fn any_resource_is_listed_by_its_name() {
    let (cluster, gateway) = up().await;
    let list = async |target: &str| names(&get(gateway.address(), target).await);
    assert_eq!(list("/pod/list").await, "a b c");
    assert_eq!(list("/pods/core/v1").await, "a b c");
    assert_eq!(list("/pods//v1").await, "a b c");
    assert_eq!(list("/services/core/v1").await, "kubernetes s");
    assert_eq!(list("/deployments/apps/v1").await, "d");
    assert_eq!(list("/statefulsets/apps/v1").await, "");
    assert_eq!(list("/daemonsets/apps/v1").await, "");
    assert!(list("/namespaces/core/v1").await.contains("team"));
    assert_eq!(
        list("/configmaps/core/v1?namespace=team&fieldSelector=metadata.name%3Dsettings").await,
        "settings"
    );
    // The server is asked once, whoever asks how often; its objects may come by a watch.
    for _ in 0..5 {
        list("/pod/list").await;
    }
    let asked = |verb: &str| cluster.count(&Requests::any().verb(verb).resource("pods"));
    assert!(
        asked("list") <= 1 && asked("watch") <= 2,
        "{} {}",
        asked("list"),
        asked("watch")
    );
    assert!(asked("list") + asked("watch") >= 1);
}

#[tokio::test]
async fn what_is_not_asked_for_is_left_out() {
    let (_cluster, gateway) = up().await;
    let list =
        async |query: &str| names(&get(gateway.address(), &format!("/pod/list?{query}")).await);
    assert_eq!(list("namespace=team").await, "c");
    assert_eq!(list("namespace=nowhere").await, "");
    assert_eq!(list("labelSelector=app%3Dweb").await, "a c");
    assert_eq!(list("labelSelector=app+in+(db,x)").await, "b");
    assert_eq!(
        list("labelSelector=app%21%3Dweb&namespace=default").await,
        "b"
    );
    assert_eq!(list("fieldSelector=metadata.name%3Db").await, "b");
    assert_eq!(list("fieldSelector=spec.nodeName%3Dn2").await, "c");
    assert_eq!(
        list("fieldSelector=spec.nodeName%21%3Dn2,metadata.namespace%3Ddefault").await,
        "a b"
    );
    let parts = get(
        gateway.address(),
        "/pod/list?fields=metadata.name,spec.nodeName&labelSelector=app%3Dweb",
    )
    .await;
    assert_eq!(
        parts.body,
        r#"{"code":20000,"message":"success","data":[{"metadata":{"name":"a"},"spec":{"nodeName":"n1"}},{"metadata":{"name":"c"},"spec":{"nodeName":"n2"}}]}"#
    );
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let (_cluster, gateway) = up().await;
    let first = get(gateway.address(), "/pod/list?limit=2").await;
    assert_eq!(names(&first), "a b");
    let end = r#"],"metadata":{"continue":"default/b","remainingItemCount":1}}"#;
    assert!(first.body.ends_with(end), "{first:?}");
    let second = get(gateway.address(), "/pod/list?limit=2&continue=default%2Fb").await;
    assert_eq!(names(&second), "c");
    let end = r#"],"metadata":{"continue":"","remainingItemCount":0}}"#;
    assert!(second.body.ends_with(end), "{second:?}");
}

#[tokio::test]
async fn an_error_is_in_the_envelope_or_has_a_status() {
    let (_cluster, gateway) = up().await;
    for (target, status, message) in [
        (
            "/nothing/core/v1",
            404,
            "the server has no resource nothing.v1",
        ),
        (
            "/pods/apps/v1",
            404,
            "the server has no resource pods.v1.apps",
        ),
        (
            "/pods/nowhere/v1",
            404,
            "the server has no resource pods.v1.nowhere",
        ),
        (
            "/subjectaccessreviews/authorization.k8s.io/v1",
            405,
            "cannot be listed",
        ),
        ("/pod/list?labelSelector=a%3D%3D%3Db", 400, "found"),
        ("/pod/list?limit=x", 400, "limit is not"),
        ("/pod/list?continue=x", 400, "continue is not"),
    ] {
        let plain = get(gateway.address(), target).await;
        assert_eq!(plain.status, 200, "{target}");
        assert!(
            plain.body.starts_with(r#"{"code":40000,"message":""#),
            "{target} {plain:?}"
        );
        let is_query_wrong = status == 400;
        if !is_query_wrong {
            assert!(plain.body.contains(message), "{target} {plain:?}");
            let sign = if target.contains('?') { '&' } else { '?' };
            let own = get(gateway.address(), &format!("{target}{sign}httpStatus=true")).await;
            assert_eq!((own.status, own.body), (status, plain.body), "{target}");
        }
    }
    let host = format!("Host: {}", gateway.address());
    assert_eq!(
        ask(gateway.address(), "POST /pod/list", &[&host], "")
            .await
            .status,
        405
    );
}

#[tokio::test]
async fn who_has_the_list_gets_no_other() {
    let (cluster, gateway) = up().await;
    let first = get(gateway.address(), "/configmaps/core/v1").await;
    let tag = format!("If-None-Match: {}", first.header("etag").unwrap());
    let host = format!("Host: {}", gateway.address());
    let again = async || {
        ask(
            gateway.address(),
            "GET /configmaps/core/v1",
            &[&host, &tag],
            "",
        )
        .await
    };
    let known = again().await;
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    let length: usize = first.header("content-length").unwrap().parse().unwrap();
    assert_eq!(length, first.body.len());
    let core = cluster
        .client()
        .rest(&pintle_test::meta::GroupVersion::core("v1"));
    let path = core
        .delete()
        .namespace("team")
        .resource("configmaps")
        .name("settings");
    path.send().await.unwrap();
    for _ in 0..200 {
        if again().await.status == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the list never changed");
}
