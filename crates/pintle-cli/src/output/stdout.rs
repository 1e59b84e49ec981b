//! Standard output.

use std::io::{self, IsTerminal as _, Write};

use crate::error::Error;
use crate::messages::Colour;

/// Where results go. Each write appears at once up to its last line end, on a pipe too.
pub(crate) struct Stdout {
    /// Locked for as long as something is written: there may be others who write.
    writer: io::Stdout,
    terminal: bool,
    colour: Colour,
}

impl Stdout {
    pub(crate) fn new() -> Self {
        let writer = io::stdout();
        let terminal = writer.is_terminal();
        Self {
            writer,
            terminal,
            colour: Colour::on(terminal),
        }
    }

    /// Whether a person is watching.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    pub(crate) fn colour(&self) -> Colour {
        self.colour
    }

    /// Writes whole lines.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), Error> {
        self.write_bytes(text.as_bytes())
    }

    /// Writes what may be no text.
    pub(crate) fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.writer.write_all(bytes)?;
        Ok(self.writer.flush()?)
    }

    pub(crate) fn line(&mut self, text: &str) -> Result<(), Error> {
        self.write(&format!("{text}\n"))
    }
}
