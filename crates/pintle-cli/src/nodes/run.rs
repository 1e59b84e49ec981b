//! Watching pods, and doing what is due.

use std::time::Duration;

use pintle_client::{AllNamespaces, WatchStream};
use pintle_client::{Api, Client, DynamicClient, Error};
use pintle_codec::Value;
use pintle_env::{Clock as _, SystemClock};
use pintle_meta::v1::ListOptions;
use pintle_meta::{GroupVersion, Unstructured, WatchEvent};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::fleet::{Fleet, Task};
use super::pod::Pod;
use super::writes;

/// Plays so many nodes for as long as this is polled.
///
/// # Errors
/// When the nodes cannot be made.
pub(crate) async fn run(client: Client, count: usize) -> Result<(), Error> {
    let names: Vec<String> = (1..=count).map(|index| format!("node-{index}")).collect();
    for (index, name) in names.iter().enumerate() {
        writes::register(&client, name, index).await?;
    }
    let pods = GroupVersion::core("v1").with_resource("pods");
    let pods = DynamicClient::new(&client).namespaced(&pods);
    let mut fleet = Fleet::new(names);
    loop {
        if play(&client, &pods, &mut fleet).await.is_err() {
            // The server is gone, or has forgotten what has happened: what there is is looked at anew.
            sleep(PAUSE).await;
        }
    }
}

/// Follows pods from a list on, until the watch fails.
async fn play(
    client: &Client,
    pods: &Api<Unstructured, AllNamespaces>,
    fleet: &mut Fleet,
) -> Result<(), Error> {
    let clock = SystemClock::new();
    let list = pods.list_all(&ListOptions::new()).await?;
    fleet.forget();
    for pod in &list.items {
        fleet.see(read(pod), clock.now());
    }
    let mut version = list.metadata.resource_version.to_string();
    let mut watch = begin(pods, &version).await?;
    let mut writes: JoinSet<(Task, Result<(), Error>)> = JoinSet::new();
    loop {
        for task in fleet.due(clock.now()) {
            let client = client.clone();
            writes.spawn(async move {
                let done = writes::perform(&client, &task).await;
                (task, done)
            });
        }
        let rest = fleet.next().map(|due| due.saturating_since(clock.now()));
        let due = async {
            match rest {
                Some(rest) => sleep(rest).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            event = watch.try_next() => match event? {
                Some(WatchEvent::Added(pod) | WatchEvent::Modified(pod)) => {
                    note(&mut version, &pod);
                    fleet.see(read(&pod), clock.now());
                }
                Some(WatchEvent::Deleted(pod)) => {
                    note(&mut version, &pod);
                    fleet.lose(&read(&pod));
                }
                Some(WatchEvent::Bookmark(_)) => {}
                Some(WatchEvent::Error(_)) => return Ok(()),
                None => watch = begin(pods, &version).await?,
            },
            Some(written) = writes.join_next() => {
                if let Ok((task, Err(error))) = written
                    && !error.is_not_found()
                    && !error.is_conflict()
                {
                    fleet.failed(&task, clock.now());
                }
            }
            () = due => {}
        }
    }
}

async fn begin(
    pods: &Api<Unstructured, AllNamespaces>,
    version: &str,
) -> Result<WatchStream<Unstructured>, Error> {
    pods.watch(&ListOptions::new().resource_version(version))
        .await
}

fn note(version: &mut String, pod: &Unstructured) {
    use pintle_meta::Metadata as _;
    pod.resource_version().clone_into(version);
}

fn read(pod: &Unstructured) -> Pod {
    Pod::read(&Value::Object(pod.to_tree()))
}

const PAUSE: Duration = Duration::from_secs(1);
