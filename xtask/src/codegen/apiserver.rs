//! What the embedded API server knows about structs and resources, as static tables.
//!
//! It emits the closure of all resources: their structs, those of their subresources, what these contain,
//! and what requests and answers carry besides objects.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::error::{Context as _, Error, Result};

use super::facts::{Container, Facts, Field, Resource, Subresource, Type, TypeExpression};
use super::{GeneratedFile, MARK, names};

/// Structs that requests and answers carry besides objects.
const BESIDES: [&str; 12] = [
    "apidiscovery.v2.APIGroupDiscoveryList",
    "apidiscovery.v2beta1.APIGroupDiscoveryList",
    "core.v1.PodLogOptions",
    "meta.v1.APIGroup",
    "meta.v1.APIGroupList",
    "meta.v1.APIResourceList",
    "meta.v1.APIVersions",
    "meta.v1.DeleteOptions",
    "meta.v1.ListMeta",
    "meta.v1.PartialObjectMetadata",
    "meta.v1.Status",
    "meta.v1.WatchEvent",
];

/// What `schema::protobuf` of the server has room for.
const MAX_FIELDS: usize = 64;

const DIRECTORY: &str = "crates/pintle-apiserver/src/generated";

pub(crate) fn generate(facts: &Facts) -> Result<Vec<GeneratedFile>> {
    let mut roots: Vec<String> = BESIDES.map(str::to_owned).into();
    for resource in &facts.api.resources {
        roots.push(object_struct(facts, resource)?);
        for subresource in &resource.subresources {
            roots.push(subresource_struct(facts, resource, subresource)?);
        }
    }
    let closure = closure(facts, roots)?;
    let mut files = Vec::new();
    for (package, structs) in &closure {
        files.push(file(
            &module(package),
            package_file(facts, package, structs)?,
        ));
    }
    files.push(file("resources", resources_file(facts)?));
    files.push(file("mod", mod_file(closure.keys())));
    Ok(files)
}

fn file(module: &str, contents: String) -> GeneratedFile {
    GeneratedFile {
        path: format!("{DIRECTORY}/{module}.rs").into(),
        contents,
    }
}

/// The struct of a resource's objects.
fn object_struct(facts: &Facts, resource: &Resource) -> Result<String> {
    struct_of(facts, &resource.group, &resource.version, &resource.kind)
}

/// The struct that a subresource takes and gives.
fn subresource_struct(facts: &Facts, of: &Resource, subresource: &Subresource) -> Result<String> {
    let group = subresource.group.as_deref().unwrap_or(&of.group);
    let version = subresource.version.as_deref().unwrap_or(&of.version);
    struct_of(facts, group, version, &subresource.kind)
}

fn struct_of(facts: &Facts, group: &str, version: &str, kind: &str) -> Result<String> {
    let mut packages = facts.packages.iter();
    let found = packages.find(|(name, package)| {
        package.group == group
            && package.version == version
            && name.ends_with(version)
            && package.types.contains_key(kind)
    });
    let (package, _) =
        found.ok_or_else(|| Error::new(format!("schema/ knows no {kind} of {group}/{version}")))?;
    Ok(format!("{package}.{kind}"))
}

/// The structs that are reached from the roots, by package.
fn closure(facts: &Facts, mut open: Vec<String>) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut closure: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    while let Some(name) = open.pop() {
        let (package, type_) = split(&name)?;
        let structs = closure.entry(package.to_owned()).or_default();
        if !structs.insert(type_.to_owned()) {
            continue;
        }
        for field in fields(facts, &name)? {
            match shape_of(facts, &field.field.type_)?.shape {
                Shape::Struct(next) | Shape::StructOr(next, _) => open.push(next),
                Shape::Scalar(_) => {}
            }
        }
    }
    Ok(closure)
}

/// A field where JSON has it: among those of the struct that embeds its own.
struct Flat<'f> {
    field: &'f Field,
    number: u32,
    within: Vec<(&'f str, u32)>,
}

fn fields<'f>(facts: &'f Facts, name: &str) -> Result<Vec<Flat<'f>>> {
    let type_ = facts.type_named(name)?;
    let no_struct = || Error::new(format!("{name} is not a struct"));
    let mut flat = Vec::new();
    for field in type_.fields.as_ref().ok_or_else(no_struct)? {
        if !field.inline {
            flat.push(Flat {
                field,
                number: field.pb.as_ref().map_or(0, |(number, _)| *number),
                within: Vec::new(),
            });
            continue;
        }
        for mut inner in fields(facts, &field.type_)? {
            match &field.pb {
                Some((number, _)) => inner.within.insert(0, (&field.go, *number)),
                // `kind` and `apiVersion`: protobuf carries them in its envelope.
                None => inner.number = 0,
            }
            flat.push(inner);
        }
    }
    Ok(flat)
}

