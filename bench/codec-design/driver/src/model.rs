//! The closure of one type, resolved from the facts in `schema/types`: what is to be generated.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde::Deserialize;

pub(crate) struct Struct {
    pub(crate) name: String,
    /// `apiVersion` and kind of a top-level object.
    pub(crate) kind: Option<(String, String)>,
    /// In Go's order. Inlined structs are flattened, as their JSON is.
    pub(crate) fields: Vec<Field>,
    /// Protobuf numbers of the inlined structs, which protobuf does not inline.
    pub(crate) groups: Vec<u32>,
}

pub(crate) struct Field {
    pub(crate) rust: String,
    pub(crate) json: String,
    pub(crate) number: u32,
    /// Index into the struct's groups.
    pub(crate) group: Option<usize>,
    pub(crate) shape: Shape,
    pub(crate) base: Base,
    pub(crate) omit: Omit,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Shape {
    Value,
    Pointer,
    List,
    Map,
}

#[derive(Clone, PartialEq)]
pub(crate) enum Base {
    Leaf(&'static str),
    Message(String),
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Omit {
    Never,
    /// A nil pointer.
    Absent,
    /// A zero value.
    Empty,
}

impl Field {
    pub(crate) fn rust_type(&self) -> String {
        let base = match &self.base {
            Base::Leaf(leaf) => leaf,
            Base::Message(name) => name.as_str(),
        };
        match (self.shape, &self.base) {
            (Shape::Value, _) => base.to_owned(),
            (Shape::Pointer, Base::Leaf(_)) => format!("Option<{base}>"),
            (Shape::Pointer, Base::Message(_)) => format!("Option<Box<{base}>>"),
            (Shape::List, _) => format!("List<{base}>"),
            (Shape::Map, _) => format!("Map<{base}>"),
        }
    }

    /// The protobuf wire type.
    pub(crate) fn wire(&self) -> u32 {
        match (self.shape, &self.base) {
            (Shape::Value | Shape::Pointer | Shape::List, Base::Leaf("bool" | "i32" | "i64")) => 0,
            _ => 2,
        }
    }
}

/// Every struct that `root` reaches, by name.
pub(crate) fn closure(schema: &Path, root: &str) -> Result<Vec<Struct>, Box<dyn Error>> {
    let mut facts = Facts {
        files: BTreeMap::new(),
        schema,
    };
    let mut structs = BTreeMap::new();
    let mut wanted = vec![root.to_owned()];
    while let Some(path) = wanted.pop() {
        let name = path.rsplit('.').next().unwrap_or(&path).to_owned();
        if structs.contains_key(&name) {
            continue;
        }
        let built = facts.build(&path, &name, &mut wanted)?;
        structs.insert(name, built);
    }
    Ok(structs.into_values().collect())
}

struct Facts<'a> {
    files: BTreeMap<String, File>,
    schema: &'a Path,
}

#[derive(Deserialize)]
struct File {
    group: Option<String>,
    version: Option<String>,
    types: BTreeMap<String, TypeFact>,
}

#[derive(Clone, Default, Deserialize)]
struct TypeFact {
    #[serde(default)]
    fields: Vec<FieldFact>,
    #[serde(default)]
    string: bool,
    alias: Option<String>,
    custom: Option<String>,
    #[serde(default)]
    gvk: bool,
}

#[derive(Clone, Deserialize)]
struct FieldFact {
    go: String,
    json: Option<String>,
    #[serde(default)]
    inline: bool,
    r#type: String,
    pb: Option<(u32, String)>,
    #[serde(default)]
    omit: String,
}

impl Facts<'_> {
    fn build(
        &mut self,
        path: &str,
        name: &str,
        wanted: &mut Vec<String>,
    ) -> Result<Struct, Box<dyn Error>> {
        let fact = self.get(path)?;
        let kind = if fact.gvk {
            let file = &self.files[file_of(path)];
            let group = file.group.clone().unwrap_or_default();
            let version = file.version.clone().unwrap_or_default();
            let api_version = if group.is_empty() {
                version
            } else {
                format!("{group}/{version}")
            };
            Some((api_version, name.to_owned()))
        } else {
            None
        };
        let mut built = Struct {
            name: name.to_owned(),
            kind,
            fields: Vec::new(),
            groups: Vec::new(),
        };
        for field in &fact.fields {
            match (&field.pb, field.inline) {
                // TypeMeta: known from the type.
                (None, true) => {}
                (Some((number, _)), true) => {
                    built.groups.push(*number);
                    let group = Some(built.groups.len() - 1);
                    for inlined in self.get(&field.r#type)?.fields {
                        let field = self.field(&inlined, group, wanted)?;
                        built.fields.push(field);
                    }
                }
                _ => {
                    let field = self.field(field, None, wanted)?;
                    built.fields.push(field);
                }
            }
        }
        Ok(built)
    }

