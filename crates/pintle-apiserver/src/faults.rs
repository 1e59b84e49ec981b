//! [`Faults`], with which a test makes a server misbehave, and counts what it is asked.
//!
//! A server without them asks one `Option` a request.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::StatusCode;
use pintle_env::{Clock, Timer};

use crate::{Attributes, http::Expiry, status::Failure};

/// What goes wrong in a server, and what it was asked. Clones share both.
///
/// ```
/// use pintle_apiserver::{ApiServer, Fault, Faults, Requests};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), pintle_apiserver::StartError> {
/// let faults = Faults::new();
/// let server = ApiServer::builder().faults(&faults).start().await?;
/// // The next two lists of pods fail, and a client that gives up after one has a bug.
/// let lists = Requests::any().verb("list").resource("pods");
/// faults.inject(Fault::status(503).on(lists.clone()).times(2));
/// # assert_eq!(faults.count(&lists), 0);
/// # server.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<State>>);

/// Something that goes wrong with a request.
#[derive(Clone, Debug)]
#[must_use = "a fault does nothing until it is injected"]
pub struct Fault {
    requests: Requests,
    times: Option<u64>,
    delay: Duration,
    end: End,
}

/// A set of requests: those that have all that was named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    verb: Option<String>,
    group: Option<String>,
    resource: Option<String>,
    subresource: Option<String>,
}

/// How a faulty request ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// As if nothing was wrong.
    Well,
    /// With this code.
    Status(StatusCode, Option<Duration>),
    /// With the connection.
    Reset,
    /// With the connection, once it has been done.
    LostAnswer,
}

/// What a server has to do about a request.
#[derive(Debug)]
pub(crate) enum Met {
    /// To answer it.
    Nothing,
    /// To refuse it.
    Refusal(Failure),
    /// To break its connection.
    Reset,
    /// To do what it asks for, and then to break its connection.
    LostAnswer,
}

#[derive(Debug, Default)]
struct State {
    faults: Vec<Fault>,
    counts: HashMap<Asked, u64>,
    watches: Vec<(Asked, Expiry)>,
}

/// What is remembered of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    verb: String,
    group: String,
    resource: String,
    subresource: String,
}

impl Faults {
    /// No faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets something go wrong from now on. Of several faults that a request meets, the one that was
    /// injected first is it.
    pub fn inject(&self, fault: Fault) {
        if fault.times != Some(0) {
            self.lock().faults.push(fault);
        }
    }

    /// Lets nothing go wrong any more.
    pub fn clear(&self) {
        self.lock().faults.clear();
    }

    /// How many such requests have come, answered or not.
    pub fn count(&self, requests: &Requests) -> u64 {
        let state = self.lock();
        let counts = state.counts.iter();
        let counted = counts.filter(|(asked, _)| requests.contain(asked));
        counted.map(|(_, count)| count).sum()
    }

    /// Ends watches that are being served, as if their time was over. A set that names a verb is that
    /// of watches only if it is `watch`.
    pub fn end_watches(&self, requests: &Requests) {
        let ended: Vec<_> = {
            let mut state = self.lock();
            let watches = &mut state.watches;
            let ended = watches.extract_if(.., |(asked, _)| requests.contain(asked));
            ended.collect()
        };
        for (_, watch) in ended {
            watch.end();
        }
    }

    /// What goes wrong with a request that has come.
    pub(crate) async fn meet(
        &self,
        attributes: &Attributes<'_>,
        clock: &dyn Clock,
        timer: &dyn Timer,
    ) -> Met {
        let asked = Asked::new(attributes);
        let fault = {
            let mut state = self.lock();
            let fault = state.next(&asked);
            *state.counts.entry(asked).or_default() += 1;
            fault
        };
        let Some(Fault { delay, end, .. }) = fault else {
            return Met::Nothing;
        };
        if !delay.is_zero() {
            timer.sleep_until(clock.now() + delay).await;
        }
        match end {
            End::Well => Met::Nothing,
            End::Status(code, retry_after) => Met::Refusal(Failure::injected(code, retry_after)),
            End::Reset => Met::Reset,
            End::LostAnswer => Met::LostAnswer,
        }
    }

