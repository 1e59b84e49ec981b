//! `cargo xtask codegen`: the facts in `schema/` into Rust.
//!
//! A generated file says so in its first line and is never edited: `--check` compares every file
//! with what the facts give, byte for byte.

mod apiserver;
mod apply;
mod clientset;
mod document;
mod exceptions;
mod facts;
mod imports;
mod kinds;
mod names;
mod represent;
mod scheme;
mod types;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::error::{Context as _, Error, Result};
use crate::workspace;

pub(crate) use facts::Facts;

/// A file that the generator writes: its path in the repository and its text.
pub(crate) struct GeneratedFile {
    pub(crate) path: PathBuf,
    pub(crate) contents: String,
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail if a generated file is not what the facts give
    #[arg(long)]
    check: bool,
}

/// Writes every generated file, or with `--check` compares it with what is there.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode> {
    let (root, check) = (&workspace::root(), arguments.check);
    let facts = Facts::load(&root.join("schema"))?;
    let mut files = types::generate(&facts)?;
    files.push(scheme::generate(&facts)?);
    files.extend(apply::generate(&facts)?);
    files.extend(apiserver::generate(&facts)?);
    files.extend(clientset::generate(&facts)?);
    let mut differing = Vec::new();
    let mut written = 0;
    for file in &files {
        let formatted =
            rustfmt(&file.contents).context(|| format!("cannot format {}", file.path.display()))?;
        let path = root.join(&file.path);
        let current = std::fs::read_to_string(&path).unwrap_or_default();
        if current == formatted {
            continue;
        }
        if check {
            differing.push(file.path.display().to_string());
            continue;
        }
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)
                .context(|| format!("cannot create {}", directory.display()))?;
        }
        std::fs::write(&path, formatted).context(|| format!("cannot write {}", path.display()))?;
        written += 1;
    }
    let stray = stray_files(root, &files)?;
    if check {
        let differing = differing.len() + stray.len();
        println!(
            "{} passed, {differing} failed",
            files.len() + stray.len() - differing
        );
    } else {
        println!("{} files, {written} written", files.len());
    }
    if !differing.is_empty() {
        let files = differing.join(", ");
        return Err(Error::new(format!(
            "not what the facts give: {files}; run `cargo xtask codegen`"
        )));
    }
    if !stray.is_empty() {
        let files = stray.join(", ");
        return Err(Error::new(format!(
            "marked as generated, but no fact gives them: {files}"
        )));
    }
    Ok(ExitCode::SUCCESS)
}

/// Files that claim to be generated and that the generator does not know.
fn stray_files(root: &Path, files: &[GeneratedFile]) -> Result<Vec<String>> {
    let mut stray = Vec::new();
    let mut directories = vec![root.join("crates")];
    while let Some(directory) = directories.pop() {
        let unreadable = || format!("cannot read {}", directory.display());
        for entry in std::fs::read_dir(&directory).context(unreadable)? {
            let path = entry.context(unreadable)?.path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let known = || files.iter().any(|file| file.path == relative);
            let is_rust = path.extension().is_some_and(|extension| extension == "rs");
            if is_rust && read(&path)?.starts_with(MARK) && !known() {
                stray.push(relative.display().to_string());
            }
        }
    }
    Ok(stray)
}

fn rustfmt(source: &str) -> Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context(|| "cannot run rustfmt; install it with `rustup component add rustfmt`".into())?;
    // The source is written from another thread: rustfmt may answer before it has read all.
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(source.as_bytes()));
        child.wait_with_output()
    });
    let output = output.context(|| "cannot read from rustfmt".into())?;
    if !output.status.success() {
        return Err(Error::new("rustfmt refused the generated source"));
    }
    String::from_utf8(output.stdout).context(|| "rustfmt wrote something else than text".into())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).context(|| format!("cannot read {}", path.display()))
}

/// How the first line of a generated file begins.
pub(crate) const MARK: &str = "// @generated by `cargo xtask codegen`";
