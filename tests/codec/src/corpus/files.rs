//! The files of a directory, by kind.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::kinds::Kind;

/// The documents of one kind.
#[derive(Default)]
pub(super) struct Case {
    /// `<group>.<version>.<kind>`, `core` standing for the empty group.
    pub(super) name: String,
    pub(super) before: Documents,
    /// What they are written as, where that is something else.
    pub(super) after: Documents,
}

/// The same object in each format. A file that is not there is empty.
#[derive(Default)]
pub(super) struct Documents {
    pub(super) json: Vec<u8>,
    pub(super) yaml: Vec<u8>,
    pub(super) protobuf: Vec<u8>,
}

impl Case {
    /// The kind that the documents are of.
    pub(super) fn kind(&self) -> Option<Kind> {
        let (group, version, kind) = self.names();
        Kind::find(group, version, kind)
    }

    /// Its group, which is empty for the core group, its version and its name.
    pub(super) fn names(&self) -> (&str, &str, &str) {
        let (group_version, kind) = self.name.rsplit_once('.').unwrap_or(("", &self.name));
        let (group, version) = group_version
            .rsplit_once('.')
            .unwrap_or(("", group_version));
        (if group == "core" { "" } else { group }, version, kind)
    }
}

/// Reads a directory, sorted by name.
pub(super) fn cases(directory: &Path) -> io::Result<Vec<Case>> {
    let within = |error: io::Error| {
        io::Error::new(
            error.kind(),
            format!("read {}: {error}", directory.display()),
        )
    };
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    for entry in fs::read_dir(directory).map_err(within)? {
        let path = entry.map_err(within)?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let (stem, extension) = file.rsplit_once('.').unwrap_or((&file, ""));
        let (name, is_after) = match stem.strip_suffix(".after_roundtrip") {
            Some(name) => (name, true),
            None => (stem, false),
        };
        let case = cases.entry(name.to_owned()).or_default();
        let documents = if is_after {
            &mut case.after
        } else {
            &mut case.before
        };
        let document = match extension {
            "json" => &mut documents.json,
            "yaml" => &mut documents.yaml,
            "pb" => &mut documents.protobuf,
            _ => {
                let what = format!("{} is no document of a kind", path.display());
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
        };
        *document = fs::read(&path).map_err(within)?;
    }
    let named = |(name, case)| Case { name, ..case };
    Ok(cases.into_iter().map(named).collect())
}
