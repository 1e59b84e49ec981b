//! Apply configurations of the API's types.
//!
//! Emitted for every kind that objects are kept of, for the `Scale` that some of them have, and for
//! the structs that these consist of.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::error::{Context as _, Error, Result};

use super::facts::{Container, Facts, Field, Package, TypeExpression};
use super::kinds::{self, Role};
use super::types::{group_of, versioned};
use super::{GeneratedFile, MARK, document, imports, names};

const DIRECTORY: &str = "crates/pintle-apply/src";

pub(crate) fn generate(facts: &Facts) -> Result<Vec<GeneratedFile>> {
    let types = closure(facts)?;
    let mut files = Vec::new();
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, types) in &types {
        let malformed = || Error::new(format!("{name} is not group.version"));
        let (group, version) = name.split_once('.').ok_or_else(malformed)?;
        groups.entry(group).or_default().push(version);
        let module = Module {
            facts,
            name,
            package: &facts.packages[name],
        };
        files.push(GeneratedFile {
            path: format!("{DIRECTORY}/{group}/{version}.rs").into(),
            contents: module.generate(types)?,
        });
    }
    for (group, versions) in groups {
        files.push(GeneratedFile {
            path: format!("{DIRECTORY}/{group}.rs").into(),
            contents: group_file(facts, group, &versions)?,
        });
    }
    Ok(files)
}

/// The structs that have apply configurations, by package.
fn closure(facts: &Facts) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut open: Vec<String> = Vec::new();
    for (package_name, package) in versioned(facts) {
        for (name, type_) in &package.types {
            let applies = match kinds::role(facts, package_name, package, name) {
                Some(Role::Resource(resource)) => resource.listed,
                Some(Role::Kind) => name == "Scale",
                Some(Role::List) | None => false,
            };
            if applies && type_.fields.is_some() {
                open.push(format!("{package_name}.{name}"));
            }
        }
    }
    let mut closure: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    while let Some(name) = open.pop() {
        let (package, type_) = split(&name)?;
        let types = closure.entry(package.to_owned()).or_default();
        if !types.insert(type_.to_owned()) {
            continue;
        }
        for field in fields(facts, &name)? {
            if let Base::Struct(next) = shape_of(facts, &field.type_)?.base {
                open.push(next);
            }
        }
    }
    Ok(closure)
}

/// The fields of a struct as JSON has them, those of embedded structs among them.
fn fields<'f>(facts: &'f Facts, name: &str) -> Result<Vec<&'f Field>> {
    let no_struct = || Error::new(format!("{name} is not a struct"));
    let own = facts.type_named(name)?.fields.as_ref();
    let mut flat = Vec::new();
    for field in own.ok_or_else(no_struct)? {
        if kinds::is_type_meta(field) {
            continue;
        }
        if field.inline {
            flat.extend(fields(facts, &field.type_)?);
        } else {
            flat.push(field);
        }
    }
    Ok(flat)
}

/// What a field holds.
struct Shape {
    base: Base,
    container: Container,
}

