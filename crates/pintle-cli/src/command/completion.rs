//! `pintle completion` and `pintle man`.

use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::{CommandLine, Man};
use crate::error::{Error, Kind};
use crate::output::Stdout;

/// Prints the script for a shell.
pub(super) fn completion(shell: Shell, out: &mut Stdout) -> Result<(), Error> {
    let mut command = CommandLine::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "pintle", &mut script);
    out.write_bytes(&script)
}

/// Prints the manual page, or writes all pages.
pub(super) fn man(arguments: &Man, out: &mut Stdout) -> Result<(), Error> {
    let command = CommandLine::command();
    match &arguments.directory {
        Some(directory) => write_pages(command, directory),
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            out.write_bytes(&page)
        }
    }
}

fn write_pages(command: clap::Command, directory: &Path) -> Result<(), Error> {
    let written = std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(command, directory));
    written.map_err(|error| {
        let message = format!("cannot write manual pages to {}", directory.display());
        Error::new(Kind::Failed, message)
            .caused_by(error)
            .with_hint("choose another --directory")
    })
}
