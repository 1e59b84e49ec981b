//! What becomes of owners and dependents, on a registry alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use pintle_codec::{Object as Json, Value};
use pintle_env::{ManualClock, Random, SeededRandom};

use super::Collector;
use crate::{
    HistoryLimits, bootstrap,
    kinds::Part,
    registry::{Change, DeleteOptions, Mode, Propagation, Registry, RuntimeConfig, Served},
    schema::Tree,
    store::{Key, Object, Scope, Store},
};

/// A registry and its collector, which works when it is told to.
struct Garden {
    registry: Arc<Registry>,
    collector: Collector,
}

/// What an object says of its owner.
struct Owned<'a> {
    api_version: &'a str,
    kind: &'a str,
    name: &'a str,
    uid: &'a str,
    blocks: bool,
}

impl Garden {
    fn new() -> Self {
        Self::with_history(HistoryLimits::default())
    }

    fn with_history(limits: HistoryLimits) -> Self {
        let clock = Arc::new(ManualClock::new());
        let random = Arc::new(SeededRandom::new(1));
        let registry = Registry::serving(&RuntimeConfig::default(), limits, clock, random);
        let registry = Arc::new(registry);
        bootstrap::create_namespaces(&registry);
        let collector = Collector::new(registry.clone());
        Self {
            registry,
            collector,
        }
    }

    fn served(&self, resource: &str) -> Served {
        let group = match resource {
            "clusterroles" => "rbac.authorization.k8s.io",
            _ => "",
        };
        self.registry.find(group, "v1", resource).unwrap()
    }

