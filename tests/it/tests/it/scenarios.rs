//! Every scenario of the testkit, each on a server of its own: the same ones run on the real
//! kube-apiserver in the gate.

use pintle_apiserver::ApiServer;
use pintle_testkit::Cluster;

async fn run(name: &str) {
    let server = ApiServer::builder().start().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let kubeconfig = directory.path().join("kubeconfig");
    std::fs::write(&kubeconfig, server.kubeconfig()).unwrap();
    let cluster = Cluster::new(kubeconfig).unwrap();
    let scenarios = pintle_testkit::all();
    let scenario = scenarios.iter().find(|scenario| scenario.name == name);
    (scenario.expect("a scenario of this name").run)(cluster).await;
    server.shutdown().await;
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
