//! `cargo xtask defects`: puts the defects of `claims/defects.md` into the code, one at a time, and sees the
//! tests that name them fail.
//!
//! A patch in `claims/defects/` is one face of a defect: its first line names the clause and says what is wrong. It is
//! applied to a copy of the last commit, never to the checkout.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::Args;

use crate::claims::{self, Mark};
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::workspace;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Only the patches whose names start with this
    #[arg(default_value = "")]
    prefix: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let noticed = defects(&arguments.prefix, &interrupt)?;
    println!("{noticed} passed, 0 failed");
    Ok(ExitCode::SUCCESS)
}

/// Says how many patches the tests noticed. Fails unless it is all of them.
pub(crate) fn defects(prefix: &str, interrupt: &Interrupt) -> Result<u64> {
    let copy = Copy::of_last_commit(interrupt)?;
    let defects = Defect::read_all(&copy, prefix)?;
    if defects.is_empty() {
        let none = format!("no patch in {DIRECTORY} starts with {prefix:?}");
        return Err(Error::new(none));
    }
    // A test that fails by itself would notice anything.
    for (package, functions) in together(&defects) {
        copy.test(package, &functions, interrupt)?
            .map_err(|how| Error::new(format!("of {package}, unchanged, the tests {how}")))?;
    }
    let mut missed = Vec::new();
    for defect in &defects {
        let noticed = defect.is_noticed(&copy, interrupt)?;
        let verdict = noticed.as_deref().unwrap_or("NOT NOTICED");
        println!("{:<26} {:<60} {verdict}", defect.name, defect.text);
        if noticed.is_none() {
            missed.push(defect.name.as_str());
        }
    }
    if missed.is_empty() {
        return Ok(defects.len() as u64);
    }
    let missed = missed.join(", ");
    Err(Error::new(format!("no test fails with {missed}")))
}

/// Sees that every patch can be applied to a checkout: code that changes takes them along.
pub(crate) fn check_patches(root: &Path) -> Result<()> {
    for patch in patches(root)? {
        let mut check = Command::new("git");
        check
            .args(["apply", "--check"])
            .arg(&patch)
            .current_dir(root);
        let checked = check.output().context(|| "run git apply".to_owned())?;
        if !checked.status.success() {
            let patch = patch.display();
            let why = String::from_utf8_lossy(&checked.stderr);
            return Err(Error::new(format!("{patch} is to follow the code:\n{why}")));
        }
    }
    Ok(())
}

/// All patches, in the order of their names.
fn patches(root: &Path) -> Result<Vec<PathBuf>> {
    let directory = root.join(DIRECTORY);
    let within = || format!("read {}", directory.display());
    let mut patches = Vec::new();
    for entry in fs::read_dir(&directory).context(within)? {
        patches.push(entry.context(within)?.path());
    }
    patches.sort();
    Ok(patches)
}

/// One face of a defect.
struct Defect {
    /// The name of its patch.
    name: String,
    /// What is wrong.
    text: String,
    patch: PathBuf,
    /// The tests that name the clause, by package.
    tests: BTreeMap<String, Vec<String>>,
}

impl Defect {
    /// The defects whose names start with `prefix`, in the order of their names.
    fn read_all(copy: &Copy, prefix: &str) -> Result<Vec<Self>> {
        let marks = claims::marks(&copy.root)?;
        let mut defects = Vec::new();
        for patch in patches(&copy.root)? {
            let name = patch.file_stem().unwrap_or_default().to_string_lossy();
            if name.starts_with(prefix) {
                defects.push(Self::read(name.into_owned(), patch, copy, &marks)?);
            }
        }
        Ok(defects)
    }

    fn read(name: String, patch: PathBuf, copy: &Copy, marks: &[Mark]) -> Result<Self> {
        let text = fs::read_to_string(&patch).context(|| format!("read {}", patch.display()))?;
        let first = text.lines().next().unwrap_or_default();
        let (clause, text) = first.split_once(": ").ok_or_else(|| {
            let wanted = "does not begin with a clause, a colon and what is wrong";
            Error::new(format!("{name}.patch {wanted}"))
        })?;
        let mut tests: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for mark in marks.iter().filter(|mark| mark.id == clause) {
            if let Some(package) = package_of(&mark.file, &copy.root) {
                tests
                    .entry(package)
                    .or_default()
                    .push(mark.function.clone());
            }
        }
        if tests.is_empty() {
            return Err(Error::new(format!("{name}.patch: no test names {clause}")));
        }
        Ok(Self {
            name,
            text: text.to_owned(),
            patch,
            tests,
        })
    }

