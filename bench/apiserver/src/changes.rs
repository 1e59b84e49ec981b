//! Changes of pods that were created, by turns, so many a second.

use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::Method;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use crate::client::{Result, Server};
use crate::pods;

/// Changes pod after pod and begins again, for so long; the number of the change is the label `change`. A pod
/// is always changed by the same worker, so that its changes stay in order.
pub(crate) async fn change(
    kubeconfig: &str,
    pods: u64,
    a_second: f64,
    seconds: f64,
) -> Result<serde_json::Value> {
    let server = Server::of(kubeconfig)?;
    let total = (a_second * seconds) as u64;
    let workers = WORKERS.min(pods);
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for worker in 0..workers {
        let connection = server.connect().await?;
        tasks.spawn(async move {
            let mut late = Duration::ZERO;
            for number in (0..total).filter(|number| number % pods % workers == worker) {
                let due = begin + Duration::from_secs_f64(number as f64 / a_second);
                sleep_until(due.into()).await;
                let pod = number % pods;
                let body = format!(r#"{{"metadata":{{"labels":{{"change":"{number}"}}}}}}"#);
                let path = pods::path(usize::try_from(pod)?);
                let changed = connection.call(Method::PATCH, &path, MERGE, Bytes::from(body));
                let (code, _) = changed.await?;
                if code != 200 {
                    return Err(format!("the change of pod {pod} is answered {code}").into());
                }
                late = late.max(due.elapsed());
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(late)
        });
    }
    let mut late = Duration::ZERO;
    while let Some(worker) = tasks.join_next().await {
        late = late.max(worker??);
    }
    Ok(serde_json::json!({
        "changes": total,
        "seconds": begin.elapsed().as_secs_f64(),
        "latest_millis": late.as_secs_f64() * 1e3,
    }))
}

const MERGE: &str = "application/merge-patch+json";
const WORKERS: u64 = 16;
