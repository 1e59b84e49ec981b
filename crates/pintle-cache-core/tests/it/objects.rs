//! The objects that the tests cache.

use pintle_cache_core::{Change, ChangeKind, Replacement};
use pintle_meta::v1::{ObjectMeta, PartialObjectMetadata};
use pintle_meta::{Lazy, Metadata as _, ObjectName, ResourceVersion};

pub(crate) type Object = Lazy<PartialObjectMetadata>;

/// `namespace/name` at a version. Objects of one name have one uid.
pub(crate) fn object(key: &str, version: u64) -> Object {
    born(key, version, "first")
}

/// An object that is another than those before it under its name.
pub(crate) fn born(key: &str, version: u64, uid: &str) -> Object {
    let key: ObjectName = key.parse().unwrap();
    Lazy::from(PartialObjectMetadata::from(ObjectMeta {
        uid: format!("{key} {uid}").into(),
        name: key.name,
        namespace: key.namespace,
        resource_version: version.to_string().into(),
        ..ObjectMeta::default()
    }))
}

/// An object with a label.
pub(crate) fn labelled(key: &str, version: u64, label: &str, value: &str) -> Object {
    let mut meta = object(key, version).get().unwrap().metadata.clone();
    meta.labels.insert(label, value.into());
    Lazy::from(PartialObjectMetadata::from(meta))
}

pub(crate) fn added(key: &str, version: u64) -> Change<Object> {
    change(ChangeKind::Added(object(key, version)), version)
}

pub(crate) fn updated(key: &str, version: u64) -> Change<Object> {
    change(ChangeKind::Updated(object(key, version)), version)
}

pub(crate) fn deleted(key: &str, version: u64) -> Change<Object> {
    change(ChangeKind::Deleted(object(key, version)), version)
}

/// A deletion whose object cannot be read.
pub(crate) fn vanished(key: &str) -> Change<Object> {
    let kind = ChangeKind::Vanished(key.parse().unwrap());
    Change::new(kind, ResourceVersion::default())
}

pub(crate) fn replaced(objects: &[(&str, u64)], version: u64) -> Change<Object> {
    replaced_but(objects, &[], version)
}

/// All objects, of which some cannot be read.
pub(crate) fn replaced_but(
    objects: &[(&str, u64)],
    unreadable: &[&str],
    version: u64,
) -> Change<Object> {
    let objects = objects.iter().map(|(key, version)| {
        let object = object(key, *version);
        (object.key(), object)
    });
    let unreadable = unreadable.iter().map(|key| key.parse().unwrap()).collect();
    let replacement = Replacement::new(objects.collect(), unreadable);
    change(ChangeKind::Replaced(replacement), version)
}

pub(crate) fn bookmark(version: u64) -> Change<Object> {
    change(ChangeKind::Bookmark, version)
}

fn change(kind: ChangeKind<Object>, version: u64) -> Change<Object> {
    Change::new(kind, rv(version))
}

pub(crate) fn rv(version: u64) -> ResourceVersion {
    version.to_string().as_str().into()
}

/// `namespace/name@version`.
pub(crate) fn said(object: &Object) -> String {
    format!("{}@{}", object.key(), object.resource_version())
}
