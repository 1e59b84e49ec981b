//! Creating objects that were somewhere else before.

use std::sync::Arc;

use super::{Mode, Registry, Served};
use crate::{
    schema::Tree,
    status::Failure,
    store::{Draft, Key, Object},
};

impl Registry {
    /// Creates an object as it is: unlike a client, whoever seeds a server may say what uid an object
    /// has, when it was created, of which generation it is, and what its status is. One without a
    /// namespace that must have one is in `default`.
    pub(crate) fn seed(&self, served: Served, mut tree: Tree) -> Result<Arc<Object>, Failure> {
        let namespace = match tree.metadata_text("namespace") {
            "" if served.facts.namespaced => "default".to_owned(),
            _ if !served.facts.namespaced => String::new(),
            own => own.to_owned(),
        };
        served.put_in_namespace(&mut tree, &namespace)?;
        let given = tree.clone();
        self.set_identity(&mut tree);
        for field in ["uid", "creationTimestamp"] {
            if !given.metadata_text(field).is_empty() {
                tree.copy_from(&given, &["metadata", field]);
            }
        }
        tree.apply_defaults();
        if tree.at(&["metadata", "generation"]).is_none() {
            served.kind.generation.begin(&mut tree);
        }
        if given.metadata_text("name").is_empty() {
            let name = self.generate_name(given.metadata_text("generateName"));
            tree.set(&["metadata", "name"], name.into());
        }
        // Where it was before, it had another.
        tree.remove(&["metadata", "resourceVersion"]);
        let is_settled = given.get("status") != Tree::zero(served.stored.schema).get("status");
        let mut object = self.prepare_new(served, tree, Mode::SERVER)?;
        if is_settled {
            object.copy_from(&given, &["status"]);
        }
        let reservation = self.reserve(served, &mut object)?;
        let key = Key::new(&namespace, object.metadata_text("name"));
        let (draft, attributes) = (Draft::encode(&object), served.attributes(&object));
        let created = self.store.write(|store| {
            self.admit(store, served, &namespace, key.name())?;
            if store.get(served.id, &key).is_some() {
                return Err(Failure::already_exists(served.qualified(), key.name()));
            }
            Ok(store.put(served.id, key, &draft, attributes, self.clock.now()))
        })?;
        if let Some(reservation) = reservation {
            reservation.keep();
        }
        Ok(created)
    }
}
