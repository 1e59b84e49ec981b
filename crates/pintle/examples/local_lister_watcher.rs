//! An informer over two closures: nothing but a list of objects and a stream of what happens to
//! them, wherever they come from.
//!
//! ```console
//! $ cargo run --example local_lister_watcher
//! added web-0
//! added web-1
//! updated web-0 to version 3
//! deleted default/web-1
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use futures_core::Stream;
use pintle::api::core::v1::Pod;
use pintle::cache::{Event, SharedInformer};
use pintle::meta::v1::ListMeta;
use pintle::meta::{Metadata, ObjectList, WatchEvent};
use pintle::{ListWatch, WatchStream};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let lister_watcher = ListWatch::<Pod>::new(
        |_options| async {
            Ok(ObjectList {
                metadata: ListMeta {
                    resource_version: "2".into(),
                    ..ListMeta::default()
                },
                items: vec![pod("web-0", "1"), pod("web-1", "2")].into(),
            })
        },
        |_options| async {
            let events = vec![
                WatchEvent::Modified(pod("web-0", "3")),
                WatchEvent::Deleted(pod("web-1", "4")),
            ];
            Ok(WatchStream::new(Script(events.into_iter())))
        },
    );
    let pods = SharedInformer::<Pod>::over(lister_watcher).build();
    let mut events = pods.events()?;
    pods.start();
    while let Some(event) = events.next().await {
        match event {
            Event::Added { object, .. } => println!("added {}", object.name()),
            Event::Updated { new, .. } => {
                println!(
                    "updated {} to version {}",
                    new.name(),
                    new.resource_version()
                );
            }
            Event::Deleted(gone) => {
                println!("deleted {}", gone.key());
                return Ok(());
            }
            _ => {}
        }
    }
    Ok(())
}

fn pod(name: &str, version: &str) -> Pod {
    let mut pod = Pod::default();
    pod.metadata.name = name.into();
    pod.metadata.namespace = "default".into();
    pod.metadata.resource_version = version.into();
    pod
}

/// Says what it has to say, and then nothing.
struct Script(vec::IntoIter<WatchEvent<Pod>>);

impl Stream for Script {
    type Item = Result<WatchEvent<Pod>, pintle::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.0.next() {
            Some(event) => Poll::Ready(Some(Ok(event))),
            None => Poll::Pending,
        }
    }
}
