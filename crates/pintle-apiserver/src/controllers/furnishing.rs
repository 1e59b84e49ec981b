//! What every cluster and every namespace has: the service by which pods reach the server, a default
//! service account, and the authority that signed the server's certificate.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use pintle_codec::{Object, Str, Value};

use crate::{
    kinds::Part,
    registry::{Mode, Registry, Served},
    schema::{Tree, decode},
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
    /// The address by which pods could reach the server, with what tells them.
    reached: Option<Reached>,
    /// The config maps that were found to be good, by namespace.
    good: HashMap<Str, Revision>,
}

/// Where the server is, and what tells pods of it.
struct Reached {
    address: IpAddr,
    endpoints: Served,
    slices: Served,
}

impl Furnishing {
    /// That of a server with this authority, address and port; none if it serves none of it.
    pub(crate) fn new(
        registry: Arc<Registry>,
        authority: &str,
        address: Option<IpAddr>,
        port: u16,
    ) -> Option<Self> {
        let find = |resource| registry.find("", "v1", resource);
        let resources = [
            registry.namespaces(),
            find("serviceaccounts")?,
            find("configmaps")?,
            find("services")?,
        ];
        // Nobody else reaches this machine by a loopback address, which is no endpoint of a service.
        let reached = address.filter(|address| !address.is_loopback());
        let reached = reached.and_then(|address| {
            Some(Reached {
                address,
                endpoints: find("endpoints")?,
                slices: registry.find(DISCOVERY, "v1", "endpointslices")?,
            })
        });
        Some(Self {
            reached,
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
        let mut watched: Vec<_> = self.resources.into();
        watched.extend(self.reached.iter().flat_map(|r| [r.endpoints, r.slices]));
        let changes = watched
            .iter()
            .map(|served| store.store().changes(served.id));
        let mut changes: Vec<Changes> = changes.collect();
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
        if let Some(reached) = &self.reached {
            self.put_endpoints(reached);
            self.put_slice(reached);
        }
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

    /// Says in endpoints where the server is.
    fn put_endpoints(&self, reached: &Reached) {
        let (address, port) = (reached.address, self.port);
        // Whoever makes slices of endpoints is to leave these alone: they have one.
        let json = format!(
            r#"{{"metadata":{{"name":"{SERVICE}","labels":{{"endpointslice.kubernetes.io/skip-mirror":"true"}}}},"subsets":[{{"addresses":[{{"ip":"{address}"}}],"ports":[{{"name":"https","port":{port},"protocol":"TCP"}}]}}]}}"#
        );
        self.keep_as(reached.endpoints, &json, &["subsets"]);
    }

    /// Says in an endpoint slice where the server is.
    fn put_slice(&self, reached: &Reached) {
        let (address, port) = (reached.address, self.port);
        let family = if address.is_ipv4() { "IPv4" } else { "IPv6" };
        let json = format!(
            r#"{{"metadata":{{"name":"{SERVICE}","labels":{{"kubernetes.io/service-name":"{SERVICE}"}}}},"addressType":"{family}","endpoints":[{{"addresses":["{address}"],"conditions":{{"ready":true}}}}],"ports":[{{"name":"https","port":{port},"protocol":"TCP"}}]}}"#
        );
        self.keep_as(reached.slices, &json, &["endpoints", "ports"]);
    }

    /// Creates an object of `default`, or puts fields of it right.
    fn keep_as(&self, served: Served, json: &str, fields: &[&str]) {
        let Ok(decoded) = decode(json.as_bytes(), served.facts.schema) else {
            return;
        };
        let mut wanted = Tree::new(decoded.object, served.facts.schema);
        wanted.set(&["kind"], served.facts.kind.into());
        wanted.set(&["apiVersion"], served.facts.api_version.into());
        let Some(found) = self.get(served, &Key::new("default", SERVICE)) else {
            _ = self
                .registry
                .create(served, "default", wanted, Mode::SERVER);
            return;
        };
        let mut tree = served.tree(&found);
        if fields
            .iter()
            .all(|field| tree.get(field) == wanted.get(field))
        {
            return;
        }
        for field in fields {
            tree.copy_from(&wanted, &[field]);
        }
        let (part, mode) = (Part::Whole, Mode::SERVER);
        _ = self
            .registry
            .update(served, "default", SERVICE, part, tree, mode);
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
const DISCOVERY: &str = "discovery.k8s.io";

#[cfg(test)]
mod tests {
    use pintle_env::{ManualClock, SeededRandom};

    use super::*;
    use crate::{HistoryLimits, bootstrap, registry::RuntimeConfig};

    /// A furnished cluster whose server is at an address.
    fn furnished(address: &str) -> Furnishing {
        let clock = Arc::new(ManualClock::new());
        let random = Arc::new(SeededRandom::new(1));
        let (config, limits) = (RuntimeConfig::default(), HistoryLimits::default());
        let registry = Arc::new(Registry::serving(&config, limits, clock, random));
        bootstrap::create_namespaces(&registry);
        let address = address.parse().unwrap();
        let mut furnishing = Furnishing::new(registry, "CA", Some(address), 6443).unwrap();
        furnishing.put();
        furnishing
    }

    /// What there is of an object, as JSON without what is different each time.
    fn shown(furnishing: &Furnishing, group: &str, resource: &str) -> Option<String> {
        let served = furnishing.registry.find(group, "v1", resource).unwrap();
        let mut tree = served.tree(&*furnishing.get(served, &Key::new("default", SERVICE))?);
        for field in ["uid", "resourceVersion", "creationTimestamp"] {
            tree.remove(&["metadata", field]);
        }
        let mut json = Vec::new();
        pintle_codec::json::write(&tree.object().clone().into(), &mut json);
        Some(String::from_utf8(json).unwrap())
    }

    // As kube-apiserver 1.36.3 with `--advertise-address=10.1.2.3`.
    #[test]
    fn where_the_server_is_is_said_and_put_right() {
        let mut furnishing = furnished("10.1.2.3");
        let endpoints = r#"{"kind":"Endpoints","apiVersion":"v1","metadata":{"name":"kubernetes","namespace":"default","labels":{"endpointslice.kubernetes.io/skip-mirror":"true"}},"subsets":[{"addresses":[{"ip":"10.1.2.3"}],"ports":[{"name":"https","port":6443,"protocol":"TCP"}]}]}"#;
        let slice = r#"{"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1","metadata":{"name":"kubernetes","namespace":"default","generation":1,"labels":{"kubernetes.io/service-name":"kubernetes"}},"addressType":"IPv4","endpoints":[{"addresses":["10.1.2.3"],"conditions":{"ready":true}}],"ports":[{"name":"https","protocol":"TCP","port":6443}]}"#;
        assert_eq!(shown(&furnishing, "", "endpoints").unwrap(), endpoints);
        let found = || shown(&furnishing, DISCOVERY, "endpointslices").unwrap();
        assert_eq!(found(), slice);
        let served = furnishing.registry.find("", "v1", "endpoints").unwrap();
        let found = furnishing
            .get(served, &Key::new("default", SERVICE))
            .unwrap();
        let mut tree = served.tree(&found);
        tree.set(&["subsets"], Value::Array(Vec::new()));
        let (part, mode) = (Part::Whole, Mode::SERVER);
        let changed = furnishing
            .registry
            .update(served, "default", SERVICE, part, tree, mode);
        changed.unwrap();
        furnishing.put();
        assert_eq!(shown(&furnishing, "", "endpoints").unwrap(), endpoints);
    }

    #[test]
    fn a_server_that_nobody_else_can_reach_is_nowhere() {
        let furnishing = furnished("127.0.0.1");
        assert_eq!(shown(&furnishing, "", "endpoints"), None);
        assert_eq!(shown(&furnishing, DISCOVERY, "endpointslices"), None);
        assert!(shown(&furnishing, "", "services").is_some());
    }
}
