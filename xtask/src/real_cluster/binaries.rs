//! The control plane's binaries: built from Go modules once, then taken from the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::{self, Lock};
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::workspace;

/// A directory with etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kubectl.
pub(crate) struct Binaries {
    directory: PathBuf,
}

impl Binaries {
    /// Returns the binaries of the version that `tools/control-plane` pins, building them if they are not
    /// in the cache.
    pub(crate) fn ensure(interrupt: &Interrupt) -> Result<Self> {
        let modules = Modules::read(&workspace::root().join("tools/control-plane"))?;
        let cache = cache::directory("control-plane")?;
        let directory = cache.join(modules.key());
        if directory.exists() {
            return Ok(Self { directory });
        }
        let _lock = Lock::acquire(&cache.join("build.lock"), "build of the control plane")?;
        if !directory.exists() {
            remove_interrupted_builds(&cache)?;
            modules.build(&cache, &directory, interrupt)?;
        }
        Ok(Self { directory })
    }

    /// The directory, for a `PATH`.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }
}

/// The Go modules that pin what is built. etcd has one of its own: its dependencies are older than
/// Kubernetes', and would be raised.
struct Modules {
    directory: PathBuf,
    kubernetes: String,
    pins: Vec<u8>,
}

impl Modules {
    fn read(directory: &Path) -> Result<Self> {
        let mut pins = Vec::new();
        for file in ["etcd/go.mod", "etcd/go.sum", "k8s/go.mod", "k8s/go.sum"] {
            let path = directory.join(file);
            pins.extend(fs::read(&path).context(|| format!("read {}", path.display()))?);
        }
        let kubernetes = required_version(&String::from_utf8_lossy(&pins), "k8s.io/kubernetes")
            .ok_or_else(|| {
                Error::new(format!(
                    "{}/k8s/go.mod does not require k8s.io/kubernetes",
                    directory.display()
                ))
            })?;
        Ok(Self {
            directory: directory.to_owned(),
            kubernetes,
            pins,
        })
    }

    /// The name of the binaries' directory: the version, and a hash of all that decides what is built.
    fn key(&self) -> String {
        let mut hash = Fnv1a::default();
        hash.write(&self.pins);
        hash.write(self.kubernetes_flags().as_bytes());
        for package in [&[ETCD], KUBERNETES].concat() {
            hash.write(package.as_bytes());
        }
        format!("{}-{:016x}", self.kubernetes, hash.0)
    }

    /// Builds into a directory beside the final one and renames it, so that it is whole or not there.
    fn build(&self, cache: &Path, directory: &Path, interrupt: &Interrupt) -> Result<()> {
        eprintln!(
            "building the control plane {} (about 9 minutes on 2 cores, once)",
            self.kubernetes
        );
        let building = tempfile::Builder::new()
            .prefix(BUILDING)
            .tempdir_in(cache)
            .context(|| format!("make a directory in {}", cache.display()))?;
        self.go_build(
            "etcd",
            STRIP,
            &building.path().join("etcd"),
            &[ETCD],
            interrupt,
        )?;
        self.go_build(
            "k8s",
            &self.kubernetes_flags(),
            building.path(),
            KUBERNETES,
            interrupt,
        )?;
        fs::rename(building.path(), directory).context(|| {
            format!(
                "rename {} to {}",
                building.path().display(),
                directory.display()
            )
        })
    }

    fn go_build(
        &self,
        module: &str,
        flags: &str,
        output: &Path,
        packages: &[&str],
        interrupt: &Interrupt,
    ) -> Result<()> {
        let mut go = Command::new("go");
        go.current_dir(self.directory.join(module))
            .args(["build", "-ldflags", flags, "-o"])
            .arg(output)
            .args(packages)
            .env("CGO_ENABLED", "0")
            .env("GOWORK", "off");
        command::check(&mut go, interrupt)
    }

    /// Linker flags that give the binaries the version of their module, as a release build does.
    fn kubernetes_flags(&self) -> String {
        let version = &self.kubernetes;
        let mut numbers = version.trim_start_matches('v').split('.');
        let (major, minor) = (numbers.next().unwrap_or(""), numbers.next().unwrap_or(""));
        let mut flags = STRIP.to_owned();
        for package in [
            "k8s.io/component-base/version",
            "k8s.io/client-go/pkg/version",
        ] {
            for (name, value) in [
                ("gitVersion", version.as_str()),
                ("gitMajor", major),
                ("gitMinor", minor),
                ("gitTreeState", "clean"),
                ("gitCommit", "0000000000000000000000000000000000000000"),
                ("buildDate", "2026-01-01T00:00:00Z"),
            ] {
                flags.push_str(&format!(" -X {package}.{name}={value}"));
            }
        }
        flags
    }
}

/// Removes what killed builds left. The caller holds the lock, so no build is under way.
fn remove_interrupted_builds(cache: &Path) -> Result<()> {
    let entries = fs::read_dir(cache).context(|| format!("read {}", cache.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(BUILDING))
        {
            fs::remove_dir_all(&path).context(|| format!("remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// Finds the version of a module among a go.mod's requirements.
fn required_version(go_mod: &str, module: &str) -> Option<String> {
    go_mod.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some(module)).then(|| words.next().map(str::to_owned))?
    })
}

/// FNV-1a, a hash that is the same with every release of Rust. It names a directory and protects nothing.
struct Fnv1a(u64);

impl Default for Fnv1a {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv1a {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

const BUILDING: &str = ".building-";
const STRIP: &str = "-s -w";
const ETCD: &str = "go.etcd.io/etcd/server/v3";
const KUBERNETES: &[&str] = &[
    "k8s.io/kubernetes/cmd/kube-apiserver",
    "k8s.io/kubernetes/cmd/kube-controller-manager",
    "k8s.io/kubernetes/cmd/kube-scheduler",
    "k8s.io/kubernetes/cmd/kubectl",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_read_from_the_requirements() {
        let go_mod = "require (\n\tk8s.io/kubelet v0.36.3 // indirect\n\tk8s.io/kubernetes v1.36.3 // indirect\n)\n";
        assert_eq!(
            required_version(go_mod, "k8s.io/kubernetes").as_deref(),
            Some("v1.36.3")
        );
        assert_eq!(required_version(go_mod, "k8s.io/kube"), None);
    }

    #[test]
    fn hash_is_fnv_1a() {
        let mut hash = Fnv1a::default();
        hash.write(b"foobar");
        assert_eq!(hash.0, 0x8594_4171_f739_67e8);
    }
}
