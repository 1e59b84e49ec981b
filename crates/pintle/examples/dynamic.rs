//! Objects whose type is not known when the program is compiled, and the same ones as pods.
//!
//! ```console
//! $ cargo run --example dynamic
//! kube-system/dns-0: a Pod of v1 with 1 containers
//! default/web-0: a Pod of v1 with 1 containers
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod cluster;

use pintle::DynamicClient;
use pintle::api::core::v1::Pod;
use pintle::discovery::{DeferredRestMapper, DiscoveryClient, MemoryCache};
use pintle::meta::v1::ListOptions;
use pintle::meta::{Metadata as _, Object as _};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = cluster::Cluster::connect().await?;
    let client = cluster.client()?;

    // What a person types, such as a short name, is found by asking the server what it serves.
    let cache = MemoryCache::new(DiscoveryClient::new(&client));
    let mapper = DeferredRestMapper::new(cache);
    let mapping = mapper.lookup("po").await?;
    assert!(mapping.namespaced);

    let objects = DynamicClient::new(&client).namespaced(&mapping.resource);
    for object in objects.list(&ListOptions::new()).await? {
        let metadata = object.metadata();
        let (namespace, name) = (metadata.namespace(), metadata.name());
        let pod: Pod = object.to()?;
        println!(
            "{namespace}/{name}: a {} of {} with {} containers",
            object.kind(),
            object.api_version(),
            pod.spec.containers.len()
        );
    }
    Ok(())
}
