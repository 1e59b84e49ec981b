//! A client that has a cache of the six resources that dashboards show, by their names, shown again
//! every minute.
//!
//! ```console
//! $ cargo run --example six_resources
//! 2 pods
//! 1 services
//! 4 namespaces
//! 0 deployments
//! 0 statefulsets
//! 0 daemonsets
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod cluster;

use std::error::Error;
use std::time::Duration;

use pintle::Client;
use pintle::cache::{CacheLister, InformerFactory};
use pintle::meta::{GroupVersion, GroupVersionResource, LabelSelector, Unstructured};

use cluster::Cluster;

/// A client, and what its cluster has of the usual resources.
struct CachedClient {
    factory: InformerFactory,
}

impl CachedClient {
    /// Follows the usual resources, and waits until all of them are there.
    async fn new(client: Client) -> Result<Self, pintle::Error> {
        let factory = InformerFactory::builder(client)
            .resync(Duration::from_secs(60))
            .build();
        for resource in usual() {
            factory.keep(&factory.for_resource(&resource));
        }
        factory.start();
        factory.wait_for_sync().await?;
        Ok(Self { factory })
    }

    /// What there is of a resource.
    fn lister(&self, resource: &GroupVersionResource) -> CacheLister<Unstructured> {
        self.factory.for_resource(resource).lister()
    }
}

fn usual() -> [GroupVersionResource; 6] {
    let (core, apps) = (GroupVersion::core("v1"), GroupVersion::new("apps", "v1"));
    [
        core.with_resource("pods"),
        core.with_resource("services"),
        core.with_resource("namespaces"),
        apps.with_resource("deployments"),
        apps.with_resource("statefulsets"),
        apps.with_resource("daemonsets"),
    ]
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cluster = Cluster::connect().await?;
    let client = CachedClient::new(cluster.client()?).await?;
    for resource in usual() {
        let objects = client.lister(&resource).list(&LabelSelector::everything());
        println!("{} {}", objects.len(), resource.resource);
    }
    client.factory.shutdown().await;
    Ok(())
}