/// What a Go type is to the server.
struct Typed {
    shape: Shape,
    container: Container,
    pointer: bool,
}

enum Shape {
    Scalar(&'static str),
    Struct(String),
    /// A struct or, in its place, a value of another kind.
    StructOr(String, &'static str),
}

fn shape_of(facts: &Facts, type_: &str) -> Result<Typed> {
    let expression = TypeExpression::parse(type_)?;
    let scalar = match expression.base {
        "string" => "String",
        "bool" => "Bool",
        "int32" => "Int32",
        "int64" => "Int64",
        "float64" => "Float64",
        "[]uint8" => "Bytes",
        "any" | "shared.RawExtension" | "meta.v1.FieldsV1" => "Any",
        "shared.Quantity" => "Quantity",
        "shared.IntOrString" => "IntOrString",
        "meta.v1.Time" => "Time",
        "meta.v1.MicroTime" => "MicroTime",
        "meta.v1.Duration" => "Duration",
        _ => "",
    };
    let (shape, inner) = if !scalar.is_empty() {
        (Shape::Scalar(scalar), Container::One)
    } else {
        let named = facts.type_named(expression.base)?;
        if named.string {
            (Shape::Scalar("String"), Container::One)
        } else if let Some(alias) = &named.alias {
            let inner = shape_of(facts, alias)?;
            (inner.shape, inner.container)
        } else if named.custom.is_some() {
            (custom_shape(expression.base, named)?, Container::One)
        } else {
            (Shape::Struct(expression.base.to_owned()), Container::One)
        }
    };
    let container = match (expression.container, inner) {
        (outer, Container::One) => outer,
        (Container::One, inner) => inner,
        (Container::Map, Container::List) => Container::MapOfLists,
        _ => return Err(Error::new(format!("{type_} nests too deeply for a table"))),
    };
    if expression.pointer && container != Container::One {
        return Err(Error::new(format!("unsupported shape: {type_}")));
    }
    Ok(Typed {
        shape,
        container,
        pointer: expression.pointer,
    })
}

/// The shape of a type that spells itself in JSON: anything, or a struct or something else, of which
/// protobuf has a field each.
fn custom_shape(name: &str, type_: &Type) -> Result<Shape> {
    let types: Vec<_> = type_.fields.iter().flatten().map(|f| &*f.type_).collect();
    let alternative = match types[..] {
        ["[]uint8"] => return Ok(Shape::Scalar("Json")),
        ["bool", schema] => (schema, "Bool"),
        [schema, "[]string"] => (schema, "Strings"),
        [schema, list] if list.strip_prefix("[]") == schema.strip_prefix('*') => (schema, "List"),
        _ => {
            return Err(Error::new(format!(
                "{name} spells itself in an unknown way"
            )));
        }
    };
    let (schema, other) = alternative;
    let schema = schema.strip_prefix('*').unwrap_or(schema);
    Ok(Shape::StructOr(schema.to_owned(), other))
}

fn package_file(facts: &Facts, package: &str, structs: &BTreeSet<String>) -> Result<String> {
    let mut out = format!(
        "{MARK} from schema/types/{package}.json. Do not edit.\n\n\
         //! The structs of {package}, as far as the server's resources contain them.\n\n\
         use crate::schema::{{Alternative, Embedded, Field, ListType, MapType, Rules, Shape, Struct, Unset, Wire}};\n\n\
         const PACKAGE: &str = {:?};\n",
        open_api_package(&facts.packages[package].package),
    );
    for name in structs {
        let full_name = format!("{package}.{name}");
        let type_ = facts.type_named(&full_name)?;
        let atomic = type_.map.as_deref() == Some("atomic");
        let unions = type_.unions.as_ref().map(ToString::to_string);
        writeln!(
            out,
            "\n#[rustfmt::skip] // A line a field.\n\
             pub(crate) static {}: Struct = Struct {{\n    name: {name:?},\n    package: PACKAGE,\n    \
             atomic: {atomic},\n    unions: {:?},\n    fields: &[",
            constant(name),
            unions.unwrap_or_default(),
        )?;
        let fields = fields(facts, &full_name)?;
        if fields.len() > MAX_FIELDS {
            let count = fields.len();
            return Err(Error::new(format!(
                "{full_name} has {count} fields, more than {MAX_FIELDS}"
            )));
        }
        for flat in &fields {
            let text = field_text(facts, package, flat)
                .context(|| format!("field {} of {full_name}", flat.field.go))?;
            writeln!(out, "        {text},")?;
        }
        let all: Vec<_> = (0..fields.len()).collect();
        writeln!(
            out,
            "    ],\n    wire: {},\n    unset: Unset::NOTHING,\n}}\n.indexed();",
            wire_text(facts, &fields, &all, 0)
        )?;
    }
    Ok(without_unused(&out))
}

/// The fields at these places, which come from the same embedded structs down to a depth, in the order of their
/// numbers in protobuf.
fn wire_text(facts: &Facts, fields: &[Flat<'_>], places: &[usize], depth: usize) -> String {
    let mut by_number: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for place in places {
        let Flat { number, within, .. } = &fields[*place];
        let outer = within.get(depth).map_or(*number, |(_, number)| *number);
        if *number > 0 {
            by_number.entry(outer).or_default().push(*place);
        }
    }
    let entries = by_number.iter().map(|(number, places)| match places[..] {
        [place] if fields[place].within.len() == depth => {
            if is_wrapped(facts, fields[place].field) {
                format!("Wire::embedded({number}, &[Wire::field(1, {place})])")
            } else {
                format!("Wire::field({number}, {place})")
            }
        }
        _ => format!(
            "Wire::embedded({number}, {})",
            wire_text(facts, fields, places, depth + 1)
        ),
    });
    format!("&[{}]", entries.collect::<Vec<_>>().join(", "))
}

/// Whether protobuf has a message around the field's list.
fn is_wrapped(facts: &Facts, field: &Field) -> bool {
    let named = facts.type_named(&field.type_);
    named.is_ok_and(|named| named.alias.as_deref() == Some("[]string"))
}

fn field_text(facts: &Facts, package: &str, flat: &Flat<'_>) -> Result<String> {
    let Flat { field, within, .. } = flat;
    let typed = shape_of(facts, &field.type_)?;
    let shape = match &typed.shape {
        Shape::Scalar(name) => format!("Shape::{name}"),
        Shape::Struct(name) => format!("Shape::Struct(&{})", path(package, name)?),
        Shape::StructOr(name, other) => {
            format!(
                "Shape::StructOr(&{}, Alternative::{other})",
                path(package, name)?
            )
        }
    };
    let go = go_type(facts, &field.type_);
    let mut text = format!("Field::new({:?}, {shape}, {go:?})", field.json);
    text.push_str(match typed.container {
        Container::One => "",
        Container::List => ".list()",
        Container::Map => ".map()",
        Container::MapOfLists => ".map_of_lists()",
    });
    if typed.pointer {
        text.push_str(".pointer()");
    }
    if field.omit.contains("empty") {
        text.push_str(".omit_empty()");
    }
    if field.omit.contains("zero") {
        text.push_str(".omit_zero()");
    }
    if !within.is_empty() {
        let within: Vec<_> = within
            .iter()
            .map(|(go, _)| format!("Embedded {{ go: {go:?} }}"))
            .collect();
        write!(text, ".within(&[{}])", within.join(", "))?;
    }
    if let Shape::Struct(name) = &typed.shape
        && let Some((api_version, kind)) = object_type(facts, name)?
    {
        write!(text, ".object({api_version:?}, {kind:?})")?;
    }
    let rules = rules_text(facts, field)?;
    if !rules.is_empty() {
        write!(text, ".rules(&Rules {{ {rules}..Rules::NONE }})")?;
    }
    Ok(text)
}

/// The name of a Go package in OpenAPI: the labels of the host reversed.
fn open_api_package(path: &str) -> String {
    let (host, path) = path.split_once('/').unwrap_or((path, ""));
    let labels: Vec<&str> = host.rsplit('.').collect();
    format!("{}.{}", labels.join("."), path.replace('/', "."))
}

/// What an object says of its type, if a struct is that of a resource's objects.
fn object_type(facts: &Facts, name: &str) -> Result<Option<(String, String)>> {
    for resource in &facts.api.resources {
        if object_struct(facts, resource)? == name {
            let api_version = api_version(&resource.group, &resource.version);
            return Ok(Some((api_version, resource.kind.clone())));
        }
    }
    Ok(None)
}

fn api_version(group: &str, version: &str) -> String {
    match group {
        "" => version.to_owned(),
        group => format!("{group}/{version}"),
    }
}

fn rules_text(facts: &Facts, field: &Field) -> Result<String> {
    let base = TypeExpression::parse(&field.type_)?.base;
    let type_ = base.contains('.').then(|| facts.type_named(base));
    let of_type = type_.transpose()?.map(|type_| &type_.enum_);
    let mut rules = String::new();
    let mut rule = |name: &str, value: String| rules.push_str(&format!("{name}: {value}, "));
    if field.required {
        rule("required", "true".to_owned());
    }
    if let Some(default) = &field.default {
        rule("default", format!("{:?}", default.to_string()));
    }
    let values = Some(&field.enum_).filter(|values| !values.is_empty());
    if let Some(values) = values.or(of_type).filter(|values| !values.is_empty()) {
        rule("values", format!("&{values:?}"));
    }
    match field.list.as_deref() {
        Some("atomic") => rule("list", "ListType::Atomic".to_owned()),
        Some("set") => rule("list", "ListType::Set".to_owned()),
        Some("map") => rule("list", "ListType::Map".to_owned()),
        _ => {}
    }
    if !field.keys.is_empty() {
        rule("keys", format!("&{:?}", field.keys));
    }
    match field.map.as_deref() {
        Some("atomic") => rule("map", "MapType::Atomic".to_owned()),
        Some("granular") => rule("map", "MapType::Granular".to_owned()),
        _ => {}
    }
    if let Some(patch) = &field.patch {
        let strategies: Vec<&str> = patch.split(',').collect();
        rule("patch", format!("&{strategies:?}"));
    }
    if let Some(key) = &field.merge_key {
        rule("merge_key", format!("{key:?}"));
    }
    Ok(rules)
}

/// A type as Go's reflection prints it: with the last part of the package's path.
fn go_type(facts: &Facts, type_: &str) -> String {
    let type_ = type_.strip_prefix('*').unwrap_or(type_);
    let mut out = String::new();
    let mut word = String::new();
    for character in type_.chars().chain([' ']) {
        if character.is_ascii_alphanumeric() || character == '.' {
            word.push(character);
            continue;
        }
        out.push_str(&go_name(facts, &std::mem::take(&mut word)));
        out.push(character);
    }
    out.trim_end().to_owned()
}

fn go_name(facts: &Facts, name: &str) -> String {
    let Some((package, type_)) = name.rsplit_once('.') else {
        return if name == "any" {
            "interface {}".to_owned()
        } else {
            name.to_owned()
        };
    };
    if package == "shared" {
        let path = facts
            .type_named(name)
            .ok()
            .and_then(|shared| shared.package.as_deref());
        let last = path.and_then(|path| path.rsplit('/').next());
        return format!("{}.{type_}", last.unwrap_or(package));
    }
    let version = package.rsplit('.').next().unwrap_or(package);
    format!("{version}.{type_}")
}

fn resources_file(facts: &Facts) -> Result<String> {
    let mut out = format!(
        "{MARK} from schema/resources.json. Do not edit.\n\n\
         //! The resources of the API, with the facts about Kubernetes {}.\n\n\
         use crate::schema::{{Group, Resource, Subresource}};\n\n\
         /// The version of Kubernetes that the facts are from.\n\
         pub(crate) const KUBERNETES: &str = {:?};\n\n\
         /// The groups that have resources, in the order of discovery.\n\
         pub(crate) static GROUPS: &[Group] = &[\n",
        facts.api.kubernetes, facts.api.kubernetes,
    );
    for group in &facts.api.groups {
        let (name, versions) = (&group.name, &group.versions);
        writeln!(out, "Group {{ name: {name:?}, versions: &{versions:?} }},")?;
    }
    out.push_str(
        "];\n\n/// The group versions that the real server knows, whether it serves them or not.\n",
    );
    out.push_str("pub(crate) static GROUP_VERSIONS: &[(&str, &str)] = &[\n");
    let versions = facts
        .packages
        .values()
        .filter(|package| !package.version.is_empty());
    let versions = versions.filter(|package| package.types.values().any(|type_| type_.gvk));
    let versions: BTreeSet<_> = versions
        .map(|package| (&package.group, &package.version))
        .collect();
    for (group, version) in versions {
        writeln!(out, "({group:?}, {version:?}),")?;
    }
    out.push_str("];\n\n/// The resources, by group, version and name.\n");
    out.push_str("pub(crate) static RESOURCES: &[Resource] = &[\n");
    for resource in &facts.api.resources {
        let subresources = resource.subresources.iter().map(|sub| {
            let schema = path("", &subresource_struct(facts, resource, sub)?)?;
            let group = sub.group.as_ref().unwrap_or(&resource.group);
            let version = sub.version.as_ref().unwrap_or(&resource.version);
            Ok(format!(
                "Subresource {{ name: {:?}, api_version: {:?}, group: {:?}, version: {:?}, kind: {:?}, \
                 verbs: &{:?}, schema: &{schema} }}",
                sub.name,
                api_version(group, version),
                sub.group.as_deref().unwrap_or_default(),
                sub.version.as_deref().unwrap_or_default(),
                sub.kind,
                sub.verbs,
            ))
        });
        let subresources = subresources.collect::<Result<Vec<_>>>()?;
        writeln!(
            out,
            "Resource {{ api_version: {:?}, group: {:?}, version: {:?}, resource: {:?}, singular: {:?}, kind: {:?}, \
             list_kind: {:?}, namespaced: {}, verbs: &{:?}, short_names: &{:?}, categories: &{:?}, \
             subresources: &[{}], served_by_default: {}, returns_deleted: {}, storage: {:?}, schema: &{} }},",
            api_version(&resource.group, &resource.version),
            resource.group,
            resource.version,
            resource.resource,
            resource.singular,
            resource.kind,
            format!("{}List", resource.kind),
            resource.namespaced,
            resource.verbs,
            resource.short,
            resource.categories,
            subresources.join(", "),
            resource.default,
            resource.deleted,
            storage(resource),
            path("", &object_struct(facts, resource)?)?,
        )?;
    }
    out.push_str("];\n");
    Ok(out)
}

/// The group and version in which a resource's objects are stored.
fn storage(resource: &Resource) -> (&str, &str) {
    match &resource.storage {
        Some(other) => other.split_once('/').unwrap_or(("", other)),
        None => (&resource.group, &resource.version),
    }
}

fn mod_file<'a>(packages: impl Iterator<Item = &'a String>) -> String {
    let mut modules: Vec<_> = packages.map(|package| module(package)).collect();
    modules.push("resources".to_owned());
    modules.sort();
    let mut out = format!(
        "{MARK} from schema/. Do not edit.\n\n\
         //! What the server knows about the structs and resources of the API.\n\n"
    );
    for module in modules {
        out.push_str(&format!("pub(crate) mod {module};\n"));
    }
    out
}

/// The path of a struct's table as seen from the module of a package.
fn path(from: &str, name: &str) -> Result<String> {
    let (package, type_) = split(name)?;
    let constant = constant(type_);
    if package == from {
        return Ok(constant);
    }
    Ok(format!("super::{}::{constant}", module(package)))
}

fn module(package: &str) -> String {
    package.replace('.', "_")
}

fn constant(name: &str) -> String {
    names::shouted(name)
}

fn split(name: &str) -> Result<(&str, &str)> {
    name.rsplit_once('.')
        .ok_or_else(|| Error::new(format!("{name} is not package.Type")))
}

/// The source without the names that it imports and does not use.
fn without_unused(source: &str) -> String {
    let unused: Vec<&str> = ["Alternative", "Embedded", "ListType", "MapType", "Rules"]
        .into_iter()
        .filter(|name| {
            !source.contains(&format!("{name}::")) && !source.contains(&format!("{name} {{ go"))
        })
        .collect();
    let mut out = source.to_owned();
    for name in unused {
        out = out.replacen(&format!("{name}, "), "", 1);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_types_are_named_as_reflection_names_them() {
        let facts = Facts::load(&crate::workspace::root().join("schema")).unwrap();
        for (fact, go) in [
            ("string", "string"),
            ("*core.v1.PodSpec", "v1.PodSpec"),
            ("[]core.v1.Container", "[]v1.Container"),
            ("map[string]string", "map[string]string"),
            ("shared.UID", "types.UID"),
            (
                "map[core.v1.ResourceName]shared.Quantity",
                "map[v1.ResourceName]resource.Quantity",
            ),
            ("[]any", "[]interface {}"),
        ] {
            assert_eq!(go_type(&facts, fact), go);
        }
    }

    #[test]
    fn embedded_fields_stand_in_their_place() {
        let facts = Facts::load(&crate::workspace::root().join("schema")).unwrap();
        let probe = fields(&facts, "core.v1.Probe").unwrap();
        assert_eq!(probe[0].field.json, "exec");
        assert_eq!(probe[0].within, [("ProbeHandler", 1)]);
        let pod = fields(&facts, "core.v1.Pod").unwrap();
        assert_eq!(pod[0].field.json, "kind");
        assert_eq!(pod[0].number, 0);
        assert!(pod[0].within.is_empty());
    }
}
