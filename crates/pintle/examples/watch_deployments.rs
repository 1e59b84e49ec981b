//! Watches the deployments of a namespace while one comes, is scaled and goes.
//!
//! ```console
//! $ cargo run --example watch_deployments
//! ADDED : pintle-example (0 of 1 ready)
//! MODIFIED : pintle-example (0 of 3 ready)
//! DELETED : pintle-example (0 of 3 ready)
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod cluster;

use pintle::api::apps::v1::Deployment;
use pintle::meta::WatchEvent;
use pintle::meta::codec::{Decoder, Format};
use pintle::meta::v1::{CreateOptions, DeleteOptions, ListOptions, PatchOptions};
use pintle::{Clientset, Patch, RetryWatcher};

const DEPLOYMENT: &str = r#"{
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "pintle-example"},
    "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "example"}}, "template": {
        "metadata": {"labels": {"app": "example"}},
        "spec": {"containers": [{"name": "web", "image": "nginx:1.29"}]}}}}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = cluster::Cluster::connect().await?;
    let clientset = Clientset::for_config(&cluster.config)?;
    let deployments = clientset.apps_v1().deployments("default");

    // From the version of a list on, nothing is missed; a watch that breaks goes on from where it was.
    let list = deployments.list(&ListOptions::new()).await?;
    let version = list.metadata.resource_version.to_string();
    let mut watch = RetryWatcher::new((*deployments).clone(), version, ListOptions::new())?;

    let example = read(DEPLOYMENT)?;
    deployments.create(&example, &CreateOptions::new()).await?;
    let name = example.metadata.name.as_str();
    let more = Patch::merge(r#"{"spec":{"replicas":3}}"#);
    deployments.patch(name, &more, &PatchOptions::new()).await?;
    deployments.delete(name, &DeleteOptions::new()).await?;

    loop {
        let event = watch.next().await?;
        if let Some(deployment) = event.object() {
            println!(
                "{} : {} ({} of {} ready)",
                event.type_name(),
                deployment.metadata.name,
                deployment.status.ready_replicas,
                deployment.spec.replicas.unwrap_or(1)
            );
        }
        if matches!(event, WatchEvent::Deleted(deployment) if deployment.metadata.name == name) {
            return Ok(());
        }
    }
}

fn read(document: &str) -> Result<Deployment, pintle::meta::codec::Error> {
    use pintle::meta::Body as _;
    Deployment::decode(document.as_bytes(), Format::Json, &mut Decoder::new())
}
