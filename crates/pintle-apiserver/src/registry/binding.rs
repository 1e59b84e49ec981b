//! Giving a pod to a node, as schedulers do.

use pintle_codec::{Object, Value};

use super::{
    Change, Mode, Registry, Served,
    condition::{Condition, set_condition},
};
use crate::{
    kinds::Part,
    quote::Quoted,
    schema::Tree,
    status::{Failure, Qualified},
    validation::FieldError,
};

impl Registry {
    /// Gives the pod `name` to the node that a binding says, with the binding's labels and annotations,
    /// unless it has a node or waits for something else. A uid and a revision in the binding must be the
    /// pod's.
    pub(crate) fn bind(
        &self,
        pods: Served,
        namespace: &str,
        name: &str,
        mut binding: Tree,
        mode: Mode<'_>,
    ) -> Result<(), Failure> {
        pods.put_in_namespace(&mut binding, namespace)?;
        if binding.metadata_text("name") != name {
            return Err(Failure::bad_request(
                "name in URL does not match name in Binding object",
            ));
        }
        check(&binding)?;
        let change = Change {
            served: pods,
            namespace,
            name,
            part: Part::Binding,
            mode,
        };
        let now = self.now();
        self.change(change, &mut |pod, _| {
            check_preconditions(pods, &binding, pod)?;
            if let Some(why) = obstacle(pod) {
                let resource = Qualified {
                    group: "",
                    name: "pods/binding",
                };
                return Err(Failure::conflict(resource, name, &why));
            }
            Ok(bound(pod, &binding, &now))
        })?;
        Ok(())
    }
}

/// A binding is to a node that it names. The real server tells of anything else as of a fault of its own.
fn check(binding: &Tree) -> Result<(), Failure> {
    let mut errors = Vec::new();
    let kind = binding.text(&["target", "kind"]);
    if !matches!(kind, "" | "Node") {
        let supported = ["Node", "<empty>"];
        errors.push(FieldError::not_supported("target.kind", kind, &supported));
    }
    if binding.text(&["target", "name"]).is_empty() {
        errors.push(FieldError::required("target.name", ""));
    }
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    match errors.as_slice() {
        [] => Ok(()),
        [error] => Err(Failure::internal_plain(error.as_str())),
        errors => Err(Failure::internal_plain(format!("[{}]", errors.join(", ")))),
    }
}

fn check_preconditions(pods: Served, binding: &Tree, pod: &Tree) -> Result<(), Failure> {
    for (field, word) in [("uid", "UID"), ("resourceVersion", "ResourceVersion")] {
        let (asked, is) = (binding.metadata_text(field), pod.metadata_text(field));
        if !asked.is_empty() && asked != is {
            let name = pod.metadata_text("name");
            let why = format!(
                "StorageError: invalid object, Code: 4, Key: /registry/pods/{}/{name}, \
                 ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: {word} in \
                 precondition: {asked}, {word} in object meta: {is}",
                pod.metadata_text("namespace"),
            );
            return Err(Failure::conflict(pods.qualified(), name, &why));
        }
    }
    Ok(())
}

/// Why a pod cannot be given to a node.
fn obstacle(pod: &Tree) -> Option<String> {
    let name = pod.metadata_text("name");
    let node = pod.text(&["spec", "nodeName"]);
    if pod.metadata().contains_key("deletionTimestamp") {
        return Some(format!(
            "pod {name} is being deleted, cannot be assigned to a host"
        ));
    }
    if !node.is_empty() {
        return Some(format!(
            "pod {name} is already assigned to node {}",
            Quoted(node)
        ));
    }
    let gates = pod.list(&["spec", "schedulingGates"]);
    (!gates.is_empty()).then(|| format!("pod {name} has non-empty .spec.schedulingGates"))
}

fn bound(pod: &Tree, binding: &Tree, now: &str) -> Tree {
    let mut bound = pod.clone();
    let node = binding.text(&["target", "name"]);
    bound.set(&["spec", "nodeName"], node.into());
    bound.remove(&["status", "nominatedNodeName"]);
    for field in ["annotations", "labels"] {
        let entries = binding.metadata().get(field).and_then(Value::as_object);
        for (key, value) in entries.into_iter().flat_map(Object::iter) {
            bound.set(&["metadata", field, key], value.clone());
        }
    }
    set_condition(&mut bound, &SCHEDULED, now);
    bound
}

const SCHEDULED: Condition<'_> = Condition {
    kind: "PodScheduled",
    reason: "",
    message: "",
};
