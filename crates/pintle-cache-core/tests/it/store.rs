//! The store, its indexes, and their snapshots.

use std::collections::BTreeMap;

use pintle_cache_core::{Indexers, Snapshot, Store, Stored};
use pintle_meta::v1::{ObjectMeta, PartialObjectMetadata};
use pintle_meta::{Metadata as _, ObjectName};
use proptest::prelude::*;

use crate::objects::{Object, born, labelled, object, said};

fn by_app() -> Indexers<Object> {
    Indexers::new().with("app", |object: &Object| {
        // Several values, separated by dots; "fail" fails.
        let value = object.label("app").unwrap_or_default();
        if value == "fail" {
            return Err("it fails".into());
        }
        Ok(value
            .split('.')
            .filter(|it| !it.is_empty())
            .map(Into::into)
            .collect())
    })
}

fn names<'a>(objects: impl Iterator<Item = &'a Object>) -> Vec<String> {
    objects.map(|object| object.key().to_string()).collect()
}

fn by_index(snapshot: &Snapshot<Object>, value: &str) -> Vec<String> {
    names(snapshot.by_index("app", value).unwrap())
}

// claims: cache.store.key, cache.store.index
#[test]
fn objects_are_found_by_key_namespace_and_index() {
    let mut store = Store::new(by_app()).unwrap();
    assert!(store.snapshot().is_empty());
    store.put(labelled("n/a", 1, "app", "web.shop"));
    store.put(labelled("n/b", 2, "app", "web"));
    store.put(labelled("m/a", 3, "app", "shop"));
    let snapshot = store.snapshot();
    assert!(!snapshot.is_empty());
    assert_eq!(said(snapshot.find("n", "a").unwrap()), "n/a@1");
    assert!(snapshot.find("n", "z").is_none());
    assert_eq!(names(snapshot.in_namespace("n")), ["n/a", "n/b"]);
    assert_eq!(names(snapshot.by_index("namespace", "m").unwrap()), ["m/a"]);
    assert_eq!(by_index(&snapshot, "web"), ["n/a", "n/b"]);
    assert_eq!(by_index(&snapshot, "shop"), ["m/a", "n/a"]);
    assert!(snapshot.by_index("other", "web").is_none());
    assert_eq!(snapshot.index_values("app").unwrap(), ["shop", "web"]);
    assert_eq!(snapshot.index_values("namespace").unwrap(), ["m", "n"]);
    let alike = store
        .like("app", &labelled("x/x", 9, "app", "shop.web"))
        .unwrap();
    assert_eq!(alike.len(), 3);
}

// claims: cache.store.index.moves
#[test]
fn an_index_follows_its_objects() {
    let mut store = Store::new(by_app()).unwrap();
    store.put(labelled("n/a", 1, "app", "web"));
    let before = store.snapshot();
    store.put(labelled("n/a", 2, "app", "shop"));
    assert!(by_index(&store.snapshot(), "web").is_empty());
    let moved = store.snapshot();
    let shop: Vec<String> = moved.by_index("app", "shop").unwrap().map(said).collect();
    assert_eq!(shop, ["n/a@2"], "the index has the latest state");
    store.delete(&"n/a".parse().unwrap());
    assert!(by_index(&store.snapshot(), "shop").is_empty());
    assert_eq!(
        by_index(&before, "web"),
        ["n/a"],
        "a snapshot stays as it is"
    );
}

// claims: cache.store.index.later, cache.store.index.name
#[test]
fn an_index_can_be_added_to_objects_and_no_name_twice() {
    let mut store = Store::new(Indexers::new()).unwrap();
    store.put(labelled("n/a", 1, "app", "web"));
    store.add_indexers(by_app()).unwrap();
    assert_eq!(by_index(&store.snapshot(), "web"), ["n/a"]);
    let error = store.add_indexers(by_app()).unwrap_err();
    assert_eq!(error.to_string(), "there is an index \"app\" already");
    let taken = Indexers::new().with("namespace", |_: &Object| Ok(Vec::new()));
    assert!(store.add_indexers(taken).is_err(), "it is always there");
}

// claims: cache.store.index.fails
#[test]
fn an_index_function_that_fails_costs_its_object_that_index() {
    let mut store = Store::new(by_app()).unwrap();
    store.put(labelled("n/a", 1, "app", "web"));
    store.put(labelled("n/a", 2, "app", "fail"));
    store.put(labelled("n/b", 3, "app", "web"));
    let snapshot = store.snapshot();
    assert_eq!(by_index(&snapshot, "web"), ["n/b"]);
    assert_eq!(said(snapshot.find("n", "a").unwrap()), "n/a@2");
    let errors = store.take_index_errors();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].to_string(), "index \"app\" cannot take in n/a");
    assert_eq!(errors[0].key(), &ObjectName::new("n", "a"));
    assert!(store.take_index_errors().is_empty());
}

