//! The columns of pods: what their containers are doing, in a few words.

use pintle_codec::Value;
use pintle_env::Timestamp;

use super::{
    AGE, Column, NAME, Table,
    age::{age, since},
    integer, or_none, text,
};
use crate::schema::Tree;

pub(super) static POD: Table = Table {
    columns: &[
        NAME,
        Column::text(
            "Ready",
            "How many containers are ready, of how many there are.",
        ),
        Column::text("Status", "What the containers are doing."),
        Column::text(
            "Restarts",
            "How often containers were started again, and when last.",
        ),
        AGE,
        Column::text("IP", "The address of the pod.").wide(),
        Column::text("Node", "The node that it runs on.").wide(),
        Column::text(
            "Nominated Node",
            "The node on which room is being made for it.",
        )
        .wide(),
        Column::text(
            "Readiness Gates",
            "How many of its readiness gates are open.",
        )
        .wide(),
    ],
    cells: |pod, now| {
        let summary = Summary::of(pod);
        let total = summary.total;
        let ip = pod.list(&["status", "podIPs"]).first();
        vec![
            pod.metadata_text("name").into(),
            format!("{}/{total}", summary.ready).into(),
            Value::from(summary.status.as_str()),
            summary.restarts(now).into(),
            age(pod, now).into(),
            or_none(ip.map_or("", |ip| text(ip, "ip"))).into(),
            or_none(pod.text(&["spec", "nodeName"])).into(),
            or_none(pod.text(&["status", "nominatedNodeName"])).into(),
            readiness_gates(pod).into(),
        ]
    },
    completed: |pod| match pod.text(&["status", "phase"]) {
        "Succeeded" => Some(("Succeeded", "The pod has completed successfully.")),
        "Failed" => Some(("Failed", "The pod failed.")),
        _ => None,
    },
};

/// What the statuses of a pod's containers amount to.
struct Summary {
    total: usize,
    ready: usize,
    status: String,
    restarts: Restarts,
}

/// How often containers were started again, and the time at which the last one had ended.
#[derive(Clone, Default)]
struct Restarts {
    count: i64,
    last: String,
}

impl Summary {
    fn of(pod: &Tree) -> Self {
        let phase = pod.text(&["status", "phase"]);
        let mut status = match pod.text(&["status", "reason"]) {
            "" => phase.to_owned(),
            reason => reason.to_owned(),
        };
        let conditions = pod.list(&["status", "conditions"]);
        if conditions.iter().any(|condition| {
            (text(condition, "type"), text(condition, "reason"))
                == ("PodScheduled", "SchedulingGated")
        }) {
            status = "SchedulingGated".to_owned();
        }
        let init = pod.list(&["spec", "initContainers"]);
        let sidecars = init.iter().filter(|container| is_sidecar(container));
        let mut summary = Self {
            total: pod.list(&["spec", "containers"]).len() + sidecars.count(),
            ready: 0,
            status,
            restarts: Restarts::default(),
        };
        let mut sidecar_restarts = Restarts::default();
        let initializing = summary.count_init_containers(pod, &mut sidecar_restarts);
        if !initializing || is_true(conditions, "Initialized") {
            summary.restarts = sidecar_restarts;
            summary.count_containers(pod);
        }
        if !pod.metadata_text("deletionTimestamp").is_empty() {
            if pod.text(&["status", "reason"]) == "NodeLost" {
                summary.status = "Unknown".to_owned();
            } else if !matches!(phase, "Failed" | "Succeeded") {
                summary.status = "Terminating".to_owned();
            }
        }
        summary
    }

    /// Looks at init containers up to the first that has not done its work. Whether there is one.
    fn count_init_containers(&mut self, pod: &Tree, sidecar_restarts: &mut Restarts) -> bool {
        let specs = pod.list(&["spec", "initContainers"]);
        let statuses = pod.list(&["status", "initContainerStatuses"]);
        for (at, container) in statuses.iter().enumerate() {
            let name = text(container, "name");
            let spec = specs.iter().find(|spec| text(spec, "name") == name);
            let sidecar = spec.is_some_and(is_sidecar);
            self.restarts.add(container);
            if sidecar {
                sidecar_restarts.add(container);
            }
            let terminated = container.at(&["state", "terminated"]);
            let waiting = container.at(&["state", "waiting", "reason"]);
            let waiting = waiting.and_then(Value::as_str).unwrap_or_default();
            if terminated.is_some_and(|end| integer(end.get("exitCode")) == 0) {
                continue;
            }
            if sidecar && container.get("started") == Some(&Value::Bool(true)) {
                self.ready += usize::from(is_ready(container));
                continue;
            }
            self.status = match terminated {
                Some(terminated) => format!("Init:{}", end(terminated)),
                None if !matches!(waiting, "" | "PodInitializing") => format!("Init:{waiting}"),
                None => format!("Init:{at}/{}", specs.len()),
            };
            return true;
        }
        false
    }

