//! What the documents say, held against what kube-apiserver's say: `cargo xtask documents` has recorded
//! a digest of each resource, schema and path.

use std::collections::{BTreeMap, BTreeSet};

use ring::digest::{SHA256, digest};

use super::*;
use crate::{discovery::Discovery, generated::resources::RESOURCES, openapi::OpenApi};

/// What kube-apiserver says if it serves every version.
const ALL: &str = include_str!("recorded/all.txt");

/// What it says otherwise if it serves what is on by default.
const DEFAULT: &str = include_str!("recorded/default.txt");

/// What differs, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        "openapi-v2 io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
        "the real one lists group versions too that have no resource any more",
    ),
    (
        "openapi-v2 io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent",
        "the real one lists group versions too that have no resource any more",
    ),
];

/// Digests of what documents say, by document and name, as the recorder makes them.
#[derive(Default)]
struct Said(BTreeMap<String, String>);

impl Said {
    /// What was recorded of documents whose name begins so.
    fn recorded(text: &str, documents: &str) -> Self {
        let lines = text.lines().filter(|line| line.starts_with(documents));
        let entries = lines.filter_map(|line| line.rsplit_once(' '));
        Self(
            entries
                .map(|(name, digest)| (name.to_owned(), digest.to_owned()))
                .collect(),
        )
    }

    fn add(&mut self, document: &str, name: &str, value: Value) {
        let name = format!("{document} {name}");
        let before = self.0.insert(name.clone(), short(value.clone()));
        // What documents have in common they say in the same way.
        assert!(before.is_none_or(|before| before == short(value)), "{name}");
    }

    fn each(&mut self, document: &str, entries: Option<&Value>, parameters: Option<&Object>) {
        for (name, value) in entries.and_then(Value::as_object).unwrap().iter() {
            self.add(document, name, normal(value, parameters));
        }
    }

    fn schemas(&mut self, name: &str, schemas: &Object) {
        let names: BTreeSet<&str> = schemas.iter().map(|(name, _)| name).collect();
        let names: Vec<Value> = names.into_iter().map(Value::from).collect();
        // Go's list of nothing is nothing.
        let names = if names.is_empty() {
            Value::Null
        } else {
            names.into()
        };
        self.add(&format!("openapi-v3/{name}"), "schemas", names);
        for (schema, value) in schemas.iter() {
            let kinds = value.get("x-kubernetes-group-version-kind");
            let everywhere = kinds
                .and_then(Value::as_array)
                .is_some_and(|kinds| kinds.len() > 1);
            let place = if everywhere {
                format!("openapi-v3/{name}")
            } else {
                "openapi-v3".to_owned()
            };
            self.add(&place, schema, normal(value, None));
        }
    }

    fn besides(&mut self, name: &str, document: &Object) {
        let mut rest = Object::new();
        for (field, value) in document.iter() {
            let value = match field {
                "paths" | "definitions" | "parameters" => continue,
                "components" => {
                    let mut components = value.as_object().unwrap().clone();
                    components.remove("schemas");
                    components.into()
                }
                _ => value.clone(),
            };
            rest.insert(field, normal(&value, None));
        }
        self.add(name, "besides", rest.into());
    }

    fn openapi(documents: &OpenApi) -> Self {
        let mut said = Self::default();
        let v2 = json::parse(&documents.v2().json()).unwrap();
        let parameters = v2.get("parameters").and_then(Value::as_object);
        said.each("openapi-v2", v2.get("paths"), parameters);
        said.each("openapi-v2", v2.get("definitions"), parameters);
        said.besides("openapi-v2", v2.as_object().unwrap());
        let index = json::parse(&documents.index()).unwrap();
        for (name, _) in index
            .get("paths")
            .and_then(Value::as_object)
            .unwrap()
            .iter()
        {
            let document = documents.document(name).unwrap();
            let document = json::parse(&document.json()).unwrap();
            said.each("openapi-v3", document.get("paths"), None);
            let schemas = document.at(&["components", "schemas"]);
            said.schemas(name, schemas.and_then(Value::as_object).unwrap());
            said.besides(&format!("openapi-v3/{name}"), document.as_object().unwrap());
        }
        said
    }

    /// What is said in discovery, in both forms.
    fn discovery(documents: &Discovery) -> Self {
        let mut said = Self::default();
        let versions = Discovery::core_versions(Some("its own"));
        said.add("discovery", "/api", json::parse(&versions).unwrap());
        let groups = json::parse(&documents.groups()).unwrap();
        said.add("discovery", "/apis", groups.clone());
        let mut versions = vec![("/api/v1".to_owned(), "", "v1".to_owned())];
        for group in groups.get("groups").and_then(Value::as_array).unwrap() {
            let name = text(group, "name");
            let own = json::parse(&documents.group(name).unwrap()).unwrap();
            said.add("discovery", &format!("/apis/{name}"), own);
            for version in group.get("versions").and_then(Value::as_array).unwrap() {
                let version = text(version, "version").to_owned();
                versions.push((format!("/apis/{name}/{version}"), name, version));
            }
        }
        for (path, group, version) in versions {
            let mut list = json::parse(&documents.resources(group, &version).unwrap()).unwrap();
            said.resources("discovery", &path, &mut list, "name");
        }
        for (core, path) in [(true, "/api"), (false, "/apis")] {
            let document = documents.aggregated(core, "v2");
            let mut list = json::parse(&document.json).unwrap();
            for group in elements(&mut list, "items") {
                let metadata = group.get("metadata").unwrap();
                let group_path = match text(metadata, "name") {
                    "" => path.to_owned(),
                    name => format!("{path}/{name}"),
                };
                for version in elements(group, "versions") {
                    let place = format!("{group_path}/{}", text(version, "version"));
                    said.resources("aggregated", &place, version, "resource");
                }
            }
            said.add("aggregated", path, list);
        }
        said
    }

