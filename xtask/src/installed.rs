//! Programs of cargo's own registry that tasks need, each of one version, outside the checkout.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::cache::{self, Lock};
use crate::command;
use crate::error::Result;
use crate::interrupt::Interrupt;

/// A program that `cargo install` builds.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

impl Program {
    /// Its path. It is built into the cache if it is not there.
    pub(crate) fn path(&self, interrupt: &Interrupt) -> Result<PathBuf> {
        let (name, version) = (self.name, self.version);
        let cache = cache::directory("tools")?;
        let root = cache.join(format!("{name}-{version}"));
        let binary = root.join("bin").join(name);
        if binary.exists() {
            return Ok(binary);
        }
        let lock = cache.join(format!("{name}.lock"));
        let _lock = Lock::acquire(&lock, &format!("build of {name}"))?;
        if !binary.exists() {
            let mut install = Command::new("cargo");
            // These run compilers or for a second or two; unoptimised they are there in half the time.
            install
                .args(["install", name, "--locked", "--debug", "--version"])
                .arg(format!("={version}"))
                .arg("--root")
                .arg(&root)
                .current_dir(&cache)
                .stdin(Stdio::null());
            command::check(&mut install, interrupt)?;
        }
        Ok(binary)
    }
}
