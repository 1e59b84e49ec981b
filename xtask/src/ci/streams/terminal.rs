//! `exec -it` at a terminal, by kubectl or by pintle, of which the command is told the size, and each change of it.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::command;
use crate::error::{Context, Error, Result};

/// The words of a command that prints the first two sizes of its terminal.
pub(super) const WORDS: [&str; 6] = ["exec", "-it", "one", "--", "sizes", "2"];

/// Runs a command that prints the first two sizes of its terminal, and changes the size in between.
pub(super) fn sizes(mut command: Command) -> Result<String> {
    let within = || "make a terminal".to_owned();
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).context(within)?;
    grantpt(&terminal).context(within)?;
    unlockpt(&terminal).context(within)?;
    tcsetwinsize(&terminal, size(80, 24)).context(within)?;
    let name = ptsname(&terminal, Vec::new()).context(within)?;
    let name = name
        .to_str()
        .map_err(|_| Error::new("the terminal has no name"))?;
    let open = || -> Result<Stdio> {
        let mut options = OpenOptions::new();
        let end = options.read(true).write(true).open(name).context(within)?;
        Ok(end.into())
    };
    command.stdin(open()?).stdout(open()?).stderr(open()?);
    let mut child = command::spawn(&mut command)?;
    // It would keep the terminal open after its end.
    drop(command);
    let mut lines = BufReader::new(File::from(terminal.try_clone().context(within)?)).lines();
    let mut printed = Vec::new();
    // What is read of a terminal that nobody has any more is an error.
    while let Some(Ok(line)) = lines.next() {
        let first = line.trim_end() == "80x24" && !printed.contains(&line);
        printed.push(line);
        if first {
            tcsetwinsize(&terminal, size(100, 30)).context(within)?;
            let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            if let Some(pid) = pid {
                kill_process(pid, Signal::WINCH).context(|| "signal the command".to_owned())?;
            }
        }
    }
    let status = child.wait().context(|| "wait for the command".to_owned())?;
    Ok(format!(
        "exit {}\n{}",
        status.code().unwrap_or(-1),
        printed.join("\n")
    ))
}

fn size(columns: u16, rows: u16) -> Winsize {
    Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}