    /// In which package tests notice it; none if they do nowhere.
    fn is_noticed(&self, copy: &Copy, interrupt: &Interrupt) -> Result<Option<String>> {
        copy.git(&["apply".as_ref(), self.patch.as_os_str()], interrupt)?;
        let mut noticed = None;
        for (package, functions) in &self.tests {
            if let Err(how) = copy.test(package, functions, interrupt)? {
                noticed = Some(format!("the tests of {package} {how}"));
                break;
            }
        }
        let back = ["apply".as_ref(), "--reverse".as_ref()];
        copy.git(&[&back[..], &[self.patch.as_os_str()]].concat(), interrupt)?;
        Ok(noticed)
    }
}

/// The tests of all defects, by package.
fn together(defects: &[Defect]) -> BTreeMap<&str, Vec<String>> {
    let mut all: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (package, functions) in defects.iter().flat_map(|defect| &defect.tests) {
        all.entry(package).or_default().extend(functions.clone());
    }
    for functions in all.values_mut() {
        functions.sort();
        functions.dedup();
    }
    all
}

/// The package that a test belongs to; none for what is not tested by `cargo test` alone.
fn package_of(file: &Path, root: &Path) -> Option<String> {
    let mut parts = file.strip_prefix(root).ok()?.iter();
    let crates = parts.next()? == "crates";
    let package = parts.next()?.to_str()?;
    crates.then(|| package.to_owned())
}

/// A copy of the last commit, in which what is broken harms nobody. What was compiled in it stays.
struct Copy {
    root: PathBuf,
}

impl Copy {
    fn of_last_commit(interrupt: &Interrupt) -> Result<Self> {
        let (checkout, root) = (
            workspace::root(),
            workspace::root().join("target/defects/checkout"),
        );
        if !root.join(".git").exists() {
            let mut clone = Command::new("git");
            clone.args(["clone", "--quiet", "--no-checkout"]);
            command::check(clone.arg(&checkout).arg(&root), interrupt)?;
        }
        let copy = Self { root };
        let fetch = ["fetch".as_ref(), "--quiet".as_ref()];
        let from = [checkout.as_os_str(), "HEAD".as_ref()];
        copy.git(&[fetch, from].concat(), interrupt)?;
        let switch = ["checkout", "--quiet", "--force", "--detach", "FETCH_HEAD"];
        copy.git(&switch.map(AsRef::as_ref), interrupt)?;
        Ok(copy)
    }

    fn git(&self, arguments: &[&std::ffi::OsStr], interrupt: &Interrupt) -> Result<()> {
        let mut git = Command::new("git");
        git.current_dir(&self.root).args(arguments);
        command::check(&mut git, interrupt)
    }

    /// Runs these tests of a package: all pass, or how they do not. Fails if they do not compile, which would prove
    /// nothing.
    fn test(
        &self,
        package: &str,
        functions: &[String],
        interrupt: &Interrupt,
    ) -> Result<Result<(), &'static str>> {
        let cargo = |program: &str, before: &[&str]| {
            let mut test = Command::new(program);
            test.current_dir(&self.root)
                .args(before)
                .args(["test", "--quiet", "--locked", "--tests", "--package"])
                .arg(package)
                .env("CARGO_TARGET_DIR", self.root.with_file_name("target"));
            test
        };
        command::check(cargo("cargo", &[]).arg("--no-run"), interrupt)?;
        let mut test = cargo("timeout", &[LIMIT, "cargo"]);
        // That tests fail is what is hoped for.
        test.stderr(Stdio::null());
        let (status, output) = command::capture(test.arg("--").args(functions), interrupt)?;
        Ok(match status.code() {
            Some(124) => Err("do not end"),
            _ if !status.success() => Err("fail"),
            _ if command::passed_tests(&output) < functions.len() as u64 => Err("are not there"),
            _ => Ok(()),
        })
    }
}

/// Where the patches lie.
const DIRECTORY: &str = "claims/defects";

/// The seconds after which tests do not end. They take one, where nothing is broken.
const LIMIT: &str = "300";
