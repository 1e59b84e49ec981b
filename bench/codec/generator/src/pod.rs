//! Pods: a workload's template, and what differs from one of its pods to the next.

use serde_json::{Map, Value, json};

use crate::managed_fields::{entry, set_of};
use crate::random::Random;
use crate::time::{NOW, rfc3339};
use crate::workload::Workload;

/// The pod that was created as the `index`th of all.
pub(crate) fn pod(workload: &Workload, index: usize, random: &mut Random) -> Value {
    let pod = Pod::place(workload, index, random);
    let created = rfc3339(pod.created);
    let metadata = pod.metadata();
    let status = pod.status(random);
    let mut managed = vec![entry(
        "kube-controller-manager",
        None,
        &created,
        Map::from_iter([
            ("f:metadata".to_owned(), set_of(&metadata).into()),
            ("f:spec".to_owned(), set_of(&workload.spec).into()),
        ]),
    )];
    if pod.state != State::Pending {
        // The scheduler's condition is its own.
        let mut kubelets = status.clone();
        if let Some(Value::Array(conditions)) = kubelets.get_mut("conditions") {
            conditions.retain(|condition| condition["type"] != "PodScheduled");
        }
        for defaulted in ["qosClass", "hostIPs"] {
            kubelets.remove(defaulted);
        }
        managed.push(entry(
            "kubelet",
            Some("status"),
            &rfc3339(pod.changed),
            Map::from_iter([("f:status".to_owned(), set_of(&kubelets).into())]),
        ));
    }
    json!({
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": pod.complete(metadata, managed, &created),
        "spec": pod.spec(random),
        "status": status,
    })
}

struct Pod<'a> {
    workload: &'a Workload,
    name: String,
    uid: String,
    resource_version: usize,
    node: usize,
    ip: String,
    created: i64,
    /// When its status last changed.
    changed: i64,
    state: State,
    restarts: usize,
    /// The end of the name of the volume that holds the service account's token.
    token: String,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Running,
    Pending,
    Crashing,
    Succeeded,
}

impl<'a> Pod<'a> {
    fn place(workload: &'a Workload, index: usize, random: &mut Random) -> Self {
        let owner = &workload.owner;
        let name = match owner.kind {
            "StatefulSet" => format!("{}-{index}", owner.name),
            _ => format!("{}-{}", owner.name, random.suffix(5)),
        };
        let node = random.below(NODES);
        let created = NOW - 60 - random.below(2_592_000) as i64;
        let restarted = random.percent(8);
        let (age, lately) = ((NOW - created) as usize, random.percent(20));
        let changed = if restarted || lately {
            created + random.below(age) as i64
        } else {
            created + 2 + random.below(40) as i64
        };
        Self {
            workload,
            name,
            uid: random.uid(),
            resource_version: 48_000_000 + random.below(9_000_000),
            node,
            ip: format!(
                "10.{}.{}.{}",
                42 + node / 250,
                node % 250,
                2 + random.below(250)
            ),
            created,
            changed,
            state: match random.below(100) {
                0..2 => State::Pending,
                2..5 => State::Crashing,
                _ if owner.kind == "Job" => State::Succeeded,
                _ => State::Running,
            },
            restarts: if restarted { 1 + random.below(30) } else { 0 },
            token: random.suffix(5),
        }
    }

    /// The metadata that the controller sets.
    fn metadata(&self) -> Map<String, Value> {
        let owner = &self.workload.owner;
        let mut metadata = Map::new();
        if owner.kind != "StatefulSet" {
            metadata.insert("generateName".into(), format!("{}-", owner.name).into());
        }
        let mut labels = self.workload.labels.clone();
        if owner.kind == "StatefulSet" {
            labels.insert(
                "statefulset.kubernetes.io/pod-name".into(),
                self.name.clone().into(),
            );
        }
        metadata.insert("labels".into(), labels.into());
        if !self.workload.annotations.is_empty() {
            metadata.insert(
                "annotations".into(),
                self.workload.annotations.clone().into(),
            );
        }
        let reference = json!({
            "apiVersion": owner.api_version,
            "kind": owner.kind,
            "name": owner.name,
            "uid": owner.uid,
            "controller": true,
            "blockOwnerDeletion": true,
        });
        metadata.insert("ownerReferences".into(), json!([reference]));
        metadata
    }

