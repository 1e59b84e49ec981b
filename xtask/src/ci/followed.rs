//! A program that says when something is to be done to the server that it works with.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::outcome::passed_and_failed;
use crate::command;
use crate::error::{Context, Error, Result};

/// Runs a program, and does something whenever it prints `mark` and a number, which it is to do `times` times; how
/// many cases passed.
pub(super) fn follow(
    program: &mut Command,
    (mark, times): (&str, u32),
    mut at_mark: impl FnMut(u32) -> Result<()>,
) -> Result<u64> {
    let mut running = Running(command::spawn(program.stdout(Stdio::piped()))?);
    let stdout = running.0.stdout.take().expect("standard output is piped");
    let mut last = String::new();
    let mut seen = 0;
    for line in BufReader::new(stdout).lines() {
        last = line.context(|| "read what is printed".to_owned())?;
        println!("{last}");
        let number = last.strip_prefix(mark).and_then(|it| it.strip_prefix(' '));
        if let Some(number) = number {
            seen += 1;
            at_mark(number.parse().unwrap_or_default())?;
        }
    }
    let status = running.0.wait();
    let status = status.context(|| command::describe(program))?;
    match passed_and_failed(&last) {
        Some((passed, 0)) if status.success() && seen == times => Ok(passed),
        _ => {
            let command = command::describe(program);
            Err(Error::new(format!(
                "{command} failed ({status}), after it had said {mark} {seen} times"
            )))
        }
    }
}

/// A program that ends with this task.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