    /// Remembers a watch that is being served.
    pub(crate) fn watching(&self, attributes: &Attributes<'_>, watch: Expiry) {
        let asked = Asked::new(attributes);
        let mut state = self.lock();
        state.watches.retain(|(_, watch)| watch.is_watched());
        state.watches.push((asked, watch));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // It is whole at any time, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fault {
    /// The request is answered with a `Status` of this code, for instance 429, 500 or 503. (A number
    /// that is no code of HTTP is a 500.)
    pub fn status(code: u16) -> Self {
        let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::ending(End::Status(code, None))
    }

    /// The connection of the request breaks, and with it everything else that goes over it.
    pub fn reset() -> Self {
        Self::ending(End::Reset)
    }

    /// The request is done, and its answer never arrives: its connection breaks instead, and with it
    /// everything else that goes over it. What a client makes of a write of which it does not know
    /// whether it was done.
    pub fn lost_answer() -> Self {
        Self::ending(End::LostAnswer)
    }

    /// The request waits, by the server's clock, and is then answered.
    pub fn delay(delay: Duration) -> Self {
        Self::ending(End::Well).after(delay)
    }

    /// Which requests it is about. Default: all.
    pub fn on(mut self, requests: Requests) -> Self {
        self.requests = requests;
        self
    }

    /// How many requests it is about. Default: all that come, until [`Faults::clear`].
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Waits before it happens, by the server's clock. Default: not at all.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// When clients should try again, in whole seconds: `Retry-After`. Without effect on what is not
    /// answered with a status. Default: nothing is said.
    pub fn retry_after(mut self, after: Duration) -> Self {
        if let End::Status(_, retry_after) = &mut self.end {
            *retry_after = Some(after);
        }
        self
    }

    fn ending(end: End) -> Self {
        Self {
            requests: Requests::any(),
            times: None,
            delay: Duration::ZERO,
            end,
        }
    }
}

impl Requests {
    /// All requests.
    pub fn any() -> Self {
        Self::default()
    }

    /// Those of a verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or
    /// `deletecollection`.
    #[must_use]
    pub fn verb(mut self, verb: impl Into<String>) -> Self {
        self.verb = Some(verb.into());
        self
    }

    /// Those for a group, which is empty for the core group.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Those for a resource, for instance `pods`.
    #[must_use]
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Those for a subresource, for instance `status`; with an empty one, those for none.
    #[must_use]
    pub fn subresource(mut self, subresource: impl Into<String>) -> Self {
        self.subresource = Some(subresource.into());
        self
    }

    fn contain(&self, asked: &Asked) -> bool {
        let is = |wanted: &Option<String>, value: &String| {
            wanted.as_ref().is_none_or(|wanted| wanted == value)
        };
        is(&self.verb, &asked.verb)
            && is(&self.group, &asked.group)
            && is(&self.resource, &asked.resource)
            && is(&self.subresource, &asked.subresource)
    }
}

impl State {
    /// The fault that a request meets. One that has been met often enough is gone.
    fn next(&mut self, asked: &Asked) -> Option<Fault> {
        let faults = &mut self.faults;
        let at = faults
            .iter()
            .position(|fault| fault.requests.contain(asked))?;
        let fault = faults[at].clone();
        if let Some(times) = &mut faults[at].times {
            *times -= 1;
            if *times == 0 {
                _ = faults.remove(at);
            }
        }
        Some(fault)
    }
}

impl Asked {
    fn new(attributes: &Attributes<'_>) -> Self {
        Self {
            verb: attributes.verb.to_owned(),
            group: attributes.group.to_owned(),
            resource: attributes.resource.to_owned(),
            subresource: attributes.subresource.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use pintle_env::ManualClock;

    use super::*;

    fn attributes(verb: &'static str, resource: &'static str) -> Attributes<'static> {
        Attributes {
            verb,
            resource,
            ..Attributes::default()
        }
    }

    async fn meet(faults: &Faults, verb: &'static str, resource: &'static str) -> String {
        let clock = ManualClock::new();
        match faults
            .meet(&attributes(verb, resource), &clock, &clock)
            .await
        {
            Met::Nothing => String::new(),
            Met::Refusal(failure) => failure.code().as_u16().to_string(),
            Met::Reset => "reset".to_owned(),
            Met::LostAnswer => "lost".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_fault_is_met_by_its_requests_so_many_times() {
        let faults = Faults::new();
        let lists = Requests::any().verb("list").resource("pods");
        faults.inject(Fault::status(503).on(lists.clone()).times(2));
        faults.inject(Fault::reset().on(lists.clone()).times(1));
        faults.inject(Fault::status(503).times(0));
        assert_eq!(meet(&faults, "watch", "pods").await, "");
        assert_eq!(meet(&faults, "list", "nodes").await, "");
        for expected in ["503", "503", "reset", ""] {
            assert_eq!(meet(&faults, "list", "pods").await, expected);
        }
        assert_eq!(faults.count(&lists), 4);
        assert_eq!(faults.count(&Requests::any().resource("pods")), 5);
        assert_eq!(faults.count(&Requests::any()), 6);
    }

    #[tokio::test]
    async fn a_fault_without_a_number_lasts_until_it_is_cleared() {
        let faults = Faults::new();
        faults.inject(Fault::status(9));
        for _ in 0..3 {
            assert_eq!(meet(&faults, "get", "pods").await, "500");
        }
        faults.clear();
        assert_eq!(meet(&faults, "get", "pods").await, "");
    }

    #[tokio::test]
    async fn a_delay_is_of_the_servers_clock() {
        let (faults, clock) = (Faults::new(), ManualClock::new());
        faults.inject(Fault::delay(Duration::from_secs(5)).times(1));
        let attributes = attributes("get", "pods");
        let mut met = Box::pin(faults.meet(&attributes, &clock, &clock));
        tokio::select! {
            biased;
            _ = &mut met => panic!("it did not wait"),
            () = std::future::ready(()) => {}
        }
        clock.advance(Duration::from_secs(5));
        assert!(matches!(met.await, Met::Nothing));
    }
}
