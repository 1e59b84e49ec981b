//! Every resource that a server serves: name, group and version.
//!
//! ```console
//! $ cargo run --example discovery | head -3
//! bindings in the core group, v1
//! configmaps in the core group, v1
//! endpoints in the core group, v1
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod cluster;

use pintle::discovery::{Discovery as _, DiscoveryClient};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = cluster::Cluster::connect().await?;
    let discovery = DiscoveryClient::for_config(&cluster.config)?;

    let served = discovery.all().await?;
    for (group_version, resource) in served.resources() {
        // Parts of others, such as `pods/log`, have a name with a slash.
        if resource.name.contains('/') {
            continue;
        }
        let group = match group_version.group.as_str() {
            "" => "the core group",
            group => group,
        };
        println!("{} in {group}, {}", resource.name, group_version.version);
    }
    // Some of a cluster's API may be served by others, who may be down.
    for (group_version, error) in served.failed() {
        println!("{group_version} is not there: {error}");
    }
    println!("by {}", discovery.version().await?);
    Ok(())
}
