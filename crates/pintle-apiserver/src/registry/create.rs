//! Creating objects.

use std::sync::Arc;

use super::{Registry, Served};
use crate::{
    kinds::Generation,
    schema::Tree,
    status::Failure,
    store::{Draft, Key, Object, Store},
    validation::validate_metadata,
};

impl Registry {
    /// Creates an object in a namespace, which is empty for a resource without namespaces.
    ///
    /// A dry run answers with the object as it would be, without a revision.
    pub(crate) fn create(
        &self,
        served: Served,
        namespace: &str,
        mut tree: Tree,
        dry_run: bool,
    ) -> Result<Arc<Object>, Failure> {
        served.put_in_namespace(&mut tree, namespace)?;
        let admitted = |store: &Store, tree: &Tree| {
            self.admit(store, served, namespace, tree.metadata_text("name"))
        };
        self.store.read(|store| admitted(store, &tree))?;
        self.set_identity(&mut tree);
        if served.facts.subresource("status").is_some() {
            tree.reset("status");
        }
        if served.kind.generation != Generation::None {
            tree.set(&["metadata", "generation"], 1.into());
        }
        let base = tree.metadata_text("generateName").to_owned();
        let generated = !base.is_empty() && tree.metadata_text("name").is_empty();
        let mut attempts = if generated { NAME_ATTEMPTS } else { 1 };
        loop {
            if generated {
                tree.set(&["metadata", "name"], self.generate_name(&base).into());
            }
            let object = self.prepare_new(served, tree.clone())?;
            let name = object.metadata_text("name");
            let key = Key::new(namespace, name);
            let (draft, attributes) = (
                Draft::encode(object.object(), served.facts.schema),
                served.attributes(&object),
            );
            let created = self.store.write(|store| {
                admitted(store, &object)?;
                if let Some(existing) = store.get(served.id, &key) {
                    return Ok(Err(existing));
                }
                Ok(Ok(if dry_run {
                    Arc::new(Object::dry(key, &draft, attributes))
                } else {
                    store.put(served.id, key, &draft, attributes, self.clock.now())
                }))
            })?;
            attempts -= 1;
            match created {
                Ok(object) => return Ok(object),
                Err(_) if attempts > 0 => {}
                Err(existing) => return Err(exists(served, &existing, generated)),
            }
        }
    }

    fn prepare_new(&self, served: Served, mut tree: Tree) -> Result<Tree, Failure> {
        (served.kind.on_create)(&mut tree);
        let errors = validate_metadata(tree.metadata(), served.facts.namespaced, served.kind.name);
        if !errors.is_empty() {
            let name = tree.metadata_text("name");
            return Err(Failure::invalid(served.qualified_kind(), name, &errors));
        }
        let revision = tree.metadata_text("resourceVersion").parse::<u64>();
        if revision.is_ok_and(|revision| revision != 0) {
            const WHY: &str = "resourceVersion should not be set on objects to be created";
            return Err(Failure::internal_plain(WHY));
        }
        tree.set(&["metadata", "resourceVersion"], "".into());
        Ok(tree)
    }
}

fn exists(served: Served, existing: &Object, generated: bool) -> Failure {
    let name = existing.key.name();
    let failure = if generated {
        Failure::generated_name_exists(served.qualified(), name)
    } else {
        Failure::already_exists(served.qualified(), name)
    };
    if existing.attributes.deleting {
        failure.prefixed("object is being deleted: ")
    } else {
        failure
    }
}

/// As the real server: enough for a million names of one base.
const NAME_ATTEMPTS: usize = 8;
