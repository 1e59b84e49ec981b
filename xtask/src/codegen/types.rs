//! The API's structs, string types, kinds and resources as Rust types.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::error::{Context as _, Error, Result};

use super::facts::{Container, Facts, Field, Package, Type, TypeExpression};
use super::{GeneratedFile, MARK, names};

/// The packages that are emitted, and where.
const MODULES: [(&str, &str); 3] = [
    ("meta.v1", "crates/pintle-meta/src/v1.rs"),
    ("core.v1", "crates/pintle-api/src/core/v1.rs"),
    ("apps.v1", "crates/pintle-api/src/apps/v1.rs"),
];

/// Types that are written by hand, or that have no use outside Go.
const NOT_GENERATED: [&str; 3] = ["core.v1.List", "meta.v1.TypeMeta", "meta.v1.WatchEvent"];

/// Fields whose value must not be printed.
const SECRET: [(&str, &str); 2] = [("core.v1.Secret", "Data"), ("core.v1.Secret", "StringData")];

pub(crate) fn generate(facts: &Facts) -> Result<Vec<GeneratedFile>> {
    check_exceptions(facts, &NOT_GENERATED, &SECRET)?;
    MODULES
        .iter()
        .map(|(name, path)| {
            let unknown = || Error::new(format!("schema/types says nothing about {name}"));
            let package = facts.packages.get(*name).ok_or_else(unknown)?;
            let contents = Module {
                facts,
                name,
                package,
            }
            .generate()?;
            Ok(GeneratedFile {
                path: path.into(),
                contents,
            })
        })
        .collect()
}

/// Checks that every exception has something to apply to: one that a new release has renamed would
/// let a secret be printed.
fn check_exceptions(facts: &Facts, not_generated: &[&str], secret: &[(&str, &str)]) -> Result<()> {
    for name in not_generated {
        let type_ = facts.type_named(name)?;
        if type_.custom.is_some() || !is_emitted(name) {
            let message = format!("{name} would not be generated anyway; do not list it");
            return Err(Error::new(message));
        }
    }
    for (name, field) in secret {
        let mut fields = facts.type_named(name)?.fields.iter().flatten();
        let is_generated = is_emitted(name) && !not_generated.contains(name);
        if !is_generated || !fields.any(|known| known.go == *field) {
            let message = format!("no generated field is {field} of {name}, listed as secret");
            return Err(Error::new(message));
        }
    }
    Ok(())
}

fn is_emitted(type_: &str) -> bool {
    let package = type_.rsplit_once('.').map(|(package, _)| package);
    MODULES.iter().any(|(name, _)| Some(*name) == package)
}

struct Module<'a> {
    facts: &'a Facts,
    name: &'a str,
    package: &'a Package,
}

