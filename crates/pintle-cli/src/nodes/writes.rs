//! What nodes write: bindings, statuses, events, and themselves.

use pintle_client::{Client, Error, Request};
use pintle_codec::json;
use pintle_env::{Clock as _, SystemClock};
use pintle_meta::{GroupVersion, Time};

use super::fleet::Task;
use super::pod::{Container, Pod, Step};

/// Does what is due.
pub(super) async fn perform(client: &Client, task: &Task) -> Result<(), Error> {
    let Task { pod, step, node } = task;
    match step {
        Step::Bind => {
            let body = format!(
                r#"{{"apiVersion":"v1","kind":"Binding","metadata":{{"name":{}}},"target":{{"kind":"Node","name":{}}}}}"#,
                quoted(&pod.name),
                quoted(node)
            );
            let request = at(client, pod, "POST").subresource(["binding"]);
            request.body_bytes(JSON, body).send().await?;
            let message = format!(
                "Successfully assigned {}/{} to {node}",
                pod.namespace, pod.name
            );
            return event(client, pod, "Scheduled", &message, "default-scheduler").await;
        }
        Step::Remove => {
            event(client, pod, "Killing", "Stopping container", "kubelet").await?;
            let body = format!(
                r#"{{"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0,"preconditions":{{"uid":{}}}}}"#,
                quoted(&pod.uid)
            );
            let request = at(client, pod, "DELETE").body_bytes(JSON, body);
            return request.send().await.map(drop);
        }
        _ => {}
    }
    let status = status(pod, *step);
    let body = format!(
        r#"{{"metadata":{{"uid":{}}},"status":{status}}}"#,
        quoted(&pod.uid)
    );
    let request = at(client, pod, "PATCH").subresource(["status"]);
    request.body_bytes(MERGE, body).send().await?;
    for Container { name, image } in &pod.containers {
        match step {
            Step::Create => {
                let message = format!("Pulling image \"{image}\"");
                event(client, pod, "Pulling", &message, "kubelet").await?;
            }
            Step::Start => {
                let message = format!("Container image \"{image}\" present");
                event(client, pod, "Pulled", &message, "kubelet").await?;
                event(
                    client,
                    pod,
                    "Started",
                    &format!("Started container {name}"),
                    "kubelet",
                )
                .await?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Makes a node that is ready, unless there is one of its name. Its kubelet is at a port of loopback, to which
/// the name of its host leads: the API server goes by that before it goes by an address.
pub(super) async fn register(
    client: &Client,
    name: &str,
    index: usize,
    port: u16,
) -> Result<(), Error> {
    let rest = client.rest(&GroupVersion::core("v1"));
    let node = format!(
        r#"{{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{name}","labels":{{"kubernetes.io/hostname":"{name}","kubernetes.io/os":"linux"}}}}}}"#
    );
    let made = rest
        .post()
        .resource("nodes")
        .body_bytes(JSON, node)
        .send()
        .await;
    if let Err(error) = made
        && !error.is_already_exists()
    {
        return Err(error);
    }
    let (now, resources) = (
        now(),
        r#"{"cpu":"4","memory":"16Gi","ephemeral-storage":"100Gi","pods":"110"}"#,
    );
    let status = format!(
        r#"{{"status":{{"capacity":{resources},"allocatable":{resources},
        "addresses":[{{"type":"InternalIP","address":"10.0.0.{}"}},{{"type":"Hostname","address":"127.0.0.1"}}],
        "daemonEndpoints":{{"kubeletEndpoint":{{"Port":{port}}}}},
        "conditions":[{{"type":"Ready","status":"True","reason":"KubeletReady","message":"simulated by pintle","lastHeartbeatTime":"{now}","lastTransitionTime":"{now}"}}],
        "nodeInfo":{{"architecture":"amd64","bootID":"","containerRuntimeVersion":"pintle://simulated","kernelVersion":"0","kubeProxyVersion":"","kubeletVersion":"v1.36.3","machineID":"","operatingSystem":"linux","osImage":"simulated","systemUUID":""}}}}}}"#,
        index % 250 + 1
    );
    let request = rest
        .patch()
        .resource("nodes")
        .name(name)
        .subresource(["status"]);
    request.body_bytes(MERGE, status).send().await.map(drop)
}

