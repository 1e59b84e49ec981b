//! How a field is kept in Rust: the one place that decides it.

use crate::error::{Context as _, Error, Result};

use super::exceptions;
use super::facts::{Container, Facts, Field, TypeExpression};

/// How a field is kept.
pub(super) struct Representation {
    /// Its type, as the module of the struct writes it.
    pub(super) rust: String,
    /// Whether it is a pointer in Go, which may be absent.
    pub(super) optional: bool,
    /// Whether protobuf carries each list in it as a message of its own.
    pub(super) wrapped: bool,
    /// Whether it is a string, a struct, a whole number or a truth value, and no pointer.
    pub(super) value: bool,
}

/// Chooses the representation of a field of a struct in package `module`.
///
/// A Go value is a plain field and a Go pointer an `Option`. What may be large, or may contain
/// itself, is boxed where it is optional: it is mostly absent.
pub(super) fn represent(facts: &Facts, module: &str, field: &Field) -> Result<Representation> {
    let of_field = || format!("field {} of type {}", field.go, field.type_);
    let expression = TypeExpression::parse(&field.type_).context(of_field)?;
    let base = base(facts, module, expression.base).context(of_field)?;
    if expression.pointer && base.container != Container::One {
        let shape = &field.type_;
        return Err(Error::new(format!("unsupported shape: {shape}"))).context(of_field);
    }
    let list = list_name(facts, module);
    let element = match base.container {
        Container::One => base.rust,
        Container::List => format!("{list}<{}>", base.rust),
        Container::Map => format!("Map<{}>", base.rust),
        Container::MapOfLists => format!("Map<{list}<{}>>", base.rust),
    };
    // Binary data that is empty is nil in Go, as a list is, and a float has its own spelling.
    let is_value = !expression.pointer
        && [expression.container, base.container] == [Container::One; 2]
        && !["[]uint8", "float64"].contains(&expression.base);
    let rust = match expression.container {
        Container::One if expression.pointer && base.boxed => format!("Option<Box<{element}>>"),
        Container::One if expression.pointer => format!("Option<{element}>"),
        Container::One => element,
        Container::List => format!("{list}<{element}>"),
        Container::Map => format!("Map<{element}>"),
        Container::MapOfLists => format!("Map<{list}<{element}>>"),
    };
    Ok(Representation {
        rust,
        optional: expression.pointer,
        wrapped: base.wrapped,
        value: is_value,
    })
}

/// What package `module` calls `pintle_codec::List`, which it imports unless it has a `List` of its own.
pub(super) fn list_name(facts: &Facts, module: &str) -> &'static str {
    let package = facts.packages.get(module);
    if package.is_some_and(|package| package.types.contains_key("List")) {
        "pintle_codec::List"
    } else {
        "List"
    }
}

/// What is left of a field's type without its pointer and its container.
struct Base {
    rust: String,
    /// What a named type adds.
    container: Container,
    boxed: bool,
    wrapped: bool,
}

fn base(facts: &Facts, module: &str, name: &str) -> Result<Base> {
    let plain = |rust: String| Base {
        rust,
        container: Container::One,
        boxed: false,
        wrapped: false,
    };
    let known = match name {
        "string" => "Str",
        "bool" => "bool",
        "int32" => "i32",
        "int64" => "i64",
        "float64" => "f64",
        "[]uint8" => "ByteString",
        "any" => "JsonValue",
        "meta.v1.TypeMeta" => "pintle_codec::TypeMeta",
        "shared.UID" | "shared.NodeName" => "Str",
        _ if exceptions::IN_META.contains(&name) => {
            name.rsplit_once('.').map_or(name, |(_, type_)| type_)
        }
        _ => "",
    };
    if !known.is_empty() {
        return Ok(plain(known.to_owned()));
    }
    let type_ = facts.type_named(name)?;
    if let Some(alias) = &type_.alias {
        let expression = TypeExpression::parse(alias)?;
        let inner = base(facts, module, expression.base)?;
        if expression.pointer || inner.container != Container::One {
            return Err(Error::new(format!("unsupported shape: {name} is {alias}")));
        }
        return Ok(Base {
            container: expression.container,
            // Kubernetes' protobuf generator makes a message of each named list of strings.
            wrapped: alias == "[]string",
            ..inner
        });
    }
    Ok(Base {
        boxed: type_.fields.is_some() && exceptions::is_generated(name),
        ..plain(path(module, name)?)
    })
}

/// The path of a generated type as the module of package `from` writes it.
pub(super) fn path(from: &str, name: &str) -> Result<String> {
    let malformed = || Error::new(format!("{name} is not group.version.Type"));
    let (package, type_) = name.rsplit_once('.').ok_or_else(malformed)?;
    Ok(match package {
        package if package == from => type_.to_owned(),
        "meta.v1" => format!("pintle_meta::v1::{type_}"),
        package => {
            let (group, version) = package.split_once('.').ok_or_else(malformed)?;
            format!("crate::{group}::{version}::{type_}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(module: &str, type_: &str) -> Result<String> {
        let facts = Facts::load(&crate::workspace::root().join("schema")).unwrap();
        let field = serde_json::json!({ "go": "Field", "type": type_ });
        let field: Field = serde_json::from_value(field).unwrap();
        let Representation { rust, wrapped, .. } = represent(&facts, module, &field)?;
        Ok(if wrapped {
            format!("{rust} wrapped")
        } else {
            rust
        })
    }

    #[test]
    fn values_are_plain_and_pointers_optional() {
        for (go, rust) in [
            ("string", "Str"),
            ("*int32", "Option<i32>"),
            ("[]uint8", "ByteString"),
            ("map[string][]uint8", "Map<ByteString>"),
            ("core.v1.PodSpec", "PodSpec"),
            ("*core.v1.PodSpec", "Option<Box<PodSpec>>"),
            ("*core.v1.PodPhase", "Option<PodPhase>"),
            ("*meta.v1.Time", "Option<Time>"),
            ("core.v1.ResourceList", "Map<Quantity>"),
            (
                "*apps.v1.DeploymentSpec",
                "Option<Box<crate::apps::v1::DeploymentSpec>>",
            ),
            (
                "[]meta.v1.Condition",
                "pintle_codec::List<pintle_meta::v1::Condition>",
            ),
            ("meta.v1.Verbs", "pintle_codec::List<Str> wrapped"),
            (
                "map[string]authorization.v1.ExtraValue",
                "Map<pintle_codec::List<Str>> wrapped",
            ),
            (
                "*apiextensions.v1.JSON",
                "Option<crate::apiextensions::v1::JSON>",
            ),
            (
                "*apiextensions.v1.JSONSchemaPropsOrBool",
                "Option<Box<crate::apiextensions::v1::JSONSchemaPropsOrBool>>",
            ),
        ] {
            assert_eq!(typed("core.v1", go).unwrap(), rust, "{go}");
        }
    }

    #[test]
    fn a_list_is_called_by_its_path_beside_a_kind_of_its_name() {
        assert_eq!(typed("apps.v1", "[]string").unwrap(), "List<Str>");
        let in_core = typed("core.v1", "[]string").unwrap();
        assert_eq!(in_core, "pintle_codec::List<Str>");
    }

    #[test]
    fn a_pointer_to_many_is_refused() {
        for shape in ["*core.v1.ResourceList", "*[]string", "[]*core.v1.Container"] {
            let error = typed("core.v1", shape).unwrap_err().with_causes();
            assert!(
                error.contains(&format!("unsupported shape: {shape}")),
                "{error}"
            );
        }
    }
}
