//! Whether a namespace takes new objects.

use super::{Registry, Served};
use crate::{
    status::Failure,
    store::{Key, Store},
};

impl Registry {
    /// The namespace exists and is not on its way out. To be asked again where the object is put.
    pub(super) fn admit(
        &self,
        store: &Store,
        served: Served,
        namespace: &str,
        name: &str,
    ) -> Result<(), Failure> {
        if !served.facts.namespaced {
            return Ok(());
        }
        let namespaces = self.namespaces();
        match store.get(namespaces.id, &Key::new("", namespace)) {
            None => Err(Failure::not_found(namespaces.qualified(), namespace)),
            Some(found) if found.attributes.deleting => {
                let why = format!(
                    "unable to create new content in namespace {namespace} because it is being \
                     terminated"
                );
                let message = format!("namespace {namespace} is being terminated");
                Err(Failure::forbidden(served.qualified(), name, &why).because(
                    "NamespaceTerminating",
                    &message,
                    "metadata.namespace",
                ))
            }
            Some(_) => Ok(()),
        }
    }
}
