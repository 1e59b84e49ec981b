//! What a step found.

use std::process::Command;

use crate::command;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// On how many cases a step holds; none for a step that has no cases to count.
pub(crate) type Cases = Option<u64>;

/// Runs a proof whose last line is `N passed, N failed`, and returns how many passed.
pub(crate) fn proof(command: &mut Command, interrupt: &Interrupt) -> Result<Cases> {
    let (status, output) = command::tee(command, interrupt)?;
    let last = output.trim_end().lines().next_back().unwrap_or_default();
    if !status.success() {
        return Err(Error::new(format!(
            "{} failed ({status})",
            command::describe(command)
        )));
    }
    match passed_and_failed(last) {
        Some((passed, 0)) => Ok(Some(passed)),
        Some((_, failed)) => Err(Error::new(format!("{failed} cases failed"))),
        None => Err(Error::new(format!(
            "the last line of {} is not `N passed, N failed`: {last:?}",
            command::describe(command)
        ))),
    }
}

/// Reads `N passed, N failed`.
pub(super) fn passed_and_failed(line: &str) -> Option<(u64, u64)> {
    let (passed, failed) = line.trim().split_once(", ")?;
    let passed = passed.strip_suffix(" passed")?.parse().ok()?;
    let failed = failed.strip_suffix(" failed")?.parse().ok()?;
    Some((passed, failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_line_of_a_proof_is_read() {
        assert_eq!(passed_and_failed("12 passed, 0 failed"), Some((12, 0)));
        assert_eq!(passed_and_failed("12 passed, 3 failed\n"), Some((12, 3)));
        for line in [
            "",
            "12 passed",
            "all passed, 0 failed",
            "12 passed, 0 failed.",
        ] {
            assert_eq!(passed_and_failed(line), None, "{line}");
        }
    }

    #[test]
    fn proof_without_its_last_line_fails() {
        let interrupt = Interrupt::listen().unwrap();
        let sh = |script: &str| proof(Command::new("sh").args(["-c", script]), &interrupt);
        assert_eq!(sh("echo a; echo 2 passed, 0 failed").unwrap(), Some(2));
        assert_eq!(
            sh("echo 2 passed, 1 failed").unwrap_err().to_string(),
            "1 cases failed"
        );
        assert!(sh("true").unwrap_err().to_string().contains("last line"));
        assert!(
            sh("echo 2 passed, 0 failed; exit 3")
                .unwrap_err()
                .to_string()
                .contains("exit status: 3")
        );
    }
}
