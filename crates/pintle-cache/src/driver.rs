//! [`Driver`], which asks the server for what a reflector wants and tells it what came of it.
//!
//! Invariant: it decides nothing. Dropping it ends what is under way, or has it ended by who reads it.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pintle_cache_core::{Action, Change, EventKind, Failure, Phase, Reflector};
use pintle_client::{BoxFuture, Error, ErrorKind};
use pintle_env::{Instant, Sleep, Time};
use pintle_meta::{AnyObject, ObjectName, ResourceVersion, WatchEvent};

use crate::intake::{Intake, Taken};
use crate::report::Problem;
use crate::source::{Arrived, Events, Items, Source};

/// A reflector with its source.
pub(crate) struct Driver {
    reflector: Reflector<AnyObject>,
    source: Arc<dyn Source>,
    intake: Intake,
    time: Arc<dyn Time>,
    under_way: UnderWay,
    /// The instant that is slept until, and the sleep.
    sleep: Option<(Instant, Sleep)>,
    /// What was found out beside a problem.
    beside: Option<Change<AnyObject>>,
}

enum UnderWay {
    Nothing,
    OpeningList(BoxFuture<'static, Result<Items, Error>>),
    List(Items),
    OpeningWatch(BoxFuture<'static, Result<Events, Error>>),
    Watch(Events),
}

/// What a driver found out.
#[derive(Debug)]
pub(crate) enum Found {
    Change(Change<AnyObject>),
    Problem(Problem),
}

impl Driver {
    pub(crate) fn new(
        reflector: Reflector<AnyObject>,
        source: Arc<dyn Source>,
        intake: Intake,
        time: Arc<dyn Time>,
    ) -> Self {
        Self {
            reflector,
            source,
            intake,
            time,
            under_way: UnderWay::Nothing,
            sleep: None,
            beside: None,
        }
    }

    /// How many objects have come of those that it began to ask for.
    pub(crate) fn arrived(&self) -> usize {
        self.reflector.arrived()
    }

    pub(crate) fn resource_version(&self) -> &ResourceVersion {
        self.reflector.resource_version()
    }

    /// What it finds out next. It never ends.
    pub(crate) fn poll_found(&mut self, cx: &mut Context<'_>) -> Poll<Found> {
        if let Some(change) = self.beside.take() {
            return Poll::Ready(Found::Change(change));
        }
        loop {
            let now = self.time.now();
            while let Some(action) = self.reflector.poll_action(now) {
                match action {
                    Action::List(options) => {
                        self.under_way = UnderWay::OpeningList(self.source.list(options));
                    }
                    Action::Watch(options) => {
                        self.under_way = UnderWay::OpeningWatch(self.source.watch(options));
                    }
                    Action::Close => self.under_way = UnderWay::Nothing,
                    Action::Warn(warning) => {
                        return Poll::Ready(Found::Problem(Problem::Warning(warning)));
                    }
                    // Nothing else is known that could be done.
                    _ => {}
                }
            }
            match self.poll_under_way(cx, now) {
                Poll::Ready(Some(found)) => return Poll::Ready(found),
                Poll::Ready(None) => continue,
                Poll::Pending => {}
            }
            ready!(self.poll_sleep(cx));
            self.reflector.handle_timeout(self.time.now());
        }
    }

    /// Ends when the reflector wants to know what time it is.
    fn poll_sleep(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.reflector.poll_timeout() else {
            self.sleep = None;
            return Poll::Pending;
        };
        // A sleep that ends early does no harm, and to make one anew for each event does.
        let is_late = |(known, _): &(Instant, Sleep)| *known > deadline;
        if self.sleep.as_ref().is_none_or(is_late) {
            self.sleep = Some((deadline, self.time.sleep_until(deadline)));
        }
        loop {
            let (until, sleep) = self.sleep.as_mut().expect("it was set above");
            ready!(sleep.as_mut().poll(cx));
            if *until >= deadline {
                self.sleep = None;
                return Poll::Ready(());
            }
            self.sleep = Some((deadline, self.time.sleep_until(deadline)));
        }
    }

    /// What comes of what is under way; `None` if the reflector is to be asked again.
    fn poll_under_way(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<Option<Found>> {
        match &mut self.under_way {
            UnderWay::Nothing => Poll::Pending,
            UnderWay::OpeningList(list) => {
                match ready!(list.as_mut().poll(cx)) {
                    Ok(items) => self.under_way = UnderWay::List(items),
                    Err(error) => return Poll::Ready(Some(self.failed(now, error))),
                }
                Poll::Ready(None)
            }
            UnderWay::List(items) => match ready!(items.as_mut().poll_item(cx)) {
                Ok(Arrived::Item(object)) => Poll::Ready(self.item(now, object)),
                Ok(Arrived::End { type_meta, .. }) if type_meta.kind == "Table" => {
                    let message = "the server answered with a Table, which has no objects";
                    let error = Error::with_message(ErrorKind::InvalidAnswer, message);
                    Poll::Ready(Some(self.failed(now, error)))
                }
                Ok(Arrived::End { metadata, .. }) => {
                    self.under_way = UnderWay::Nothing;
                    let change = self.reflector.handle_page(now, &metadata);
                    Poll::Ready(change.map(Found::Change))
                }
                Err(error) => Poll::Ready(Some(self.unreadable_or_failed(now, error))),
            },
            UnderWay::OpeningWatch(watch) => {
                match ready!(watch.as_mut().poll(cx)) {
                    Ok(events) => {
                        self.under_way = UnderWay::Watch(events);
                        self.reflector.handle_watching(now);
                    }
                    Err(error) => return Poll::Ready(Some(self.failed(now, error))),
                }
                Poll::Ready(None)
            }
            UnderWay::Watch(events) => match ready!(events.as_mut().poll_next(cx)) {
                Some(Ok(event)) => Poll::Ready(self.event(now, event)),
                Some(Err(error)) => Poll::Ready(Some(self.unreadable_or_failed(now, error))),
                None => {
                    self.under_way = UnderWay::Nothing;
                    self.reflector.handle_end(now, None);
                    Poll::Ready(None)
                }
            },
        }
    }

    fn item(&mut self, now: Instant, object: AnyObject) -> Option<Found> {
        match self.intake.take(object) {
            Taken::Wanted(object) => {
                self.reflector.handle_item(now, object, true);
                None
            }
            Taken::Unwanted(object) => {
                self.reflector.handle_item(now, object, false);
                None
            }
            Taken::Refused { key, error } => Some(self.refused(now, key, error)),
        }
    }

    fn event(&mut self, now: Instant, event: WatchEvent<AnyObject>) -> Option<Found> {
        let (kind, object) = match event {
            WatchEvent::Added(object) => (EventKind::Added, object),
            WatchEvent::Modified(object) => (EventKind::Modified, object),
            WatchEvent::Deleted(object) => {
                let change = self
                    .reflector
                    .handle_event(now, EventKind::Deleted, object, true);
                return change.map(Found::Change);
            }
            WatchEvent::Bookmark(bookmark) => {
                let change = self.reflector.handle_bookmark(now, &bookmark);
                return change.map(Found::Change);
            }
            WatchEvent::Error(status) => {
                let failure = Failure::of_status(&status);
                self.under_way = UnderWay::Nothing;
                self.reflector.handle_failure(now, failure);
                return Some(Found::Problem(Problem::Request(status.into())));
            }
        };
        let taken = match self.reflector.phase() {
            // After a gap, most of these are known.
            Phase::Initial => self.intake.take(object),
            _ => self.intake.take_change(object),
        };
        let change = match taken {
            Taken::Wanted(object) => self.reflector.handle_event(now, kind, object, true),
            Taken::Unwanted(object) => self.reflector.handle_event(now, kind, object, false),
            Taken::Refused { key, error } => return Some(self.refused(now, key, error)),
        };
        change.map(Found::Change)
    }

    /// A request, or what it was answered, failed.
    fn failed(&mut self, now: Instant, error: Error) -> Found {
        let was_watching = matches!(self.under_way, UnderWay::Watch(_));
        self.under_way = UnderWay::Nothing;
        let failure = failure_of(&error);
        if was_watching {
            self.reflector.handle_end(now, Some(failure));
        } else {
            self.reflector.handle_failure(now, failure);
        }
        Found::Problem(Problem::Request(error))
    }

    fn unreadable_or_failed(&mut self, now: Instant, error: Error) -> Found {
        let Some(object) = error.as_undecodable() else {
            return self.failed(now, error);
        };
        let key = object.name().cloned();
        let outcome = match object.is_deletion() {
            true => self.reflector.handle_unreadable_deletion(now, key.clone()),
            false if self.reflector.handle_unreadable(now, key.clone()) => {
                ControlFlow::Continue(None)
            }
            false => ControlFlow::Break(()),
        };
        match outcome {
            ControlFlow::Continue(change) => self.beside = change,
            ControlFlow::Break(()) => self.under_way = UnderWay::Nothing,
        }
        Found::Problem(Problem::Unreadable { key, error })
    }

    /// An object that was read, and that the program cannot take.
    fn refused(&mut self, now: Instant, key: ObjectName, error: Error) -> Found {
        let key = Some(key);
        if !self.reflector.handle_unreadable(now, key.clone()) {
            self.under_way = UnderWay::Nothing;
        }
        Found::Problem(Problem::Unreadable { key, error })
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reflector.fmt(f)
    }
}

/// What an error means to what comes next.
fn failure_of(error: &Error) -> Failure {
    if let Some(status) = error.as_status() {
        return Failure::of_status(status);
    }
    match error.as_transport() {
        Some(transport) if transport.is_refused() => return Failure::Refused,
        Some(_) => return Failure::Broken,
        None if error.is_closed() => return Failure::Broken,
        None => {}
    }
    Failure::Other
}
