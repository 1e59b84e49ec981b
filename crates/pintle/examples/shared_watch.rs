//! Two controllers that share one watch: each is told everything, and the server serves one watch.
//!
//! ```text
//! cargo run --example shared_watch
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use pintle::api::core::v1::ConfigMap;
use pintle::cache::{Event, InformerFactory};
use pintle::meta::Metadata;
use pintle_test::{Cluster, Requests};

fn main() -> Result<(), Box<dyn Error>> {
    pintle_test::block_on(async {
        let cluster = Cluster::start().await?;
        let factory = InformerFactory::new(cluster.client());
        let mut controllers = tokio::task::JoinSet::new();
        for name in ["one", "other"] {
            let mut events = factory.informer::<ConfigMap>().events()?;
            controllers.spawn(async move {
                while let Some(event) = events.next().await {
                    match event {
                        Event::Added { object, .. } => println!("{name}: {}", object.name()),
                        Event::Synced => return,
                        _ => {}
                    }
                }
            });
        }
        factory.start();
        factory.wait_for_sync().await?;
        while controllers.join_next().await.is_some() {}
        let watches = Requests::any().verb("watch").resource("configmaps");
        println!("{} watch", cluster.count(&watches));
        Ok(())
    })
}
