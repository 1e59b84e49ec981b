//! The programs of the checkout, built together.
//!
//! What is built decides with which features its dependencies are: a package by itself needs fewer of them than
//! the tests of the workspace do, and with other features a dependency, and all above it, is compiled once more.
//! So whoever needs one program builds all, as the tests have them, and after the tests there is little to do.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::workspace;

/// The programs and the examples of the checkout.
pub(crate) struct Programs {
    directory: PathBuf,
}

impl Programs {
    /// Builds them. It is to be done before a server starts that a compiler would starve.
    pub(crate) fn build(interrupt: &Interrupt) -> Result<Self> {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(workspace::root());
        cargo.args(["build", "--locked", "--workspace", "--bins", "--examples"]);
        command::check(&mut cargo, interrupt)?;
        Ok(Self {
            directory: workspace::root().join("target/debug"),
        })
    }

    /// Where the programs are.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The file of a program.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// A program, to be given arguments.
    pub(crate) fn run(&self, name: &str) -> Command {
        let mut command = Command::new(self.path(name));
        command.current_dir(workspace::root());
        command
    }

    /// The file of an example.
    pub(crate) fn example(&self, name: &str) -> PathBuf {
        self.directory.join("examples").join(name)
    }
}
