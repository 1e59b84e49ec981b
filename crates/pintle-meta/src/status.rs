//! `Status`, how the API server says that something went wrong.

use std::fmt;

use crate::v1::Status;

impl Status {
    /// Whether it reports a failure, not a success.
    pub fn is_failure(&self) -> bool {
        self.status != "Success"
    }
}

impl fmt::Display for Status {
    /// The message and, behind it, the reason and the code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = if self.message.is_empty() {
            "no message"
        } else {
            &self.message
        };
        match (self.reason.is_empty(), self.code) {
            (true, 0) => f.write_str(message),
            (true, code) => write!(f, "{message} ({code})"),
            (false, 0) => write!(f, "{message} ({})", self.reason),
            (false, code) => write!(f, "{message} ({}, {code})", self.reason),
        }
    }
}
