//! Following pods, and doing what is due.

use std::pin::pin;

use pintle_cache::{Event, InformerFactory};
use pintle_client::Client;
use pintle_codec::Value;
use pintle_env::{Clock as _, SystemClock};
use pintle_meta::{GroupVersion, Lazy, Unstructured};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::containers::Containers;
use super::fleet::{Fleet, Task};
use super::kubelet::Kubelet;
use super::pod::Pod;
use super::writes;
use crate::error::Error;

/// Plays so many nodes for as long as this is polled.
///
/// # Errors
/// When the nodes cannot be made, or cannot listen.
pub(crate) async fn run(client: Client, count: usize) -> Result<(), Error> {
    let kubelet = Kubelet::listen().await?;
    let names: Vec<String> = (1..=count).map(|index| format!("node-{index}")).collect();
    for (index, name) in names.iter().enumerate() {
        writes::register(&client, name, index, kubelet.port()).await?;
    }
    let factory = InformerFactory::new(client.clone());
    let pods = factory.for_resource(&GroupVersion::core("v1").with_resource("pods"));
    let mut events = pods.events()?;
    factory.start();
    let containers = Containers::default();
    let mut answering = pin!(kubelet.serve(containers.clone()));
    let clock = SystemClock::new();
    let mut fleet = Fleet::new(names);
    let mut writes: JoinSet<(Task, Result<(), pintle_client::Error>)> = JoinSet::new();
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
            event = events.next() => match event {
                Some(Event::Added { object: pod, .. } | Event::Updated { new: pod, .. }) => {
                    if let Some(pod) = read(&pod) {
                        containers.see(pod.clone());
                        fleet.see(pod, clock.now());
                    }
                }
                Some(Event::Deleted(gone)) => {
                    if let Some(pod) = read(gone.object()) {
                        containers.lose(&pod);
                        fleet.lose(&pod);
                    }
                }
                Some(_) => {}
                // Nobody stops the informer but the end of this.
                None => return Ok(()),
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
            never = &mut answering => match never {},
        }
    }
}

/// A pod; nothing for what cannot be read, which an informer does not hold.
fn read(pod: &Lazy<Unstructured>) -> Option<Pod> {
    let pod = pod.get().ok()?;
    Some(Pod::read(&Value::Object(pod.to_tree())))
}