    /// Creates an object, in `default` if it has to be in a namespace, and returns its uid.
    fn create(&self, resource: &str, name: &str, owners: &[Owned<'_>]) -> String {
        let served = self.served(resource);
        let mut tree = Tree::zero(served.facts.schema);
        tree.set(&["kind"], served.facts.kind.into());
        tree.set(&["apiVersion"], served.facts.api_version.into());
        tree.set(&["metadata", "name"], name.into());
        let owners = owners.iter().map(|owner| {
            Value::Object(Json::from([
                ("apiVersion", Value::from(owner.api_version)),
                ("kind", owner.kind.into()),
                ("name", owner.name.into()),
                ("uid", owner.uid.into()),
                ("blockOwnerDeletion", owner.blocks.into()),
            ]))
        });
        let owners: Vec<_> = owners.collect();
        if !owners.is_empty() {
            tree.set(&["metadata", "ownerReferences"], owners.into());
        }
        let namespace = if served.facts.namespaced {
            "default"
        } else {
            ""
        };
        let created = self.registry.create(served, namespace, tree, Mode::SERVER);
        created.unwrap().attributes.uid().to_string()
    }

    /// Creates a config map whose owners are config maps.
    fn config_map(&self, name: &str, owners: &[(&str, &str, bool)]) -> String {
        let owners = owners.iter().map(|(name, uid, blocks)| Owned {
            api_version: "v1",
            kind: "ConfigMap",
            name,
            uid,
            blocks: *blocks,
        });
        self.create("configmaps", name, &owners.collect::<Vec<_>>())
    }

    fn delete(&self, name: &str, propagation: Propagation) {
        let options = DeleteOptions {
            propagation: Some(propagation),
            ..DeleteOptions::default()
        };
        let served = self.served("configmaps");
        self.registry
            .delete(served, "default", name, &options)
            .unwrap();
    }

    fn set_finalizers(&self, name: &str, finalizers: &[&str]) {
        let change = Change {
            served: self.served("configmaps"),
            namespace: "default",
            name,
            part: Part::Whole,
            mode: Mode::SERVER,
        };
        let finalizers: Vec<Value> = finalizers.iter().map(|name| (*name).into()).collect();
        let changed = self.registry.change(change, &mut |tree, _| {
            let mut tree = tree.clone();
            let others = tree.list(&["metadata", "finalizers"]).iter();
            let own = others.filter(|f| f.as_str().is_some_and(|f| !f.contains('/')));
            let all: Vec<_> = own.cloned().chain(finalizers.clone()).collect();
            if all.is_empty() {
                tree.remove(&["metadata", "finalizers"]);
            } else {
                tree.set(&["metadata", "finalizers"], all.into());
            }
            Ok(tree)
        });
        changed.unwrap();
    }

    /// Lets the collector do all that it can do now.
    fn settle(&mut self) {
        let mut turns = 0;
        while self.collector.work(64) {
            turns += 1;
            assert!(turns < 1000, "it never comes to an end");
        }
    }

    fn objects(&self, resource: &str) -> Vec<Arc<Object>> {
        let served = self.served(resource);
        let snapshot = self
            .registry
            .store()
            .read(|store| store.snapshot(served.id));
        snapshot.objects(&Scope::All, None).cloned().collect()
    }

    fn names(&self) -> Vec<String> {
        let objects = self.objects("configmaps");
        objects.iter().map(|o| o.key.name().to_owned()).collect()
    }

    fn get(&self, name: &str) -> Arc<Object> {
        let served = self.served("configmaps");
        let key = Key::new("default", name);
        let found = |store: &Store| store.get(served.id, &key);
        self.registry.store().read(found).unwrap()
    }
}

#[test]
fn what_nobody_owns_any_more_is_deleted_to_the_last() {
    let mut garden = Garden::new();
    let a = garden.config_map("a", &[]);
    let b = garden.config_map("b", &[("a", &a, false)]);
    garden.config_map("c", &[("b", &b, false)]);
    garden.config_map("other", &[]);
    garden.settle();
    assert_eq!(garden.names(), ["a", "b", "c", "other"]);
    garden.delete("a", Propagation::Background);
    garden.settle();
    assert_eq!(garden.names(), ["other"]);
}

#[test]
fn an_owner_deleted_in_the_foreground_goes_after_what_blocks_it() {
    let mut garden = Garden::new();
    let a = garden.config_map("a", &[]);
    garden.config_map("blocking", &[("a", &a, true)]);
    garden.config_map("loose", &[("a", &a, false)]);
    for held in ["blocking", "loose"] {
        garden.set_finalizers(held, &["example.org/held"]);
    }
    garden.delete("a", Propagation::Foreground);
    garden.settle();
    assert_eq!(garden.names(), ["a", "blocking", "loose"]);
    assert!(garden.get("blocking").attributes.deleting);
    assert!(garden.get("loose").attributes.deleting);
    garden.set_finalizers("blocking", &[]);
    garden.settle();
    assert_eq!(
        garden.names(),
        ["loose"],
        "who does not block is not waited for"
    );
    garden.set_finalizers("loose", &[]);
    garden.settle();
    assert_eq!(garden.names(), [""; 0]);
}

#[test]
fn orphans_lose_their_owner_and_stay() {
    let mut garden = Garden::new();
    let a = garden.config_map("a", &[]);
    let b = garden.config_map("b", &[("a", &a, true)]);
    garden.config_map("c", &[("b", &b, false)]);
    garden.delete("a", Propagation::Orphan);
    garden.settle();
    assert_eq!(garden.names(), ["b", "c"]);
    assert!(garden.get("b").attributes.owners.is_empty());
    assert_eq!(*garden.get("c").attributes.owners[0].uid, *b);
}

#[test]
fn an_owner_that_does_not_exist_is_none() {
    let mut garden = Garden::new();
    let a = garden.config_map("a", &[]);
    garden.config_map("no-such-name", &[("b", &a, false)]);
    garden.config_map("another-uid", &[("a", "0", false)]);
    garden.config_map("one-of-two", &[("a", &a, false), ("gone", "1", true)]);
    garden.settle();
    assert_eq!(garden.names(), ["a", "one-of-two"]);
    let owners = &garden.get("one-of-two").attributes.owners;
    assert_eq!((owners.len(), &*owners[0].uid), (1, &*a));
}

#[test]
fn nothing_is_deleted_for_an_owner_of_whom_nobody_can_tell() {
    let mut garden = Garden::new();
    let unknown = Owned {
        api_version: "example.org/v1",
        kind: "Unknown",
        name: "x",
        uid: "1",
        blocks: false,
    };
    garden.create("configmaps", "kept", &[unknown]);
    let a = garden.config_map("a", &[]);
    let namespaced = Owned {
        api_version: "v1",
        kind: "ConfigMap",
        name: "a",
        uid: &a,
        blocks: false,
    };
    garden.create("clusterroles", "kept", &[namespaced]);
    garden.settle();
    assert_eq!(garden.names(), ["a", "kept"]);
    assert_eq!(garden.objects("clusterroles").len(), 1);
}

#[test]
fn an_owner_may_be_the_clusters() {
    let mut garden = Garden::new();
    let role = garden.create("clusterroles", "r", &[]);
    let owner = Owned {
        api_version: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        name: "r",
        uid: &role,
        blocks: false,
    };
    garden.create("configmaps", "c", &[owner]);
    garden.settle();
    assert_eq!(garden.names(), ["c"]);
    let roles = garden.served("clusterroles");
    let options = DeleteOptions::default();
    garden.registry.delete(roles, "", "r", &options).unwrap();
    garden.settle();
    assert_eq!(garden.names(), [""; 0]);
}

#[test]
fn a_circle_that_is_deleted_in_the_foreground_goes() {
    let mut garden = Garden::new();
    let a = garden.config_map("a", &[]);
    let b = garden.config_map("b", &[("a", &a, true)]);
    let change = Change {
        served: garden.served("configmaps"),
        namespace: "default",
        name: "a",
        part: Part::Whole,
        mode: Mode::SERVER,
    };
    let owner = Json::from([
        ("apiVersion", Value::from("v1")),
        ("kind", "ConfigMap".into()),
        ("name", "b".into()),
        ("uid", b.as_str().into()),
        ("blockOwnerDeletion", true.into()),
    ]);
    let changed = garden.registry.change(change, &mut |tree, _| {
        let mut tree = tree.clone();
        let owners = vec![owner.clone().into()];
        tree.set(&["metadata", "ownerReferences"], Value::Array(owners));
        Ok(tree)
    });
    changed.unwrap();
    garden.settle();
    assert_eq!(garden.names(), ["a", "b"]);
    garden.delete("a", Propagation::Foreground);
    garden.settle();
    assert_eq!(garden.names(), [""; 0]);
    assert_eq!(garden.collector.remembers(), 0);
}

#[test]
fn what_happened_unseen_is_made_up_for() {
    let mut garden = Garden::with_history(HistoryLimits::default().events(3));
    let a = garden.config_map("a", &[]);
    garden.config_map("b", &[("a", &a, false)]);
    garden.settle();
    garden.delete("a", Propagation::Background);
    for n in 0..10 {
        garden.config_map(&format!("n{n}"), &[]);
    }
    garden.settle();
    assert!(!garden.names().contains(&"b".to_owned()));
}

/// What is left of what was made at random is what should be left of it, whatever happened in which
/// order, and the collector remembers nothing that is over.
#[test]
fn whatever_happens_only_what_is_owned_is_left() {
    for seed in 0..40 {
        let random = SeededRandom::new(seed);
        let mut garden = Garden::new();
        let mut made: Vec<(String, String)> = Vec::new();
        for n in 0..60 {
            match random.below(8) {
                0..5 => {
                    let name = format!("m{n}");
                    let owners = (0..random.below(3)).filter_map(|_| {
                        let at = random.below(made.len().max(1) as u64) as usize;
                        let (name, uid) = made.get(at)?;
                        Some((name.as_str(), uid.as_str(), random.below(2) == 0))
                    });
                    let owners: BTreeMap<_, _> = owners.map(|o| (o.0, o)).collect();
                    let owners: Vec<_> = owners.into_values().collect();
                    let uid = garden.config_map(&name, &owners);
                    made.push((name, uid));
                }
                5 => garden.settle(),
                _ => {
                    let names = garden.names();
                    if let Some(name) = names.get(random.below(names.len().max(1) as u64) as usize)
                    {
                        let policies = [
                            Propagation::Background,
                            Propagation::Foreground,
                            Propagation::Orphan,
                        ];
                        garden.delete(name, policies[random.below(3) as usize]);
                    }
                }
            }
        }
        garden.settle();
        let left = garden.objects("configmaps");
        let uids: BTreeSet<_> = left
            .iter()
            .map(|o| o.attributes.uid().to_string())
            .collect();
        for object in &left {
            let (key, attributes) = (&object.key, &object.attributes);
            assert!(!attributes.deleting, "seed {seed}: {key} waits for nothing");
            for owner in &attributes.owners {
                assert!(
                    uids.contains(&*owner.uid),
                    "seed {seed}: {key} has no owner"
                );
            }
        }
        let fresh = Collector::new(garden.registry.clone()).remembers();
        let owned = left.iter().filter(|o| !o.attributes.owners.is_empty());
        assert_eq!(
            garden.collector.remembers(),
            // What it begins with is also still to be looked at.
            fresh - owned.count(),
            "seed {seed}"
        );
    }
}
