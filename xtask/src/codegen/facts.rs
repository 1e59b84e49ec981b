//! The facts about the API, as `schema/` holds them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Context as _, Error, Result};

/// Everything in `schema/`.
pub(crate) struct Facts {
    /// By file stem: `core.v1`, `meta.v1`, `shared`.
    pub(crate) packages: BTreeMap<String, Package>,
    pub(crate) api: Api,
}

/// One Go package of types.
#[derive(Deserialize)]
pub(crate) struct Package {
    /// Its path in Go; empty where the file is not that of one package.
    #[serde(default)]
    pub(crate) package: String,
    #[serde(default)]
    pub(crate) group: String,
    #[serde(default)]
    pub(crate) version: String,
    pub(crate) types: BTreeMap<String, Type>,
}

/// One Go type.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Type {
    pub(crate) fields: Option<Vec<Field>>,
    /// The path of its package, where the file is not that of one package.
    pub(crate) package: Option<String>,
    /// A named string.
    pub(crate) string: bool,
    /// Its constants: Go name to value.
    pub(crate) consts: BTreeMap<String, String>,
    /// The values that it may have, if all its uses agree.
    #[serde(rename = "enum")]
    pub(crate) enum_: Vec<String>,
    /// A named type that is not a struct: what it stands for.
    pub(crate) alias: Option<String>,
    /// `json` when the type spells itself.
    pub(crate) custom: Option<String>,
    /// `atomic` where server-side apply takes the struct as one value.
    pub(crate) map: Option<String>,
    /// Which of its fields exclude each other.
    pub(crate) unions: Option<serde_json::Value>,
    /// Whether it is a registered kind.
    pub(crate) gvk: bool,
}

/// One field of a struct.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    pub(crate) go: String,
    #[serde(default)]
    pub(crate) json: String,
    #[serde(default)]
    pub(crate) inline: bool,
    /// A Go type expression.
    #[serde(rename = "type")]
    pub(crate) type_: String,
    /// Number and wire kind.
    pub(crate) pb: Option<(u32, String)>,
    /// `empty`, `zero` or both.
    #[serde(default)]
    pub(crate) omit: String,
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) default: Option<serde_json::Value>,
    #[serde(rename = "enum", default)]
    pub(crate) enum_: Vec<String>,
    pub(crate) list: Option<String>,
    #[serde(default)]
    pub(crate) keys: Vec<String>,
    pub(crate) map: Option<String>,
    pub(crate) patch: Option<String>,
    #[serde(rename = "mergeKey")]
    pub(crate) merge_key: Option<String>,
    pub(crate) format: Option<String>,
}

/// What a server serves.
#[derive(Deserialize)]
pub(crate) struct Api {
    pub(crate) kubernetes: String,
    pub(crate) groups: Vec<Group>,
    pub(crate) resources: Vec<Resource>,
}

/// A group in the server's order.
#[derive(Deserialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) versions: Vec<String>,
}

/// A resource that a server serves.
#[derive(Deserialize)]
pub(crate) struct Resource {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) resource: String,
    pub(crate) singular: String,
    pub(crate) kind: String,
    pub(crate) namespaced: bool,
    /// Whether a server with default flags serves it.
    pub(crate) default: bool,
    pub(crate) verbs: Vec<String>,
    /// Whether the answer to a delete is the object.
    #[serde(default)]
    pub(crate) deleted: bool,
    /// The group version in which objects are stored, if it is not their own.
    #[serde(default)]
    pub(crate) storage: Option<String>,
    #[serde(default)]
    pub(crate) short: Vec<String>,
    #[serde(default)]
    pub(crate) categories: Vec<String>,
    #[serde(default)]
    pub(crate) subresources: Vec<Subresource>,
}

/// A subresource that a server serves.
#[derive(Deserialize)]
pub(crate) struct Subresource {
    pub(crate) name: String,
    pub(crate) group: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) kind: String,
    pub(crate) verbs: Vec<String>,
}

/// A Go type expression, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TypeExpression<'a> {
    pub(crate) pointer: bool,
    pub(crate) container: Container,
    /// What is left: `string`, `core.v1.Container`, `uint8`.
    pub(crate) base: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    One,
    List,
    Map,
    /// A map whose values are lists.
    MapOfLists,
}