impl Module<'_> {
    fn generate(&self) -> Result<String> {
        let (mut strings, mut structs, mut tables) = (String::new(), String::new(), String::new());
        let (mut kinds, mut resources, mut embeddings) = (Vec::new(), String::new(), String::new());
        for (name, type_) in &self.package.types {
            let full_name = format!("{}.{name}", self.name);
            if NOT_GENERATED.contains(&full_name.as_str()) || type_.custom.is_some() {
                continue;
            }
            if type_.string {
                self.string_type(name, type_, &mut strings)?;
                continue;
            }
            let Some(fields) = &type_.fields else {
                continue;
            };
            if self.listed_resource(name, fields).is_some() {
                // A list is an alias of `ObjectList`, made with the resource.
                continue;
            }
            self.structure(name, fields, &mut structs)?;
            self.table(name, fields, &mut tables)?;
            self.embedding(name, fields, &mut embeddings)?;
            if type_.gvk {
                kinds.push(name.as_str());
                self.resource(name, fields, &mut resources)?;
            }
        }
        let group = &self.package.group;
        let shown = if group.is_empty() { "core" } else { group };
        let version = &self.package.version;
        let mut out = format!(
            "{MARK} from schema/types/{}.json. Do not edit.\n\n\
             //! The types of {shown}/{version}, generated from the facts about Kubernetes {}.\n\n\
             use pintle_codec::{{ByteString, List, Map, Str, message, string_type}};\n",
            self.name, self.facts.api.kubernetes,
        );
        if self.name == "meta.v1" {
            out.push_str("use crate::{FieldsV1, JsonValue, MicroTime, RawExtension, Time};\n");
        } else {
            out.push_str(
                "use pintle_meta::{IntOrString, MicroTime, Quantity, RawExtension, Time};\n",
            );
        }
        let macros = if self.name == "meta.v1" {
            "crate"
        } else {
            "pintle_meta"
        };
        write!(out, "\n{structs}\nmessage! {{\n{tables}}}\n{embeddings}")?;
        if !strings.is_empty() {
            write!(out, "\nstring_type! {{\n{strings}}}\n")?;
        }
        for (group, kinds) in self.by_group(&kinds) {
            writeln!(
                out,
                "\n{macros}::kinds! {{ {group:?} {version:?} {{\n    {}\n}} }}",
                kinds.join("\n    ")
            )?;
        }
        if !resources.is_empty() {
            write!(out, "\n{macros}::resources! {{\n{resources}}}\n")?;
        }
        Ok(self.without_unused_imports(&out))
    }

    /// meta/v1 is a Go package, not an API group: its kinds belong to the core group, but for
    /// those that a server names `meta.k8s.io/v1`.
    fn by_group<'k>(&self, kinds: &[&'k str]) -> Vec<(&str, Vec<&'k str>)> {
        const IN_META_GROUP: [&str; 2] = ["PartialObjectMetadata", "Table"];
        let (meta, others): (Vec<&str>, Vec<&str>) = match self.name {
            "meta.v1" => kinds.iter().partition(|kind| IN_META_GROUP.contains(kind)),
            _ => (Vec::new(), kinds.to_vec()),
        };
        let group = if self.name == "meta.v1" {
            ""
        } else {
            self.package.group.as_str()
        };
        let parts = [(group, others), ("meta.k8s.io", meta)];
        parts
            .into_iter()
            .filter(|(_, kinds)| !kinds.is_empty())
            .collect()
    }

    fn without_unused_imports(&self, source: &str) -> String {
        let used = |line: &str| -> String {
            let Some((path, names)) = line
                .strip_suffix("};")
                .and_then(|line| line.split_once('{'))
            else {
                return line.to_owned();
            };
            let body = source
                .lines()
                .filter(|line| !line.starts_with("use ") && !line.trim_start().starts_with("//"));
            let words: BTreeSet<&str> = body
                .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
                .collect();
            let names: Vec<&str> = names
                .split(", ")
                .filter(|name| words.contains(name))
                .collect();
            if names.is_empty() {
                String::new()
            } else {
                format!("{path}{{{}}};", names.join(", "))
            }
        };
        let lines: Vec<String> = source
            .lines()
            .map(|line| {
                if line.starts_with("use ") {
                    used(line)
                } else {
                    line.to_owned()
                }
            })
            .collect();
        lines.join("\n") + "\n"
    }

    fn structure(&self, name: &str, fields: &[Field], out: &mut String) -> Result<()> {
        let version = &self.package.version;
        let group = &self.package.group;
        let shown = if group.is_empty() { "core" } else { group };
        writeln!(out, "/// `{name}` of {shown}/{version}.")?;
        writeln!(out, "///\n/// [Reference]({})", self.reference(name))?;
        writeln!(out, "#[derive(Clone, Default)]\npub struct {name} {{")?;
        for field in fields.iter().filter(|field| !is_type_meta(field)) {
            writeln!(out, "    /// {}", describe(field))?;
            writeln!(
                out,
                "    pub {}: {},",
                field_name(field),
                self.rust_type(field)?
            )?;
        }
        out.push_str("}\n\n");
        Ok(())
    }

    fn table(&self, name: &str, fields: &[Field], out: &mut String) -> Result<()> {
        writeln!(out, "    {name} \"{}.{name}\" {{", self.name)?;
        for (index, field) in fields
            .iter()
            .filter(|field| !is_type_meta(field))
            .enumerate()
        {
            let mut flags = Vec::new();
            if field.inline {
                flags.push("INLINE");
            }
            if field.omit.contains("empty") {
                flags.push("OMIT_EMPTY");
            }
            if field.omit.contains("zero") {
                flags.push("OMIT_ZERO");
            }
            if TypeExpression::parse(&field.type_)?.pointer {
                flags.push("OPTIONAL");
            }
            if SECRET.contains(&(format!("{}.{name}", self.name).as_str(), field.go.as_str())) {
                flags.push("SECRET");
            }
            let number = field.pb.as_ref().map_or(0, |(number, _)| *number);
            let (rust, flags) = (field_name(field), flags.join(" "));
            writeln!(
                out,
                "        {index} {rust} {:?} {number} [{flags}],",
                field.json
            )?;
        }
        out.push_str("    }\n");
        Ok(())
    }

    /// A struct that embeds one other gives its fields as its own, as in Go.
    fn embedding(&self, name: &str, fields: &[Field], out: &mut String) -> Result<()> {
        let mut embedded = fields
            .iter()
            .filter(|field| field.inline && !is_type_meta(field));
        let (Some(field), None) = (embedded.next(), embedded.next()) else {
            return Ok(());
        };
        let (target, rust) = (self.rust_type(field)?, field_name(field));
        write!(
            out,
            "\nimpl core::ops::Deref for {name} {{\n    type Target = {target};\n\n    \
             fn deref(&self) -> &{target} {{\n        &self.{rust}\n    }}\n}}\n\n\
             impl core::ops::DerefMut for {name} {{\n    \
             fn deref_mut(&mut self) -> &mut {target} {{\n        &mut self.{rust}\n    }}\n}}\n"
        )?;
        Ok(())
    }

    fn string_type(&self, name: &str, type_: &Type, out: &mut String) -> Result<()> {
        let group = &self.package.group;
        let shown = if group.is_empty() { "core" } else { group };
        writeln!(
            out,
            "    /// `{name}` of {shown}/{}: a string with known values.",
            self.package.version
        )?;
        writeln!(out, "    {name} {{")?;
        let by_value = |go: &str, value: &str| names::constant(name, go, value);
        let mut constants: Vec<(String, &String)> = Vec::new();
        for (go, value) in &type_.consts {
            let constant = by_value(go, value);
            // `HugePages` and `HugePages-` would be one name: Go's name tells them apart.
            let clashes = type_
                .consts
                .iter()
                .any(|(other, v)| v != value && by_value(other, v) == constant);
            let constant = if clashes {
                names::constant(name, go, "")
            } else {
                constant
            };
            constants.push((constant, value));
        }
        constants.sort();
        // Go has more than one constant for some values.
        constants.dedup();
        if let Some(pair) = constants.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let (module, constant) = (self.name, &pair[0].0);
            return Err(Error::new(format!(
                "{module}.{name}: two constants named {constant}"
            )));
        }
        for (constant, value) in constants {
            writeln!(out, "        {constant} {value:?},")?;
        }
        out.push_str("    }\n");
        Ok(())
    }

    fn resource(&self, name: &str, fields: &[Field], out: &mut String) -> Result<()> {
        let resource = self
            .facts
            .resource_of(&self.package.group, &self.package.version, name);
        let has_metadata = fields
            .iter()
            .any(|field| field.type_ == "meta.v1.ObjectMeta" && field.json == "metadata");
        if let (Some(resource), true) = (resource, has_metadata) {
            let scope = if resource.namespaced {
                "Namespaced"
            } else {
                "Cluster"
            };
            writeln!(out, "    {name} {name}List {:?} {scope}", resource.resource)?;
        }
        Ok(())
    }

    /// The kind of the items, when this is the list of a resource.
    fn listed_resource<'f>(&self, name: &str, fields: &'f [Field]) -> Option<&'f str> {
        let [type_meta, metadata, items] = fields else {
            return None;
        };
        let list = is_type_meta(type_meta)
            && metadata.type_ == "meta.v1.ListMeta"
            && items.json == "items";
        let item = items
            .type_
            .strip_prefix("[]")?
            .strip_prefix(self.name)?
            .strip_prefix('.')?;
        let is_resource = self
            .facts
            .resource_of(&self.package.group, &self.package.version, item)
            .is_some();
        (list && is_resource && name == format!("{item}List")).then_some(item)
    }

    fn rust_type(&self, field: &Field) -> Result<String> {
        let of_field = || format!("field {} of type {}", field.go, field.type_);
        let expression = TypeExpression::parse(&field.type_).context(of_field)?;
        let (element, is_struct) = self.base_type(expression.base).context(of_field)?;
        if expression.pointer && self.is_container(expression.base) {
            let shape = &field.type_;
            return Err(Error::new(format!("unsupported shape: {shape}"))).context(of_field);
        }
        Ok(match expression.container {
            Container::One if expression.pointer && is_struct => format!("Option<Box<{element}>>"),
            Container::One if expression.pointer => format!("Option<{element}>"),
            Container::One => element,
            Container::List => format!("List<{element}>"),
            Container::Map => format!("Map<{element}>"),
            Container::MapOfLists => format!("Map<List<{element}>>"),
        })
    }

    /// The Rust type and whether it is a generated struct.
    fn base_type(&self, base: &str) -> Result<(String, bool)> {
        let plain = match base {
            "string" => "Str",
            "bool" => "bool",
            "int32" => "i32",
            "int64" => "i64",
            "float64" => "f64",
            "[]uint8" => "ByteString",
            "any" => "JsonValue",
            "shared.Quantity" => "Quantity",
            "shared.IntOrString" => "IntOrString",
            "shared.RawExtension" => "RawExtension",
            "shared.UID" | "shared.NodeName" => "Str",
            "meta.v1.Time" => "Time",
            "meta.v1.MicroTime" => "MicroTime",
            "meta.v1.FieldsV1" => "FieldsV1",
            _ => "",
        };
        if !plain.is_empty() {
            return Ok((plain.to_owned(), false));
        }
        let type_ = self.facts.type_named(base)?;
        if let Some(alias) = &type_.alias {
            let expression = TypeExpression::parse(alias)?;
            if expression.pointer {
                return Err(Error::new(format!("unsupported shape: {base} is {alias}")));
            }
            let (element, is_struct) = self.base_type(expression.base)?;
            return Ok(match expression.container {
                Container::One => (element, is_struct),
                Container::List => (format!("List<{element}>"), false),
                Container::Map => (format!("Map<{element}>"), false),
                Container::MapOfLists => (format!("Map<List<{element}>>"), false),
            });
        }
        let malformed = || Error::new(format!("{base} is not package.version.Type"));
        let (package, name) = base.rsplit_once('.').ok_or_else(malformed)?;
        let path = match package {
            package if package == self.name => name.to_owned(),
            "meta.v1" => format!("pintle_meta::v1::{name}"),
            package => {
                let (group, version) = package.split_once('.').ok_or_else(malformed)?;
                format!("crate::{group}::{version}::{name}")
            }
        };
        Ok((path, type_.fields.is_some()))
    }

    /// Whether a type is another name of a list or a map.
    fn is_container(&self, base: &str) -> bool {
        let alias = self.facts.type_named(base).ok();
        let alias = alias.and_then(|type_| type_.alias.as_deref());
        alias.is_some_and(|alias| alias.starts_with("[]") || alias.starts_with("map["))
    }

    fn reference(&self, name: &str) -> String {
        let (group, version) = (&self.package.group, &self.package.version);
        let group = if group.is_empty() {
            "core"
        } else {
            group.split('.').next().unwrap_or(group)
        };
        let minor = self
            .facts
            .api
            .kubernetes
            .rsplit_once('.')
            .map_or("", |(minor, _)| minor);
        format!(
            "https://kubernetes.io/docs/reference/generated/kubernetes-api/v{minor}/#{}-{version}-{group}",
            name.to_ascii_lowercase()
        )
    }
}

