//! What comes of requests: answers part by part, and what goes wrong with them.

use std::ops::ControlFlow;
use std::time::Duration;

use pintle_cache_core::{EventKind, Failure};
use pintle_codec::Str;
use pintle_env::Random as _;
use pintle_meta::Bookmark;
use pintle_meta::v1::ListMeta;

use super::{STEPS, World};
use crate::simulation::object::name_of;
use crate::simulation::oracle::Verdict;
use crate::simulation::sabotage::Sabotage;
use crate::simulation::server::{Page, Reading, Sent};
use crate::simulation::source::{Asked, Exchange, Watch, failure_of, refusal, status_of};
use crate::simulation::tally::Fault;

impl World {
    /// Lets a source go on: it gets what comes next, or waits for it.
    pub(super) fn go_on(&mut self, at: usize) -> Verdict {
        let source = &mut self.sources[at];
        if source.is_stalled {
            return match self.one_of(8) {
                true => self.wait_for(at),
                false => Ok(()),
            };
        }
        match &mut source.exchange {
            Exchange::Nothing => self.wait_for(at),
            Exchange::Asked(asked) => {
                let asked = asked.clone();
                self.answer(at, &asked)
            }
            Exchange::Page(page) => {
                let page = page.clone();
                self.page(at, page)
            }
            Exchange::Watch(_) => self.watch(at),
        }
    }

    /// Lets the time come for which a source waits.
    fn wait_for(&mut self, at: usize) -> Verdict {
        let until = self.sources[at].reflector.poll_timeout();
        let until = until.ok_or("a reflector waits for nothing")?;
        self.pass(until.saturating_since(self.now))
    }

    /// The server answers a request, or something else does.
    fn answer(&mut self, at: usize, asked: &Asked) -> Verdict {
        if self.now < self.refused_until {
            return self.fail(at, Fault::Refused, Failure::Refused);
        }
        if self.now < self.unauthorized_until {
            return self.refuse(at, Fault::Unauthorized);
        }
        let fault = self.draw(match (asked.is_watch, asked.is_initial()) {
            (true, true) => &AT_WATCH_LIST[..],
            (true, false) => &AT_WATCH,
            _ => &AT_LIST,
        });
        match fault {
            Fault::Stall => return self.stall(at),
            Fault::Slow => {
                self.pass(self.seconds())?;
                // It may have been given up, and something else asked for.
                match &self.sources[at].exchange {
                    Exchange::Asked(still) if still.since == asked.since => {}
                    _ => return Ok(()),
                }
            }
            Fault::None => {}
            fault => {
                return match failure_of(fault) {
                    Some(failure) => self.fail(at, fault, failure),
                    None => self.refuse(at, fault),
                };
            }
        }
        let replica = self.random.below(2) as usize;
        let keys = self.sources[at].keys.clone();
        let outcome = match asked.is_watch {
            true => {
                let stream = self.server.watch(&asked.options, keys, replica);
                let timeout = asked.options.timeout_seconds.ok_or("a watch for ever")?;
                stream.map(|stream| {
                    Exchange::Watch(Watch {
                        stream,
                        since: asked.since,
                        ends: asked.since + Duration::from_secs(timeout as u64),
                        is_empty: true,
                    })
                })
            }
            false => {
                let page = self.server.list(&asked.options, keys, replica);
                page.map(Exchange::Page)
            }
        };
        match outcome {
            Ok(exchange) if asked.is_watch => self.act(at, fault, |it| {
                it.source.exchange = exchange;
                it.source.reflector.handle_watching(it.now);
                Ok(())
            }),
            Ok(exchange) => {
                self.sources[at].exchange = exchange;
                Ok(())
            }
            Err(refused) => {
                let (status, fault) = refusal(refused);
                let is_page = !asked.options.continue_.is_empty();
                let fault = if is_page { Fault::GonePage } else { fault };
                let failure = Failure::of_status(&status);
                let forgets = self.sabotage == Sabotage::SameVersion && asked.is_watch;
                self.fail(at, fault, if forgets { Failure::Refused } else { failure })
            }
        }
    }

    /// The next part of a page.
    fn page(&mut self, at: usize, mut page: Page) -> Verdict {
        let fault = self.draw(&IN_LIST);
        match fault {
            Fault::Stall => return self.stall(at),
            Fault::Cut | Fault::Truncate if self.sabotage == Sabotage::FailedPage => {
                return self.end_page(at, Fault::None, &page, String::new());
            }
            Fault::Cut => return self.fail(at, fault, Failure::Broken),
            Fault::Truncate => return self.fail(at, fault, Failure::Other),
            Fault::Slow => {
                self.pass(self.seconds())?;
                if !matches!(self.sources[at].exchange, Exchange::Page(_)) {
                    return Ok(());
                }
            }
            _ => {}
        }
        let Some(revision) = page.next(&self.server) else {
            let token = page.token(&self.server);
            let fault = if fault == Fault::Duplicate {
                Fault::None
            } else {
                fault
            };
            return self.end_page(at, fault, &page, token);
        };
        self.sources[at].exchange = Exchange::Page(page);
        let times = if fault == Fault::Duplicate { 2 } else { 1 };
        for _ in 0..times {
            self.item(at, fault, revision)?;
        }
        Ok(())
    }

