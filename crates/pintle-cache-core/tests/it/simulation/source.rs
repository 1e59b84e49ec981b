//! A reflector and what it has asked the server for.

use std::ops::Range;

use pintle_cache_core::{Failure, Reflector, SourceId};
use pintle_env::Instant;
use pintle_meta::v1::{ListOptions, Status, StatusCause, StatusDetails};

use super::object::Object;
use super::oracle::Oracle;
use super::server::{Page, Refusal, Stream};
use super::tally::Fault;

pub(super) struct Source {
    pub(super) id: SourceId,
    pub(super) keys: Range<usize>,
    pub(super) reflector: Reflector<Object>,
    pub(super) exchange: Exchange,
    /// Nothing of what is under way arrives any more.
    pub(super) is_stalled: bool,
    /// What made the reflector wait, if it does.
    pub(super) cause: Fault,
    pub(super) oracle: Oracle,
}

/// What is under way.
pub(super) enum Exchange {
    Nothing,
    Asked(Asked),
    Page(Page),
    Watch(Watch),
}

/// A request that was not answered yet.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) options: ListOptions,
    pub(super) is_watch: bool,
    pub(super) since: Instant,
}

/// A watch that was answered.
pub(super) struct Watch {
    pub(super) stream: Stream,
    pub(super) since: Instant,
    /// When the server ends it.
    pub(super) ends: Instant,
    pub(super) is_empty: bool,
}

impl Asked {
    pub(super) fn is_initial(&self) -> bool {
        self.options.send_initial_events == Some(true)
    }
}

/// What a server says with a refusal, as kube-apiserver spells it.
pub(super) fn refusal(refusal: Refusal) -> (Status, Fault) {
    match refusal {
        Refusal::Expired => (status(410, "Expired"), Fault::GoneStatus),
        Refusal::NoInitialEvents => (status(422, "Invalid"), Fault::NoInitialEvents),
        Refusal::TooLarge => {
            let cause = StatusCause {
                reason: "ResourceVersionTooLarge".into(),
                message: "Too large resource version".into(),
                ..StatusCause::default()
            };
            let details = StatusDetails {
                causes: [cause].into_iter().collect(),
                retry_after_seconds: 1,
                ..StatusDetails::default()
            };
            let status = Status {
                details: Some(Box::new(details)),
                ..status(504, "Timeout")
            };
            (status, Fault::TooLarge)
        }
    }
}

/// A refusal that the server's state is no reason for.
pub(super) fn status_of(fault: Fault, seconds: i32) -> Status {
    match fault {
        Fault::GoneStatus | Fault::GoneEvent | Fault::GonePage => refusal(Refusal::Expired).0,
        Fault::TooLarge => refusal(Refusal::TooLarge).0,
        Fault::NoInitialEvents => refusal(Refusal::NoInitialEvents).0,
        Fault::Unauthorized => status(401, "Unauthorized"),
        Fault::BusyStatus | Fault::BusyEvent => {
            let details = StatusDetails {
                retry_after_seconds: seconds,
                ..StatusDetails::default()
            };
            Status {
                details: Some(Box::new(details)),
                ..status(429, "TooManyRequests")
            }
        }
        _ => match seconds % 3 {
            0 => status(500, "InternalError"),
            1 => status(503, "ServiceUnavailable"),
            _ => status(502, ""),
        },
    }
}

/// What a failure of the connection means to the reflector; `None` for what is a Status.
pub(super) fn failure_of(fault: Fault) -> Option<Failure> {
    match fault {
        Fault::Cut => Some(Failure::Broken),
        Fault::Refused => Some(Failure::Refused),
        _ => None,
    }
}

fn status(code: i32, reason: &'static str) -> Status {
    Status {
        code,
        reason: reason.into(),
        status: "Failure".into(),
        ..Status::default()
    }
}
