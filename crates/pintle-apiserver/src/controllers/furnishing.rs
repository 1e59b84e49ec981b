//! What every cluster and every namespace has: the service by which pods reach the server, a default
//! service account, and the authority that signed the server's certificate.

use std::{collections::HashMap, sync::Arc};

use pintle_codec::{Object, Str, Value};

use crate::{
    kinds::Part,
    registry::{Mode, Registry, Served},
    schema::Tree,
    shared::{Changes, any},
    shutdown::Shutdown,
    store::{Key, Revision, Scope},
};

/// Keeps in place what clusters and namespaces have.
pub(crate) struct Furnishing {
    registry: Arc<Registry>,
    /// What is kept in place, and what says when to look: namespaces, service accounts, config maps,
    /// services.
    resources: [Served; 4],
    /// The certificate of the authority, as PEM.
    authority: String,
    /// The port that the server listens on.
    port: u16,
    /// The config maps that were found to be good, by namespace.
    good: HashMap<Str, Revision>,
}

impl Furnishing {
    /// That of a server with this authority and port; none if it serves none of it.
    pub(crate) fn new(registry: Arc<Registry>, authority: &str, port: u16) -> Option<Self> {
        let find = |resource| registry.find("", "v1", resource);
        let resources = [
            registry.namespaces(),
            find("serviceaccounts")?,
            find("configmaps")?,
            find("services")?,
        ];
        Some(Self {
            authority: authority.to_owned(),
            good: HashMap::new(),
            resources,
            registry,
            port,
        })
    }

    /// Puts everything in place for as long as the server lasts.
    pub(crate) async fn keep(mut self, mut shutdown: Shutdown) {
        let store = self.registry.clone();
        let changes = self
            .resources
            .map(|served| store.store().changes(served.id));
        let mut changes: Vec<Changes> = changes.into();
        loop {
            self.put();
            tokio::select! {
                () = any(changes.iter_mut()) => {}
                () = shutdown.requested() => return,
            }
        }
    }

    /// Puts in place what is missing. What cannot be put now is missed again by the next look.
    pub(crate) fn put(&mut self) {
        let [namespaces, ..] = self.resources;
        self.put_service();
        let snapshot = {
            let store = self.registry.store();
            store.read(|store| store.snapshot(namespaces.id))
        };
        for namespace in snapshot.objects(&Scope::All, None) {
            // In one that is on its way out nothing can be created.
            if !namespace.attributes.deleting {
                self.put_account(namespace.key.name());
                self.put_authority(namespace.key.name());
            }
        }
        let exists = |name: &Str| {
            let key = Key::new("", name);
            self.registry
                .store()
                .read(|store| store.get(namespaces.id, &key))
                .is_some()
        };
        let gone: Vec<Str> = self
            .good
            .keys()
            .filter(|name| !exists(name))
            .cloned()
            .collect();
        for name in gone {
            self.good.remove(&name);
        }
    }

    fn put_account(&self, namespace: &str) {
        let [_, accounts, ..] = self.resources;
        let key = Key::new(namespace, ACCOUNT);
        if self.get(accounts, &key).is_none() {
            let tree = named(accounts, ACCOUNT);
            _ = self
                .registry
                .create(accounts, namespace, tree, Mode::SERVER);
        }
    }

    fn put_authority(&mut self, namespace: &str) {
        let [_, _, config_maps, _] = self.resources;
        let data = Object::from([("ca.crt", Value::from(&*self.authority))]);
        let key = Key::new(namespace, AUTHORITY);
        let Some(found) = self.get(config_maps, &key) else {
            let mut tree = named(config_maps, AUTHORITY);
            tree.set(&["metadata", "annotations", DESCRIPTION], WHAT.into());
            tree.set(&["data"], data.into());
            _ = self
                .registry
                .create(config_maps, namespace, tree, Mode::SERVER);
            return;
        };
        if self.good.get(namespace) == Some(&found.revision) {
            return;
        }
        let mut tree = config_maps.tree(&found);
        let is_good = tree.get("data").and_then(Value::as_object) == Some(&data)
            && tree.get("binaryData").is_none();
        if is_good {
            self.good.insert(namespace.into(), found.revision);
            return;
        }
        tree.set(&["data"], data.into());
        _ = tree.remove(&["binaryData"]);
        let (part, mode) = (Part::Whole, Mode::SERVER);
        // A conflict says that it has changed again, which brings the next look.
        _ = self
            .registry
            .update(config_maps, namespace, AUTHORITY, part, tree, mode);
    }

    fn put_service(&self) {
        let [_, _, _, services] = self.resources;
        if self.get(services, &Key::new("default", SERVICE)).is_some() {
            return;
        }
        let port = Object::from([
            ("name", Value::from("https")),
            ("protocol", Value::from("TCP")),
            ("port", Value::from(443)),
            ("targetPort", Value::from(i64::from(self.port))),
        ]);
        let mut tree = named(services, SERVICE);
        tree.set(&["metadata", "labels", "component"], "apiserver".into());
        tree.set(&["metadata", "labels", "provider"], "kubernetes".into());
        tree.set(&["spec", "ports"], vec![port.into()].into());
        tree.set(&["spec", "clusterIP"], ADDRESS.into());
        tree.set(&["spec", "sessionAffinity"], "None".into());
        tree.set(&["spec", "type"], "ClusterIP".into());
        _ = self
            .registry
            .create(services, "default", tree, Mode::SERVER);
    }

    fn get(&self, served: Served, key: &Key) -> Option<Arc<crate::store::Object>> {
        self.registry
            .store()
            .read(|store| store.get(served.id, key))
    }
}

fn named(served: Served, name: &str) -> Tree {
    let mut tree = Tree::zero(served.facts.schema);
    tree.set(&["kind"], served.facts.kind.into());
    tree.set(&["apiVersion"], served.facts.api_version.into());
    tree.set(&["metadata", "name"], name.into());
    tree
}

/// The service account of pods that name none.
const ACCOUNT: &str = "default";
/// The config map with the authority.
const AUTHORITY: &str = "kube-root-ca.crt";
const DESCRIPTION: &str = "kubernetes.io/description";
const WHAT: &str = "The authority that signed the certificate of this API server.";
/// The service by which pods reach the server, and its address: the first of those that services have.
const SERVICE: &str = "kubernetes";
const ADDRESS: &str = "10.0.0.1";
