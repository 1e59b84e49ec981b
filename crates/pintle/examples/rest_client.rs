//! The pods of kube-system, by the chain underneath everything else.
//!
//! ```console
//! $ cargo run --example rest_client
//! kube-system has 1 pods, as of version 43
//! dns-0 runs coredns:1.14
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod cluster;

use pintle::RestClient;
use pintle::api::core::v1::PodList;
use pintle::meta::GroupVersion;
use pintle::meta::v1::ListOptions;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = cluster::Cluster::connect().await?;
    let rest = RestClient::for_group_version(&cluster.config, &GroupVersion::core("v1"))?;

    let options = ListOptions::new().limit(500);
    let answer = rest
        .get()
        .namespace("kube-system")
        .resource("pods")
        .versioned_params(&options)
        .send()
        .await?;
    for warning in answer.warnings() {
        println!("the server warns: {warning}");
    }
    let pods: PodList = answer.into_object()?;

    let version = &pods.metadata.resource_version;
    println!(
        "kube-system has {} pods, as of version {version}",
        pods.items.len()
    );
    for pod in &pods {
        let images = pod.spec.containers.iter().map(|it| it.image.as_str());
        let images = images.collect::<Vec<_>>().join(", ");
        println!("{} runs {images}", pod.metadata.name);
    }
    Ok(())
}
