//! [`ExitStatus`], how a command ended.

use std::fmt;

use pintle_codec::Decoder;
use pintle_meta::v1::Status;

use crate::Error;

/// How a command in a container ended: with an exit code, as those of any process, of which zero is
/// success.
///
/// client-go's `exec.CodeExitError`, which there is an error; here only what kept a command from running
/// to its end is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExitStatus(i32);

impl ExitStatus {
    /// The exit code. A process that was killed by a signal has 128 and the signal's number, as shells
    /// say it.
    pub fn code(self) -> i32 {
        self.0
    }

    /// Whether the command succeeded.
    pub fn success(self) -> bool {
        self.0 == 0
    }

    /// What a server says of the end, as JSON.
    pub(super) fn read(what: &str, said: &[u8]) -> Result<Self, Error> {
        let mut status = Status::default();
        // It need not say that it is a Status.
        let read = Decoder::new().decode_json(said, &mut status);
        read.map_err(|error| Error::invalid_answer(what, error))?;
        if !status.is_failure() {
            return Ok(Self(0));
        }
        match exit_code(&status) {
            Some(code) => Ok(Self(code)),
            None => Err(Error::from_status(status)),
        }
    }
}

fn exit_code(status: &Status) -> Option<i32> {
    if status.reason != "NonZeroExitCode" {
        return None;
    }
    let mut causes = status.details.as_deref()?.causes.iter();
    let code = causes.find(|cause| cause.reason == "ExitCode")?;
    code.message.parse().ok()
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(said: &str) -> Result<i32, Error> {
        ExitStatus::read("GET /exec", said.as_bytes()).map(ExitStatus::code)
    }

    /// As kubelets write them.
    #[test]
    fn exit_codes_are_found() {
        let success = r#"{"metadata":{},"status":"Success"}"#;
        assert_eq!(read(success).unwrap(), 0);
        let failure = r#"{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: exit status 42","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"42"}]}}"#;
        assert_eq!(read(failure).unwrap(), 42);
    }

    #[test]
    fn what_kept_a_command_from_running_is_an_error() {
        let internal = r#"{"metadata":{},"status":"Failure","message":"Internal error occurred: error executing command in container: no","reason":"InternalError","code":500}"#;
        let error = read(internal).unwrap_err();
        assert!(
            error.to_string().contains("error executing command"),
            "{error}"
        );
        let nameless = r#"{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"many"}]}}"#;
        assert!(read(nameless).unwrap_err().as_status().is_some());
        let error = read("{").unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidAnswer);
    }
}
