//! How long a get takes, alone and beside lists of everything.
//!
//! Who lists is a process of its own, which has the processors only when nobody else wants them (`SCHED_IDLE`;
//! one of the lowest priority still keeps a processor for milliseconds): what is measured is the server, and not
//! who gets its turn first on a machine with two.

use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::Method;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::client::{Connection, JSON, PROTOBUF, Result, Server};
use crate::pods::{PODS, path};

/// Gets pods over and over, for so many seconds each.
pub(crate) async fn get(kubeconfig: &str, seconds: u64) -> Result<serde_json::Value> {
    let server = Server::of(kubeconfig)?;
    let getter = server.connect().await?;
    let lasts = Duration::from_secs(seconds);
    // The first ones find nothing prepared.
    latencies(&getter, Instant::now() + lasts / 4).await?;
    let alone = latencies(&getter, Instant::now() + lasts).await?;
    let listing = Instant::now();
    let lister = server.connect().await?;
    let (code, bytes) = lister.call(Method::GET, PODS, JSON, Bytes::new()).await?;
    let one_list = listing.elapsed();
    if code != 200 {
        return Err(format!("the list is answered {code}").into());
    }
    let mut lister = Command::new("chrt");
    lister.args(["--idle", "0"]).arg(std::env::current_exe()?);
    lister.args(["lists", kubeconfig]).stdout(Stdio::piped());
    let mut lister = lister.kill_on_drop(true).spawn()?;
    let mut says = BufReader::new(lister.stdout.take().ok_or("no output")?).lines();
    says.next_line().await?.ok_or("nobody lists")?;
    let beside = latencies(&getter, Instant::now() + lasts).await?;
    if lister.try_wait()?.is_some() {
        return Err("the lists have come to an end".into());
    }
    lister.kill().await?;
    let mut lists = 0;
    while says.next_line().await?.is_some() {
        lists += 1;
    }
    Ok(serde_json::json!({
        "list_bytes": bytes,
        "list_seconds": one_list.as_secs_f64(),
        "gets": alone.len(),
        "gets_beside": beside.len(),
        "lists_beside": lists,
        "p50_micros": quantile(&alone, 0.5),
        "p99_micros": quantile(&alone, 0.99),
        "p50_micros_beside": quantile(&beside, 0.5),
        "p99_micros_beside": quantile(&beside, 0.99),
    }))
}

/// Lists everything again and again; says when it begins, and when it has come to the end of a list.
pub(crate) async fn list(kubeconfig: &str) -> Result<serde_json::Value> {
    let lister = Server::of(kubeconfig)?.connect().await?;
    println!("begun");
    loop {
        let (code, _) = lister.call(Method::GET, PODS, JSON, Bytes::new()).await?;
        if code != 200 {
            return Err(format!("a list is answered {code}").into());
        }
        println!("listed");
    }
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
