//! Events delivered to watchers in the process of the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, Response, body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use pintle_apiserver::{ApiServer, Connector};
use tokio::task::JoinSet;

use crate::client::{JSON, Result};

/// Writes to a config map so many times while so many watch, and says how many events that is a second,
/// from the first write to the last event.
pub(crate) async fn follow(writes: usize, watchers: usize) -> Result<serde_json::Value> {
    let server = ApiServer::builder().in_process().start().await?;
    let mut connections = JoinSet::new();
    let mut watching = JoinSet::new();
    let heard = Arc::new(AtomicUsize::new(0));
    for _ in 0..watchers {
        let mut sender = connect(server.connector(), &mut connections).await?;
        let response = call(&mut sender, Method::GET, WATCH, JSON, "").await?;
        let (mut body, heard) = (response.into_body(), heard.clone());
        watching.spawn(async move {
            let mut own = 0;
            while own < writes {
                let Some(Ok(frame)) = body.frame().await else {
                    break;
                };
                let data = frame.into_data().unwrap_or_default();
                // Each event is a line.
                own += data.iter().filter(|byte| **byte == b'\n').count();
            }
            heard.fetch_add(own, Ordering::Relaxed);
        });
    }
    let next = Arc::new(AtomicUsize::new(0));
    let mut writing = JoinSet::new();
    let started = Instant::now();
    for _ in 0..WRITERS {
        let mut sender = connect(server.connector(), &mut connections).await?;
        let next = next.clone();
        writing.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= writes {
                    return Ok::<_, Box<dyn std::error::Error + Send + Sync>>(());
                }
                let body = format!(
                    r#"{{"metadata":{{"name":"m-{number}"}},"data":{{"text":"{}"}}}}"#,
                    "a".repeat(500)
                );
                let created = call(&mut sender, Method::POST, MAPS, JSON, body).await?;
                if created.status() != 201 {
                    return Err(format!("a write is answered {}", created.status()).into());
                }
                created.into_body().collect().await?;
            }
        });
    }
    while let Some(writer) = writing.join_next().await {
        writer??;
    }
    let written = started.elapsed().as_secs_f64();
    while let Some(watcher) = watching.join_next().await {
        watcher?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let events = heard.load(Ordering::Relaxed);
    if events != writes * watchers {
        return Err(format!("{events} events came of {}", writes * watchers).into());
    }
    Ok(serde_json::json!({
        "events": events,
        "seconds": seconds,
        "seconds_of_writing": written,
        "events_a_second": events as f64 / seconds,
    }))
}

pub(crate) async fn connect(
    connector: &Connector,
    connections: &mut JoinSet<()>,
) -> Result<http1::SendRequest<Full<Bytes>>> {
    let stream = TokioIo::new(connector.connect().await?);
    let (sender, driver) = http1::handshake(stream).await?;
    connections.spawn(async { _ = driver.await });
    Ok(sender)
}

pub(crate) async fn call(
    sender: &mut http1::SendRequest<Full<Bytes>>,
    method: Method,
    path: &str,
    media_type: &'static str,
    body: impl Into<Bytes>,
) -> Result<Response<Incoming>> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "cluster.local")
        .header("content-type", media_type)
        .header("accept", media_type)
        .body(Full::new(body.into()))?;
    sender.ready().await?;
    Ok(sender.send_request(request).await?)
}

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const WATCH: &str = "/api/v1/namespaces/default/configmaps?watch=1&labelSelector=!none&fieldSelector=metadata.name!=kube-root-ca.crt";
const WRITERS: usize = 8;