    fn item(&mut self, at: usize, fault: Fault, revision: usize) -> Verdict {
        let written = self.server.change(revision);
        let (object, is_wanted) = (written.object.clone(), written.is_wanted);
        match written.reading {
            Reading::Whole => self.act(at, fault, |it| {
                it.source.reflector.handle_item(it.now, object, is_wanted);
                Ok(())
            }),
            Reading::Unreadable if self.sabotage == Sabotage::FalseDelete => Ok(()),
            Reading::Unreadable => self.unreadable(at, Fault::Unreadable, Some(object.number())),
            Reading::Nameless => self.unreadable(at, Fault::Nameless, None),
        }
    }

    fn unreadable(&mut self, at: usize, fault: Fault, number: Option<usize>) -> Verdict {
        self.act(at, fault, |it| {
            let name = number.map(name_of);
            if !it.source.reflector.handle_unreadable(it.now, name) {
                it.source.exchange = Exchange::Nothing;
            }
            Ok(())
        })
    }

    fn end_page(&mut self, at: usize, fault: Fault, page: &Page, token: String) -> Verdict {
        let metadata = ListMeta {
            resource_version: self.server.version(page.revision),
            continue_: token.into(),
            ..ListMeta::default()
        };
        self.act(at, fault, |it| {
            it.source.exchange = Exchange::Nothing;
            let change = it.source.reflector.handle_page(it.now, &metadata);
            it.push(change);
            Ok(())
        })
    }

    /// The next part of a watch.
    fn watch(&mut self, at: usize) -> Verdict {
        let fault = self.draw(&IN_WATCH);
        match fault {
            Fault::Stall => return self.stall(at),
            Fault::Cut | Fault::Truncate => return self.end(at, fault, Some(Failure::Broken)),
            Fault::GoneEvent | Fault::BusyEvent | Fault::ErrorEvent => {
                return self.refuse(at, fault);
            }
            Fault::Slow => {
                self.pass(self.seconds())?;
                if !matches!(self.sources[at].exchange, Exchange::Watch(_)) {
                    return Ok(());
                }
            }
            _ => {}
        }
        let is_due = self.one_of(4);
        let Exchange::Watch(watch) = &mut self.sources[at].exchange else {
            return Ok(());
        };
        let is_short = self.now.saturating_since(watch.since) < Duration::from_secs(1);
        if fault == Fault::ShortEnd {
            // It ends all the same, later or behind an event.
            let is_short = is_short && watch.is_empty;
            let fault = if is_short { fault } else { Fault::None };
            return self.end(at, fault, None);
        }
        if self.now >= watch.ends {
            return self.end(at, Fault::None, None);
        }
        let sent = match self.sabotage {
            Sabotage::EarlyBookmark if is_due && !watch.stream.is_initial() => {
                let version = self
                    .server
                    .version(watch.stream.replica_revision(&self.server));
                return self.bookmark(at, fault, version, false);
            }
            _ => watch.stream.next(&self.server, is_due),
        };
        let version = self.server.version(watch.stream.position);
        let ends = watch.ends;
        let times = if fault == Fault::Duplicate { 2 } else { 1 };
        match sent {
            Some(Sent::Event { kind, revision }) => {
                for _ in 0..times {
                    self.event(at, fault, kind, revision)?;
                }
                Ok(())
            }
            Some(Sent::Bookmark { ends_initial }) => {
                for _ in 0..times {
                    self.bookmark(at, fault, version.clone(), ends_initial)?;
                }
                Ok(())
            }
            Some(Sent::Expired) => self.refuse(at, Fault::GoneEvent),
            // Nothing happens until the server ends it.
            None if self.one_of(16) && self.tally.steps < STEPS => {
                self.pass(ends.saturating_since(self.now))
            }
            None => Ok(()),
        }
    }

