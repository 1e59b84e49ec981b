//! Pods: they start pending, with a quality of service that follows from their resources, and end
//! after a grace period unless nothing runs.

use pintle_codec::{Object, Value};

use super::{Deletion, Generation, Kind, Occasion, Part, SelectableField, pod_parts};
use crate::schema::Tree;

pub(super) const KIND: Kind = Kind {
    fields: &[
        SelectableField::of("spec.nodeName").once("spec.host"),
        SelectableField::of("spec.restartPolicy"),
        SelectableField::of("spec.schedulerName"),
        SelectableField::of("spec.serviceAccountName"),
        SelectableField::or("spec.hostNetwork", "false"),
        SelectableField::of("status.phase"),
        SelectableField::of("status.podIP").once("status.podIPs"),
        SelectableField::of("status.nominatedNodeName"),
    ],
    generation: Generation::Content,
    on_create,
    on_update,
    validate_part: pod_parts::validate,
    deletion: Deletion::Graceful(grace_period),
    ..Kind::PLAIN
};

fn on_create(pod: &mut Tree, _: &Occasion<'_>) {
    let quality = quality_of_service(pod);
    pod.set(&["status", "phase"], "Pending".into());
    pod.set(&["status", "qosClass"], quality.into());
}

fn on_update(new: &mut Tree, old: &Tree, part: Part, _: &Occasion<'_>) {
    match part {
        Part::Status => {
            // Old kubelets damage owner references and forget the class.
            new.copy_from(old, &["metadata", "ownerReferences"]);
            if new.text(&["status", "qosClass"]).is_empty() {
                new.copy_from(old, &["status", "qosClass"]);
            }
            complete_addresses(new);
        }
        Part::EphemeralContainers => *new = pod_parts::with_ephemeral_containers(new, old),
        Part::Resize => *new = pod_parts::resized(new, old),
        _ => {}
    }
}

/// The one address and the first of all addresses are the same.
fn complete_addresses(pod: &mut Tree) {
    let first = pod.list(&["status", "podIPs"]).first();
    let first = first.and_then(|first| first.get("ip")).cloned();
    let one = pod.text(&["status", "podIP"]).to_owned();
    match first {
        Some(first) => pod.set(&["status", "podIP"], first),
        None if !one.is_empty() => {
            let first = Object::from([("ip", Value::from(one))]);
            pod.set(&["status", "podIPs"], vec![first.into()].into());
        }
        None => {}
    }
}

/// The seconds that a pod is given to end. One that runs nowhere, or no longer, needs none.
fn grace_period(pod: &Tree, asked: Option<i64>) -> i64 {
    let own = pod.at(&["spec", "terminationGracePeriodSeconds"]);
    let period = asked.or(own.and_then(Value::as_int)).unwrap_or(0);
    let is_scheduled = !pod.text(&["spec", "nodeName"]).is_empty();
    let is_over = matches!(pod.text(&["status", "phase"]), "Failed" | "Succeeded");
    match period {
        _ if !is_scheduled || is_over => 0,
        negative if negative < 0 => 1,
        period => period,
    }
}

/// `Guaranteed` if all containers are limited in CPU and memory and request just that, `BestEffort`
/// if none says anything, else `Burstable`.
pub(super) fn quality_of_service(pod: &Tree) -> &'static str {
    const COUNTED: [&str; 2] = ["cpu", "memory"];
    let (mut guaranteed, mut best_effort) = (true, true);
    for field in ["containers", "initContainers"] {
        for container in pod.list(&["spec", field]) {
            let amount = |of: &str, resource: &str| {
                let amount = container.at(&["resources", of, resource]);
                amount
                    .and_then(Value::as_str)
                    .filter(|amount| *amount != "0")
            };
            for resource in COUNTED {
                let (limit, request) = (amount("limits", resource), amount("requests", resource));
                best_effort &= limit.is_none() && request.is_none();
                guaranteed &= limit.is_some() && (request.is_none() || request == limit);
            }
        }
    }
    match (best_effort, guaranteed) {
        (true, _) => "BestEffort",
        (false, true) => "Guaranteed",
        (false, false) => "Burstable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{generated::core_v1::POD, schema::decode};

    fn pod(spec: &str) -> Tree {
        let json = format!(r#"{{"spec":{spec}}}"#);
        Tree::new(decode(json.as_bytes(), &POD).unwrap().object, &POD)
    }

    #[test]
    fn quality_follows_from_resources() {
        let quality = |resources: &str| {
            quality_of_service(&pod(&format!(
                r#"{{"containers":[{{"resources":{resources}}}]}}"#
            )))
        };
        assert_eq!(quality("{}"), "BestEffort");
        assert_eq!(quality(r#"{"requests":{"cpu":"1"}}"#), "Burstable");
        assert_eq!(
            quality(r#"{"limits":{"cpu":"1","memory":"1Gi"}}"#),
            "Guaranteed"
        );
        assert_eq!(
            quality(r#"{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m"}}"#),
            "Burstable"
        );
    }

    #[test]
    fn a_pod_that_runs_nowhere_goes_at_once() {
        assert_eq!(
            grace_period(&pod(r#"{"terminationGracePeriodSeconds":30}"#), None),
            0
        );
        let scheduled = pod(r#"{"nodeName":"n","terminationGracePeriodSeconds":30}"#);
        assert_eq!(grace_period(&scheduled, None), 30);
        assert_eq!(grace_period(&scheduled, Some(5)), 5);
        assert_eq!(grace_period(&scheduled, Some(-5)), 1);
    }
}
