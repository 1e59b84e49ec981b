//! The columns of pods: what their containers are doing, in a few words.

use pintle_codec::Value;
use pintle_env::Timestamp;

use super::{
    age::since,
    column::{
        AGE,
        Cell::{At, Of},
        Column, NAME, Table,
    },
    field::{flag, holds, integer, is_deleting, text},
    join::or_none,
};
use crate::schema::Tree;

pub(super) static PODS: Table = Table::new(&[
    NAME,
    Column::new(
        "Ready",
        "How many containers are ready, of how many there are.",
        Of(|pod| {
            let Summary { ready, total, .. } = Summary::of(pod);
            format!("{ready}/{total}").into()
        }),
    ),
    Column::new(
        "Status",
        "What the containers are doing.",
        Of(|pod| Summary::of(pod).status.into()),
    ),
    Column::new(
        "Restarts",
        "How often containers were started again, and when last.",
        At(|pod, now| Summary::of(pod).restarts(now).into()),
    ),
    AGE,
    Column::new(
        "IP",
        "The address of the pod.",
        Of(|pod| {
            let first = pod.list(&["status", "podIPs"]).first();
            or_none(first.map_or("", |first| text(first, "ip"))).into()
        }),
    )
    .wide(),
    Column::new(
        "Node",
        "The node that it runs on.",
        Of(|pod| or_none(pod.text(&["spec", "nodeName"])).into()),
    )
    .wide(),
    Column::new(
        "Nominated Node",
        "The node on which room is being made for it.",
        Of(|pod| or_none(pod.text(&["status", "nominatedNodeName"])).into()),
    )
    .wide(),
    Column::new(
        "Readiness Gates",
        "How many of its readiness gates are open.",
        Of(|pod| readiness_gates(pod).into()),
    )
    .wide(),
])
.completed(|pod| match pod.text(&["status", "phase"]) {
    "Succeeded" => Some(("Succeeded", "The pod has completed successfully.")),
    "Failed" => Some(("Failed", "The pod failed.")),
    _ => None,
});

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
        if !initializing || holds(conditions, "Initialized") {
            summary.restarts = sidecar_restarts;
            summary.count_containers(pod);
        }
        if is_deleting(pod) {
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
            if sidecar && flag(container, "started") {
                self.ready += usize::from(flag(container, "ready"));
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
            } else if flag(container, "ready") && container.at(&["state", "running"]).is_some() {
                running = true;
                self.ready += 1;
            }
        }
        // Some containers have done their work while others still run.
        if self.status == "Completed" {
            let ready = holds(pod.list(&["status", "conditions"]), "Ready");
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

/// Whether an init container keeps running beside the others.
fn is_sidecar(container: &Value) -> bool {
    text(container, "restartPolicy") == "Always"
}

fn readiness_gates(pod: &Tree) -> String {
    let gates = pod.list(&["spec", "readinessGates"]);
    if gates.is_empty() {
        return "<none>".to_owned();
    }
    let conditions = pod.list(&["status", "conditions"]);
    let open = gates
        .iter()
        .filter(|gate| holds(conditions, text(gate, "conditionType")));
    format!("{}/{}", open.count(), gates.len())
}
