//! Something to look at: a few workloads whose pods come and go, as in a cluster that is used.
//!
//! There are no controllers that would make pods of deployments here, so this plays them, and no
//! more: what it makes is labelled, and only that is changed.

mod objects;

use std::time::Duration;

use pintle_client::{Client, Error};
use pintle_codec::Value;
use pintle_env::{Random, SystemRandom};
use pintle_meta::GroupVersion;
use tokio::time::sleep;

use self::objects::{JOBS, SEED, WORKLOADS};

/// Makes objects, and keeps some of them changing for as long as this is polled.
///
/// # Errors
/// When the objects cannot be made. What fails later is tried again.
pub(crate) async fn run(client: Client, nodes: usize) -> Result<(), crate::error::Error> {
    for (path, body) in SEED {
        create(&client, path, body).await?;
    }
    for workload in WORKLOADS {
        create(&client, &workload.path(), &workload.object()).await?;
    }
    let random = SystemRandom;
    for turn in 0_u64.. {
        // A cluster that is busy with something else is left alone for a moment.
        let _ = play(&client, &random, nodes, turn).await;
        sleep(TURN).await;
    }
    Ok(())
}

/// One turn: pods that are missing are made, one is replaced now and then, and jobs come and go.
async fn play(client: &Client, random: &dyn Random, nodes: usize, turn: u64) -> Result<(), Error> {
    let pods = list(client).await?;
    for workload in WORKLOADS {
        let wanted = workload.replicas(nodes, turn);
        let own = pods.iter().filter(|pod| label(pod) == workload.name);
        let alive: Vec<&Value> = own.filter(|pod| !is_ending(pod)).collect();
        let new = (0..wanted).map(|number| workload.pod_name(number, random.next_u64()));
        let new = new.filter(|new| alive.iter().all(|pod| name(pod) != new));
        for new in new.take(wanted.saturating_sub(alive.len())) {
            create(client, PODS, &workload.pod(&new)).await?;
        }
        for pod in alive.iter().skip(wanted) {
            delete(client, pod).await?;
        }
        if turn % 4 == 3 && workload.changes && alive.len() >= wanted && wanted > 0 {
            let which = usize::try_from(random.next_u64() % wanted as u64).unwrap_or_default();
            delete(client, alive[which]).await?;
        }
        if turn.is_multiple_of(2) {
            let ready = alive.iter().filter(|pod| is_ready(pod)).count();
            let path = format!("{}/{}/status", workload.path(), workload.name);
            let request = client
                .rest(&GroupVersion::core("v1"))
                .patch()
                .abs_path(path);
            let status = workload.status(wanted, ready);
            request.body_bytes(MERGE, status).send().await?;
        }
    }
    if turn.is_multiple_of(5) {
        let new = JOBS.pod_name(0, random.next_u64());
        create(client, PODS, &JOBS.pod(&new)).await?;
    }
    let mut over = pods
        .iter()
        .filter(|pod| label(pod) == JOBS.name && phase(pod) == "Succeeded");
    let kept = over.clone().count().saturating_sub(3);
    for pod in over.by_ref().take(kept) {
        delete(client, pod).await?;
    }
    Ok(())
}

async fn list(client: &Client) -> Result<Vec<Value>, Error> {
    let request = client.rest(&GroupVersion::core("v1")).get().abs_path(PODS);
    let request = request.param("labelSelector", "pintle.dev/demo=true");
    let answer = request
        .header("accept", "application/json")
        .send()
        .await?
        .into_value()?;
    let items = answer
        .get("items")
        .and_then(Value::as_array)
        .unwrap_or_default();
    Ok(items.to_vec())
}

/// Creates an object, unless there is one of its name.
async fn create(client: &Client, path: &str, body: &str) -> Result<(), Error> {
    let request = client.rest(&GroupVersion::core("v1")).post().abs_path(path);
    match request.body_bytes(JSON, body).send().await {
        Err(error) if error.is_already_exists() => Ok(()),
        made => made.map(drop),
    }
}

async fn delete(client: &Client, pod: &Value) -> Result<(), Error> {
    let path = format!("{PODS}/{}", name(pod));
    let request = client
        .rest(&GroupVersion::core("v1"))
        .delete()
        .abs_path(path);
    match request.send().await {
        Err(error) if error.is_not_found() => Ok(()),
        deleted => deleted.map(drop),
    }
}

fn name(pod: &Value) -> &str {
    pod.at(&["metadata", "name"])
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn label(pod: &Value) -> &str {
    pod.at(&["metadata", "labels", "app"])
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn phase(pod: &Value) -> &str {
    pod.at(&["status", "phase"])
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn is_ending(pod: &Value) -> bool {
    pod.at(&["metadata", "deletionTimestamp"]).is_some()
}

fn is_ready(pod: &Value) -> bool {
    let statuses = pod
        .at(&["status", "containerStatuses"])
        .and_then(Value::as_array);
    let ready = |status: &Value| status.get("ready").and_then(Value::as_bool) == Some(true);
    statuses.is_some_and(|statuses| statuses.iter().all(ready))
}

const PODS: &str = "/api/v1/namespaces/shop/pods";
const JSON: &str = "application/json";
const MERGE: &str = "application/merge-patch+json";

/// Between two turns.
const TURN: Duration = Duration::from_secs(1);