    /// And what the server adds to it.
    fn complete(
        &self,
        mut metadata: Map<String, Value>,
        managed: Vec<Value>,
        created: &str,
    ) -> Map<String, Value> {
        let mut set = |key: &str, value: Value| metadata.insert(key.to_owned(), value);
        set("name", self.name.clone().into());
        set("namespace", self.workload.namespace.clone().into());
        set("uid", self.uid.clone().into());
        set("resourceVersion", self.resource_version.to_string().into());
        set("creationTimestamp", created.into());
        if self.workload.owner.kind != "DaemonSet" {
            set("generation", 1.into());
        }
        set("managedFields", managed.into());
        metadata
    }

    /// The workload's spec, admitted and scheduled.
    fn spec(&self, random: &mut Random) -> Map<String, Value> {
        let mut spec = self.workload.spec.clone();
        let token = format!("kube-api-access-{}", self.token);
        let push = |spec: &mut Map<String, Value>, list: &str, item: Value| {
            let list = spec.entry(list).or_insert_with(|| json!([]));
            list.as_array_mut().expect("a list").push(item);
        };
        push(
            &mut spec,
            "volumes",
            json!({"name": token, "projected": {"defaultMode": 420, "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}},
            ]}}),
        );
        for containers in ["initContainers", "containers"] {
            let containers = spec.get_mut(containers).and_then(Value::as_array_mut);
            for container in containers.into_iter().flatten() {
                let container = container.as_object_mut().expect("an object");
                push(
                    container,
                    "volumeMounts",
                    json!({
                        "name": token, "readOnly": true, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                    }),
                );
            }
        }
        let account = spec
            .get("serviceAccountName")
            .cloned()
            .unwrap_or_else(|| "default".into());
        let mut set = |key: &str, value: Value| spec.insert(key.to_owned(), value);
        set("serviceAccount", account.clone());
        set("serviceAccountName", account);
        set("priority", 0.into());
        set("preemptionPolicy", "PreemptLowerPriority".into());
        let mut tolerations = vec![toleration("not-ready"), toleration("unreachable")];
        if random.percent(10) {
            tolerations.push(json!({"key": "dedicated", "operator": "Equal", "value": "batch", "effect": "NoSchedule"}));
        }
        set("tolerations", tolerations.into());
        if self.state != State::Pending {
            set("nodeName", self.node_name().into());
        }
        spec
    }

    fn status(&self, random: &mut Random) -> Map<String, Value> {
        let mut status = Map::new();
        let mut set = |key: &str, value: Value| status.insert(key.to_owned(), value);
        set("qosClass", "Burstable".into());
        if self.state == State::Pending {
            let message = format!(
                "0/{NODES} nodes are available: {} Insufficient cpu, {} node(s) had untolerated taint(s).",
                NODES - self.restarts,
                self.restarts
            );
            set("phase", "Pending".into());
            set(
                "conditions",
                json!([condition(
                    "PodScheduled",
                    Some(("Unschedulable", &message)),
                    self.changed
                )]),
            );
            return status;
        }
        let (phase, ready) = match self.state {
            State::Succeeded => ("Succeeded", Some(("PodCompleted", String::new()))),
            State::Crashing => {
                let message = format!("containers with unready status: [{}]", self.workload.name);
                ("Running", Some(("ContainersNotReady", message)))
            }
            _ => ("Running", None),
        };
        let ready = ready
            .as_ref()
            .map(|(reason, message)| (*reason, message.as_str()));
        set("phase", phase.into());
        set(
            "conditions",
            json!([
                condition("PodReadyToStartContainers", None, self.created + 2),
                condition("Initialized", None, self.created),
                condition("Ready", ready, self.changed),
                condition("ContainersReady", ready, self.changed),
                condition("PodScheduled", None, self.created),
            ]),
        );
        set("hostIP", self.host_ip().into());
        set("hostIPs", json!([{"ip": self.host_ip()}]));
        set("podIP", self.ip.clone().into());
        set("podIPs", json!([{"ip": self.ip}]));
        set("startTime", rfc3339(self.created).into());
        let mut digests = self.workload.digests.iter();
        for (containers, statuses) in [
            ("initContainers", "initContainerStatuses"),
            ("containers", "containerStatuses"),
        ] {
            let containers = self.workload.spec.get(containers).and_then(Value::as_array);
            let found: Vec<Value> = containers
                .into_iter()
                .flatten()
                .zip(&mut digests)
                .map(|(container, digest)| {
                    self.container_status(container, digest, statuses, random)
                })
                .collect();
            if !found.is_empty() {
                set(statuses, found.into());
            }
        }
        status
    }

    fn container_status(
        &self,
        container: &Value,
        digest: &str,
        list: &str,
        random: &mut Random,
    ) -> Value {
        let id = format!("containerd://{}", random.hex(64));
        let main = container["name"] == self.workload.name;
        let ended = |reason: &str, code: usize, started: i64, finished: i64| {
            json!({"terminated": {
                "exitCode": code, "reason": reason, "startedAt": rfc3339(started), "finishedAt": rfc3339(finished), "containerID": id,
            }})
        };
        let done = list == "initContainerStatuses" || self.state == State::Succeeded;
        let crashing = main && self.state == State::Crashing;
        let state = if done {
            ended("Completed", 0, self.created + 1, self.changed)
        } else if crashing {
            let message = format!(
                "back-off 5m0s restarting failed container={} pod={}_{}({})",
                self.workload.name, self.name, self.workload.namespace, self.uid
            );
            json!({"waiting": {"reason": "CrashLoopBackOff", "message": message}})
        } else {
            json!({"running": {"startedAt": rfc3339(self.changed - 1)}})
        };
        let restarted = main && (self.restarts > 0 || crashing);
        let last = if restarted {
            ended(
                "Error",
                1 + random.below(140),
                self.created + 3,
                self.changed - 2,
            )
        } else {
            json!({})
        };
        let image = container["image"]
            .as_str()
            .expect("a container has an image");
        let repository = image
            .rsplit_once(':')
            .map_or(image, |(repository, _)| repository);
        json!({
            "name": container["name"],
            "state": state,
            "lastState": last,
            "ready": !crashing && self.state != State::Succeeded,
            "restartCount": if restarted { self.restarts + usize::from(crashing) } else { 0 },
            "image": image,
            "imageID": format!("{repository}@sha256:{digest}"),
            "containerID": id,
            "started": !done && !crashing,
        })
    }

    fn host_ip(&self) -> String {
        format!("10.0.{}.{}", self.node / 250, self.node % 250)
    }

    fn node_name(&self) -> String {
        format!(
            "ip-{}.eu-west-1.compute.internal",
            self.host_ip().replace('.', "-")
        )
    }
}

fn condition(of: &str, not: Option<(&str, &str)>, at: i64) -> Value {
    let mut condition = json!({
        "type": of,
        "status": if not.is_some() { "False" } else { "True" },
        "lastProbeTime": null,
        "lastTransitionTime": rfc3339(at),
    });
    if let Some((reason, message)) = not {
        condition["reason"] = reason.into();
        if !message.is_empty() {
            condition["message"] = message.into();
        }
    }
    condition
}

fn toleration(of: &str) -> Value {
    json!({"key": format!("node.kubernetes.io/{of}"), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300})
}

/// How many nodes the cluster has.
const NODES: usize = 600;
