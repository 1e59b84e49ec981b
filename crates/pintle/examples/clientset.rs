//! Pods a few at a time, and what they are asked for, by the clientset.
//!
//! ```console
//! $ cargo run --example clientset
//! page 1: default/web-0, kube-system/dns-0
//! default has 1 pods and 1 services
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod cluster;

use pintle::Clientset;
use pintle::meta::v1::ListOptions;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = cluster::Cluster::connect().await?;
    let clientset = Clientset::for_config(&cluster.config)?;
    let core = clientset.core_v1();

    // An empty namespace stands for all of them.
    let everywhere = core.pods("");
    let mut options = ListOptions::new().limit(2);
    for page in 1.. {
        let pods = everywhere.list(&options).await?;
        let names = pods
            .items
            .iter()
            .map(|pod| format!("{}/{}", pod.metadata.namespace, pod.metadata.name));
        println!("page {page}: {}", names.collect::<Vec<_>>().join(", "));
        if pods.metadata.continue_.is_empty() {
            break;
        }
        options = options.continue_from(pods.metadata.continue_);
    }

    let all = ListOptions::new();
    let pods = core.pods("default").list(&all).await?;
    let services = core.services("default").list(&all).await?;
    println!(
        "default has {} pods and {} services",
        pods.items.len(),
        services.items.len()
    );
    Ok(())
}
