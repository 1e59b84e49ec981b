//! Two managers of one deployment: one sets the image, the other wants another, and is told who was first.
//!
//! ```console
//! $ KUBECONFIG=~/.kube/config cargo run --example server_side_apply
//! release set the image to nginx:1.29
//! autopilot is refused: Apply failed with 1 conflict: conflict with "release": … (Conflict, 409)
//! autopilot insists: nginx:1.30
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod cluster;

use pintle::Clientset;
use pintle::meta::v1::{DeleteOptions, PatchOptions};
use pintle_apply::apps::v1::{DeploymentApply, DeploymentSpecApply};
use pintle_apply::core::v1::{ContainerApply, PodSpecApply, PodTemplateSpecApply};
use pintle_apply::meta::v1::LabelSelectorApply;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = cluster::Cluster::connect().await?;
    let clientset = Clientset::for_config(&cluster.config)?;
    let deployments = clientset.apps_v1().deployments("default");

    let release = PatchOptions::new().field_manager("release");
    let applied = deployments.apply(&web("nginx:1.29"), &release).await?;
    println!(
        "release set the image to {}",
        applied.spec.template.spec.containers[0].image
    );

    let autopilot = PatchOptions::new().field_manager("autopilot");
    match deployments.apply(&web("nginx:1.30"), &autopilot).await {
        Err(error) if error.is_conflict() => println!("autopilot is refused: {error}"),
        other => return Err(format!("a conflict was expected: {other:?}").into()),
    }
    let applied = deployments
        .apply(&web("nginx:1.30"), &autopilot.force())
        .await?;
    println!(
        "autopilot insists: {}",
        applied.spec.template.spec.containers[0].image
    );

    deployments
        .delete("pintle-example", &DeleteOptions::new())
        .await?;
    Ok(())
}

/// A deployment of which nothing is said but this.
fn web(image: &str) -> DeploymentApply {
    DeploymentApply::new("pintle-example").spec(
        DeploymentSpecApply::new()
            .selector(LabelSelectorApply::new().match_labels([("app", "example")]))
            .template(
                PodTemplateSpecApply::new()
                    .labels([("app", "example")])
                    .spec(
                        PodSpecApply::new()
                            .containers([ContainerApply::new().name("web").image(image)]),
                    ),
            ),
    )
}
