//! The programs of the benchmark, built once: two for each peer in Rust, and those in Go.

use std::path::PathBuf;

use crate::bench::{build_go, cargo, directory};
use crate::command;
use crate::error::Result;
use crate::interrupt::Interrupt;

pub(super) struct Programs {
    rust: PathBuf,
    go: PathBuf,
}

impl Programs {
    pub(super) fn build(interrupt: &Interrupt) -> Result<Self> {
        eprintln!("building the peers");
        let mut build = cargo();
        build.args(["build", "--quiet", "--release", "--locked"]);
        build.arg("--bin=bench-generator");
        for peer in RUST {
            for purpose in ["time", "heap"] {
                build.arg(format!("--bin=peer-{peer}-{purpose}"));
            }
        }
        command::check(&mut build, interrupt)?;
        Ok(Self {
            rust: directory().join("target/release"),
            go: build_go("peers-go", &["./codec", "./prepare", "./verify"], interrupt)?,
        })
    }

    /// The peers as they are when time is measured: with the system's allocator.
    pub(super) fn for_time(&self) -> Vec<PathBuf> {
        self.peers("time")
    }

    /// The peers as they are when allocations are counted.
    pub(super) fn for_heap(&self) -> Vec<PathBuf> {
        self.peers("heap")
    }

    /// Writes generated pods.
    pub(super) fn generator(&self) -> PathBuf {
        self.rust.join("bench-generator")
    }

    /// Turns objects into inputs.
    pub(super) fn prepare(&self) -> PathBuf {
        self.go.join("prepare")
    }

    /// Says whether what a peer wrote is what it was given.
    pub(super) fn verify(&self) -> PathBuf {
        self.go.join("verify")
    }

    fn peers(&self, purpose: &str) -> Vec<PathBuf> {
        let rust = RUST.map(|peer| self.rust.join(format!("peer-{peer}-{purpose}")));
        // Go's runtime counts what it allocates in any case.
        rust.into_iter().chain([self.go.join("codec")]).collect()
    }
}

const RUST: [&str; 3] = ["pintle", "kube-rs", "k8s-pb"];
