//! Parts of pods that can be changed on their own: containers that are put into a running pod, and what
//! its containers may use.

use pintle_codec::{Object, Value};

use super::{Part, pod::quality_of_service};
use crate::{
    generated::core_v1::CONTAINER,
    quote::Quoted,
    schema::Tree,
    validation::{FieldError, names},
};

/// The old pod with the ephemeral containers of the new one.
pub(super) fn with_ephemeral_containers(new: &Tree, old: &Tree) -> Tree {
    let mut pod = as_identified(new, old);
    pod.copy_from(new, &EPHEMERAL);
    pod
}

/// The old pod with what the containers of the new one may use. If they are not the same containers, it
/// has those of the new one, for validation to find.
pub(super) fn resized(new: &Tree, old: &Tree) -> Tree {
    let same_number = |field| new.list(&["spec", field]).len() == old.list(&["spec", field]).len();
    if !CONTAINERS.iter().all(|field| same_number(field)) {
        return new.clone();
    }
    let mut pod = as_identified(new, old);
    pod.copy_from(new, &["spec", "resources"]);
    for field in CONTAINERS {
        let path = ["spec", field];
        let pairs = old.list(&path).iter().zip(new.list(&path));
        let containers: Vec<Value> = match pairs.clone().all(|(old, new)| name(old) == name(new)) {
            true => pairs.map(|(old, new)| with_resources(new, old)).collect(),
            false => new.list(&path).to_vec(),
        };
        if !containers.is_empty() {
            pod.set(&path, containers.into());
        }
    }
    pod
}

/// What is wrong with a change of a part.
pub(super) fn validate(new: &Tree, old: &Tree, part: Part) -> Vec<FieldError> {
    let is_static = || {
        let mirror = ["metadata", "annotations", "kubernetes.io/config.mirror"];
        old.at(&mirror).is_some()
    };
    match part {
        Part::EphemeralContainers if is_static() => {
            let why = "static pods do not support ephemeral containers";
            vec![FieldError::forbidden("[]", why)]
        }
        Part::EphemeralContainers => {
            let mut errors = ephemeral_errors(new);
            errors.extend(changed_errors(new, old));
            errors
        }
        Part::Resize if is_static() => {
            vec![FieldError::forbidden("[]", "static pods cannot be resized")]
        }
        Part::Resize => resize_errors(new, old),
        _ => Vec::new(),
    }
}

/// The old pod, of which the new one says which it is and at what revision.
fn as_identified(new: &Tree, old: &Tree) -> Tree {
    let mut pod = old.clone();
    for field in ["name", "namespace", "uid", "resourceVersion"] {
        pod.copy_from(new, &["metadata", field]);
    }
    pod
}

/// What is wrong with the ephemeral containers of a pod by themselves.
fn ephemeral_errors(pod: &Tree) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let others = CONTAINERS
        .iter()
        .flat_map(|field| pod.list(&["spec", field]));
    let others: Vec<&str> = others.map(name).collect();
    let mut names = others.clone();
    for (at, container) in pod.list(&EPHEMERAL).iter().enumerate() {
        let field = |name: &str| format!("spec.ephemeralContainers[{at}].{name}");
        let name = name(container);
        if !name.is_empty() {
            let wrong = names::dns_label(name).into_iter();
            errors.extend(wrong.map(|wrong| FieldError::invalid(field("name"), name, &wrong)));
        }
        if text(container, "image").is_empty() {
            errors.push(FieldError::required(field("image"), ""));
        }
        if names.contains(&name) {
            errors.push(FieldError::duplicate(field("name"), name));
        }
        names.push(name);
        let target = text(container, "targetContainerName");
        if !target.is_empty() && !others.contains(&target) {
            errors.push(FieldError::not_found(field("targetContainerName"), target));
        }
        let refused = REFUSED
            .iter()
            .filter(|refused| is_set(container.get(refused)));
        errors.extend(refused.map(|refused| FieldError::forbidden(field(refused), NOT_HERE)));
        let mounts = container.get("volumeMounts").and_then(Value::as_array);
        for (at, mount) in mounts.unwrap_or_default().iter().enumerate() {
            let refused = ["subPath", "subPathExpr"].into_iter();
            let refused = refused.filter(|refused| !text(mount, refused).is_empty());
            errors.extend(refused.map(|refused| {
                FieldError::forbidden(field(&format!("volumeMounts[{at}].{refused}")), NOT_HERE)
            }));
        }
    }
    errors
}

/// Ephemeral containers can only be added.
fn changed_errors(new: &Tree, old: &Tree) -> Vec<FieldError> {
    let now = new.list(&EPHEMERAL);
    let errors = old.list(&EPHEMERAL).iter().filter_map(|before| {
        let what = match now.iter().find(|now| name(now) == name(before)) {
            None => "removed",
            Some(now) if now != before => "changed",
            Some(_) => return None,
        };
        let name = Quoted(name(before));
        let why = format!("existing ephemeral containers {name} may not be {what}\n");
        Some(FieldError::forbidden("spec.ephemeralContainers", &why))
    });
    errors.collect()
}

