//! A cluster, as tests use it.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod faults;
mod furnishing;
mod seeds;
mod starting;
mod users;

use pintle_api::core::v1::ConfigMap;
use pintle_client::{Api, OneNamespace};
use pintle_meta::v1::CreateOptions;
use pintle_test::Cluster;

/// A cluster with a port and one without.
async fn clusters() -> [Cluster; 2] {
    let local = Cluster::builder().in_process().start();
    [Cluster::start().await.unwrap(), local.await.unwrap()]
}

fn config_maps(client: &pintle_client::Client) -> Api<ConfigMap, OneNamespace> {
    client.api().namespace("default")
}

async fn create(client: &pintle_client::Client, name: &str) -> ConfigMap {
    let mut object = ConfigMap::default();
    object.metadata.name = name.into();
    let (config_maps, options) = (config_maps(client), CreateOptions::new());
    config_maps.create(&object, &options).await.unwrap()
}
