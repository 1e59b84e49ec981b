//! Which types are kinds, which kinds are resources, and which are lists of these.

use super::exceptions;
use super::facts::{Facts, Field, Package, Type};

/// What a registered kind is.
pub(super) enum Role<'a> {
    /// A kind that has no name in paths, such as `Status`.
    Kind,
    /// A kind that has a name in paths, and metadata.
    Resource(Resource<'a>),
    /// The list of a resource: an alias of `ObjectList`.
    List,
}

pub(super) struct Resource<'a> {
    /// Its name in paths.
    pub(super) plural: &'a str,
    pub(super) namespaced: bool,
    /// Whether objects are kept, so that there are lists of them; one of the others, such as
    /// `TokenReview`, is created to be answered.
    pub(super) listed: bool,
}

/// What the kind `name` is; `None` for a type that is no kind: one that is not registered, or that
/// does not say what it is.
pub(super) fn role<'a>(
    facts: &'a Facts,
    package_name: &str,
    package: &'a Package,
    name: &str,
) -> Option<Role<'a>> {
    let type_ = package.types.get(name).filter(|type_| type_.gvk)?;
    let fields = type_.fields.as_ref()?;
    if !fields.iter().any(is_type_meta) {
        return None;
    }
    if let Some(item) = listed_kind(package_name, name, fields)
        && resource(facts, package_name, package, item).is_some()
    {
        return Some(Role::List);
    }
    Some(match resource(facts, package_name, package, name) {
        Some(resource) => Role::Resource(resource),
        None => Role::Kind,
    })
}

/// A field that stands in for `kind` and `apiVersion`, which a type says of itself.
pub(super) fn is_type_meta(field: &Field) -> bool {
    field.inline && field.type_ == "meta.v1.TypeMeta"
}

/// Whether objects of this kind are parts of others, besides the items of its list: as such they may say
/// what they are, and keep it.
pub(super) fn is_embedded(facts: &Facts, name: &str) -> bool {
    facts.packages.iter().any(|(package_name, package)| {
        package.types.iter().any(|(owner, type_)| {
            let fields = type_.fields.as_deref().unwrap_or_default();
            let in_list = listed_kind(package_name, owner, fields).is_some();
            fields.iter().any(|field| {
                let type_ = field.type_.trim_start_matches(['*', '[', ']']);
                !field.inline && type_ == name && !(in_list && field.json == "items")
            })
        })
    })
}

/// The kind of the items, when this has the shape and the name of a list.
fn listed_kind<'f>(package: &str, name: &str, fields: &'f [Field]) -> Option<&'f str> {
    let [type_meta, metadata, items] = fields else {
        return None;
    };
    let is_list = is_type_meta(type_meta)
        && metadata.type_ == "meta.v1.ListMeta"
        && items.json == "items"
        && items.omit.is_empty();
    let item = items.type_.strip_prefix("[]")?;
    let item = item.strip_prefix(package)?.strip_prefix('.')?;
    (is_list && name == format!("{item}List")).then_some(item)
}

fn resource<'a>(
    facts: &'a Facts,
    package_name: &str,
    package: &'a Package,
    name: &str,
) -> Option<Resource<'a>> {
    let type_ = package
        .types
        .get(name)
        .filter(|type_| has_metadata(type_))?;
    let full_name = format!("{package_name}.{name}");
    let elsewhere = exceptions::SERVED_ELSEWHERE.iter();
    let (plural, namespaced) = facts
        .resource_of(&package.group, &package.version, name)
        .or_else(|| facts.resource_of_any_version(&package.group, name))
        .map(|resource| (&*resource.resource, resource.namespaced))
        .or_else(|| {
            let found = elsewhere
                .into_iter()
                .find(|(known, ..)| *known == full_name);
            found.map(|(_, plural, namespaced)| (*plural, *namespaced))
        })?;
    Some(Resource {
        plural,
        namespaced,
        listed: type_.gvk && package.types.contains_key(&format!("{name}List")),
    })
}

fn has_metadata(type_: &Type) -> bool {
    let mut fields = type_.fields.iter().flatten();
    type_.gvk && fields.any(|field| field.type_ == "meta.v1.ObjectMeta" && field.json == "metadata")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(name: &str) -> String {
        let facts = Facts::load(&crate::workspace::root().join("schema")).unwrap();
        let (package_name, kind) = name.rsplit_once('.').unwrap();
        match role(&facts, package_name, &facts.packages[package_name], kind) {
            None => "no kind".to_owned(),
            Some(Role::Kind) => "kind".to_owned(),
            Some(Role::List) => "list".to_owned(),
            Some(Role::Resource(resource)) => {
                let scope = if resource.namespaced {
                    "namespaced"
                } else {
                    "cluster"
                };
                let lists = if resource.listed {
                    ""
                } else {
                    ", never listed"
                };
                format!("{scope} {}{lists}", resource.plural)
            }
        }
    }

    #[test]
    fn kinds_are_told_apart() {
        for (name, role) in [
            ("core.v1.Pod", "namespaced pods"),
            ("core.v1.PodList", "list"),
            ("core.v1.PodSpec", "no kind"),
            ("meta.v1.WatchEvent", "no kind"),
            ("core.v1.Node", "cluster nodes"),
            ("core.v1.Binding", "namespaced bindings, never listed"),
            (
                "authentication.v1.TokenReview",
                "cluster tokenreviews, never listed",
            ),
            ("autoscaling.v1.Scale", "kind"),
            // No longer served; a version that is tells its name.
            ("apps.v1beta1.Deployment", "namespaced deployments"),
            ("extensions.v1beta1.IngressList", "list"),
            ("metrics.v1beta1.NodeMetrics", "cluster nodes"),
            // Parts of a document, not objects.
            ("apidiscovery.v2.APIGroupDiscovery", "kind"),
            ("apidiscovery.v2.APIGroupDiscoveryList", "kind"),
            ("meta.v1.PartialObjectMetadataList", "kind"),
        ] {
            assert_eq!(described(name), role, "{name}");
        }
    }
}
