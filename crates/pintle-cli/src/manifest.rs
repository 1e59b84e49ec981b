//! Files of objects: YAML documents or JSON, read whole before anything is done with them.
//!
//! Invariant: an error names the file, and the line and column where there is one.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use pintle_codec::yaml::{self, Documents};
use pintle_codec::{Object, Value, json};
use pintle_meta::GroupVersionKind;

use crate::error::{Error, Kind};

/// An object as a file has it, and where.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) object: Object,
    pub(crate) kind: GroupVersionKind,
    pub(crate) name: String,
    pub(crate) place: Place,
}

/// A file and the line in it at which something begins.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    file: String,
    line: u64,
}

impl Manifest {
    /// The namespace that the object names.
    pub(crate) fn namespace(&self) -> Option<&str> {
        let metadata = self.object.get("metadata")?;
        let namespace = metadata.get("namespace").and_then(Value::as_str)?;
        (!namespace.is_empty()).then_some(namespace)
    }

    fn new(value: Value, place: &Place) -> Result<Self, Error> {
        let wrong = |what: String| Error::new(Kind::Input, format!("{place}: {what}"));
        let Value::Object(object) = value else {
            return Err(wrong("expected an object, found something else".to_owned())
                .with_hint("an object has apiVersion, kind and metadata"));
        };
        let text = |key| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let metadata = object.get("metadata");
        let name = metadata.and_then(|metadata| metadata.get("name"));
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        for (field, text) in [("apiVersion", api_version), ("kind", kind)] {
            if text.is_empty() {
                return Err(wrong(format!("{field} is not set"))
                    .with_hint("every object says its apiVersion and kind, such as v1 and Pod"));
            }
        }
        let Ok(group_version) = api_version.parse::<pintle_meta::GroupVersion>() else {
            return Err(wrong(format!("{api_version:?} is not an apiVersion"))
                .with_hint("write GROUP/VERSION, such as apps/v1, or v1 for the core group"));
        };
        let kind = group_version.with_kind(kind);
        match name.and_then(Value::as_str) {
            Some(name) if !name.is_empty() => Ok(Self {
                kind,
                name: name.to_owned(),
                place: place.clone(),
                object,
            }),
            _ => Err(wrong(format!("the {} has no metadata.name", kind.kind))
                .with_hint("give it a name: by its name it is found again")),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Reads the objects of files, of the files in directories, and of standard input (`-`), in order.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<Manifest>, Error> {
    let mut manifests = Vec::new();
    for path in paths {
        if is_stdin(path) {
            let mut text = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut text);
            read.map_err(|error| unreadable(&source(path), error))?;
            parse(&source(path), &text, &mut manifests)?;
        } else if path.is_dir() {
            for file in files_in(path)? {
                read_file(&file, &mut manifests)?;
            }
        } else {
            read_file(path, &mut manifests)?;
        }
    }
    if manifests.is_empty() {
        let list: Vec<String> = paths.iter().map(|path| source(path)).collect();
        let message = format!("no objects in {}", list.join(", "));
        return Err(Error::new(Kind::Input, message)
            .with_hint("name files that have objects with apiVersion, kind and metadata"));
    }
    Ok(manifests)
}

fn read_file(path: &Path, manifests: &mut Vec<Manifest>) -> Result<(), Error> {
    let name = source(path);
    let text = std::fs::read(path).map_err(|error| unreadable(&name, error))?;
    parse(&name, &text, manifests)
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What messages call a file.
fn source(path: &Path) -> String {
    match is_stdin(path) {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    }
}

/// The files of a directory that kubectl takes for objects, by name.
fn files_in(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let wrong = |error| unreadable(&directory.display().to_string(), error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("json" | "yaml" | "yml")) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn parse(file: &str, bytes: &[u8], manifests: &mut Vec<Manifest>) -> Result<(), Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = line_of(bytes, error.valid_up_to());
        Error::new(
            Kind::Input,
            format!("{file}:{line}: the file is not UTF-8 text"),
        )
        .with_hint("save the file as UTF-8")
    })?;
    let at = |line| Place {
        file: file.to_owned(),
        line,
    };
    // YAML in braces looks like JSON at first; what is not JSON is read as YAML.
    if text.trim_start().starts_with('{')
        && let Ok(value) = json::parse(bytes)
    {
        return add(value, &at(1), manifests);
    }
    for document in Documents::new(text).refuse_duplicates() {
        let document = document.map_err(|error| malformed(file, &error))?;
        let line = document.place().line().into();
        add(document.to_value(), &at(line), manifests)?;
    }
    Ok(())
}

/// Adds an object, or the objects of a list.
fn add(value: Value, place: &Place, manifests: &mut Vec<Manifest>) -> Result<(), Error> {
    if value.is_null() {
        return Ok(());
    }
    let is_list = value
        .get("kind")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.ends_with("List"));
    match (is_list, value.get("items")) {
        (true, Some(Value::Array(items))) => {
            for item in items {
                add(item.clone(), place, manifests)?;
            }
        }
        _ => manifests.push(Manifest::new(value, place)?),
    }
    Ok(())
}