enum Base {
    /// What a setter is given as it is.
    Value(&'static str),
    /// What a setter lets turn into the type.
    Into(&'static str),
    Struct(String),
}

fn shape_of(facts: &Facts, type_: &str) -> Result<Shape> {
    let expression = TypeExpression::parse(type_)?;
    let base = match expression.base {
        "string" => Base::Into("Str"),
        "bool" => Base::Value("bool"),
        "int32" => Base::Value("i32"),
        "int64" => Base::Value("i64"),
        "float64" => Base::Value("f64"),
        "[]uint8" => Base::Into("ByteString"),
        "any" => Base::Into("Value"),
        "shared.IntOrString" => Base::Into("IntOrString"),
        "shared.Quantity" => Base::Value("Quantity"),
        "meta.v1.Time" => Base::Value("Time"),
        "meta.v1.MicroTime" => Base::Value("MicroTime"),
        "meta.v1.Duration" => Base::Value("Duration"),
        name => {
            let named = facts.type_named(name)?;
            if let Some(alias) = &named.alias {
                let inner = shape_of(facts, alias)?;
                let container = match (expression.container, inner.container) {
                    (outer, Container::One) => outer,
                    (Container::One, inner) => inner,
                    (Container::Map, Container::List) => Container::MapOfLists,
                    _ => return Err(Error::new(format!("{type_} nests too deeply"))),
                };
                return Ok(Shape { container, ..inner });
            }
            if named.string {
                Base::Into("Str")
            } else if named.custom.is_some() {
                Base::Into("Value")
            } else {
                Base::Struct(name.to_owned())
            }
        }
    };
    Ok(Shape {
        base,
        container: expression.container,
    })
}

struct Module<'a> {
    facts: &'a Facts,
    name: &'a str,
    package: &'a Package,
}

impl Module<'_> {
    fn generate(&self, types: &BTreeSet<String>) -> Result<String> {
        let mut configurations = String::new();
        let (mut parts, mut with_metadata) = (Vec::new(), Vec::new());
        let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for name in types {
            let fields = fields(self.facts, &format!("{}.{name}", self.name))?;
            self.configuration(name, &fields, &mut configurations)?;
            if fields.iter().any(|field| is_metadata(field)) {
                with_metadata.push(format!("{name}Apply"));
            }
            if self.package.types[name].gvk {
                let group = group_of(self.name, self.package, name);
                let kinds = kinds.entry(group).or_default();
                kinds.push(format!("{name}Apply {name:?}"));
            } else {
                parts.push(format!("{name}Apply"));
            }
        }
        let mut out = format!(
            "{MARK} from schema/types/{}.json. Do not edit.\n\n\
             //! Apply configurations of {}, generated from the facts about Kubernetes {}.\n\n\
             use pintle_codec::{{ByteString, Str, Value}};\n\
             use pintle_meta::{{Duration, IntOrString, MicroTime, Quantity, Time}};\n\n\
             use crate::define::{{apply_configurations, kinds, metadata, parts}};\n\n\
             apply_configurations! {{\n{configurations}}}\n",
            self.name,
            document::group_version(self.package),
            self.facts.api.kubernetes,
        );
        for (group, kinds) in kinds {
            let (version, kinds) = (&self.package.version, kinds.join("\n    "));
            write!(
                out,
                "\nkinds! {{ {group:?} {version:?} {{\n    {kinds}\n}} }}\n"
            )?;
        }
        for (definition, types) in [("parts", parts), ("metadata", with_metadata)] {
            if !types.is_empty() {
                write!(
                    out,
                    "\n{definition}! {{\n    {}\n}}\n",
                    types.join("\n    ")
                )?;
            }
        }
        Ok(imports::without_unused(&out))
    }

    fn configuration(&self, name: &str, fields: &[&Field], out: &mut String) -> Result<()> {
        write!(
            out,
            "    /// An apply configuration of `{name}` of {}.\n    ///\n    \
             /// [Reference]({})\n    {name}Apply {{\n",
            document::group_version(self.package),
            document::reference(self.facts, self.package, name),
        )?;
        for field in fields {
            let of_field = || format!("field {} of {}.{name}", field.go, self.name);
            let setter = self.setter(field).context(of_field)?;
            let divided = self.divided(field).context(of_field)?;
            writeln!(out, "        /// {}", document::field(field))?;
            let rust = names::field(&field.json);
            writeln!(out, "        {rust} {:?} {setter}{divided};", field.json)?;
        }
        out.push_str("    }\n");
        Ok(())
    }

    /// How the setter of a field takes values, and of which type.
    fn setter(&self, field: &Field) -> Result<String> {
        let Shape { base, container } = shape_of(self.facts, &field.type_)?;
        let (type_, into) = match &base {
            Base::Value(type_) => ((*type_).to_owned(), false),
            Base::Into(type_) => ((*type_).to_owned(), true),
            Base::Struct(name) => (self.path(name)?, false),
        };
        let how = match (container, into) {
            (Container::One, _) if is_metadata(field) => "part",
            (Container::One, false) => "value",
            (Container::One, true) => "into",
            (Container::List, false) => "list",
            (Container::List, true) => "list_into",
            (Container::Map, false) => "map",
            (Container::Map, true) => "map_into",
            (Container::MapOfLists, true) => "map_lists",
            (Container::MapOfLists, false) => {
                return Err(Error::new("a map of lists of structs has no setter"));
            }
        };
        Ok(format!("{how} {type_}"))
    }

    /// How server-side apply divides a field; empty if it owns it as a whole.
    fn divided(&self, field: &Field) -> Result<String> {
        let Shape { base, container } = shape_of(self.facts, &field.type_)?;
        let said = field.map.as_deref();
        let divided = match (container, &base) {
            // What is said of the field counts before what is said of its type.
            (Container::One, Base::Struct(name)) => match said {
                Some("atomic") => String::new(),
                None if self.is_atomic(name)? => String::new(),
                _ => format!("fields({})", self.path(name)?),
            },
            (Container::Map | Container::MapOfLists, _) if said == Some("atomic") => String::new(),
            (Container::Map, Base::Struct(name)) if !self.is_atomic(name)? => {
                format!("map(fields({}))", self.path(name)?)
            }
            (Container::One, _) => String::new(),
            (Container::Map | Container::MapOfLists, _) => "map()".to_owned(),
            (Container::List, base) => match (field.list.as_deref(), base) {
                (Some("map"), Base::Struct(item)) => {
                    let mut keys = String::new();
                    for key in &field.keys {
                        write!(keys, ", {}", self.key(item, key)?)?;
                    }
                    format!("keyed({}{keys})", self.path(item)?)
                }
                (Some("set"), _) => "set()".to_owned(),
                (Some("map"), _) => return Err(Error::new("the elements have no keys")),
                _ => String::new(),
            },
        };
        Ok(if divided.is_empty() {
            divided
        } else {
            format!(", {divided}")
        })
    }

