//! Follows the config maps of a cluster while one comes, changes and goes: a handler that is told what
//! happens, and a lister that reads what there is.
//!
//! ```console
//! $ cargo run --example informer
//! added default/kube-root-ca.crt
//! …
//! added default/pintle-example
//! the lister has stage one
//! updated default/pintle-example
//! deleted default/pintle-example
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod cluster;

use std::error::Error;
use std::time::Duration;

use pintle::Patch;
use pintle::api::core::v1::ConfigMap;
use pintle::cache::{Handler, InformerFactory};
use pintle::meta::ResourceVersion;
use pintle::meta::v1::{CreateOptions, DeleteOptions, PatchOptions};
use tokio::sync::oneshot;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cluster = cluster::Cluster::connect().await?;
    let client = cluster.client()?;
    let factory = InformerFactory::builder(client.clone())
        .resync(Duration::from_secs(60))
        .build();
    let informer = factory.informer::<ConfigMap>();
    let (gone, is_gone) = oneshot::channel();
    let mut gone = Some(gone);
    let handler = Handler::new()
        .on_add(|map, _is_initial| println!("added {}", map.key()))
        .on_update(|_old, new| println!("updated {}", new.key()))
        .on_delete(move |last| {
            println!("deleted {}", last.key());
            if last.key().name == NAME {
                gone.take().map(|gone| gone.send(()));
            }
        });
    let _handle = informer.add_handler(handler)?;
    factory.start();
    factory.wait_for_sync().await?;

    let maps = client.api::<ConfigMap>().namespace("default");
    let mut example = ConfigMap::default();
    example.metadata.name = NAME.into();
    example.data.insert("stage", "one".into());
    let created = maps.create(&example, &CreateOptions::new()).await?;

    // What was just written is in the cache once the cache is as new as that.
    let version = ResourceVersion::from(created.metadata.resource_version);
    informer.wait_for(&version).await?;
    let found = informer.lister().namespace("default").get(NAME)?.get()?;
    let stage = found
        .data
        .get("stage")
        .map_or("none", |stage| stage.as_str());
    println!("the lister has stage {stage}");

    let next = Patch::merge(r#"{"data":{"stage":"two"}}"#);
    maps.patch(NAME, &next, &PatchOptions::new()).await?;
    maps.delete(NAME, &DeleteOptions::new()).await?;
    is_gone.await?;
    factory.shutdown().await;
    Ok(())
}

const NAME: &str = "pintle-example";