fn resize_errors(new: &Tree, old: &Tree) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if old.text(&["spec", "os", "name"]) == "windows" {
        return vec![FieldError::forbidden(
            "[]",
            "windows pods cannot be resized",
        )];
    }
    let quality = old.text(&["status", "qosClass"]);
    if quality_of_service(new) != quality {
        let why = "Pod QOS Class may not change as a result of resizing";
        errors.push(FieldError::invalid("spec", quality, why));
    }
    let statuses = old.list(&["status", "containerStatuses"]).iter();
    let mut running = statuses.filter(|status| status.at(&["state", "running"]).is_some());
    if running
        .next()
        .is_some_and(|status| status.get("resources").is_none())
    {
        let why = "Pod running on node without support for resize";
        errors.push(FieldError::forbidden("spec", why));
    }
    let moved = moved_errors(new, old);
    if !moved.is_empty() {
        errors.extend(moved);
        return errors;
    }
    for field in ["initContainers", "containers"] {
        let pairs = old
            .list(&["spec", field])
            .iter()
            .zip(new.list(&["spec", field]));
        for (at, (before, now)) in pairs.enumerate() {
            for kind in ["requests", "limits"] {
                let amounts = |of: &Value| {
                    of.at(&["resources", kind])
                        .and_then(Value::as_object)
                        .cloned()
                };
                let (before, now) = (
                    amounts(before).unwrap_or_default(),
                    amounts(now).unwrap_or_default(),
                );
                if before
                    .iter()
                    .any(|(resource, _)| !now.contains_key(resource))
                {
                    let field = format!("spec.{field}[{at}].resources.{kind}");
                    let why = format!("resource {kind} cannot be removed");
                    errors.push(FieldError::forbidden(field, &why));
                }
            }
        }
    }
    for field in CONTAINERS {
        let pairs = old
            .list(&["spec", field])
            .iter()
            .zip(new.list(&["spec", field]));
        for (at, (before, now)) in pairs.enumerate() {
            if unscalable(before) == unscalable(now) {
                continue;
            }
            errors.push(match field {
                "containers" => FieldError::forbidden("spec", ONLY_SCALABLE),
                _ => FieldError::forbidden(
                    format!("spec.{field}[{at}]"),
                    "only cpu and memory resources for init or sidecar containers are mutable",
                ),
            });
        }
    }
    errors
}

/// The containers stay the same ones, in the same order.
fn moved_errors(new: &Tree, old: &Tree) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for field in CONTAINERS {
        let (before, now) = (old.list(&["spec", field]), new.list(&["spec", field]));
        if before.len() != now.len() {
            let why = format!("{field} may not be added or removed on resize");
            errors.push(FieldError::forbidden(format!("spec.{field}"), &why));
            continue;
        }
        for (at, (before, now)) in before.iter().zip(now).enumerate() {
            if name(before) != name(now) {
                let why = format!("{field} may not be renamed or reordered on resize");
                let field = format!("spec.{field}[{at}].name");
                errors.push(FieldError::forbidden(field, &why));
            }
        }
    }
    errors
}

/// A container with what another may use.
fn with_resources(new: &Value, old: &Value) -> Value {
    let container = old.as_object().cloned().unwrap_or_default();
    let mut container = Tree::new(container, &CONTAINER);
    for field in ["resources", "resizePolicy"] {
        match new.get(field) {
            Some(value) => container.set(&[field], value.clone()),
            None => drop(container.remove(&[field])),
        }
    }
    container.into_object().into()
}

/// What may be used of a container besides CPU and memory.
fn unscalable(container: &Value) -> Vec<Object> {
    let of = |kind| {
        let amounts = container
            .at(&["resources", kind])
            .and_then(Value::as_object);
        let mut amounts = amounts.cloned().unwrap_or_default();
        for scalable in ["cpu", "memory"] {
            amounts.remove(scalable);
        }
        amounts
    };
    ["requests", "limits"].map(of).into()
}

/// Whether a field says something.
fn is_set(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Array(elements)) => !elements.is_empty(),
        Some(Value::Object(fields)) => !fields.is_empty(),
        Some(_) => true,
    }
}

fn name(container: &Value) -> &str {
    text(container, "name")
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

const EPHEMERAL: [&str; 2] = ["spec", "ephemeralContainers"];
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

/// What makes a container a part of a workload, which an ephemeral one is not.
const REFUSED: [&str; 8] = [
    "ports",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
];
const NOT_HERE: &str = "cannot be set for an Ephemeral Container";
const ONLY_SCALABLE: &str = "only cpu and memory resources are mutable";
