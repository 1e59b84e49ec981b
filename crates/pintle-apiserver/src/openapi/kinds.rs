//! [`Kinds`], which structs are kinds, and of which group versions.

use std::{borrow::Cow, collections::HashMap, ptr};

use pintle_codec::{Object, Value};

use crate::{generated::resources::RESOURCES, schema::Struct};

/// Which structs are kinds, as one document says it.
#[derive(Debug)]
pub(super) struct Kinds<'d> {
    /// The group and version of each struct that a resource or a subresource takes or gives.
    of: HashMap<*const Struct, (&'static str, &'static str)>,
    /// The group versions that the document is about.
    about: &'d [(&'static str, &'static str)],
}

/// A kind of a group version.
#[derive(Debug)]
pub(super) struct Kind {
    /// The group, empty for the core group.
    pub(super) group: &'static str,
    /// The version.
    pub(super) version: &'static str,
    /// The kind.
    pub(super) name: Cow<'static, str>,
}

impl<'d> Kinds<'d> {
    /// The kinds, in a document about these group versions.
    pub(super) fn new(about: &'d [(&'static str, &'static str)]) -> Self {
        let own = |text: &'static str, parent| if text.is_empty() { parent } else { text };
        let of = RESOURCES.iter().flat_map(|resource| {
            let (group, version) = (resource.group, resource.version);
            let below = resource.subresources.iter().map(move |sub| {
                let group = if sub.version.is_empty() {
                    group
                } else {
                    sub.group
                };
                (
                    ptr::from_ref(sub.schema),
                    (group, own(sub.version, version)),
                )
            });
            below.chain([(ptr::from_ref(resource.schema), (group, version))])
        });
        Self {
            of: of.collect(),
            about,
        }
    }

    /// What kinds a struct is. Some of `meta.k8s.io` are kinds of every group version.
    pub(super) fn of(&self, of: &'static Struct) -> Vec<Kind> {
        let kind = |(group, version): (&'static str, &'static str)| Kind {
            group,
            version,
            name: of.name.into(),
        };
        let is_kind = of.fields.first().is_some_and(|first| first.json == "kind");
        if of.package == META && (is_kind || of.name == "WatchEvent") {
            let core = ("", "v1");
            let everywhere = matches!(of.name, "DeleteOptions" | "WatchEvent");
            let others = self
                .about
                .iter()
                .filter(|other| everywhere && **other != core);
            return [core].iter().chain(others).map(|at| kind(*at)).collect();
        }
        let found = self.of.get(&ptr::from_ref(of)).copied();
        found.filter(|_| is_kind).map(kind).into_iter().collect()
    }
}

impl Kind {
    /// As `x-kubernetes-group-version-kind` has it.
    pub(super) fn to_value(&self) -> Object {
        Object::from([
            ("group", Value::from(self.group)),
            ("kind", self.name.as_ref().into()),
            ("version", self.version.into()),
        ])
    }
}

/// The package of what all groups have in common.
const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1";