    fn count_containers(&mut self, pod: &Tree) {
        let (mut running, mut failure) = (false, None);
        for container in pod.list(&["status", "containerStatuses"]).iter().rev() {
            self.restarts.add(container);
            let waiting = container.at(&["state", "waiting", "reason"]);
            let waiting = waiting.and_then(Value::as_str).unwrap_or_default();
            if !waiting.is_empty() {
                self.status = waiting.to_owned();
            } else if let Some(terminated) = container.at(&["state", "terminated"]) {
                self.status = end(terminated);
                if integer(terminated.get("exitCode")) != 0 {
                    failure = Some(self.status.clone());
                }
            } else if is_ready(container) && container.at(&["state", "running"]).is_some() {
                running = true;
                self.ready += 1;
            }
        }
        // Some containers have done their work while others still run.
        if self.status == "Completed" {
            let ready = is_true(pod.list(&["status", "conditions"]), "Ready");
            self.status = match failure {
                _ if running && ready => "Running".to_owned(),
                Some(failure) => failure,
                None if running => "NotReady".to_owned(),
                None => "Completed".to_owned(),
            };
        }
    }

    fn restarts(&self, now: Timestamp) -> String {
        let Restarts { count, last } = &self.restarts;
        if *count == 0 || last.is_empty() {
            return count.to_string();
        }
        format!("{count} ({} ago)", since(last, now))
    }
}

impl Restarts {
    fn add(&mut self, container: &Value) {
        self.count += integer(container.get("restartCount"));
        let ended = container.at(&["lastState", "terminated", "finishedAt"]);
        let ended = ended.and_then(Value::as_str).unwrap_or_default();
        // Times are kept in one form, in which the later one is the greater text.
        if ended > self.last.as_str() {
            self.last = ended.to_owned();
        }
    }
}

/// How a container ended, in a word.
fn end(terminated: &Value) -> String {
    match (
        text(terminated, "reason"),
        integer(terminated.get("signal")),
    ) {
        ("", 0) => format!("ExitCode:{}", integer(terminated.get("exitCode"))),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}

fn is_ready(container: &Value) -> bool {
    container.get("ready") == Some(&Value::Bool(true))
}

/// Whether an init container keeps running beside the others.
fn is_sidecar(container: &Value) -> bool {
    text(container, "restartPolicy") == "Always"
}

fn is_true(conditions: &[Value], type_: &str) -> bool {
    let mut conditions = conditions.iter();
    conditions
        .any(|condition| (text(condition, "type"), text(condition, "status")) == (type_, "True"))
}

fn readiness_gates(pod: &Tree) -> String {
    let gates = pod.list(&["spec", "readinessGates"]);
    if gates.is_empty() {
        return "<none>".to_owned();
    }
    let conditions = pod.list(&["status", "conditions"]);
    let open = gates
        .iter()
        .filter(|gate| is_true(conditions, text(gate, "conditionType")));
    format!("{}/{}", open.count(), gates.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{generated::core_v1, schema::decode};

    fn cells(json: &str) -> Vec<String> {
        let pod = decode(json.as_bytes(), &core_v1::POD).unwrap().object;
        let now = Timestamp::from_unix(1_767_225_600, 0);
        let cells = (POD.cells)(&Tree::new(pod, &core_v1::POD), now);
        cells
            .iter()
            .map(|cell| cell.as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_new_pod_is_pending() {
        assert_eq!(
            cells(
                r#"{"metadata":{"name":"p","creationTimestamp":"2025-12-31T23:59:55Z"},"spec":{"containers":[{},{}]},"status":{"phase":"Pending"}}"#
            ),
            [
                "p", "0/2", "Pending", "0", "5s", "<none>", "<none>", "<none>", "<none>"
            ]
        );
    }

    #[test]
    fn a_running_pod_counts_restarts() {
        assert_eq!(
            cells(
                r#"{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{}],"readinessGates":[{"conditionType":"x"}]},"status":{"phase":"Running","podIPs":[{"ip":"10.0.0.1"}],"conditions":[{"type":"x","status":"True"}],"containerStatuses":[{"ready":true,"restartCount":3,"state":{"running":{}},"lastState":{"terminated":{"finishedAt":"2025-12-31T23:00:00Z"}}}]}}"#
            ),
            [
                "p",
                "1/1",
                "Running",
                "3 (60m ago)",
                "<unknown>",
                "10.0.0.1",
                "n",
                "<none>",
                "1/1"
            ]
        );
    }

    #[test]
    fn troubles_are_named() {
        let status = |status: &str| {
            let json = format!(
                r#"{{"spec":{{"initContainers":[{{"name":"i"}},{{"name":"j"}}],"containers":[{{}}]}},"status":{status}}}"#
            );
            cells(&json)[2].clone()
        };
        for (json, expected) in [
            (
                r#"{"containerStatuses":[{"state":{"waiting":{"reason":"ImagePullBackOff"}}}]}"#,
                "ImagePullBackOff",
            ),
            (
                r#"{"containerStatuses":[{"state":{"terminated":{"exitCode":2}}}]}"#,
                "ExitCode:2",
            ),
            (
                r#"{"containerStatuses":[{"state":{"terminated":{"exitCode":1,"signal":9}}}]}"#,
                "Signal:9",
            ),
            (
                r#"{"containerStatuses":[{"ready":true,"state":{"running":{}}},{"state":{"terminated":{"reason":"Completed"}}}]}"#,
                "NotReady",
            ),
            (
                r#"{"initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":0}}},{"name":"j","state":{"running":{}}}]}"#,
                "Init:1/2",
            ),
            (
                r#"{"initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":3}}}]}"#,
                "Init:ExitCode:3",
            ),
            (r#"{"phase":"Failed","reason":"Evicted"}"#, "Evicted"),
        ] {
            assert_eq!(status(json), expected, "{json}");
        }
    }

    #[test]
    fn a_pod_on_its_way_out_says_so() {
        let json = r#"{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Running"}}"#;
        assert_eq!(cells(json)[2], "Terminating");
    }
}
