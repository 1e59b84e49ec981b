//! The directories of the clusters that run, or once ran, on this machine.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::cluster;
use super::process::{Identity, OWNER};
use crate::cache::{self, Lock};
use crate::error::{Context, Result};

/// Where clusters have their directories: one for the cluster that `up` leaves running, and one for each
/// that a task starts for itself.
pub(crate) struct Registry {
    directory: PathBuf,
}

impl Registry {
    pub(crate) fn open() -> Result<Self> {
        Ok(Self {
            directory: cache::directory("real-clusters")?,
        })
    }

    /// Makes a directory for a cluster of this task's own. What tasks that were killed left is stopped and
    /// removed first.
    pub(crate) fn temporary(&self) -> Result<PathBuf> {
        // Without the lock, a directory that has no owner's record yet would look abandoned.
        let _lock = Lock::acquire(&self.directory.join("temporary.lock"), "start of a cluster")?;
        for entry in fs::read_dir(&self.directory)
            .context(|| format!("read {}", self.directory.display()))?
            .flatten()
        {
            if entry.file_name().to_string_lossy().starts_with(TEMPORARY)
                && is_abandoned(&entry.path())
            {
                eprintln!(
                    "removing the cluster that a killed task left in {}",
                    entry.path().display()
                );
                cluster::remove(&entry.path());
            }
        }
        // tempfile makes directories that nobody else may read; the cluster removes it.
        let directory = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempdir_in(&self.directory)
            .context(|| format!("make a directory in {}", self.directory.display()))?
            .keep();
        Identity::of(std::process::id())?.record(&directory.join(OWNER))?;
        Ok(directory)
    }

    /// The directory of the cluster that `up` leaves running, whether there is one or not.
    pub(crate) fn standing(&self) -> PathBuf {
        self.directory.join("up")
    }

    /// Makes that directory anew.
    pub(crate) fn make_standing(&self) -> Result<PathBuf> {
        let directory = self.standing();
        cluster::remove(&directory);
        DirBuilder::new()
            .mode(0o700)
            .create(&directory)
            .context(|| format!("make {}", directory.display()))?;
        Ok(directory)
    }

    /// Keeps other tasks from starting or stopping that cluster at the same time.
    pub(crate) fn lock_standing(&self) -> Result<Lock> {
        Lock::acquire(&self.directory.join("up.lock"), "up or down")
    }
}

fn is_abandoned(directory: &Path) -> bool {
    !Identity::recorded(&directory.join(OWNER)).is_some_and(Identity::is_alive)
}

const TEMPORARY: &str = "run-";
