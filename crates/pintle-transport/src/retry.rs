//! Whether a request is sent again, and when: the decision, without the doing.
//!
//! Invariant: what may have been acted upon is never sent again, unless the server has said that it was
//! not. A server that names a number of seconds in `Retry-After` has; a connection that breaks has not.

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};

use crate::error::Error;
use crate::options::Purpose;

/// The attempts of one request.
#[derive(Debug)]
pub(crate) struct Retry {
    purpose: Purpose,
    /// Whether the request only reads, so that to send it twice does no harm.
    reads: bool,
    /// Whether its body can be sent again.
    replayable: bool,
    max: u32,
    resent: u32,
}

impl Retry {
    pub(crate) fn new(purpose: Purpose, reads: bool, replayable: bool, max: u32) -> Self {
        Self {
            purpose,
            reads,
            replayable,
            max,
            resent: 0,
        }
    }

    /// How often the request was sent again.
    pub(crate) fn resent(&self) -> u32 {
        self.resent
    }

    /// After which wait to try again, given an answer; none if the answer is to be taken as it is.
    pub(crate) fn after_answer(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Option<Duration> {
        let busy = status == StatusCode::TOO_MANY_REQUESTS || status.as_u16() >= 500;
        let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?;
        // The header's other form, a date, is none that API servers use.
        let seconds: i64 = seconds.parse().ok()?;
        let wait = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        (busy && self.again()).then_some(wait)
    }

    /// After which wait to try again, given an error; none if there is nothing to be done.
    pub(crate) fn after_error(&mut self, error: &Error) -> Option<Duration> {
        (self.is_passing(error) && self.again()).then_some(AFTER_ERROR)
    }

    /// Whether the error is one that may be over at the next attempt.
    fn is_passing(&self, error: &Error) -> bool {
        match self.purpose {
            Purpose::Whole => self.reads && error.is_lost(),
            Purpose::Watch => error.is_lost() || error.is_connect_timeout(),
            Purpose::Stream => false,
        }
    }

    fn again(&mut self) -> bool {
        if !self.replayable || self.resent == self.max {
            return false;
        }
        self.resent += 1;
        true
    }
}

const AFTER_ERROR: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::error::ErrorKind;

    fn retry() -> Retry {
        Retry::new(Purpose::Whole, false, true, 10)
    }

    fn headers(retry_after: &str) -> HeaderMap {
        let value = HeaderValue::from_str(retry_after).unwrap();
        HeaderMap::from_iter([(RETRY_AFTER, value)])
    }

    fn answer(retry: &mut Retry, status: u16, retry_after: &str) -> Option<u64> {
        let status = StatusCode::from_u16(status).unwrap();
        let wait = retry.after_answer(status, &headers(retry_after));
        wait.map(|wait| wait.as_secs())
    }

    // claims: rest.retry.status
    #[test]
    fn only_whole_seconds_of_a_busy_server_are_waited_for() {
        for (status, retry_after, wait) in [
            (429, "1", Some(1)),
            (500, "0", Some(0)),
            (503, "17", Some(17)),
            (504, "+3", Some(3)),
            (599, "-4", Some(0)),
            (429, "1.5", None),
            (429, "1s", None),
            (503, "Fri, 31 Dec 1999 23:59:59 GMT", None),
            (503, "", None),
            (200, "1", None),
            (409, "1", None),
            (404, "1", None),
        ] {
            assert_eq!(
                answer(&mut retry(), status, retry_after),
                wait,
                "{status} {retry_after}"
            );
        }
        let none = retry().after_answer(StatusCode::SERVICE_UNAVAILABLE, &HeaderMap::new());
        assert_eq!(none, None);
    }

    // claims: rest.retry.limit
    #[test]
    fn a_request_is_sent_again_ten_times() {
        let mut retry = retry();
        for _ in 0..10 {
            assert_eq!(answer(&mut retry, 429, "1"), Some(1));
        }
        assert_eq!(answer(&mut retry, 429, "1"), None);
        assert_eq!(retry.resent(), 10);
        let mut never = Retry::new(Purpose::Whole, true, true, 0);
        assert_eq!(answer(&mut never, 429, "1"), None);
    }

    // claims: rest.retry.body
    #[test]
    fn a_body_that_is_gone_is_not_sent_again() {
        let mut retry = Retry::new(Purpose::Whole, true, false, 10);
        assert_eq!(answer(&mut retry, 429, "1"), None);
        let lost = Error::new(ErrorKind::Closed, "gone");
        assert_eq!(retry.after_error(&lost), None);
    }

    // claims: rest.retry.reads, rest.retry.writes, rest.retry.other-errors, rest.retry.watch, rest.retry.stream
    #[test]
    fn errors_are_judged_by_what_was_asked() {
        let lost = Some(Duration::from_secs(1));
        let (closed, pinged, late) = (
            ErrorKind::Closed,
            ErrorKind::Timeout,
            ErrorKind::ConnectTimeout,
        );
        for (purpose, reads, kind, wait) in [
            (Purpose::Whole, true, closed, lost),
            (Purpose::Whole, true, pinged, lost),
            (Purpose::Whole, true, late, None),
            (Purpose::Whole, false, closed, None),
            (Purpose::Whole, false, pinged, None),
            (Purpose::Watch, true, closed, lost),
            (Purpose::Watch, true, pinged, lost),
            (Purpose::Watch, true, late, lost),
            (Purpose::Stream, true, closed, None),
            (Purpose::Stream, true, late, None),
        ] {
            let mut retry = Retry::new(purpose, reads, true, 10);
            let outcome = retry.after_error(&Error::new(kind, "an error"));
            assert_eq!(outcome, wait, "{purpose:?} {reads} {kind:?}");
        }
        for kind in [
            ErrorKind::Refused,
            ErrorKind::Dns,
            ErrorKind::UnknownIssuer,
            ErrorKind::Protocol,
            ErrorKind::Credentials,
            ErrorKind::Deadline,
        ] {
            for purpose in [Purpose::Whole, Purpose::Watch] {
                let mut retry = Retry::new(purpose, true, true, 10);
                let outcome = retry.after_error(&Error::new(kind, "an error"));
                assert_eq!(outcome, None, "{purpose:?} {kind:?}");
            }
        }
    }

    #[test]
    fn a_reset_counts_wherever_it_happened() {
        use std::io::{Error as IoError, ErrorKind as Io};

        for (io, wait) in [
            (Io::ConnectionReset, Some(Duration::from_secs(1))),
            (Io::UnexpectedEof, Some(Duration::from_secs(1))),
            (Io::HostUnreachable, None),
        ] {
            for kind in [ErrorKind::Tls, ErrorKind::Unreachable] {
                let error = Error::with_source(kind, "during the handshake", IoError::from(io));
                let mut retry = Retry::new(Purpose::Whole, true, true, 10);
                assert_eq!(retry.after_error(&error), wait, "{kind:?} {io:?}");
            }
        }
    }
}
