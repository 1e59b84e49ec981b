//! Namespaces on their way out: they are emptied, and then removed.

mod conditions;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use pintle_codec::Value;
use pintle_env::{Clock, Instant, Timer};
use pintle_meta::Time;

use self::conditions::Findings;
use crate::{
    kinds::Part,
    registry::{DeleteOptions, Mode, Propagation, Registry, Served},
    schema::Tree,
    shared::{Changes, any},
    shutdown::Shutdown,
    store::{Object, Scope},
};

/// A resource whose objects are in namespaces.
struct Content {
    served: Served,
    /// Under which names clients know it, as `configmaps.` or `leases.coordination.k8s.io`.
    names: Vec<String>,
    changes: Changes,
    /// Whether objects of it keep a namespace.
    keeps: bool,
}

/// What is left of a resource in a namespace.
#[derive(Debug, Default)]
struct Rest {
    objects: usize,
    /// How many of them have each finalizer.
    finalizers: BTreeMap<String, usize>,
    /// When they should be gone, if they are given time to end.
    patience: Duration,
}

/// Empties and removes namespaces for as long as the server lasts.
pub(crate) async fn empty_namespaces(
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    mut shutdown: Shutdown,
) {
    let store = registry.store();
    let namespaces = registry.namespaces();
    let mut changes = store.changes(namespaces.id);
    let resources = registry.stored().iter().filter(|r| r.facts.namespaced);
    let contents = resources.map(|served| Content {
        served: *served,
        names: names(&registry, *served),
        changes: store.changes(served.id),
        keeps: false,
    });
    let mut contents: Vec<_> = contents.collect();
    // Everything else is left as it is until the pods that may use it are gone.
    contents.sort_by_key(|content| content.served.facts.resource != "pods");
    loop {
        contents
            .iter_mut()
            .for_each(|content| content.keeps = false);
        let snapshot = store.read(|store| store.snapshot(namespaces.id));
        let terminating = snapshot.objects(&Scope::All, None);
        let mut wake = Instant::FAR_FUTURE;
        for namespace in terminating.filter(|namespace| namespace.attributes.deleting) {
            if let Some(patience) = empty(&registry, &mut contents, namespace).await {
                wake = wake.min(clock.now() + patience);
            }
        }
        let keeping = contents.iter_mut().filter(|content| content.keeps);
        tokio::select! {
            () = changes.next() => {}
            () = any(keeping.map(|content| &mut content.changes)) => {}
            () = timer.sleep_until(wake) => {}
            () = shutdown.requested() => return,
        }
    }
}

/// Deletes what is in a namespace, says on it what is left, and lets it go once nothing is. What is
/// left may be given some more time.
async fn empty(
    registry: &Registry,
    contents: &mut [Content],
    namespace: &Object,
) -> Option<Duration> {
    let served = registry.namespaces();
    let tree = served.tree(namespace);
    if tree.list(&FINALIZERS).is_empty() {
        return None;
    }
    let scope = Scope::Namespace(namespace.key.name().into());
    let since = time_since_deletion(registry, &tree);
    let (mut findings, mut patience) = (Findings::default(), None);
    for content in contents {
        let rest = purge(registry, content.served, &scope, since).await;
        content.keeps |= rest.objects > 0;
        if rest.objects == 0 {
            continue;
        }
        if rest.patience > Duration::ZERO {
            patience = Some(rest.patience.min(patience.unwrap_or(rest.patience)));
        } else if rest.finalizers.is_empty() {
            findings.stuck(content.served, namespace.key.name());
        }
        if content.served.facts.resource == "pods" {
            findings.waits_for_pods();
            break;
        }
        findings.left(&content.names, &rest);
    }
    let is_empty = findings.is_empty();
    describe(registry, namespace, &findings);
    if is_empty {
        finalize(registry, namespace);
    }
    patience
}

