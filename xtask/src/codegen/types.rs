//! The API's structs, string types, kinds and resources as Rust types.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::error::{Error, Result};

use super::exceptions::{self, BY_HAND, IN_META_GROUP};
use super::facts::{Facts, Field, Package, Type};
use super::kinds::{self, Role};
use super::represent::{list_name, path, represent};
use super::{GeneratedFile, MARK, document, imports, names};

pub(crate) fn generate(facts: &Facts) -> Result<Vec<GeneratedFile>> {
    exceptions::check(facts)?;
    let mut files = Vec::new();
    for (name, package) in versioned(facts) {
        let path = match name.split_once('.') {
            Some(("meta", version)) => format!("crates/pintle-meta/src/{version}.rs"),
            Some((group, version)) => format!("{DIRECTORY}/{group}/{version}.rs"),
            None => return Err(Error::new(format!("{name} is not group.version"))),
        };
        let module = Module {
            facts,
            name,
            package,
        };
        files.push(GeneratedFile {
            path: path.into(),
            contents: module.generate()?,
        });
    }
    for (group, versions) in groups(facts) {
        files.push(GeneratedFile {
            path: format!("{DIRECTORY}/{group}.rs").into(),
            contents: group_file(facts, group, &versions)?,
        });
    }
    Ok(files)
}

/// The packages that are group versions, by name.
pub(super) fn versioned(facts: &Facts) -> impl Iterator<Item = (&str, &Package)> {
    let packages = facts.packages.iter();
    packages
        .filter(|(_, package)| !package.version.is_empty())
        .map(|(name, package)| (name.as_str(), package))
}

/// The versions of each group that is a module, as their modules are named.
pub(super) fn groups(facts: &Facts) -> BTreeMap<&str, Vec<&str>> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, _) in versioned(facts) {
        if let Some((group, version)) = name.split_once('.')
            && group != "meta"
        {
            groups.entry(group).or_default().push(version);
        }
    }
    groups
}

/// The group that objects of a kind say they are of. meta/v1 is a Go package, not an API group.
pub(super) fn group_of<'a>(package_name: &str, package: &'a Package, kind: &str) -> &'a str {
    if package_name != "meta.v1" || IN_META_GROUP.contains(&kind) {
        &package.group
    } else {
        ""
    }
}

/// The file that declares the versions of a group.
fn group_file(facts: &Facts, group: &str, versions: &[&str]) -> Result<String> {
    let package = &facts.packages[&format!("{group}.{}", versions[0])];
    let name = document::group(package);
    let mut kinds = BTreeSet::new();
    for version in versions {
        let package_name = format!("{group}.{version}");
        let package = &facts.packages[&package_name];
        kinds.extend(package.types.keys().filter(|kind| {
            matches!(
                kinds::role(facts, &package_name, package, kind),
                Some(Role::Resource(_))
            )
        }));
    }
    let mut out = format!("{MARK} from schema/types. Do not edit.\n\n//! The {name}");
    if !kinds.is_empty() {
        let kinds: Vec<String> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
        write!(out, ": {}", kinds.join(", "))?;
    }
    out.push_str(".\n\n");
    let by_hand: BTreeSet<&str> = by_hand(group).map(|(_, module)| module).collect();
    for module in by_hand {
        writeln!(out, "mod {module};")?;
    }
    for version in versions {
        writeln!(out, "pub mod {version};")?;
    }
    Ok(out)
}

/// The types of a group or of a version that are written by hand, with their modules.
fn by_hand(within: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let within = format!("{within}.");
    let types = BY_HAND.into_iter();
    types.filter(move |(name, _)| name.starts_with(&within))
}

struct Module<'a> {
    facts: &'a Facts,
    name: &'a str,
    package: &'a Package,
}

/// What a module consists of, each part in the order of the types' names.
#[derive(Default)]
struct Parts {
    structs: String,
    tables: String,
    embeddings: String,
    strings: String,
    kinds: Vec<String>,
    resources: String,
}