impl Facts {
    pub(crate) fn load(schema: &Path) -> Result<Self> {
        let mut packages = BTreeMap::new();
        let types = schema.join("types");
        let unreadable = || format!("cannot read {}; run `cargo xtask schema`", types.display());
        for entry in std::fs::read_dir(&types).context(unreadable)? {
            let path = entry.context(unreadable)?.path();
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            packages.insert(name, read(&path)?);
        }
        Ok(Self {
            packages,
            api: read(&schema.join("resources.json"))?,
        })
    }

    /// The type that `core.v1.Pod` names.
    pub(crate) fn type_named(&self, name: &str) -> Result<&Type> {
        let unknown = || Error::new(format!("schema/types says nothing about {name}"));
        let (package, type_) = name.rsplit_once('.').ok_or_else(unknown)?;
        self.packages
            .get(package)
            .and_then(|package| package.types.get(type_))
            .ok_or_else(unknown)
    }

    /// Every type, by its full name.
    pub(crate) fn types(&self) -> impl Iterator<Item = (String, &Type)> {
        self.packages.iter().flat_map(|(package, facts)| {
            let types = facts.types.iter();
            types.map(move |(name, type_)| (format!("{package}.{name}"), type_))
        })
    }

    /// The resource of a kind.
    pub(crate) fn resource_of(&self, group: &str, version: &str, kind: &str) -> Option<&Resource> {
        let mut resources = self.api.resources.iter();
        resources.find(|r| (&*r.group, &*r.version, &*r.kind) == (group, version, kind))
    }

    /// The resource of a kind in another version of its group: names and scopes outlive versions.
    pub(crate) fn resource_of_any_version(&self, group: &str, kind: &str) -> Option<&Resource> {
        let mut resources = self.api.resources.iter();
        resources.find(|r| (&*r.group, &*r.kind) == (group, kind))
    }
}

impl<'a> TypeExpression<'a> {
    /// Takes a type apart.
    ///
    /// # Errors
    /// When it has a shape that no generated type has: a pointer to a list or a map, a pointer
    /// inside one, or deeper nesting.
    pub(crate) fn parse(text: &'a str) -> Result<Self> {
        let (pointer, rest) = match text.strip_prefix('*') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let is_map = rest.starts_with("map[");
        let of_map = if is_map {
            rest.split_once(']').map_or(rest, |(_, value)| value)
        } else {
            rest
        };
        let element = of_map
            .strip_prefix("[]")
            .filter(|element| *element != "uint8");
        let container = match (is_map, element) {
            (false, None) => Container::One,
            (false, Some(_)) => Container::List,
            (true, None) => Container::Map,
            (true, Some(_)) => Container::MapOfLists,
        };
        let base = element.unwrap_or(of_map);
        let is_bytes = base == "[]uint8";
        let is_named = !base.starts_with(['*', '[']) && !base.starts_with("map[");
        let points_to_many = pointer && (container != Container::One || is_bytes);
        if points_to_many || !(is_named || is_bytes) {
            return Err(Error::new(format!("unsupported shape: {text}")));
        }
        Ok(Self {
            pointer,
            container,
            base,
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_str(&super::read(path)?)
        .context(|| format!("malformed facts in {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{Container, TypeExpression};

    #[test]
    fn go_types_are_taken_apart() {
        let parse = |text| {
            let TypeExpression {
                pointer,
                container,
                base,
            } = TypeExpression::parse(text).unwrap();
            (pointer, container, base)
        };
        assert_eq!(parse("*int32"), (true, Container::One, "int32"));
        assert_eq!(
            parse("[]core.v1.Container"),
            (false, Container::List, "core.v1.Container")
        );
        assert_eq!(parse("[]uint8"), (false, Container::One, "[]uint8"));
        assert_eq!(
            parse("map[string][]uint8"),
            (false, Container::Map, "[]uint8")
        );
        assert_eq!(
            parse("map[core.v1.ResourceName]shared.Quantity"),
            (false, Container::Map, "shared.Quantity")
        );
        assert_eq!(
            parse("map[string]authorization.v1.ExtraValue").2,
            "authorization.v1.ExtraValue"
        );
        assert_eq!(parse("map[string][]string").1, Container::MapOfLists);
    }
    #[test]
    fn shapes_that_cannot_be_generated_are_refused() {
        for text in [
            "*[]string",
            "*map[string]string",
            "*[]uint8",
            "[]*core.v1.Container",
            "map[string]*int32",
            "map[string][]*int32",
            "**int32",
            "[][]string",
            "map[string]map[string]string",
        ] {
            let error = TypeExpression::parse(text).map(|_| ()).unwrap_err();
            assert_eq!(error.to_string(), format!("unsupported shape: {text}"));
        }
    }
}
