//! Follows the pods of a cluster: a handler that is told what happens, and a lister that reads what
//! there is.
//!
//! ```text
//! cargo run --example informer
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::time::Duration;

use pintle::Client;
use pintle::api::core::v1::Pod;
use pintle::cache::{Handler, InformerFactory};
use pintle::meta::{LabelSelector, Metadata};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let factory = InformerFactory::builder(Client::infer().await?)
        .resync(Duration::from_secs(60))
        .build();
    let pods = factory.informer::<Pod>();
    let handler = Handler::new()
        .on_add(|pod, _is_initial| println!("added {}", pod.key()))
        .on_update(|_old, new| println!("updated {}", new.key()))
        .on_delete(|gone| println!("deleted {}", gone.key()));
    let _handle = pods.add_handler(handler)?;

    factory.start();
    factory.wait_for_sync().await?;
    let lister = pods.lister();
    for pod in lister
        .namespace("default")
        .list(&LabelSelector::everything())
    {
        println!("{} runs on {:?}", pod.name(), pod.get()?.spec.node_name);
    }

    // Until somebody interrupts it.
    std::future::pending::<()>().await;
    Ok(())
}
