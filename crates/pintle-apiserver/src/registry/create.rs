//! Creating objects.

use std::sync::Arc;

use super::{Mode, Registry, Reservation, Served};
use crate::{
    kinds::Occasion,
    schema::Tree,
    status::Failure,
    store::{Draft, Key, Object},
    validation::{validate_fields, validate_metadata},
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
        mode: Mode<'_>,
    ) -> Result<Arc<Object>, Failure> {
        served.put_in_namespace(&mut tree, namespace)?;
        let name = tree.metadata_text("name");
        self.store
            .read(|store| self.admit(store, served, namespace, name))?;
        self.set_identity(&mut tree);
        tree.apply_defaults();
        if served.facts.subresource("status").is_some() && !served.kind.keeps_new_status {
            tree.reset("status");
        }
        served.kind.generation.begin(&mut tree);
        let base = tree.metadata_text("generateName").to_owned();
        if base.is_empty() || !tree.metadata_text("name").is_empty() {
            let created = self.put_new(served, namespace, tree, mode)?;
            return created.map_err(|existing| exists(served, &existing, false));
        }
        let mut attempts = NAME_ATTEMPTS;
        loop {
            let mut named = tree.clone();
            named.set(&["metadata", "name"], self.generate_name(&base).into());
            attempts -= 1;
            match self.put_new(served, namespace, named, mode)? {
                Ok(object) => return Ok(object),
                Err(_) if attempts > 0 => {}
                Err(existing) => return Err(exists(served, &existing, true)),
            }
        }
    }

    /// Puts an object where there is none of its name; one that is there is what it fails with.
    fn put_new(
        &self,
        served: Served,
        namespace: &str,
        tree: Tree,
        mode: Mode<'_>,
    ) -> Result<Result<Arc<Object>, Arc<Object>>, Failure> {
        let mut tree = self.prepare_new(served, tree, mode)?;
        let reservation = self.reserve(served, &mut tree)?;
        let name = tree.metadata_text("name");
        let key = Key::new(namespace, name);
        let (draft, attributes) = (Draft::encode(&tree), served.attributes(&tree));
        let created = self.store.write(|store| {
            self.admit(store, served, namespace, name)?;
            if let Some(existing) = store.get(served.id, &key) {
                return Ok(Err(existing));
            }
            Ok(Ok(if mode.dry_run {
                Arc::new(Object::dry(key, &draft, attributes))
            } else {
                store.put(served.id, key, &draft, attributes, self.clock.now())
            }))
        })?;
        if let (Some(reservation), Ok(_), false) = (reservation, &created, mode.dry_run) {
            reservation.keep();
        }
        Ok(created)
    }

    pub(super) fn prepare_new(
        &self,
        served: Served,
        mut tree: Tree,
        mode: Mode<'_>,
    ) -> Result<Tree, Failure> {
        let now = self.now();
        (served.kind.on_create)(&mut tree, &self.occasion(&now, mode));
        let (metadata, namespaced) = (tree.metadata(), served.facts.namespaced);
        let mut errors = validate_metadata(metadata, namespaced, served.kind.name);
        errors.extend(validate_fields(&tree));
        errors.extend((served.kind.validate)(&tree, None));
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

    /// What a kind may know of a write.
    pub(super) fn occasion<'a>(&'a self, now: &'a str, mode: Mode<'a>) -> Occasion<'a> {
        Occasion {
            now,
            user: mode.user,
            random: &*self.random,
        }
    }

    /// Reserves what an object has for itself within the cluster, if it has anything.
    pub(super) fn reserve(
        &self,
        served: Served,
        tree: &mut Tree,
    ) -> Result<Option<Reservation<'_>>, Failure> {
        let Some(reserve) = served.kind.reserve else {
            return Ok(None);
        };
        let holder = tree.metadata_text("uid");
        let mut reservation = self.claims.reserve(holder, &*self.random);
        let errors = reserve(tree, &mut reservation);
        if errors.is_empty() {
            return Ok(Some(reservation));
        }
        let name = tree.metadata_text("name");
        Err(Failure::invalid(served.qualified_kind(), name, &errors))
    }

    /// Gives back what an object that is gone had for itself.
    pub(super) fn release(&self, served: Served, gone: &Object) {
        if served.kind.reserve.is_some() {
            self.claims.release(gone.attributes.uid());
        }
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
