//! The directory for what is costly to make and belongs to no checkout: built tools and running clusters.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::{Context, Error, Result};

/// Returns a directory below `$PINTLE_CACHE`, `$XDG_CACHE_HOME/pintle` or `~/.cache/pintle`, made if missing.
pub(crate) fn directory(name: &str) -> Result<PathBuf> {
    let variable = |name| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let root = variable("PINTLE_CACHE")
        .or_else(|| variable("XDG_CACHE_HOME").map(|cache| cache.join("pintle")))
        .or_else(|| variable("HOME").map(|home| home.join(".cache/pintle")))
        .ok_or_else(|| {
            Error::new("no cache directory: set PINTLE_CACHE, XDG_CACHE_HOME or HOME")
        })?;
    let directory = std::path::absolute(&root)
        .context(|| format!("find {}", root.display()))?
        .join(name);
    fs::create_dir_all(&directory).context(|| format!("make {}", directory.display()))?;
    Ok(directory)
}

/// Holds a lock file until it is dropped, so that two tasks do not do the same at once.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock, and says so if it has to.
    pub(crate) fn acquire(path: &Path, holder: &str) -> Result<Self> {
        let file = File::create(path).context(|| format!("open {}", path.display()))?;
        if file.try_lock().is_err() {
            eprintln!(
                "waiting for another {holder} to finish ({})",
                path.display()
            );
            file.lock().context(|| format!("lock {}", path.display()))?;
        }
        Ok(Self { _file: file })
    }
}
