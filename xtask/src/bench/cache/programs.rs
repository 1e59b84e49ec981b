//! The programs of the benchmark, and the pods that they are given.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::{build_go, cargo, directory, make_directory};
use crate::command;
use crate::error::{Context, Result};
use crate::interrupt::Interrupt;

/// What was built.
pub(in crate::bench) struct Programs {
    rust: PathBuf,
    go: PathBuf,
}

impl Programs {
    pub(in crate::bench) fn build(interrupt: &Interrupt) -> Result<Self> {
        eprintln!("building the peers");
        let mut build = cargo();
        build.args(["build", "--quiet", "--release", "--locked"]);
        for package in [
            "bench-generator",
            "bench-cache-server",
            "peer-pintle-cache",
            "peer-kube-rs-cache",
        ] {
            build.args(["--package", package]);
        }
        command::check(&mut build, interrupt)?;
        Ok(Self {
            rust: directory().join("target/release"),
            go: build_go("peers-go", &["./cache", "./prepare"], interrupt)?,
        })
    }

    /// The directory of so many pods. They are prepared once, until the generator writes others.
    pub(in crate::bench) fn inputs(&self, pods: usize, interrupt: &Interrupt) -> Result<PathBuf> {
        let out = directory().join("target").join(format!("pods-{pods}"));
        make_directory(&out)?;
        let (generated, before) = (out.join("generated.jsonl"), out.join("pods.jsonl"));
        let file =
            File::create(&generated).context(|| format!("create {}", generated.display()))?;
        let mut generate = Command::new(self.rust.join("bench-generator"));
        generate.arg(pods.to_string()).stdout(file);
        command::check(&mut generate, interrupt)?;
        let reading = |path: &Path| fs::read(path).context(|| format!("read {}", path.display()));
        // The catalogue is written last.
        let is_prepared = out.join("inputs.json").exists() && before.exists();
        if is_prepared && reading(&before)? == reading(&generated)? {
            return Ok(out);
        }
        eprintln!("preparing {pods} pods");
        // Not whole until the catalogue is there again.
        _ = fs::remove_file(out.join("inputs.json"));
        fs::rename(&generated, &before).context(|| format!("rename {}", generated.display()))?;
        let mut prepare = Command::new(self.go.join("prepare"));
        prepare.arg("-out").arg(&out).arg("-pods").arg(&before);
        command::check(&mut prepare, interrupt)?;
        Ok(out)
    }

    pub(super) fn server(&self) -> PathBuf {
        self.rust.join("canned-server")
    }

    pub(super) fn drain(&self) -> Command {
        Command::new(self.rust.join("cache-drain"))
    }

    pub(in crate::bench) fn pintle(&self) -> Command {
        Command::new(self.rust.join("peer-pintle-cache-time"))
    }

    /// With every allocation counted.
    pub(in crate::bench) fn pintle_counting(&self) -> Command {
        Command::new(self.rust.join("peer-pintle-cache-heap"))
    }

    pub(in crate::bench) fn kube_rs(&self) -> Command {
        Command::new(self.rust.join("peer-kube-rs-cache-time"))
    }

    /// With every allocation counted.
    pub(in crate::bench) fn kube_rs_counting(&self) -> Command {
        Command::new(self.rust.join("peer-kube-rs-cache-heap"))
    }

    /// client-go is told by its environment whether everything comes from a watch.
    pub(super) fn client_go(&self, watch_list: bool) -> Command {
        let mut command = Command::new(self.go.join("cache"));
        command.env("KUBE_FEATURE_WatchListClient", watch_list.to_string());
        command
    }
}
