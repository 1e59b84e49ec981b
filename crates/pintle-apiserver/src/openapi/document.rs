//! The documents, as trees.

use std::collections::BTreeSet;

use pintle_codec::{Object, Value};

use super::{
    dialect::Dialect,
    kinds::Kinds,
    operation::{Path, Writer},
    parameter::Shared,
    paths,
    schemas::Schemas,
};
use crate::{generated::resources::KUBERNETES, schema::Resource};

/// What a document of version 3 is about. Its name is the path that the document is found at.
#[derive(Debug)]
pub(super) struct Topic {
    /// `apis/apps/v1`.
    pub(super) name: String,
    about: About,
}

#[derive(Debug)]
enum About {
    Core,
    Groups,
    Group(&'static str),
    Version(&'static str, &'static str),
    CodeVersion,
    TokenIssuer,
    TokenKeys,
}

impl Topic {
    /// What documents of version 3 are about, in the order of their names.
    pub(super) fn all(resources: &[&'static Resource]) -> Vec<Self> {
        let topic = |name: String, about| Self { name, about };
        let mut topics = vec![
            topic("api".to_owned(), About::Core),
            topic("apis".to_owned(), About::Groups),
            topic("version".to_owned(), About::CodeVersion),
            topic(
                ".well-known/openid-configuration".to_owned(),
                About::TokenIssuer,
            ),
            topic("openid/v1/jwks".to_owned(), About::TokenKeys),
        ];
        let groups: BTreeSet<_> = resources.iter().map(|facts| facts.group).collect();
        for group in groups.into_iter().filter(|group| !group.is_empty()) {
            topics.push(topic(format!("apis/{group}"), About::Group(group)));
        }
        let versions = resources.iter().map(|facts| (facts.group, facts.version));
        let versions: BTreeSet<_> = versions.collect();
        for (group, version) in versions {
            let path = match group {
                "" => format!("api/{version}"),
                group => format!("apis/{group}/{version}"),
            };
            topics.push(topic(path, About::Version(group, version)));
        }
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        topics
    }

    /// The document about it.
    pub(super) fn document(&self, resources: &[&'static Resource]) -> Value {
        let about = match self.about {
            About::Version(group, version) => vec![(group, version)],
            _ => Vec::new(),
        };
        let (paths, schemas, _) = content(Dialect::V3, &about, self.paths(resources));
        let security = Object::from([("BearerToken", bearer_token())]);
        let components = Object::from([
            ("schemas", Value::from(schemas)),
            ("securitySchemes", security.into()),
        ]);
        Object::from([
            ("openapi", Value::from("3.0.0")),
            ("info", info()),
            ("paths", paths.into()),
            ("components", components.into()),
        ])
        .into()
    }

    fn paths(&self, resources: &[&'static Resource]) -> Vec<(String, Path)> {
        match self.about {
            About::Core => vec![paths::of_core()],
            About::Groups => vec![paths::of_groups()],
            About::Group(group) => vec![paths::of_group(group)],
            About::CodeVersion => vec![paths::of_code_version()],
            About::TokenIssuer => vec![paths::of_token_issuer()],
            About::TokenKeys => vec![paths::of_token_keys()],
            About::Version(group, version) => {
                let own = |facts: &&&Resource| (facts.group, facts.version) == (group, version);
                let resources = resources.iter().filter(own).copied();
                paths::of_version(group, version, resources)
            }
        }
    }
}

/// The one document of version 2.
pub(super) fn everything(resources: &[&'static Resource]) -> Value {
    let topics = Topic::all(resources);
    let versions = topics.iter().filter_map(|topic| match topic.about {
        About::Version(group, version) => Some((group, version)),
        _ => None,
    });
    let mut about: Vec<_> = versions.collect();
    about.sort_unstable();
    let paths = topics.iter().flat_map(|topic| topic.paths(resources));
    let (paths, schemas, shared) = content(Dialect::V2, &about, paths.collect());
    let parameters = shared.into_iter();
    let parameters: Object = parameters
        .map(|(name, parameter)| (name, parameter.definition()))
        .collect();
    let bearer = Object::from([("BearerToken", Value::Array(Vec::new()))]);
    let definition = Object::from([("BearerToken", bearer_token())]);
    Object::from([
        ("swagger", Value::from("2.0")),
        ("info", info()),
        ("paths", paths.into()),
        ("definitions", schemas.into()),
        ("parameters", parameters.into()),
        ("securityDefinitions", definition.into()),
        ("security", vec![bearer.into()].into()),
    ])
    .into()
}

/// Paths, components and parameters.
fn content(
    dialect: Dialect,
    about: &[(&'static str, &'static str)],
    mut paths: Vec<(String, Path)>,
) -> (Object, Object, Shared) {
    let kinds = Kinds::new(about);
    let mut schemas = Schemas::new(dialect, &kinds);
    let mut shared = Shared::new();
    let mut writer = Writer {
        dialect,
        schemas: &mut schemas,
        shared: &mut shared,
    };
    paths.sort_by(|(a, _), (b, _)| a.cmp(b));
    let items = paths.into_iter();
    let items: Object = items
        .map(|(path, item)| (path, item.to_value(&mut writer)))
        .collect();
    (items, schemas.finish(), shared)
}

fn info() -> Value {
    let mut numbers = KUBERNETES.splitn(3, '.');
    let version = [numbers.next(), numbers.next()].map(Option::unwrap_or_default);
    let version = version.join(".");
    Object::from([
        ("title", Value::from("Kubernetes")),
        ("version", version.into()),
    ])
    .into()
}

fn bearer_token() -> Value {
    Object::from([
        ("type", Value::from("apiKey")),
        ("name", "authorization".into()),
        ("in", "header".into()),
    ])
    .into()
}