    /// Each resource of a document, and the document with their names in their place.
    fn resources(&mut self, document: &str, place: &str, whole: &mut Value, field: &str) {
        for resource in elements(whole, "resources") {
            let name = text(resource, field).to_owned();
            self.add(document, &format!("{place}/{name}"), resource.clone());
            *resource = name.into();
        }
        self.add(document, place, whole.clone());
    }

    /// What is not as the other has it.
    fn differences(&self, other: &Self) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let differing = names
            .into_iter()
            .filter(|name| self.0.get(*name) != other.0.get(*name));
        differing.cloned().collect()
    }
}

#[test]
fn openapi_says_of_every_version_what_the_real_one_says() {
    let documents = OpenApi::new(RESOURCES.iter().collect());
    let (real, ours) = (Said::recorded(ALL, "openapi"), Said::openapi(&documents));
    assert!(real.0.len() > 2500, "{}", real.0.len());
    let known: Vec<&str> = DIFFERENCES.iter().map(|(name, _)| *name).collect();
    assert_eq!(ours.differences(&real), known);
}

#[test]
fn discovery_says_of_every_version_what_the_real_one_says() {
    let all: Vec<_> = RESOURCES.iter().collect();
    let ours = Said::discovery(&Discovery::new(all));
    let mut real = Said::recorded(ALL, "discovery");
    real.0.extend(Said::recorded(ALL, "aggregated").0);
    assert!(real.0.len() > 300, "{}", real.0.len());
    assert_eq!(ours.differences(&real), [""; 0]);
}

#[test]
fn discovery_says_of_what_is_on_by_default_what_the_real_one_says() {
    let on = RESOURCES.iter().filter(|facts| facts.served_by_default);
    let on: Vec<_> = on.collect();
    let ours = Said::discovery(&Discovery::new(on));
    let mut real = Said::recorded(ALL, "discovery");
    real.0.extend(Said::recorded(ALL, "aggregated").0);
    let standard = Said::recorded(DEFAULT, "");
    real.0.extend(standard.0.clone());
    let differing = ours.differences(&real);
    // What is off by default is all that is missing.
    let missing = |name: &String| !ours.0.contains_key(name);
    assert!(differing.iter().all(missing), "{differing:?}");
    assert!(standard.0.keys().all(|name| ours.0.contains_key(name)));
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn elements<'v>(value: &'v mut Value, field: &str) -> &'v mut Vec<Value> {
    match value.as_object_mut().unwrap().get_mut(field) {
        Some(Value::Array(elements)) => elements,
        _ => panic!("no list {field}"),
    }
}

/// The start of the hash of a value with sorted keys.
fn short(mut value: Value) -> String {
    value.sort();
    let mut text = Vec::new();
    json::write(&value, &mut text);
    let hash = digest(&SHA256, &text);
    hash.as_ref()[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A value without what does not count: descriptions, how parameters are shared, and whether a schema
/// is one schema or all of one.
fn normal(value: &Value, parameters: Option<&Object>) -> Value {
    match value {
        Value::Array(elements) => {
            let elements = elements.iter().map(|element| normal(element, parameters));
            elements.collect::<Vec<_>>().into()
        }
        Value::Object(object) => {
            let reference = object.get("$ref").and_then(Value::as_str);
            let shared = reference.and_then(|reference| reference.strip_prefix("#/parameters/"));
            if let (Some(shared), Some(parameters)) = (shared, parameters) {
                return normal(parameters.get(shared).unwrap(), Some(parameters));
            }
            let entries = object.iter();
            let entries =
                entries.filter(|(key, value)| *key != "description" || value.as_str().is_none());
            let mut out: Object = entries
                .map(|(key, value)| (key, normal(value, parameters)))
                .collect();
            if let (1, Some(Value::Array(all))) = (out.len(), out.get("allOf"))
                && let [only] = all.as_slice()
            {
                return only.clone();
            }
            if let Some(Value::Array(list)) = out.get_mut("parameters") {
                let key = |parameter: &Value| {
                    let text = |field| {
                        parameter
                            .get(field)
                            .and_then(Value::as_str)
                            .map(str::to_owned)
                    };
                    (text("name"), text("in"))
                };
                list.sort_by_key(key);
            }
            out.into()
        }
        value => value.clone(),
    }
}