/// The status of a pod after a step.
fn status(pod: &Pod, step: Step) -> String {
    let now = now();
    let started = if pod.started.is_empty() {
        &now
    } else {
        &pod.started
    };
    let (phase, is_ready) = match step {
        Step::Create => ("Pending", false),
        Step::Start => ("Running", false),
        Step::Succeed => ("Succeeded", false),
        _ => ("Running", true),
    };
    let containers = pod.containers.iter().map(|Container { name, image }| {
        let state = match step {
            Step::Create => r#"{"waiting":{"reason":"ContainerCreating"}}"#.to_owned(),
            Step::Succeed => format!(
                r#"{{"terminated":{{"exitCode":0,"reason":"Completed","startedAt":"{started}","finishedAt":"{now}"}}}}"#
            ),
            _ => format!(r#"{{"running":{{"startedAt":"{started}"}}}}"#),
        };
        let runs = step != Step::Create && step != Step::Succeed;
        format!(
            r#"{{"name":{},"image":{},"imageID":"","ready":{is_ready},"started":{runs},"restartCount":0,"state":{state}}}"#,
            quoted(name),
            quoted(image)
        )
    });
    let containers = containers.collect::<Vec<_>>().join(",");
    let condition = |kind: &str, holds: bool| {
        let status = if holds { "True" } else { "False" };
        format!(
            r#"{{"type":"{kind}","status":"{status}","lastProbeTime":null,"lastTransitionTime":"{now}"}}"#
        )
    };
    let conditions = [
        condition("PodScheduled", true),
        condition("Initialized", true),
        condition("ContainersReady", is_ready),
        condition("Ready", is_ready),
    ];
    let address = match step {
        Step::Create => String::new(),
        _ => {
            let address = address(&pod.uid);
            format!(r#","podIP":"{address}","podIPs":[{{"ip":"{address}"}}]"#)
        }
    };
    format!(
        r#"{{"phase":"{phase}","startTime":"{started}","conditions":[{}],"containerStatuses":[{containers}]{address}}}"#,
        conditions.join(",")
    )
}

/// An address that a pod always has.
fn address(uid: &str) -> String {
    let mix = |hash: u32, byte: u8| hash.wrapping_mul(31).wrapping_add(u32::from(byte));
    let [_, b, c, d] = uid.bytes().fold(7, mix).to_be_bytes();
    format!("10.{b}.{c}.{}", d.max(1))
}

async fn event(
    client: &Client,
    pod: &Pod,
    reason: &str,
    message: &str,
    component: &str,
) -> Result<(), Error> {
    let now = now();
    let body = format!(
        r#"{{"apiVersion":"v1","kind":"Event","metadata":{{"generateName":{}}},"involvedObject":{{"apiVersion":"v1","kind":"Pod","name":{},"namespace":{},"uid":{}}},
        "reason":"{reason}","message":{},"type":"Normal","count":1,"firstTimestamp":"{now}","lastTimestamp":"{now}","source":{{"component":"{component}"}},
        "reportingComponent":"{component}","reportingInstance":{}}}"#,
        quoted(&format!("{}.", pod.name)),
        quoted(&pod.name),
        quoted(&pod.namespace),
        quoted(&pod.uid),
        quoted(message),
        quoted(&pod.node),
    );
    let rest = client.rest(&GroupVersion::core("v1"));
    let request = rest.post().namespace(&*pod.namespace).resource("events");
    match request.body_bytes(JSON, body).send().await {
        // A namespace that ends takes no events, and nobody misses them.
        Err(error) if error.is_forbidden() || error.is_not_found() => Ok(()),
        made => made.map(drop),
    }
}

fn at(client: &Client, pod: &Pod, method: &str) -> Request {
    let rest = client.rest(&GroupVersion::core("v1"));
    let request = match method {
        "POST" => rest.post(),
        "PATCH" => rest.patch(),
        _ => rest.delete(),
    };
    request
        .namespace(&*pod.namespace)
        .resource("pods")
        .name(&*pod.name)
}

fn now() -> String {
    let now = SystemClock::new().timestamp();
    Time::from_unix(now.unix_seconds()).to_string()
}

fn quoted(text: &str) -> String {
    let mut out = Vec::new();
    json::Writer::new(&mut out).string(text);
    String::from_utf8(out).expect("JSON is UTF-8")
}

const JSON: &str = "application/json";
const MERGE: &str = "application/merge-patch+json";
