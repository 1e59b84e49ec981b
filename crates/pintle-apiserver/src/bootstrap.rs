//! What a cluster starts with.

use crate::{
    api_services,
    registry::{Mode, Registry},
    schema::Tree,
    seed::{self, SeedError},
};

/// Creates what every cluster has, and the objects that this one is seeded with, and begins its history
/// behind them: nobody can have seen what was before.
pub(crate) fn start_cluster(registry: &Registry, seeds: &[String]) -> Result<(), SeedError> {
    create_namespaces(registry);
    api_services::register(registry);
    seed::plant(registry, seeds)?;
    begin_history(registry);
    Ok(())
}

/// Creates the namespaces that every cluster has.
pub(crate) fn create_namespaces(registry: &Registry) {
    let served = registry.namespaces();
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
        let mut tree = Tree::zero(served.facts.schema);
        tree.set(&["kind"], served.facts.kind.into());
        tree.set(&["apiVersion"], served.facts.api_version.into());
        tree.set(&["metadata", "name"], name.into());
        // The store is empty and the names are good: there is nothing that could be refused.
        let created = registry.create(served, "", tree, Mode::SERVER);
        debug_assert!(created.is_ok(), "{created:?}");
    }
}

/// Forgets what happened up to now.
pub(crate) fn begin_history(registry: &Registry) {
    registry
        .store()
        .write(|store| store.compact(store.revision()));
}
