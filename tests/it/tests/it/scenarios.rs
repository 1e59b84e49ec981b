//! Every scenario of the testkit, each on a server of its own: the same ones run on the real
//! kube-apiserver in the gate.

use pintle_api::core::v1::Namespace;
use pintle_meta::v1::ListOptions;
use pintle_testkit::{Cluster, Scenario};
use tempfile::TempDir;

/// A server, the cluster it is, and the directory of its kubeconfig.
async fn start() -> (pintle_test::Cluster, Cluster, TempDir) {
    let server = pintle_test::Cluster::start().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let kubeconfig = directory.path().join("kubeconfig");
    std::fs::write(&kubeconfig, server.kubeconfig()).unwrap();
    let cluster = Cluster::new(kubeconfig).unwrap();
    (server, cluster, directory)
}

async fn run(name: &str) {
    let (server, cluster, _directory) = start().await;
    (scenario(name).run)(cluster).await;
    server.shutdown().await;
}

fn scenario(name: &str) -> Scenario {
    let mut scenarios = pintle_testkit::all().into_iter();
    let found = scenarios.find(|scenario| scenario.name == name);
    found.expect("a scenario of this name")
}

macro_rules! tests {
    ($($module:ident::$scenario:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $scenario() {
            run(concat!(stringify!($module), "::", stringify!($scenario))).await;
        }
    )*};
}

pintle_testkit::for_each_scenario!(tests);

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_leave_no_namespace_behind_even_if_they_panic() {
    let (server, cluster, _directory) = start().await;
    let names = async || {
        let namespaces = cluster.client().api::<Namespace>();
        let list = namespaces.list(&ListOptions::new()).await.unwrap();
        let names = list.items.iter().map(|item| item.metadata.name.to_string());
        names.collect::<Vec<_>>()
    };
    let before = names().await;
    let panicking = Scenario {
        name: "one that panics after it made a namespace",
        run: |cluster| {
            Box::pin(async move {
                (scenario("writes::a_stale_update_conflicts").run)(cluster).await;
                panic!("as intended");
            })
        },
    };
    let scenarios = [scenario("writes::a_stale_update_conflicts"), panicking];
    let mut outcomes = Vec::new();
    let failed = pintle_testkit::run(&scenarios, &cluster, |_, outcome| outcomes.push(outcome));
    assert_eq!(failed.await, 1);
    assert_eq!(outcomes, [Ok(()), Err("as intended".to_owned())]);
    assert_eq!(names().await, before);
    server.shutdown().await;
}
