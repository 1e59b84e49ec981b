//! A bearer token in a file, which is replaced while the program runs.
//!
//! Invariant: once there was a token there is one: what cannot be read does not replace what could.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::header::HeaderValue;
use pintle_config::Secret;
use pintle_env::{Instant, Time};

use super::bearer;
use crate::error::{Error, ErrorKind};

/// The token of a file, read again when it is old. client-go's `NewCachedFileTokenSource`.
pub(super) struct TokenFile {
    path: PathBuf,
    time: Arc<dyn Time>,
    state: Mutex<State>,
}

struct State {
    /// The last one that could be read, or what stands in until one can.
    value: Option<HeaderValue>,
    /// When to read again; none if the file was not read yet.
    read_again: Option<Instant>,
}

impl TokenFile {
    /// The token of the file at `path`; `standing_in` until that could be read.
    pub(super) fn new(
        path: &Path,
        standing_in: &Secret,
        time: Arc<dyn Time>,
    ) -> Result<Self, Error> {
        let value = match standing_in.is_empty() {
            true => None,
            false => Some(bearer(standing_in)?),
        };
        Ok(Self {
            path: path.to_owned(),
            time,
            state: Mutex::new(State {
                value,
                read_again: None,
            }),
        })
    }

    /// The value of the header.
    pub(super) fn current(&self) -> Result<HeaderValue, Error> {
        let mut state = self.lock();
        let now = self.time.now();
        if state.read_again.is_none_or(|at| at <= now) {
            self.read(&mut state, now)?;
        }
        state.value.clone().ok_or_else(|| self.empty())
    }

    /// Reads again at once if `value` is what was last read: perhaps it was replaced before its time.
    /// Whether there is another one now.
    pub(super) fn refused(&self, value: &HeaderValue) -> bool {
        let mut state = self.lock();
        if state.value.as_ref() == Some(value) {
            let now = self.time.now();
            if let Err(error) = self.read(&mut state, now) {
                tracing::warn!(%error, "the token was refused and there is no other");
            }
        }
        state.value.as_ref() != Some(value)
    }

    /// Reads the file, which is small, and mounted where it is read often.
    fn read(&self, state: &mut State, now: Instant) -> Result<(), Error> {
        let read = std::fs::read_to_string(&self.path)
            .map_err(|error| {
                let message = format!("the token file {} cannot be read", self.path.display());
                Error::with_source(ErrorKind::Credentials, message, error)
            })
            .and_then(|text| match text.trim() {
                "" => Err(self.empty()),
                token => bearer(&Secret::new(token)),
            });
        match read {
            Ok(value) => {
                state.value = Some(value);
                state.read_again = Some(now + READ_EVERY);
                Ok(())
            }
            Err(error) if state.value.is_none() => Err(error),
            Err(error) => {
                tracing::warn!(%error, "the last token is kept");
                state.read_again = Some(now + RETRY_AFTER);
                Ok(())
            }
        }
    }

    fn empty(&self) -> Error {
        let message = format!("the token file {} is empty", self.path.display());
        Error::new(ErrorKind::Credentials, message)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each part is whole at any time, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ten seconds less than the minute after which client-go takes a token of a file to be old, as there:
/// half of the time between the renewal of a service account's token and its end.
const READ_EVERY: Duration = Duration::from_secs(50);

/// How long a file is left alone that could not be read.
const RETRY_AFTER: Duration = Duration::from_secs(10);
