//! Two controllers that share one watch: each is told everything, and the server serves one watch, as it says
//! itself.
//!
//! ```console
//! $ cargo run --example shared_watch
//! one knows 0 deployments
//! other knows 0 deployments
//! the server counts 1 watch
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod cluster;

use std::error::Error;

use pintle::Client;
use pintle::api::apps::v1::Deployment;
use pintle::cache::{Event, InformerFactory};
use pintle::meta::GroupVersion;
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cluster = cluster::Cluster::connect().await?;
    let client = cluster.client()?;
    let factory = InformerFactory::new(client.clone());
    let mut controllers = JoinSet::new();
    for name in ["one", "other"] {
        // Each asks for an informer of its own, and is given a handle of the same.
        let mut events = factory.informer::<Deployment>().events()?;
        controllers.spawn(async move {
            let mut known = 0;
            while let Some(event) = events.next().await {
                match event {
                    Event::Added { .. } => known += 1,
                    Event::Synced => break,
                    _ => {}
                }
            }
            println!("{name} knows {known} deployments");
            // The watch goes on as long as somebody holds a handle.
            events
        });
    }
    factory.start();
    factory.wait_for_sync().await?;
    let events = controllers.join_all().await;
    println!("the server counts {} watch", watches(&client).await?);
    drop(events);
    Ok(())
}

/// How many watches of deployments the server is serving.
async fn watches(client: &Client) -> Result<String, pintle::Error> {
    let core = client.rest(&GroupVersion::core("v1"));
    let metrics = core.get().abs_path("/metrics").send().await?;
    let metrics = String::from_utf8_lossy(metrics.raw());
    let line = metrics.lines().find(|line| {
        line.starts_with("apiserver_longrunning_requests{")
            && line.contains(r#"resource="deployments""#)
            && line.contains(r#"verb="WATCH""#)
    });
    let count = line.and_then(|line| line.rsplit(' ').next());
    Ok(count.unwrap_or("no").to_owned())
}