impl Module<'_> {
    fn generate(&self) -> Result<String> {
        let mut parts = Parts::default();
        for (name, type_) in &self.package.types {
            if exceptions::is_generated(&format!("{}.{name}", self.name)) {
                self.type_(name, type_, &mut parts)?;
            }
        }
        let mut out = format!(
            "{MARK} from schema/types/{}.json. Do not edit.\n\n\
             //! The types of {}, generated from the facts about Kubernetes {}.\n\n",
            self.name,
            document::group_version(self.package),
            self.facts.api.kubernetes,
        );
        let list = list_name(self.facts, self.name);
        let imported = if list == "List" { "List, " } else { "" };
        writeln!(
            out,
            "use pintle_codec::{{ByteString, {imported}Map, Str, message, string_type}};"
        )?;
        let meta = if self.is_meta() {
            "crate"
        } else {
            "pintle_meta"
        };
        writeln!(
            out,
            "use {meta}::{{Duration, FieldsV1, IntOrString, JsonValue, MicroTime, Quantity, \
             RawExtension, Time}};"
        )?;
        out.push_str(&self.types_by_hand()?);
        let Parts {
            structs, tables, ..
        } = &parts;
        write!(out, "\n{structs}\nmessage! {{\n{tables}}}\n")?;
        out.push_str(&parts.embeddings);
        if !parts.strings.is_empty() {
            write!(out, "\nstring_type! {{\n{}}}\n", parts.strings)?;
        }
        for (group, kinds) in self.by_group(&parts.kinds) {
            writeln!(
                out,
                "\n{meta}::kinds! {{ {group:?} {:?} {{\n    {}\n}} }}",
                self.package.version,
                kinds.join("\n    ")
            )?;
        }
        if !parts.resources.is_empty() {
            write!(out, "\n{meta}::resources! {{\n{}}}\n", parts.resources)?;
        }
        Ok(imports::without_unused(&out))
    }

    fn type_(&self, name: &str, type_: &Type, parts: &mut Parts) -> Result<()> {
        if type_.string {
            return self.string_type(name, type_, &mut parts.strings);
        }
        let Some(fields) = &type_.fields else {
            return Ok(());
        };
        match kinds::role(self.facts, self.name, self.package, name) {
            // An alias of `ObjectList`, made with the resource.
            Some(Role::List) => return Ok(()),
            Some(Role::Kind) => parts.kinds.push(name.to_owned()),
            Some(Role::Resource(resource)) => {
                parts.kinds.push(name.to_owned());
                if resource.listed {
                    let scope = if resource.namespaced {
                        "Namespaced"
                    } else {
                        "Cluster"
                    };
                    let plural = resource.plural;
                    writeln!(parts.resources, "    {name} {name}List {plural:?} {scope}")?;
                }
            }
            None => {}
        }
        self.structure(name, fields, &mut parts.structs)?;
        self.table(name, fields, &mut parts.tables)?;
        self.embedding(name, fields, &mut parts.embeddings)
    }

    /// The fields that a struct carries: `kind` and `apiVersion` are those of its type, unless it is a
    /// part of others.
    fn carried<'f>(&self, name: &str, fields: &'f [Field]) -> impl Iterator<Item = &'f Field> {
        let embedded = kinds::is_embedded(self.facts, &format!("{}.{name}", self.name));
        let fields = fields.iter();
        fields.filter(move |field| embedded || !kinds::is_type_meta(field))
    }

    fn is_meta(&self) -> bool {
        self.name == "meta.v1"
    }

    /// Re-exports of the types of this version that are written by hand.
    fn types_by_hand(&self) -> Result<String> {
        let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, module) in by_hand(self.name) {
            let type_ = name.rsplit('.').next().unwrap_or(name);
            modules.entry(module).or_default().push(type_);
        }
        let mut out = String::new();
        for (module, types) in modules {
            writeln!(out, "pub use super::{module}::{{{}}};", types.join(", "))?;
        }
        Ok(out)
    }

    /// The kinds by the group that they say they are of.
    fn by_group<'k>(&self, kinds: &'k [String]) -> BTreeMap<&str, Vec<&'k str>> {
        let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for kind in kinds {
            let group = group_of(self.name, self.package, kind);
            groups.entry(group).or_default().push(kind);
        }
        groups
    }

    fn structure(&self, name: &str, fields: &[Field], out: &mut String) -> Result<()> {
        writeln!(
            out,
            "/// `{name}` of {}.\n///\n/// [Reference]({})",
            document::group_version(self.package),
            document::reference(self.facts, self.package, name),
        )?;
        writeln!(out, "#[derive(Clone, Default)]\npub struct {name} {{")?;
        for field in self.carried(name, fields) {
            writeln!(out, "    /// {}", document::field(field))?;
            let rust = represent(self.facts, self.name, field)?.rust;
            writeln!(out, "    pub {}: {rust},", field_name(field))?;
        }
        if self.has_note(name) {
            out.push_str(
                "    /// Whether a reader left out parts of the object; no part of it.\n    \
                 pub pruned: crate::Pruned,\n",
            );
        }
        out.push_str("}\n\n");
        Ok(())
    }

    fn table(&self, name: &str, fields: &[Field], out: &mut String) -> Result<()> {
        let full_name = format!("{}.{name}", self.name);
        let attributes = match kinds::role(self.facts, self.name, self.package, name) {
            Some(Role::Kind | Role::Resource(_)) => {
                let group = group_of(self.name, self.package, name);
                let separator = if group.is_empty() { "" } else { "/" };
                let version = &self.package.version;
                format!(" .of(\"{group}{separator}{version}\")")
            }
            _ if exceptions::is_choice(&full_name) => " .choice()".to_owned(),
            _ => String::new(),
        };
        writeln!(out, "    {name} {full_name:?}{attributes} {{")?;
        for (index, field) in self.carried(name, fields).enumerate() {
            let representation = represent(self.facts, self.name, field)?;
            let is_varint = field.pb.as_ref().is_some_and(|(_, wire)| wire == "varint");
            let flags = [
                ("INLINE", field.inline),
                ("OMIT_EMPTY", field.omit.contains("empty")),
                ("OMIT_ZERO", field.omit.contains("zero")),
                ("OPTIONAL", representation.optional),
                ("REQUIRED", field.required),
                ("SECRET", exceptions::is_secret(&full_name, field)),
                ("VALUE", representation.value),
                ("VARINT", is_varint),
                ("WRAPPED", representation.wrapped),
                ("TYPE_META", kinds::is_type_meta(field)),
            ];
            let flags: Vec<&str> = flags
                .into_iter()
                .filter_map(|(flag, set)| set.then_some(flag))
                .collect();
            let number = field.pb.as_ref().map_or(0, |(number, _)| *number);
            let (rust, flags) = (field_name(field), flags.join(" "));
            writeln!(
                out,
                "        {index} {rust} {:?} {number} [{flags}],",
                field.json
            )?;
        }
        if self.has_note(name) {
            let index = self.carried(name, fields).count();
            writeln!(out, "        {index} pruned \"\" 0 [NOTE],")?;
        }
        out.push_str("    }\n");
        Ok(())
    }

    /// Whether a struct has a field for what its reader notes of the object.
    fn has_note(&self, name: &str) -> bool {
        self.is_meta() && name == "ObjectMeta"
    }

    /// A struct that embeds one other gives its fields as its own, as in Go.
    fn embedding(&self, name: &str, fields: &[Field], out: &mut String) -> Result<()> {
        let mut embedded = fields
            .iter()
            .filter(|field| field.inline && !kinds::is_type_meta(field));
        let (Some(field), None) = (embedded.next(), embedded.next()) else {
            return Ok(());
        };
        let (target, rust) = (path(self.name, &field.type_)?, field_name(field));
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
        writeln!(
            out,
            "    /// `{name}` of {}: a string with known values.",
            document::group_version(self.package)
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
}

/// A field is named as in JSON; one that is inlined, or a choice, has a name in Go only.
fn field_name(field: &Field) -> String {
    names::field(if field.json.is_empty() {
        &field.go
    } else {
        &field.json
    })
}

pub(super) const DIRECTORY: &str = "crates/pintle-api/src";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_is_a_module_and_a_feature() {
        let root = crate::workspace::root();
        let facts = Facts::load(&root.join("schema")).unwrap();
        let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
        let library = read("crates/pintle-api/src/lib.rs");
        let manifests =
            ["pintle-api", "pintle"].map(|name| read(&format!("crates/{name}/Cargo.toml")));
        for group in groups(&facts).into_keys() {
            let module = format!("\npub mod {group};\n");
            if group == "core" {
                assert!(library.contains(&module), "{group}");
                continue;
            }
            let module = format!("\n#[cfg(feature = \"{group}\")]{module}");
            assert!(library.contains(&module), "{group}");
            for manifest in &manifests {
                assert!(manifest.contains(&format!("\n{group} = [")), "{group}");
                assert!(
                    manifest.contains(&format!("\n    \"{group}\",\n")),
                    "{group}"
                );
            }
        }
    }
}
