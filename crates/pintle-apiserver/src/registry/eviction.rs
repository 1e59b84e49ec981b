//! Evicting pods: they are deleted, unless that disrupts what a budget protects.

use std::sync::Arc;

use http::StatusCode;
use pintle_codec::{Object as Fields, Value};

use super::{
    Change, DeleteOptions, Mode, Registry, Served,
    condition::{Condition, holds, set_condition},
    delete::check_preconditions,
};
use crate::{
    generated::meta_v1::CONDITION,
    kinds::Part,
    schema::Tree,
    selector::labels,
    status::{Failure, Qualified},
    store::{Key, Object, Scope},
};

impl Registry {
    /// Deletes the pod `name`, with what is asked of the deletion, unless the budget that protects it
    /// allows no disruption: then the failure says so, and that it may be tried again. A budget is told
    /// of the pod that it loses.
    pub(crate) fn evict(
        &self,
        pods: Served,
        namespace: &str,
        name: &str,
        options: &DeleteOptions,
        mode: Mode<'_>,
    ) -> Result<(), Failure> {
        let eviction = Eviction {
            registry: self,
            pods,
            namespace,
            name,
            mode,
        };
        loop {
            let found = self.get(pods, &Key::new(namespace, name));
            let found = found.ok_or_else(|| Failure::not_found(pods.qualified(), name))?;
            let pod = pods.tree(&found);
            let pinned = at_revision_of(&found, options);
            if is_unprotected(&pod) {
                let may_start = phase(&pod) == "Pending" && !is_deleting(&pod);
                let is_pinned = may_start && options.resource_version.is_none();
                let deleted = eviction.delete(if is_pinned { &pinned } else { options });
                let is_overtaken = || {
                    let now = self.get(pods, &found.key);
                    now.is_none_or(|now| now.revision != found.revision)
                };
                match deleted {
                    Err(failure) if is_pinned && is_conflict(&failure) && is_overtaken() => {
                        continue;
                    }
                    deleted => return deleted,
                }
            }
            let mut budgets = self.budgets_of(&pod)?;
            let budget = match (budgets.pop(), budgets.is_empty()) {
                (None, _) => return eviction.delete(options),
                (Some(_), false) => return Err(Failure::many_budgets()),
                (Some(budget), true) => budget,
            };
            if holds(&pod, "Ready") || !allows_unhealthy(&budget.tree) {
                eviction.spend(&budget)?;
                return eviction.delete(options);
            }
            // It costs the budget nothing, as long as it does not become ready in the meantime.
            return match eviction.delete(&pinned) {
                Err(failure) if is_conflict(&failure) && options.resource_version.is_none() => {
                    Err(still_processed(budget.name()))
                }
                deleted => deleted,
            };
        }
    }

    fn get(&self, served: Served, key: &Key) -> Option<Arc<Object>> {
        self.store.read(|store| store.get(served.id, key))
    }

    /// The budgets that protect a pod.
    fn budgets_of(&self, pod: &Tree) -> Result<Vec<Budget>, Failure> {
        let mut stored = self.stored().iter();
        let is_budgets = |served: &&Served| served.facts.resource == "poddisruptionbudgets";
        let Some(served) = stored.find(is_budgets).copied() else {
            return Ok(Vec::new());
        };
        let labels = pod.metadata().get("labels").and_then(Value::as_object);
        let label = |key: &str| labels?.get(key)?.as_str();
        let snapshot = self.store.read(|store| store.snapshot(served.id));
        let scope = Scope::Namespace(pod.metadata_text("namespace").into());
        let page = snapshot.page(&scope, None, 0, |_| true);
        let budgets = page.objects.into_iter().filter_map(|object| {
            let tree = served.tree(&object);
            let selector = labels::of_object(tree.at(&["spec", "selector"])?)?;
            let selects = selector.matches_with(label);
            selects.then_some(Budget { served, tree })
        });
        Ok(budgets.collect())
    }
}

/// A budget of disruptions, as it was found.
struct Budget {
    served: Served,
    tree: Tree,
}

impl Budget {
    fn name(&self) -> &str {
        self.tree.metadata_text("name")
    }
}

/// Who is evicted, and for whom.
struct Eviction<'a> {
    registry: &'a Registry,
    pods: Served,
    namespace: &'a str,
    name: &'a str,
    mode: Mode<'a>,
}

impl Eviction<'_> {
    /// Takes one disruption from a budget, which must allow one.
    fn spend(&self, budget: &Budget) -> Result<(), Failure> {
        let change = Change {
            served: budget.served,
            namespace: self.namespace,
            name: budget.name(),
            part: Part::Status,
            mode: self.mode,
        };
        let now = self.registry.now();
        let spent = self.registry.change(change, &mut |budget, _| {
            check_budget(budget)?;
            Ok(spent(budget, self.name, &now))
        });
        spent.map(drop)
    }

    /// Says on the pod why it goes, and deletes it.
    fn delete(&self, options: &DeleteOptions) -> Result<(), Failure> {
        let registry = self.registry;
        let mut options = options.clone();
        if !options.dry_run {
            let change = Change {
                served: self.pods,
                namespace: self.namespace,
                name: self.name,
                part: Part::Status,
                mode: Mode {
                    dry_run: false,
                    ..self.mode
                },
            };
            let now = registry.now();
            let marked = registry.change(change, &mut |pod, current| {
                check_preconditions(self.pods, current, &options)?;
                let mut marked = pod.clone();
                set_condition(&mut marked, &EVICTED, &now);
                Ok(marked)
            })?;
            if options.resource_version.is_some() {
                options.resource_version = Some(marked.revision.to_string().into());
            }
        }
        let deleted = registry.delete(self.pods, self.namespace, self.name, &options);
        deleted.map(drop)
    }
}

