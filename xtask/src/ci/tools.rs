//! The step about the Go programs in `tools/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::outcome::Cases;
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::workspace;

/// Formats, vets, builds and tests every program; the cases are the programs.
pub(super) fn tools(interrupt: &Interrupt) -> Result<Cases> {
    let programs = programs(&workspace::root().join("tools"))?;
    for program in &programs {
        check(program, interrupt)?;
    }
    Ok(Some(programs.len() as u64))
}

/// The folders that have a program and a module of its own.
fn programs(tools: &Path) -> Result<Vec<PathBuf>> {
    let within = || format!("read {}", tools.display());
    let mut programs = Vec::new();
    for entry in fs::read_dir(tools).context(within)? {
        let folder = entry.context(within)?.path();
        if folder.join("go.mod").exists() && folder.join("main.go").exists() {
            programs.push(folder);
        }
    }
    programs.sort();
    Ok(programs)
}

fn check(program: &Path, interrupt: &Interrupt) -> Result<()> {
    let within = |name: &str, arguments: &[&str]| {
        let mut command = Command::new(name);
        command
            .args(arguments)
            .current_dir(program)
            .env("GOWORK", "off");
        command
    };
    let (status, unformatted) = command::capture(&mut within("gofmt", &["-l", "."]), interrupt)?;
    if !status.success() || !unformatted.is_empty() {
        return Err(Error::new(format!(
            "gofmt would change files in {}: {}",
            program.display(),
            unformatted
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(", ")
        )));
    }
    for arguments in [
        &["vet", "./..."][..],
        &["build", "-o", "/dev/null", "./..."],
        &["test", "./..."],
    ] {
        command::check(&mut within("go", arguments), interrupt)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_folders_with_a_module_and_a_main_file() {
        let tools = tempfile::tempdir().unwrap();
        for file in [
            "b/go.mod",
            "b/main.go",
            "a/go.mod",
            "a/main.go",
            "modules/go.mod",
        ] {
            let path = tools.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let expected = ["a", "b"].map(|name| tools.path().join(name));
        assert_eq!(programs(tools.path()).unwrap(), expected);
    }
}
