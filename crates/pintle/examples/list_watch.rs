//! Lists the pods of the namespace `default`, then watches them, for so many seconds if a number is given.
//!
//! ```console
//! $ cargo run --example list_watch
//! LISTED : web-0
//! MODIFIED : web-0
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod cluster;

use pintle::api::core::v1::Pod;
use pintle::meta::v1::ListOptions;
use pintle::meta::{FieldSelector, GroupVersion};
use pintle::{ListWatch, Lister as _, RestClient, Watcher as _};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = cluster::Cluster::connect().await?;
    let rest = RestClient::for_group_version(&cluster.config, &GroupVersion::core("v1"))?;
    let pods = ListWatch::<Pod>::from_client(&rest, "pods", "default", FieldSelector::everything());

    let list = pods.list(ListOptions::new()).await?;
    for pod in &list {
        println!("LISTED : {}", pod.metadata.name);
    }

    // From the version of the list on, nothing is missed and nothing comes twice.
    let mut options = ListOptions::new().resource_version(list.metadata.resource_version);
    if let Some(seconds) = std::env::args().nth(1) {
        options = options.timeout_seconds(seconds.parse()?);
    }
    let mut watch = pods.watch(options).await?;
    while let Some(event) = watch.try_next().await? {
        if let Some(pod) = event.object() {
            println!("{} : {}", event.type_name(), pod.metadata.name);
        }
    }
    Ok(())
}
