//! What is said to the person at the terminal: standard error.
//!
//! Invariant: standard output carries results and nothing else.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};

use crate::error::{Error, Kind};

/// Writes messages to standard error. Colours only on a terminal, and not where `NO_COLOR` is set.
///
/// A message that cannot be written is lost: there is nowhere left to say so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Messages {
    terminal: bool,
    colour: Colour,
}

/// Whether to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour(bool);

/// The few colours there are, as a terminal is told.
pub(crate) const RED: &str = "\x1b[1;31m";
pub(crate) const GREEN: &str = "\x1b[32m";
pub(crate) const YELLOW: &str = "\x1b[33m";
pub(crate) const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";

impl Colour {
    /// Colours if `terminal` and the user's variables allow it.
    pub(crate) fn on(terminal: bool) -> Self {
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self(terminal && !unwanted)
    }

    pub(crate) fn paint(self, colour: &str, text: &str) -> String {
        match self.0 {
            true => format!("{colour}{text}{RESET}"),
            false => text.to_owned(),
        }
    }
}

impl Messages {
    pub(crate) fn new() -> Self {
        let terminal = io::stderr().is_terminal();
        Self {
            terminal,
            colour: Colour::on(terminal),
        }
    }

    /// One line that says what went wrong, one that says what to do next. Where it is not we who know what
    /// went wrong, the first has to do.
    pub(crate) fn error(self, error: &Error) {
        if matches!(error.kind(), Kind::Exit(_)) {
            return self.line(&error.line());
        }
        let (error_label, hint_label) = (
            self.colour.paint(RED, "error:"),
            self.colour.paint(BOLD, "hint:"),
        );
        self.line(&format!("{error_label} {}", error.line()));
        self.line(&format!("{hint_label} {}", error.hint()));
    }

    pub(crate) fn warning(self, text: &str) {
        let label = self.colour.paint(YELLOW, "warning:");
        self.line(&format!("{label} {text}"));
    }

    pub(crate) fn line(self, text: &str) {
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Shows how far something has come, on a terminal, in place of what was shown before.
    pub(crate) fn progress(self, text: &str) {
        if self.terminal {
            let _ = write!(io::stderr(), "\r{text}{CLEAR_TO_END}");
        }
    }

    /// Removes what [`Messages::progress`] showed.
    pub(crate) fn end_progress(self) {
        self.progress("");
    }
}

const CLEAR_TO_END: &str = "\x1b[K";
