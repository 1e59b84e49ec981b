//! Objects that a server starts with.

use std::fmt;

use pintle_codec::{
    Value, json,
    yaml::{self, Documents},
};

use crate::{
    encoding::{Format, Payload},
    registry::{FieldValidation, Registry, Served},
    schema::Tree,
    status::Failure,
};

/// Why an object that a server was to start with is not in it.
#[derive(Debug)]
pub(crate) struct SeedError {
    /// The text that it is in, counted from one.
    text: usize,
    line: u32,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Yaml(yaml::Error),
    NoObject,
    Unknown(String, String),
    Refused(String, Failure),
}

/// An object to be created, and where it was found.
struct Seed {
    served: Served,
    tree: Tree,
    text: usize,
    line: u32,
}

/// Creates the objects of texts, each of which has YAML documents or JSON. Namespaces come first,
/// whatever the order.
pub(crate) fn plant(registry: &Registry, texts: &[String]) -> Result<(), SeedError> {
    let mut seeds = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let number = number + 1;
        for document in Documents::new(text).refuse_duplicates() {
            let document = document.map_err(|error| SeedError {
                text: number,
                line: error.place().line(),
                why: Why::Yaml(error),
            })?;
            let line = document.place().line();
            let fail = |why| SeedError {
                text: number,
                line,
                why,
            };
            read(registry, &document.to_value(), &mut |served, tree| {
                seeds.push(Seed {
                    served,
                    tree,
                    text: number,
                    line,
                });
            })
            .map_err(fail)?;
        }
    }
    let namespaces = registry.namespaces().id;
    // The sort keeps the order of all that is equal.
    seeds.sort_by_key(|seed| seed.served.id != namespaces);
    for Seed {
        served,
        tree,
        text,
        line,
    } in seeds
    {
        let shown = shown(served.facts.kind, &tree);
        registry.seed(served, tree).map_err(|failure| SeedError {
            text,
            line,
            why: Why::Refused(shown, failure),
        })?;
    }
    Ok(())
}

/// Takes the object that a document is, or the objects of the list that it is.
fn read(registry: &Registry, value: &Value, take: &mut dyn FnMut(Served, Tree)) -> Result<(), Why> {
    if value.is_null() {
        return Ok(());
    }
    let text = |field| value.get(field).and_then(Value::as_str).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    if kind.is_empty() {
        return Err(Why::NoObject);
    }
    let items = value.get("items").and_then(Value::as_array);
    if let Some(items) = items.filter(|_| kind.ends_with("List")) {
        return items.iter().try_for_each(|item| read(registry, item, take));
    }
    let is_it = |served: &&Served| {
        let facts = served.facts;
        facts.kind == kind && facts.api_version == api_version
    };
    let Some(served) = registry.resources().iter().find(is_it) else {
        return Err(Why::Unknown(kind.to_owned(), api_version.to_owned()));
    };
    let mut body = Vec::new();
    json::write(value, &mut body);
    // What is misspelled would be missed in the midst of a test.
    let body = Payload::new(Format::Json, body.into());
    match registry.read(*served, &body, FieldValidation::Strict) {
        Ok(input) => {
            take(*served, input.tree);
            Ok(())
        }
        Err(failure) => Err(Why::Refused(kind.to_owned(), failure)),
    }
}

fn shown(kind: &str, tree: &Tree) -> String {
    let (namespace, name) = (tree.metadata_text("namespace"), tree.metadata_text("name"));
    match namespace {
        "" => format!("{kind} {name}"),
        namespace => format!("{kind} {namespace}/{name}"),
    }
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, line, why } = self;
        write!(f, "seed {text}, line {line}: ")?;
        match why {
            Why::Yaml(error) => write!(f, "{}", error.detail()),
            Why::NoObject => f.write_str("expected an object with apiVersion and kind"),
            Why::Unknown(kind, version) => {
                write!(f, "{kind} of {version:?} is not served by this server")
            }
            Why::Refused(what, failure) => write!(f, "{what} is refused: {}", failure.message()),
        }
    }
}

impl std::error::Error for SeedError {}