    fn is_atomic(&self, name: &str) -> Result<bool> {
        Ok(self.facts.type_named(name)?.map.as_deref() == Some("atomic"))
    }

    /// A key field of a list, and what stands for it where it is not set.
    fn key(&self, item: &str, key: &str) -> Result<String> {
        let unknown = || Error::new(format!("{item} has no field `{key}`"));
        let fields = fields(self.facts, item)?;
        let mut fields = fields.into_iter();
        let field = fields.find(|field| field.json == key).ok_or_else(unknown)?;
        Ok(match &field.default {
            Some(default) => format!("{key:?} = {default}"),
            None => format!("{key:?}"),
        })
    }

    fn path(&self, name: &str) -> Result<String> {
        let (package, type_) = split(name)?;
        if package == self.name {
            return Ok(format!("{type_}Apply"));
        }
        Ok(format!(
            "crate::{}::{type_}Apply",
            package.replace('.', "::")
        ))
    }
}

/// The metadata of an object, which its apply configuration has setters for.
fn is_metadata(field: &Field) -> bool {
    field.json == "metadata" && field.type_ == "meta.v1.ObjectMeta"
}

/// The file that declares the versions of a group.
fn group_file(facts: &Facts, group: &str, versions: &[&str]) -> Result<String> {
    let package = &facts.packages[&format!("{group}.{}", versions[0])];
    let name = document::group(package);
    let mut out = format!(
        "{MARK} from schema/types. Do not edit.\n\n//! Apply configurations of the {name}.\n\n"
    );
    for version in versions {
        writeln!(out, "pub mod {version};")?;
    }
    Ok(out)
}

fn split(name: &str) -> Result<(&str, &str)> {
    name.rsplit_once('.')
        .ok_or_else(|| Error::new(format!("{name} is not package.Type")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_is_a_module_and_a_feature() {
        let root = crate::workspace::root();
        let facts = Facts::load(&root.join("schema")).unwrap();
        let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
        let library = read("crates/pintle-apply/src/lib.rs");
        let manifest = read("crates/pintle-apply/Cargo.toml");
        for package in closure(&facts).unwrap().into_keys() {
            let (group, _) = package.split_once('.').unwrap();
            let module = format!("\npub mod {group};\n");
            if ["core", "meta"].contains(&group) {
                assert!(library.contains(&module), "{group}");
                continue;
            }
            let module = format!("\n#[cfg(feature = \"{group}\")]{module}");
            assert!(library.contains(&module), "{group}");
            assert!(manifest.contains(&format!("\n{group} = []")), "{group}");
            assert!(
                manifest.contains(&format!("\n    \"{group}\",\n")),
                "{group}"
            );
        }
    }

    #[test]
    fn lists_and_maps_are_divided_as_the_facts_say() {
        let facts = Facts::load(&crate::workspace::root().join("schema")).unwrap();
        let divided = |package: &str, type_: &str, json: &str| {
            let module = Module {
                facts: &facts,
                name: package,
                package: &facts.packages[package],
            };
            let fields = fields(&facts, &format!("{package}.{type_}")).unwrap();
            let field = fields.iter().find(|field| field.json == json).unwrap();
            module.divided(field).unwrap()
        };
        for (type_, field, expected) in [
            ("PodSpec", "containers", ", keyed(ContainerApply, \"name\")"),
            (
                "Container",
                "ports",
                ", keyed(ContainerPortApply, \"containerPort\", \"protocol\" = \"TCP\")",
            ),
            ("Container", "args", ""),
            ("PodSpec", "nodeSelector", ""),
            ("PodSpec", "overhead", ", map()"),
            (
                "PodSpec",
                "securityContext",
                ", fields(PodSecurityContextApply)",
            ),
            // The type is atomic; the field says otherwise.
            (
                "PersistentVolumeSpec",
                "claimRef",
                ", fields(ObjectReferenceApply)",
            ),
            ("Event", "involvedObject", ""),
            // Embedded in Go.
            (
                "Volume",
                "configMap",
                ", fields(ConfigMapVolumeSourceApply)",
            ),
        ] {
            assert_eq!(
                divided("core.v1", type_, field),
                expected,
                "{type_}.{field}"
            );
        }
        assert_eq!(divided("meta.v1", "ObjectMeta", "finalizers"), ", set()");
    }
}
