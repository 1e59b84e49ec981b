//! Reading kubeconfig files.
//!
//! Invariant: once read, every path in a stanza is absolute and every stanza knows its file.

use std::io;
use std::path::{Path, PathBuf};

use super::paths::Mentions as _;
use super::{Kubeconfig, Origin, yaml};
use crate::error::{Error, ErrorKind};

impl Kubeconfig {
    /// Reads one file. Relative paths in it are taken from the directory it is in.
    ///
    /// # Errors
    ///
    /// [`Error::is_unreadable_file`] and [`Error::is_malformed`], the latter with line and column.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = absolute(path.as_ref());
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, error))?;
        Self::parse_from(&bytes, &path)
    }

    /// Like [`Kubeconfig::read`], with `None` for a file that does not exist.
    pub(crate) fn read_if_present(path: &Path) -> Result<Option<Self>, Error> {
        let path = absolute(path);
        match std::fs::read(&path) {
            Ok(bytes) => Self::parse_from(&bytes, &path).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(&path, error)),
        }
    }

    /// Parses a kubeconfig that is held in memory. Relative paths in it stay as they are.
    ///
    /// # Errors
    ///
    /// [`Error::is_malformed`], with line and column.
    pub fn parse(text: &str) -> Result<Self, Error> {
        yaml::parse(text).map_err(|fault| malformed("the kubeconfig", fault))
    }

    /// As [`Kubeconfig::read_if_present`], with paths as they stand in the file: what is written back.
    pub(super) fn read_as_is(path: &Path) -> Result<Option<Self>, Error> {
        match std::fs::read(path) {
            Ok(bytes) => parse_as_is(&bytes, path).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(path, error)),
        }
    }

    fn parse_from(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let mut kubeconfig = parse_as_is(bytes, path)?;
        kubeconfig.settle(path);
        Ok(kubeconfig)
    }

    /// Records where everything came from, and makes its paths absolute.
    fn settle(&mut self, path: &Path) {
        let directory = path.parent().unwrap_or(Path::new(""));
        for cluster in self.clusters.values_mut() {
            cluster.resolve(directory);
        }
        for user in self.users.values_mut() {
            user.resolve(directory);
        }
        self.come_from(path);
    }

    /// Records where everything came from.
    pub(super) fn come_from(&mut self, path: &Path) {
        let origin = || Origin(Some(path.to_owned()));
        for cluster in self.clusters.values_mut() {
            cluster.origin = origin();
        }
        for user in self.users.values_mut() {
            user.origin = origin();
        }
        for context in self.contexts.values_mut() {
            context.origin = origin();
        }
    }
}

/// Parses what a file holds, with paths as they stand in it.
fn parse_as_is(bytes: &[u8], path: &Path) -> Result<Kubeconfig, Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let read = &bytes[..error.valid_up_to()];
        let line = read.iter().filter(|byte| **byte == b'\n').count() + 1;
        Error::new(
            ErrorKind::Malformed,
            format!(
                "kubeconfig {}:{line}: the file is not UTF-8 text",
                path.display()
            ),
        )
    })?;
    yaml::parse(text).map_err(|fault| malformed(&format!("kubeconfig {}", path.display()), fault))
}

/// The path as seen from the root, so that it means the same after a change of directory.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::new(
        ErrorKind::UnreadableFile,
        format!("cannot read kubeconfig {}", path.display()),
    )
    .with_hint("check the path and the file's permissions")
    .caused_by(error)
}

fn malformed(what: &str, fault: yaml::Fault) -> Error {
    let (line, column) = (fault.place.line(), fault.place.column());
    let message = format!("{what}:{line}:{column}: {}", fault.reason);
    Error::new(ErrorKind::Malformed, message)
}
