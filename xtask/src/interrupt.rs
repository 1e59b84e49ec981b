//! Ctrl-C and its relatives, as a flag: a task that started something stops it before it ends.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::error::{Context, Result};

/// Remembers the first of SIGINT, SIGTERM and SIGHUP, which no longer end the process by themselves.
#[derive(Clone)]
pub(crate) struct Interrupt {
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    pub(crate) fn listen() -> Result<Self> {
        let signal = Arc::new(AtomicUsize::new(0));
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register_usize(number, Arc::clone(&signal), number as usize)
                .context(|| format!("listen for signal {number}"))?;
        }
        Ok(Self { signal })
    }

    /// The number of the signal that came, if any.
    pub(crate) fn signal(&self) -> Option<i32> {
        match self.signal.load(Ordering::Relaxed) {
            0 => None,
            number => i32::try_from(number).ok(),
        }
    }

    /// The signal that came, unless it is Ctrl-C, which a terminal sends to the whole foreground group.
    pub(crate) fn signal_to_forward(&self) -> Option<i32> {
        self.signal().filter(|&number| number != SIGINT)
    }

    /// The exit code that shells give to a process ended by this signal.
    pub(crate) fn exit_code(signal: i32) -> ExitCode {
        ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX))
    }
}
