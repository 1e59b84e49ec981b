//! A kind of objects for tests.

use pintle_codec::{List, Map, Str, message};
use pintle_meta::v1::{ManagedFieldsEntry, ObjectMeta};
use pintle_meta::{kinds, resources};

#[derive(Clone, Default)]
pub(crate) struct Gadget {
    pub(crate) metadata: ObjectMeta,
    pub(crate) spec: GadgetSpec,
}

#[derive(Clone, Default)]
pub(crate) struct GadgetSpec {
    pub(crate) replicas: i64,
    pub(crate) secret: Str,
    pub(crate) parts: List<Part>,
}

#[derive(Clone, Default)]
pub(crate) struct Part {
    pub(crate) name: Str,
    pub(crate) size: i64,
}

message! {
    Gadget "example.Gadget" .of("example.com/v1") {
        0 metadata "metadata" 1 [OMIT_EMPTY],
        1 spec "spec" 2 [OMIT_EMPTY],
    }
    GadgetSpec "example.GadgetSpec" {
        0 replicas "replicas" 1 [OMIT_EMPTY VARINT],
        1 secret "secret" 2 [OMIT_EMPTY SECRET],
        2 parts "parts" 3 [OMIT_EMPTY],
    }
    Part "example.Part" {
        0 name "name" 1 [OMIT_EMPTY],
        1 size "size" 2 [OMIT_EMPTY VARINT],
    }
}

kinds! {
    "example.com" "v1" { Gadget }
}

resources! {
    Gadget GadgetList "gadgets" Namespaced
}

/// A gadget with something in every field that tests look at.
pub(crate) fn gadget(name: &str) -> Gadget {
    let mut gadget = Gadget::default();
    let metadata = &mut gadget.metadata;
    metadata.name = name.into();
    metadata.namespace = "default".into();
    metadata.uid = "0b8f3b3e-5f0a-4a62-9c7e-2a1a4f6f3a11".into();
    metadata.resource_version = "48239172".into();
    metadata.generation = 3;
    metadata.labels = Map::from([("app", Str::from("web")), ("tier", "".into())]);
    metadata.annotations = Map::from([
        ("note", Str::from("a \"quoted\" \u{e9}\n")),
        ("x", "y".into()),
    ]);
    metadata.finalizers = vec!["example.com/f".into()].into();
    metadata.managed_fields.push(ManagedFieldsEntry {
        manager: "m".repeat(200).into(),
        ..ManagedFieldsEntry::default()
    });
    gadget.spec.replicas = 2;
    gadget.spec.secret = "hunter2".into();
    for size in 0..3 {
        gadget.spec.parts.push(Part {
            name: format!("part-{size}").into(),
            size,
        });
    }
    gadget
}
