//! How long a get takes, alone and beside a list of everything.

use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::Method;
use tokio::task::JoinSet;

use crate::client::{Connection, JSON, PROTOBUF, Result, Server};
use crate::pods::{PODS, path};

/// Gets one pod over and over, for so many seconds each.
pub(crate) async fn get(kubeconfig: &str, seconds: u64) -> Result<serde_json::Value> {
    let server = Server::of(kubeconfig)?;
    let (getter, lister) = (server.connect().await?, server.connect().await?);
    let lasts = Duration::from_secs(seconds);
    // The first ones find nothing prepared.
    latencies(&getter, Instant::now() + lasts / 4).await?;
    let alone = latencies(&getter, Instant::now() + lasts).await?;
    let listing = Instant::now();
    let (code, bytes) = lister.call(Method::GET, PODS, JSON, Bytes::new()).await?;
    let one_list = listing.elapsed();
    if code != 200 {
        return Err(format!("the list is answered {code}").into());
    }
    let mut lists = JoinSet::new();
    lists.spawn(async move {
        loop {
            _ = lister.call(Method::GET, PODS, JSON, Bytes::new()).await;
        }
    });
    let beside = latencies(&getter, Instant::now() + lasts).await?;
    Ok(serde_json::json!({
        "list_bytes": bytes,
        "list_seconds": one_list.as_secs_f64(),
        "gets": alone.len(),
        "gets_beside": beside.len(),
        "p50_micros": quantile(&alone, 0.5),
        "p99_micros": quantile(&alone, 0.99),
        "p50_micros_beside": quantile(&beside, 0.5),
        "p99_micros_beside": quantile(&beside, 0.99),
    }))
}

async fn latencies(connection: &Connection, until: Instant) -> Result<Vec<f64>> {
    let mut latencies = Vec::new();
    let mut number = 0;
    while Instant::now() < until {
        let path = path(number % 1000);
        number += 1;
        let started = Instant::now();
        let (code, _) = connection
            .call(Method::GET, &path, PROTOBUF, Bytes::new())
            .await?;
        latencies.push(started.elapsed().as_secs_f64() * 1e6);
        if code != 200 {
            return Err(format!("{path} is answered {code}").into());
        }
    }
    latencies.sort_by(f64::total_cmp);
    Ok(latencies)
}

fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = (sorted.len() as f64 * part) as usize;
    sorted
        .get(at)
        .or(sorted.last())
        .copied()
        .unwrap_or(f64::NAN)
}
