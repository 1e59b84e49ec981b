//! Namespaces on their way out: they are emptied, and then removed.

use std::sync::Arc;

use pintle_codec::Value;

use crate::{
    kinds::Part,
    registry::{DeleteOptions, Registry},
    shutdown::Shutdown,
    store::{Filter, Object, Scope},
};

/// Empties and removes namespaces for as long as the server lasts.
pub(crate) async fn empty_namespaces(registry: Arc<Registry>, mut shutdown: Shutdown) {
    let namespaces = registry.namespaces();
    let mut changes = registry.store().changes(namespaces.id);
    let mut writes = registry.store().writes();
    loop {
        let snapshot = registry.store().read(|store| store.snapshot(namespaces.id));
        let terminating = snapshot.objects(&Scope::All, None);
        let terminating = terminating.filter(|namespace| namespace.attributes.deleting);
        let mut waiting = false;
        for namespace in terminating {
            waiting |= !empty(&registry, namespace).await;
        }
        // What still keeps a namespace may go with any write.
        tokio::select! {
            () = changes.next() => {}
            () = writes.next(), if waiting => {}
            () = shutdown.requested() => return,
        }
    }
}

/// Deletes what a namespace contains, and says whether it is empty and nothing more is to be done.
async fn empty(registry: &Registry, namespace: &Object) -> bool {
    let served = registry.namespaces();
    let name = namespace.key.name();
    let filter = Filter {
        scope: Scope::Namespace(name.into()),
        ..Filter::default()
    };
    let mut is_empty = true;
    for content in registry.resources().iter().filter(|r| r.facts.namespaced) {
        // Whatever cannot be deleted now is found again by the next look.
        let options = DeleteOptions::default();
        let deleted = registry.delete_all(*content, &filter, &options).await;
        let snapshot = registry.store().read(|store| store.snapshot(content.id));
        is_empty &= deleted.is_ok() && snapshot.objects(&filter.scope, None).next().is_none();
    }
    if !is_empty {
        return false;
    }
    let mut tree = served.tree(namespace);
    let finalizers = tree.list(&["spec", "finalizers"]);
    let finalizers: Vec<Value> = finalizers
        .iter()
        .filter(|finalizer| finalizer.as_str() != Some("kubernetes"))
        .cloned()
        .collect();
    let had = tree.list(&["spec", "finalizers"]).len();
    if finalizers.len() == had {
        // The rest is somebody else's to remove.
        return true;
    }
    tree.set(&["spec", "finalizers"], Value::Array(finalizers));
    let finalized = registry.update(served, "", name, Part::Finalize, tree, false);
    // A conflict says that the namespace has changed, which brings the next look.
    finalized.is_ok()
}