/// Whether a pod can go without asking a budget: it does not run, or is on its way out already.
fn is_unprotected(pod: &Tree) -> bool {
    matches!(phase(pod), "Succeeded" | "Failed" | "Pending") || is_deleting(pod)
}

/// Whether a budget lets a pod go that is not ready.
fn allows_unhealthy(budget: &Tree) -> bool {
    let policy = budget.text(&["spec", "unhealthyPodEvictionPolicy"]);
    let (healthy, desired) = (
        number(budget, "currentHealthy"),
        number(budget, "desiredHealthy"),
    );
    policy == "AlwaysAllow" || healthy >= desired && desired > 0
}

/// Refuses a disruption that a budget does not allow.
fn check_budget(budget: &Tree) -> Result<(), Failure> {
    let name = budget.metadata_text("name");
    let generation = budget.metadata().get("generation").and_then(Value::as_int);
    if number(budget, "observedGeneration") < generation.unwrap_or_default() {
        return Err(still_processed(name));
    }
    let resource = Qualified {
        group: "policy",
        name: "poddisruptionbudget",
    };
    let allowed = number(budget, "disruptionsAllowed");
    if allowed < 0 {
        let why = "pdb disruptions allowed is negative";
        return Err(Failure::forbidden(resource, name, why));
    }
    let disrupted = budget.at(&DISRUPTED).and_then(Value::as_object);
    if disrupted.map_or(0, Fields::len) > DISRUPTED_MAX {
        let why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
        return Err(Failure::forbidden(resource, name, why));
    }
    if allowed > 0 {
        return Ok(());
    }
    let conditions = budget.list(&CONDITIONS).iter();
    let text = |of: &Value, field| {
        of.get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut conditions = conditions.filter(|of| text(of, "type") == DISRUPTION_ALLOWED);
    let condition = conditions.next().filter(|of| text(of, "status") == "False");
    let (reason, message) = match condition {
        Some(condition) => (text(condition, "reason"), text(condition, "message")),
        None => Default::default(),
    };
    let (healthy, desired) = (
        number(budget, "currentHealthy"),
        number(budget, "desiredHealthy"),
    );
    let says_something = !message.is_empty();
    let refuses = format!("The disruption budget {name} does not allow evicting pods currently");
    let why = match reason.as_str() {
        "SyncFailed" if says_something => format!("{refuses} because it failed sync: {message}"),
        _ if healthy <= desired => format!(
            "The disruption budget {name} needs {desired} healthy pods and has {healthy} currently"
        ),
        reason if says_something => format!("{refuses} ({reason}): {message}"),
        _ => refuses,
    };
    Err(Failure::over_budget(&why, 0))
}

/// The budget with one disruption less, that of a pod.
fn spent(budget: &Tree, pod: &str, now: &str) -> Tree {
    let mut spent = budget.clone();
    let left = number(budget, "disruptionsAllowed") - 1;
    spent.set(&["status", "disruptionsAllowed"], left.into());
    spent.set(&["status", "disruptedPods", pod], now.into());
    if left > 0 {
        return spent;
    }
    let mut conditions = budget.list(&CONDITIONS).to_vec();
    let text = |of: &Value, field| of.get(field).and_then(Value::as_str).map(str::to_owned);
    let is_it = |of: &Value| text(of, "type").as_deref() == Some(DISRUPTION_ALLOWED);
    let before = conditions.iter().position(is_it);
    let mut condition = Tree::zero(&CONDITION);
    condition.set(&["type"], DISRUPTION_ALLOWED.into());
    condition.set(&["status"], "False".into());
    condition.set(&["reason"], "InsufficientPods".into());
    let observed = number(budget, "observedGeneration");
    if observed > 0 {
        condition.set(&["observedGeneration"], observed.into());
    }
    let since = before.map(|at| &conditions[at]);
    let since = since.filter(|before| text(before, "status").as_deref() == Some("False"));
    let since = since.and_then(|before| text(before, "lastTransitionTime"));
    let since = since.unwrap_or_else(|| now.to_owned());
    condition.set(&["lastTransitionTime"], since.into());
    let condition = condition.into_object().into();
    match before {
        Some(at) => conditions[at] = condition,
        None => conditions.push(condition),
    }
    spent.set(&CONDITIONS, conditions.into());
    spent
}

/// The options, for the pod as it was found.
fn at_revision_of(pod: &Object, options: &DeleteOptions) -> DeleteOptions {
    DeleteOptions {
        resource_version: Some(pod.revision.to_string().into()),
        ..options.clone()
    }
}

fn is_conflict(failure: &Failure) -> bool {
    failure.code() == StatusCode::CONFLICT
}

/// The budget has still to be brought up to date.
fn still_processed(budget: &str) -> Failure {
    let why = format!("The disruption budget {budget} is still being processed by the server.");
    Failure::over_budget(&why, 10)
}

fn phase(pod: &Tree) -> &str {
    pod.text(&["status", "phase"])
}

fn is_deleting(pod: &Tree) -> bool {
    pod.metadata().contains_key("deletionTimestamp")
}

/// A number in the status of a budget.
fn number(budget: &Tree, field: &str) -> i64 {
    let number = budget.at(&["status", field]).and_then(Value::as_int);
    number.unwrap_or_default()
}

const EVICTED: Condition<'_> = Condition {
    kind: "DisruptionTarget",
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
};
const DISRUPTION_ALLOWED: &str = "DisruptionAllowed";
const CONDITIONS: [&str; 2] = ["status", "conditions"];
const DISRUPTED: [&str; 2] = ["status", "disruptedPods"];

/// As kube-apiserver: more pods than that are not confirmed only if nobody confirms any.
const DISRUPTED_MAX: usize = 2000;
