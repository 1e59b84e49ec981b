//! [`Error`], why a cluster could not be started or used.

use std::fmt;

use pintle_apiserver::StartError;

/// Why a cluster could not be started, or a client of it failed.
#[derive(Debug)]
pub struct Error(Cause);

#[derive(Debug)]
enum Cause {
    Start(StartError),
    Client(pintle_client::Error),
    Seed(pintle_codec::Error),
}

impl Error {
    /// The client's error, if it is one.
    pub fn as_client_error(&self) -> Option<&pintle_client::Error> {
        match &self.0 {
            Cause::Client(error) => Some(error),
            Cause::Start(_) | Cause::Seed(_) => None,
        }
    }

    pub(crate) fn seed(error: pintle_codec::Error) -> Self {
        Self(Cause::Seed(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Cause::Start(_) => "the cluster did not start",
            Cause::Client(_) => "a client of the cluster failed",
            Cause::Seed(_) => "an object to start with cannot be encoded",
        })
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Cause::Start(error) => Some(error),
            Cause::Client(error) => Some(error),
            Cause::Seed(error) => Some(error),
        }
    }
}

impl From<StartError> for Error {
    fn from(error: StartError) -> Self {
        Self(Cause::Start(error))
    }
}

impl From<pintle_client::Error> for Error {
    fn from(error: pintle_client::Error) -> Self {
        Self(Cause::Client(error))
    }
}
