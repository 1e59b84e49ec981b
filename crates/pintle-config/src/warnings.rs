//! What servers warn of, and who hears it.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A warning that came with an answer: an API version that is going away, a field that is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// Its code; only 299 comes from API servers.
    pub code: u16,
    /// Who warns; `-` for the server itself.
    pub agent: String,
    /// What it says.
    pub text: String,
}

impl Warning {
    /// A warning.
    pub fn new(code: u16, agent: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            code,
            agent: agent.into(),
            text: text.into(),
        }
    }

    /// Whether it is one that users are told about: code 299, and it says something.
    pub fn is_for_users(&self) -> bool {
        self.code == 299 && !self.text.is_empty()
    }
}

/// Hears what servers warn of. client-go's `rest.WarningHandler`.
pub trait WarningHandler: Send + Sync + 'static {
    /// A warning of any code that came with the answer to `request`, a method and a path.
    fn handle(&self, request: &str, warning: &Warning);
}

/// Who hears warnings.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Warnings {
    /// The log: those for users, as events of level `WARN`.
    #[default]
    Log,
    /// Nobody.
    Drop,
    /// A handler.
    Handler(Arc<dyn WarningHandler>),
}

impl fmt::Debug for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Log => "Log",
            Self::Drop => "Drop",
            Self::Handler(_) => "Handler",
        })
    }
}

/// Writes warnings for users, a line each, as kubectl does. Clones write to the same place.
///
/// ```
/// use std::sync::Arc;
/// use pintle_config::{WarningWriter, Warnings};
///
/// let writer = WarningWriter::new(std::io::stderr()).each_once();
/// let warnings = Warnings::Handler(Arc::new(writer.clone()));
/// // … requests …
/// assert_eq!(writer.count(), 0);
/// # let _ = warnings;
/// ```
#[derive(Clone)]
pub struct WarningWriter {
    colour: bool,
    once: bool,
    state: Arc<Mutex<State>>,
}

struct State {
    out: Box<dyn Write + Send>,
    written: BTreeSet<String>,
    count: usize,
}

impl WarningWriter {
    /// Writes to `out`.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self {
            colour: false,
            once: false,
            state: Arc::new(Mutex::new(State {
                out: Box::new(out),
                written: BTreeSet::new(),
                count: 0,
            })),
        }
    }

    /// Writes each text once. A program that runs for long and is warned of ever new things keeps ever
    /// more texts.
    #[must_use]
    pub fn each_once(mut self) -> Self {
        self.once = true;
        self
    }

    /// Writes the word "Warning:" in yellow.
    #[must_use]
    pub fn in_colour(mut self) -> Self {
        self.colour = true;
        self
    }

    /// How many warnings were written.
    pub fn count(&self) -> usize {
        self.lock().count
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // What was written stays written, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WarningHandler for WarningWriter {
    fn handle(&self, _: &str, warning: &Warning) {
        if !warning.is_for_users() {
            return;
        }
        let mut state = self.lock();
        if self.once && !state.written.insert(warning.text.clone()) {
            return;
        }
        state.count += 1;
        let (yellow, reset) = if self.colour {
            (YELLOW, RESET)
        } else {
            ("", "")
        };
        // There is nobody to tell that nobody can be told.
        let _: io::Result<()> = writeln!(state.out, "{yellow}Warning:{reset} {}", warning.text);
    }
}

impl fmt::Debug for WarningWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WarningWriter")
            .field("colour", &self.colour)
            .field("once", &self.once)
            .finish_non_exhaustive()
    }
}

const YELLOW: &str = "\u{1b}[33;1m";
const RESET: &str = "\u{1b}[0m";

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Out(Arc<Mutex<Vec<u8>>>);

    impl Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(with: impl Fn(WarningWriter) -> WarningWriter) -> (String, usize) {
        let out = Out::default();
        let writer = with(WarningWriter::new(out.clone()));
        for (code, text) in [
            (299, "one"),
            (299, "two"),
            (299, "one"),
            (199, "three"),
            (299, ""),
        ] {
            writer.handle("GET /", &Warning::new(code, "-", text));
        }
        let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
        (text, writer.count())
    }

    // claims: rest.warnings.write, rest.warnings.code
    #[test]
    fn warnings_for_users_are_written_and_counted() {
        assert_eq!(
            written(|writer| writer),
            ("Warning: one\nWarning: two\nWarning: one\n".to_owned(), 3)
        );
        assert_eq!(
            written(WarningWriter::each_once),
            ("Warning: one\nWarning: two\n".to_owned(), 2)
        );
        let (coloured, _) = written(|writer| writer.each_once().in_colour());
        assert!(coloured.starts_with("\u{1b}[33;1mWarning:\u{1b}[0m one\n"));
    }
}
