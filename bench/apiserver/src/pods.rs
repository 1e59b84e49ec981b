//! Creates of the reference pod.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::Method;
use pintle_api::core::v1::Pod;
use pintle_apiserver::ApiServer;
use pintle_codec::{Decoder, Format};
use pintle_meta::Body as _;
use tokio::task::JoinSet;

use crate::client::{PROTOBUF, Result, Server};
use crate::events;

/// Creates so many pods, and says how many that is a second.
pub(crate) async fn create(kubeconfig: &str, pods: usize) -> Result<serde_json::Value> {
    let server = Server::of(kubeconfig)?;
    let reference = reference()?;
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(server.connect().await?);
    }
    let started = Instant::now();
    for worker in 0..WORKERS {
        let connection = connections[worker % CONNECTIONS].clone();
        let (next, mut pod) = (next.clone(), reference.clone());
        workers.spawn(async move {
            let mut bytes = 0;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= pods {
                    return Ok::<_, Box<dyn std::error::Error + Send + Sync>>(bytes);
                }
                let body = body(&mut pod, number)?;
                let (code, length) = connection.call(Method::POST, PODS, PROTOBUF, body).await?;
                if code != 201 {
                    return Err(format!("pod {number} is answered {code}").into());
                }
                bytes += length;
            }
        });
    }
    let mut bytes = 0;
    while let Some(worker) = workers.join_next().await {
        bytes += worker??;
    }
    let seconds = started.elapsed().as_secs_f64();
    Ok(serde_json::json!({
        "pods": pods,
        // As they are stored and answered; the status that is sent is no part of it.
        "bytes_each": bytes / pods,
        "seconds": seconds,
        "creates_a_second": pods as f64 / seconds,
    }))
}

/// Creates so many pods in a server in this process, one after the other and without encryption: what is left
/// is the work that a create takes by itself.
pub(crate) async fn create_alone(pods: usize) -> Result<serde_json::Value> {
    let server = ApiServer::builder().in_process().start().await?;
    let mut connections = JoinSet::new();
    let mut sender = events::connect(server.connector(), &mut connections).await?;
    let mut pod = reference()?;
    let started = Instant::now();
    for number in 0..pods {
        let body = body(&mut pod, number)?;
        let created = events::call(&mut sender, Method::POST, PODS, PROTOBUF, body).await?;
        if created.status() != 201 {
            return Err(format!("pod {number} is answered {}", created.status()).into());
        }
        created.into_body().collect().await?;
    }
    let seconds = started.elapsed().as_secs_f64();
    Ok(serde_json::json!({ "pods": pods, "micros_each": seconds * 1e6 / pods as f64 }))
}

/// The path of a pod that was created.
pub(crate) fn path(number: usize) -> String {
    format!("{PODS}/pod-{number}")
}

/// The reference pod as somebody creates it, with nothing that only this cluster would not have.
fn reference() -> Result<Pod> {
    let mut pod = Pod::decode(REFERENCE, Format::Json, &mut Decoder::new())?;
    let metadata = &mut pod.metadata;
    metadata.namespace = "default".into();
    metadata.uid = Default::default();
    metadata.resource_version = Default::default();
    metadata.generate_name = Default::default();
    metadata.owner_references = Default::default();
    metadata.finalizers = Default::default();
    metadata.managed_fields = Default::default();
    metadata.creation_timestamp = Default::default();
    let spec = &mut pod.spec;
    spec.service_account_name = "default".into();
    spec.service_account = Default::default();
    spec.priority = None;
    spec.priority_class_name = Default::default();
    spec.preemption_policy = Default::default();
    spec.runtime_class_name = None;
    spec.node_name = Default::default();
    Ok(pod)
}

/// The pod under the name that has this number, as it is sent.
fn body(pod: &mut Pod, number: usize) -> Result<Bytes> {
    pod.metadata.name = format!("pod-{number}").as_str().into();
    let mut body = Vec::with_capacity(8 << 10);
    pod.encode(Format::Protobuf, &mut body)?;
    Ok(body.into())
}

pub(crate) const PODS: &str = "/api/v1/namespaces/default/pods";
const REFERENCE: &[u8] = include_bytes!("../../codec-design/reference-pod.json");
const CONNECTIONS: usize = 2;
const WORKERS: usize = 64;