fn malformed(file: &str, error: &yaml::Error) -> Error {
    let (place, reason) = (error.place(), error.detail());
    let (line, column) = (place.line(), place.column());
    Error::new(Kind::Input, format!("{file}:{line}:{column}: {reason}"))
        .with_hint("correct the YAML there, or in the lines before")
}

fn unreadable(what: &str, error: std::io::Error) -> Error {
    Error::new(Kind::Input, format!("cannot read {what}"))
        .caused_by(error)
        .with_hint("check the path after -f, and the file's permissions")
}

fn line_of(bytes: &[u8], offset: usize) -> usize {
    bytes[..offset]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Manifest>, Error> {
        let mut manifests = Vec::new();
        parse("file", text.as_bytes(), &mut manifests).map(|()| manifests)
    }

    #[test]
    fn documents_and_lists_are_objects_with_their_places() {
        let manifests = read(
            "# a comment\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: ns}\n---\n---\n\n\
             apiVersion: v1\nkind: PodList\nitems:\n- {apiVersion: apps/v1, kind: Deployment, metadata: {name: b}}\n",
        );
        let shown: Vec<String> = manifests
            .unwrap()
            .iter()
            .map(|found| {
                format!(
                    "{} {} {} {:?}",
                    found.place,
                    found.kind,
                    found.name,
                    found.namespace()
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                r#"file:2 v1, Kind=Pod a Some("ns")"#,
                "file:8 apps/v1, Kind=Deployment b None"
            ]
        );
    }

    #[test]
    fn a_mode_is_octal_in_yaml_and_what_it_is_in_json() {
        let mode = |text: &str| {
            let manifests = read(text).unwrap();
            manifests[0].object.get("mode").and_then(Value::as_int)
        };
        assert_eq!(
            mode("{apiVersion: v1, kind: X, metadata: {name: a}, mode: 0644}"),
            Some(0o644)
        );
        let json = r#"{"apiVersion": "v1", "kind": "X", "metadata": {"name": "a"}, "mode": 420}"#;
        assert_eq!(mode(json), Some(420));
    }

    #[test]
    fn a_file_may_hold_a_whole_cluster() {
        let one = "apiVersion: v1\nkind: X\nmetadata: {name: a}\n---\n";
        assert_eq!(read(&one.repeat(3_000)).unwrap().len(), 3_000);
    }

    #[test]
    fn aliases_that_grow_without_end_are_refused() {
        let mut bomb = "a0: &a0 x\n".to_owned();
        for level in 1..30 {
            let aliases = format!("*a{}, ", level - 1).repeat(10);
            bomb += &format!("a{level}: &a{level} [{aliases}]\n");
        }
        assert!(read(&bomb).is_err());
    }

    #[test]
    fn what_is_not_text_is_refused_with_its_line() {
        let error = parse("file", b"a: b\nc: \xff\n", &mut Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "file:2: the file is not UTF-8 text");
    }
}