/// A field is named as in JSON; one that is inlined has a name in Go only.
fn field_name(field: &Field) -> String {
    names::field(if field.inline { &field.go } else { &field.json })
}

fn is_type_meta(field: &Field) -> bool {
    field.inline && field.type_ == "meta.v1.TypeMeta"
}

/// The facts about a field, as its documentation.
fn describe(field: &Field) -> String {
    let mut facts = Vec::new();
    if field.inline {
        facts.push("its fields stand in this struct's place".to_owned());
    }
    if field.required {
        facts.push("required".to_owned());
    }
    if let Some(default) = field
        .default
        .as_ref()
        .filter(|default| !is_trivial(default))
    {
        facts.push(format!("default `{default}`"));
    }
    if !field.enum_.is_empty() {
        facts.push(format!("one of `{}`", field.enum_.join("`, `")));
    }
    match (field.list.as_deref(), field.keys.as_slice()) {
        (Some(list), []) => facts.push(format!("list type {list}")),
        (Some(list), keys) => facts.push(format!("list type {list} by `{}`", keys.join("`, `"))),
        (None, _) => {}
    }
    if let Some(map) = &field.map {
        facts.push(format!("map type {map}"));
    }
    match (&field.patch, &field.merge_key) {
        (Some(patch), Some(key)) => facts.push(format!("patch strategy {patch} by `{key}`")),
        (Some(patch), None) => facts.push(format!("patch strategy {patch}")),
        (None, _) => {}
    }
    if let Some(format) = &field.format {
        facts.push(format!("format {format}"));
    }
    let name = if field.json.is_empty() {
        &field.go
    } else {
        &field.json
    };
    if facts.is_empty() {
        format!("`{name}`.")
    } else {
        format!("`{name}`: {}.", facts.join("; "))
    }
}

