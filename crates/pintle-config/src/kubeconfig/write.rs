//! Writing kubeconfig files.
//!
//! Invariant: a reader sees the old file or the new one, never a part, and no one but the owner can
//! read the new one at any moment.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Kubeconfig, yaml};
use crate::error::{Error, ErrorKind};

impl Kubeconfig {
    /// The kubeconfig as YAML, entries sorted by name. The text holds secrets.
    pub fn to_yaml(&self) -> String {
        yaml::render(self)
    }

    /// Writes the kubeconfig to `path`, replacing what is there. Only the owner may read the file.
    /// Directories that are missing are created.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unwritable`]; what was at `path` is then untouched.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        replace(path, self.to_yaml().as_bytes()).map_err(|error| {
            Error::new(
                ErrorKind::Unwritable,
                format!("cannot write kubeconfig {}", path.display()),
            )
            .with_hint("check that the path names a file in a directory that you may write to")
            .caused_by(error)
        })
    }
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    // A link to the file, as people have who keep their settings elsewhere, stays a link.
    let target = std::fs::canonicalize(path);
    let path = target.as_deref().unwrap_or(path);
    let (mut file, draft) = Draft::beside(path)?;
    file.write_all(content)?;
    file.sync_all()?;
    drop(file);
    draft.rename(path)
}

/// A file under a temporary name, removed unless it is renamed.
struct Draft(Option<PathBuf>);

impl Draft {
    /// Creates one in the directory of `path`: the same file system, so that the rename is atomic.
    fn beside(path: &Path) -> io::Result<(File, Self)> {
        let name = path
            .file_name()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
        make_directories(path)?;
        let directory = path.parent().unwrap_or(Path::new(""));
        // Another process or thread may be writing the same kubeconfig, and one that was killed may
        // have left its draft behind.
        for attempt in 0..DRAFT_NAMES {
            let mut temporary = std::ffi::OsString::from(".");
            temporary.push(name);
            temporary.push(format!(".{}-{attempt}", std::process::id()));
            let temporary = directory.join(temporary);
            match create_private(&temporary) {
                Ok(file) => return Ok((file, Self(Some(temporary)))),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn rename(mut self, path: &Path) -> io::Result<()> {
        if let Some(temporary) = &self.0 {
            std::fs::rename(temporary, path)?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(temporary) = &self.0 {
            // The error that made us give up is the one to report.
            let _ = std::fs::remove_file(temporary);
        }
    }
}

/// Makes the directories that a file is to be in, for others to look into.
pub(super) fn make_directories(file: &Path) -> io::Result<()> {
    let directory = file.parent().unwrap_or(Path::new(""));
    if directory.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o755);
    builder.create(directory)
}

/// Creates a file that did not exist, readable by its owner only from the start.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

const DRAFT_NAMES: u32 = 100;
