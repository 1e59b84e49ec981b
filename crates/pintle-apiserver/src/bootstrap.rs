//! What a cluster starts with.

use crate::{registry::Registry, schema::Tree};

/// Creates the namespaces that every cluster has, and begins its history behind them: nobody can
/// have seen what was before.
pub(crate) fn start_cluster(registry: &Registry) {
    let served = registry.namespaces();
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
        let mut tree = Tree::zero(served.facts.schema);
        tree.set(&["kind"], served.facts.kind.into());
        tree.set(&["apiVersion"], served.facts.api_version.into());
        tree.set(&["metadata", "name"], name.into());
        // The store is empty and the names are good: there is nothing that could be refused.
        let created = registry.create(served, "", tree, false);
        debug_assert!(created.is_ok(), "{created:?}");
    }
    registry
        .store()
        .write(|store| store.compact(store.revision()));
}