    fn field(
        &mut self,
        fact: &FieldFact,
        group: Option<usize>,
        wanted: &mut Vec<String>,
    ) -> Result<Field, Box<dyn Error>> {
        let (json, number) = match (&fact.json, &fact.pb) {
            (Some(json), Some((number, _))) => (json.clone(), *number),
            _ => return Err(format!("{}: no JSON name or no protobuf number", fact.go).into()),
        };
        let (shape, base) = self.resolve(&fact.r#type)?;
        if let Base::Message(_) = base {
            let path = fact.r#type.rsplit(['*', ']']).next().unwrap_or_default();
            wanted.push(path.to_owned());
        }
        let is_struct = !matches!(base, Base::Leaf("Str" | "bool" | "i32" | "i64"));
        let omit = match (shape, fact.omit.as_str()) {
            (_, "") => Omit::Never,
            (Shape::Pointer, _) => Omit::Absent,
            (Shape::Value, "empty") if is_struct => Omit::Never,
            (Shape::Value, _) if matches!(base, Base::Message(_)) => {
                return Err("omitzero of a struct".into());
            }
            _ => Omit::Empty,
        };
        Ok(Field {
            rust: snake_case(&fact.go),
            json,
            number,
            group,
            shape,
            base,
            omit,
        })
    }

    fn resolve(&mut self, expression: &str) -> Result<(Shape, Base), Box<dyn Error>> {
        if let Some(pointed) = expression.strip_prefix('*') {
            return Ok((Shape::Pointer, self.base(pointed)?));
        }
        if let Some(item) = expression.strip_prefix("[]") {
            return Ok((Shape::List, self.base(item)?));
        }
        if let Some((_, value)) = expression
            .strip_prefix("map[")
            .and_then(|rest| rest.split_once(']'))
        {
            return Ok((Shape::Map, self.base(value)?));
        }
        if expression.contains('.')
            && let Some(alias) = self.get(expression)?.alias
        {
            return self.resolve(&alias);
        }
        Ok((Shape::Value, self.base(expression)?))
    }

    fn base(&mut self, expression: &str) -> Result<Base, Box<dyn Error>> {
        Ok(Base::Leaf(match expression {
            "string" => "Str",
            "bool" => "bool",
            "int32" => "i32",
            "int64" => "i64",
            "meta.v1.Time" => "Time",
            "meta.v1.FieldsV1" => "RawJson",
            "shared.Quantity" => "Quantity",
            "shared.IntOrString" => "IntOrString",
            path => {
                let fact = self.get(path)?;
                return match (fact.string, fact.alias, fact.custom) {
                    (true, ..) => Ok(Base::Leaf("Str")),
                    (_, None, None) => Ok(Base::Message(
                        path.rsplit('.').next().unwrap_or(path).to_owned(),
                    )),
                    _ => Err(format!("{path}: not a type of this closure").into()),
                };
            }
        }))
    }

    fn get(&mut self, path: &str) -> Result<TypeFact, Box<dyn Error>> {
        let file = file_of(path);
        if !self.files.contains_key(file) {
            let at = self.schema.join(format!("{file}.json"));
            let text =
                fs::read_to_string(&at).map_err(|error| format!("{}: {error}", at.display()))?;
            self.files
                .insert(file.to_owned(), serde_json::from_str(&text)?);
        }
        let name = path.rsplit('.').next().unwrap_or(path);
        self.files[file]
            .types
            .get(name)
            .cloned()
            .ok_or_else(|| format!("{path}: no such type").into())
    }
}

fn file_of(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(file, _)| file)
}

fn snake_case(go: &str) -> String {
    let letters: Vec<char> = go.chars().collect();
    let mut out = String::new();
    for (at, c) in letters.iter().enumerate() {
        let after_lower = at > 0 && !letters[at - 1].is_uppercase();
        let before_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && at > 0 && (after_lower || before_lower) {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    if matches!(
        out.as_str(),
        "type" | "ref" | "use" | "match" | "as" | "in" | "enum" | "continue"
    ) {
        format!("r#{out}")
    } else {
        out
    }
}