/// A default that says no more than the zero value does.
fn is_trivial(default: &serde_json::Value) -> bool {
    match default {
        serde_json::Value::Null => true,
        serde_json::Value::Bool(truth) => !truth,
        serde_json::Value::Number(number) => number.as_f64() == Some(0.0),
        serde_json::Value::String(text) => text.is_empty(),
        serde_json::Value::Array(elements) => elements.is_empty(),
        serde_json::Value::Object(fields) => fields.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts::load(&crate::workspace::root().join("schema")).unwrap()
    }

    #[test]
    fn an_exception_that_matches_nothing_is_an_error() {
        let facts = facts();
        let check = |not_generated: &[&str], secret: &[(&str, &str)]| {
            check_exceptions(&facts, not_generated, secret).is_ok()
        };
        assert!(check(&NOT_GENERATED, &SECRET));
        assert!(!check(&["meta.v1.InternalEvent"], &[]));
        assert!(!check(&["meta.v1.Duration"], &[]));
        assert!(!check(&["autoscaling.v1.Scale"], &[]));
        assert!(!check(&[], &[("core.v1.Secret", "data")]));
        assert!(!check(&[], &[("core.v1.Secrets", "Data")]));
        assert!(!check(&["core.v1.Secret"], &[("core.v1.Secret", "Data")]));
    }

    #[test]
    fn a_pointer_to_a_named_map_is_refused() {
        let facts = facts();
        let module = Module {
            facts: &facts,
            name: "core.v1",
            package: &facts.packages["core.v1"],
        };
        let typed = |type_: &str| {
            let field = serde_json::json!({ "go": "Field", "type": type_ });
            module.rust_type(&serde_json::from_value(field).unwrap())
        };
        assert_eq!(typed("core.v1.ResourceList").unwrap(), "Map<Quantity>");
        for shape in ["*core.v1.ResourceList", "*[]string", "[]*core.v1.Container"] {
            let error = typed(shape).unwrap_err().with_causes();
            assert!(
                error.contains(&format!("unsupported shape: {shape}")),
                "{error}"
            );
        }
    }
}
