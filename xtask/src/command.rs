//! Running other programs: in the foreground, with errors that name the program.

use std::io::{self, BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;

/// Runs a command to its end in the foreground, and passes on a signal that was meant for it too.
pub(crate) fn run(command: &mut Command, interrupt: &Interrupt) -> Result<ExitStatus> {
    let mut child = spawn(command)?;
    wait(&mut child, interrupt).context(|| format!("wait for {}", name(command)))
}

/// Runs a command as [`run`] does, and returns its standard output.
pub(crate) fn capture(
    command: &mut Command,
    interrupt: &Interrupt,
) -> Result<(ExitStatus, String)> {
    read(command, interrupt, |_| ())
}

/// Runs a command as [`capture`] does, and prints its standard output too.
pub(crate) fn tee(command: &mut Command, interrupt: &Interrupt) -> Result<(ExitStatus, String)> {
    read(command, interrupt, |line| print!("{line}"))
}

fn read(
    command: &mut Command,
    interrupt: &Interrupt,
    each: impl Fn(&str) + Send,
) -> Result<(ExitStatus, String)> {
    let mut child = spawn(command.stdout(Stdio::piped()))?;
    let stdout = child.stdout.take().expect("standard output is piped");
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut output = Vec::new();
            let mut stdout = BufReader::new(stdout);
            loop {
                let start = output.len();
                if stdout.read_until(b'\n', &mut output)? == 0 {
                    return Ok(output);
                }
                each(&String::from_utf8_lossy(&output[start..]));
            }
        });
        let status =
            wait(&mut child, interrupt).context(|| format!("wait for {}", name(command)))?;
        let output: io::Result<Vec<u8>> = reader.join().expect("reading does not panic");
        let output = output.context(|| format!("read what {} prints", name(command)))?;
        Ok((status, String::from_utf8_lossy(&output).into_owned()))
    })
}

fn wait(child: &mut Child, interrupt: &Interrupt) -> io::Result<ExitStatus> {
    let mut forwarded = false;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if !forwarded && interrupt.signal_to_forward().is_some() {
            terminate(child);
            forwarded = true;
        }
        thread::sleep(POLL);
    }
}

/// Runs a command as [`run`] does, and fails unless it succeeds.
pub(crate) fn check(command: &mut Command, interrupt: &Interrupt) -> Result<()> {
    let status = run(command, interrupt)?;
    if status.success() {
        return Ok(());
    }
    Err(Error::new(format!(
        "{} failed ({status})",
        describe(command)
    )))
}

/// Starts a command. A missing program is an error that says so.
pub(crate) fn spawn(command: &mut Command) -> Result<Child> {
    command.spawn().or_else(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            return Err(Error::new(format!(
                "{} is not on the PATH: install it",
                name(command)
            )));
        }
        Err(error).context(|| format!("start {}", name(command)))
    })
}

/// The exit code that stands for how a command ended: its own, or 128 and the signal that ended it.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    match (status.code(), status.signal()) {
        (Some(code), _) => ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)),
        (None, Some(signal)) => Interrupt::exit_code(signal),
        (None, None) => ExitCode::FAILURE,
    }
}

/// A command as one would type it.
pub(crate) fn describe(command: &Command) -> String {
    let mut text = name(command);
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn terminate(child: &Child) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It fails only for a process that has just ended, which is what was wanted.
        let _ = kill_process(pid, Signal::TERM);
    }
}

const POLL: Duration = Duration::from_millis(20);

/// Adds up the passed tests of every `test result: ok. N passed; …`.
pub(crate) fn passed_tests(output: &str) -> u64 {
    output
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("test result: ok. ")?
                .split_once(" passed")
        })
        .filter_map(|(passed, _)| passed.parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passed_tests_of_all_binaries_are_added_up() {
        let output = "running 2 tests\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 5 passed; 1 failed; 0 ignored\n\
            test result: ok. 40 passed; 0 failed; 1 ignored\n";
        assert_eq!(passed_tests(output), 42);
    }
}