#[test]
fn an_older_version_of_an_object_does_not_take_its_place() {
    let mut store = Store::new(Indexers::new()).unwrap();
    assert!(matches!(store.put(object("n/a", 9)), Stored::Added));
    assert!(matches!(store.put(object("n/a", 8)), Stored::Stale));
    assert!(matches!(store.put(object("n/a", 9)), Stored::Unchanged(_)));
    assert_eq!(said(store.current().find("n", "a").unwrap()), "n/a@9");
    // Another object under the name may have any version: etcd may have been restored.
    assert!(matches!(
        store.put(born("n/a", 3, "second")),
        Stored::Updated(_)
    ));
    assert!(matches!(
        store.put(born("n/a", 10, "second")),
        Stored::Updated(_)
    ));
}

#[derive(Clone, Debug)]
enum Step {
    Put(u8, u8),
    Delete(u8),
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn an_index_is_what_its_function_says_of_every_object(
        steps in prop::collection::vec(
            prop_oneof![
                3 => (0u8..60, 0u8..6).prop_map(|(name, app)| Step::Put(name, app)),
                1 => (0u8..60).prop_map(Step::Delete),
            ],
            0..300,
        ),
    ) {
        let apps = ["", "web", "shop", "web.shop", "fail", "shop.web.db"];
        let mut store = Store::new(by_app()).unwrap();
        let mut model: BTreeMap<ObjectName, &str> = BTreeMap::new();
        for (version, step) in steps.into_iter().enumerate() {
            match step {
                Step::Put(name, app) => {
                    let app = apps[usize::from(app)];
                    let object = labelled(&format!("n/{name}"), version as u64 + 1, "app", app);
                    model.insert(object.key(), app);
                    store.put(object);
                }
                Step::Delete(name) => {
                    let key = ObjectName::new("n", name.to_string());
                    prop_assert_eq!(store.delete(&key).is_some(), model.remove(&key).is_some());
                }
            }
        }
        let snapshot = store.snapshot();
        prop_assert_eq!(snapshot.len(), model.len());
        for value in ["web", "shop", "db"] {
            let has = |app: &&&str| **app != "fail" && app.split('.').any(|it| it == value);
            let expected: Vec<String> = model
                .iter()
                .filter(|(_, app)| has(app))
                .map(|(key, _)| key.to_string())
                .collect();
            prop_assert_eq!(by_index(&snapshot, value), expected);
        }
    }
}

#[test]
fn the_names_of_indexes_are_those_that_were_given() {
    let store: Store<Object> = Store::new(by_app()).unwrap();
    let snapshot = store.snapshot();
    assert_eq!(snapshot.index_names().collect::<Vec<_>>(), ["app"]);
    assert!(snapshot.index_values("other").is_none());
    assert!(snapshot.is_empty());
}

proptest! {
    /// Names that begin alike, that go on where another ends, that are long, and that have letters of
    /// several bytes.
    #[test]
    fn objects_are_held_in_the_order_of_their_keys(
        keys in prop::collection::btree_set(("[ab\0é]{0,3}", "(a{52})?[ab\0é]{1,6}"), 1..200),
        gone in prop::collection::btree_set(("[ab\0é]{0,3}", "(a{52})?[ab\0é]{1,6}"), 0..100),
        inserts in any::<bool>(),
    ) {
        let named = |(namespace, name): &(String, String)| {
            let metadata = ObjectMeta {
                namespace: namespace.into(),
                name: name.into(),
                ..ObjectMeta::default()
            };
            Object::from(PartialObjectMetadata::from(metadata))
        };
        let mut store = Store::new(Indexers::new()).unwrap();
        match inserts {
            true => keys.iter().rev().for_each(|key| _ = store.put(named(key))),
            false => store.replace_all(keys.iter().rev().map(named)),
        }
        for (namespace, name) in &gone {
            let removed = store.delete(&ObjectName::new(namespace, name)).is_some();
            prop_assert_eq!(removed, keys.contains(&(namespace.clone(), name.clone())));
        }
        let snapshot = store.snapshot();
        let left: Vec<ObjectName> = keys
            .difference(&gone)
            .map(|(namespace, name)| ObjectName::new(namespace, name))
            .collect();
        prop_assert!(snapshot.keys().eq(left.iter().cloned()));
        for (namespace, name) in keys.union(&gone) {
            let key = ObjectName::new(namespace, name);
            let found = snapshot.get(&key).map(Object::key);
            prop_assert_eq!(found, left.contains(&key).then_some(key));
            let within = left.iter().filter(|key| key.namespace == *namespace);
            prop_assert!(snapshot.in_namespace(namespace).map(Object::key).eq(within.cloned()));
        }
    }
}
