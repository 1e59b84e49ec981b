//! What the step needs besides Rust: Chromium, as the distribution packages it, and axe-core, as npm does.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::cache::{self, Lock};
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;

/// The browser. On a Debian where we are root, it is installed if it is not there.
pub(super) fn chromium(interrupt: &Interrupt) -> Result<PathBuf> {
    if let Some(found) = find(&["chromium", "chromium-browser"]) {
        return Ok(found);
    }
    let cache = cache::directory("tools")?;
    let _lock = Lock::acquire(&cache.join("chromium.lock"), "installation of chromium")?;
    for arguments in [
        &["update", "-q"][..],
        &["install", "-y", "-q", "--no-install-recommends", "chromium"],
    ] {
        let mut install = Command::new("apt-get");
        install
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        command::check(&mut install, interrupt)
            .map_err(|error| Error::new(format!("there is no chromium; install it ({error})")))?;
    }
    find(&["chromium"]).ok_or_else(|| Error::new("chromium was installed and is not on the PATH"))
}

/// The source of axe-core.
pub(super) fn axe(interrupt: &Interrupt) -> Result<String> {
    let cache = cache::directory("tools")?;
    let root = cache.join(format!("axe-core-{AXE}"));
    let source = root.join("package/axe.min.js");
    if !source.exists() {
        let _lock = Lock::acquire(&cache.join("axe-core.lock"), "download of axe-core")?;
        fs::create_dir_all(&root).context(|| format!("make {}", root.display()))?;
        let mut pack = Command::new("npm");
        pack.args(["pack", "--silent", &format!("axe-core@{AXE}")])
            .current_dir(&root);
        command::check(&mut pack, interrupt)?;
        let mut unpack = Command::new("tar");
        unpack
            .arg("xzf")
            .arg(format!("axe-core-{AXE}.tgz"))
            .current_dir(&root);
        command::check(&mut unpack, interrupt)?;
    }
    fs::read_to_string(&source).context(|| format!("read {}", source.display()))
}

fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let candidates = std::env::split_paths(&path);
    let mut candidates =
        candidates.flat_map(|place| names.iter().map(move |name| place.join(name)));
    candidates.find(|candidate| candidate.is_file())
}

const AXE: &str = "4.11.0";
