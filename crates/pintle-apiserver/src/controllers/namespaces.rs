//! Namespaces on their way out: they are emptied, and then removed.

use std::sync::Arc;

use pintle_codec::Value;

use crate::{
    kinds::Part,
    registry::{DeleteOptions, Mode, Propagation, Registry, Served},
    shared::{Changes, any},
    shutdown::Shutdown,
    store::{Object, Scope},
};

/// A resource whose objects are in namespaces.
struct Content {
    served: Served,
    changes: Changes,
    /// Whether objects of it keep a namespace.
    keeps: bool,
}

/// Empties and removes namespaces for as long as the server lasts.
pub(crate) async fn empty_namespaces(registry: Arc<Registry>, mut shutdown: Shutdown) {
    let store = registry.store();
    let namespaces = registry.namespaces();
    let mut changes = store.changes(namespaces.id);
    let resources = registry.stored().iter().filter(|r| r.facts.namespaced);
    let contents = resources.map(|served| Content {
        served: *served,
        changes: store.changes(served.id),
        keeps: false,
    });
    let mut contents: Vec<_> = contents.collect();
    loop {
        contents
            .iter_mut()
            .for_each(|content| content.keeps = false);
        let snapshot = store.read(|store| store.snapshot(namespaces.id));
        let terminating = snapshot.objects(&Scope::All, None);
        for namespace in terminating.filter(|namespace| namespace.attributes.deleting) {
            let scope = Scope::Namespace(namespace.key.name().into());
            let mut is_empty = true;
            for content in &mut contents {
                let keeps = !empty(&registry, content.served, &scope).await;
                content.keeps |= keeps;
                is_empty &= !keeps;
            }
            if is_empty {
                finalize(&registry, namespace);
            }
        }
        let keeping = contents.iter_mut().filter(|content| content.keeps);
        tokio::select! {
            () = changes.next() => {}
            () = any(keeping.map(|content| &mut content.changes)) => {}
            () = shutdown.requested() => return,
        }
    }
}

/// Deletes the objects of a scope, and says whether none is left.
async fn empty(registry: &Registry, content: Served, scope: &Scope) -> bool {
    let store = registry.store();
    let snapshot = store.read(|store| store.snapshot(content.id));
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
    snapshot.objects(scope, None).next().is_none()
}

/// Takes the server's own finalizer from an empty namespace. The others are somebody else's to remove.
fn finalize(registry: &Registry, namespace: &Object) {
    let served = registry.namespaces();
    let mut tree = served.tree(namespace);
    let had = tree.list(&["spec", "finalizers"]);
    let is_own = |finalizer: &Value| finalizer.as_str() == Some("kubernetes");
    let others: Vec<Value> = had.iter().filter(|f| !is_own(f)).cloned().collect();
    if others.len() == had.len() {
        return;
    }
    tree.set(&["spec", "finalizers"], Value::Array(others));
    let name = namespace.key.name();
    // A conflict says that the namespace has changed, which brings the next look.
    _ = registry.update(served, "", name, Part::Finalize, tree, Mode::SERVER);
}