/// Deletes the objects of a scope, and says what is left of them.
async fn purge(registry: &Registry, content: Served, scope: &Scope, since: Duration) -> Rest {
    let store = registry.store();
    let snapshot = store.read(|store| store.snapshot(content.id));
    let grace = snapshot
        .objects(scope, None)
        .map(|object| grace(content, object))
        .max();
    // What is being deleted goes when whoever keeps it lets go of it.
    let objects = snapshot.objects(scope, None);
    let objects = objects
        .filter(|object| !object.attributes.deleting)
        .cloned();
    let objects: Vec<_> = objects.collect();
    let options = DeleteOptions {
        propagation: Some(Propagation::Background),
        ..DeleteOptions::default()
    };
    // Whatever cannot be deleted now is still there, and is found again by the next look.
    _ = registry.delete_each(content, &objects, &options).await;
    let snapshot = store.read(|store| store.snapshot(content.id));
    let mut rest = Rest {
        patience: grace.unwrap_or_default().saturating_sub(since),
        ..Rest::default()
    };
    for object in snapshot.objects(scope, None) {
        rest.objects += 1;
        let tree = content.tree(object);
        let finalizers = tree.list(&["metadata", "finalizers"]);
        for finalizer in finalizers.iter().filter_map(Value::as_str) {
            *rest.finalizers.entry(finalizer.to_owned()).or_default() += 1;
        }
    }
    rest
}

/// How long an object is given to end: of a pod that has not ended, what it says.
fn grace(content: Served, object: &Object) -> Duration {
    if content.facts.resource != "pods" {
        return Duration::ZERO;
    }
    let pod = content.tree(object);
    if matches!(pod.text(&["status", "phase"]), "Succeeded" | "Failed") {
        return Duration::ZERO;
    }
    let seconds = pod.at(&["spec", "terminationGracePeriodSeconds"]);
    let seconds = seconds.and_then(Value::as_int).unwrap_or_default();
    Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}

fn time_since_deletion(registry: &Registry, namespace: &Tree) -> Duration {
    let deleted = namespace.metadata_text("deletionTimestamp").parse::<Time>();
    let deleted = deleted.map_or(i64::MAX, Time::unix_seconds);
    let since = registry.timestamp().unix_seconds().saturating_sub(deleted);
    Duration::from_secs(u64::try_from(since).unwrap_or_default())
}

/// The names under which clients know a resource, each with its group.
fn names(registry: &Registry, stored: Served) -> Vec<String> {
    let resources = registry.resources().iter();
    let same = resources.filter(|served| served.id == stored.id);
    let mut names: Vec<_> = same
        .map(|served| format!("{}.{}", served.facts.resource, served.facts.group))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Says on a namespace what keeps it.
fn describe(registry: &Registry, namespace: &Object, findings: &Findings) {
    let served = registry.namespaces();
    let change = crate::registry::Change {
        served,
        namespace: "",
        name: namespace.key.name(),
        part: Part::Status,
        mode: Mode::SERVER,
    };
    let now = Time::from_unix(registry.timestamp().unix_seconds()).to_string();
    // It fails if the namespace is gone.
    _ = registry.change(change, &mut |tree, current| {
        let mut tree = tree.clone();
        if current.attributes.uid() == namespace.attributes.uid() {
            findings.tell(&mut tree, &now);
        }
        Ok(tree)
    });
}

/// Takes the server's own finalizer from an empty namespace. The others are somebody else's to remove.
fn finalize(registry: &Registry, namespace: &Object) {
    let change = crate::registry::Change {
        served: registry.namespaces(),
        namespace: "",
        name: namespace.key.name(),
        part: Part::Finalize,
        mode: Mode::SERVER,
    };
    // It fails if the namespace is gone.
    _ = registry.change(change, &mut |tree, current| {
        let mut tree = tree.clone();
        if current.attributes.uid() == namespace.attributes.uid() {
            let is_own = |finalizer: &&Value| finalizer.as_str() == Some("kubernetes");
            let had = tree.list(&FINALIZERS).iter();
            let others: Vec<Value> = had.filter(|f| !is_own(f)).cloned().collect();
            tree.set(&FINALIZERS, Value::Array(others));
        }
        Ok(tree)
    });
}

const FINALIZERS: [&str; 2] = ["spec", "finalizers"];