    fn event(&mut self, at: usize, fault: Fault, kind: EventKind, revision: usize) -> Verdict {
        let written = self.server.change(revision);
        let (object, reading) = (written.object.clone(), written.reading);
        // What is deleted is not looked at.
        let is_wanted = written.is_wanted || kind == EventKind::Deleted;
        if let Exchange::Watch(watch) = &mut self.sources[at].exchange {
            watch.is_empty = false;
        }
        match reading {
            Reading::Whole => self.act(at, fault, |it| {
                let change = it
                    .source
                    .reflector
                    .handle_event(it.now, kind, object, is_wanted);
                it.push(change);
                Ok(())
            }),
            Reading::Unreadable | Reading::Nameless => {
                let is_named = reading == Reading::Unreadable;
                let fault = if is_named {
                    Fault::Unreadable
                } else {
                    Fault::Nameless
                };
                let number = is_named.then(|| object.number());
                match kind {
                    EventKind::Deleted if self.sabotage != Sabotage::Ghost => {
                        self.unreadable_deletion(at, fault, number)
                    }
                    _ => self.unreadable(at, fault, number),
                }
            }
        }
    }

    fn unreadable_deletion(&mut self, at: usize, fault: Fault, number: Option<usize>) -> Verdict {
        self.act(at, fault, |it| {
            let name = number.map(name_of);
            match it.source.reflector.handle_unreadable_deletion(it.now, name) {
                ControlFlow::Continue(change) => it.push(change),
                ControlFlow::Break(()) => it.source.exchange = Exchange::Nothing,
            }
            Ok(())
        })
    }

    fn bookmark(&mut self, at: usize, fault: Fault, version: Str, ends_initial: bool) -> Verdict {
        let mut bookmark = Bookmark::default();
        bookmark.resource_version = version.as_str().into();
        bookmark.initial_events_end = ends_initial;
        if let Exchange::Watch(watch) = &mut self.sources[at].exchange {
            watch.is_empty = false;
        }
        self.act(at, fault, |it| {
            let change = it.source.reflector.handle_bookmark(it.now, &bookmark);
            it.push(change);
            Ok(())
        })
    }

    /// What befalls the next part of an answer. What went wrong once likes to do so again.
    fn draw(&mut self, faults: &[Fault]) -> Fault {
        if self.faults == 0 {
            return Fault::None;
        }
        let again = faults.contains(&self.last_fault) && self.one_of(4);
        if again || !self.one_of(self.faults) {
            return if again { self.last_fault } else { Fault::None };
        }
        self.last_fault = faults[self.random.below(faults.len() as u64) as usize];
        self.last_fault
    }

    pub(super) fn seconds(&self) -> Duration {
        Duration::from_millis(1_000 + self.random.below(25_000))
    }

    fn stall(&mut self, at: usize) -> Verdict {
        self.sources[at].is_stalled = true;
        Ok(())
    }

    /// What is under way is answered with a Status.
    fn refuse(&mut self, at: usize, fault: Fault) -> Verdict {
        let status = status_of(fault, self.random.below(40) as i32);
        self.fail(at, fault, Failure::of_status(&status))
    }

    fn fail(&mut self, at: usize, fault: Fault, failure: Failure) -> Verdict {
        self.act(at, fault, |it| {
            it.source.exchange = Exchange::Nothing;
            it.source.reflector.handle_failure(it.now, failure);
            Ok(())
        })
    }

    /// A watch ends.
    fn end(&mut self, at: usize, fault: Fault, failure: Option<Failure>) -> Verdict {
        self.act(at, fault, |it| {
            it.source.exchange = Exchange::Nothing;
            it.source.reflector.handle_end(it.now, failure);
            Ok(())
        })
    }
}

const AT_LIST: [Fault; 9] = [
    Fault::Cut,
    Fault::Stall,
    Fault::Slow,
    Fault::GoneStatus,
    Fault::BusyStatus,
    Fault::ErrorStatus,
    Fault::Refused,
    Fault::Unauthorized,
    Fault::TooLarge,
];
const AT_WATCH_LIST: [Fault; 10] = [
    Fault::Cut,
    Fault::Stall,
    Fault::Slow,
    Fault::GoneStatus,
    Fault::BusyStatus,
    Fault::ErrorStatus,
    Fault::Refused,
    Fault::Unauthorized,
    Fault::TooLarge,
    Fault::NoInitialEvents,
];
const AT_WATCH: [Fault; 8] = [
    Fault::Cut,
    Fault::Stall,
    Fault::Slow,
    Fault::GoneStatus,
    Fault::BusyStatus,
    Fault::ErrorStatus,
    Fault::Refused,
    Fault::Unauthorized,
];
const IN_LIST: [Fault; 5] = [
    Fault::Cut,
    Fault::Stall,
    Fault::Slow,
    Fault::Duplicate,
    Fault::Truncate,
];
const IN_WATCH: [Fault; 9] = [
    Fault::Cut,
    Fault::Stall,
    Fault::Slow,
    Fault::Duplicate,
    Fault::Truncate,
    Fault::ShortEnd,
    Fault::GoneEvent,
    Fault::BusyEvent,
    Fault::ErrorEvent,
];
