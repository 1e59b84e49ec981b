//! The end: nothing goes wrong any more, and the store is what the server is.

use std::time::Duration;

use pintle_cache_core::{Delivery, Phase};

use super::World;
use super::store::held;
use crate::simulation::listener::Listener;
use crate::simulation::object::State;
use crate::simulation::oracle::{Verdict, ensure};
use crate::simulation::source::{Exchange, Source};

impl World {
    /// Nothing goes wrong any more and nobody writes, until nothing happens any more.
    pub(super) fn come_to_rest(&mut self) -> Verdict {
        self.faults = 0;
        self.refused_until = self.now;
        self.unauthorized_until = self.now;
        self.server.repair(self.one_of(2));
        self.server.catch_up_with_all();
        let deadline = self.now + REST;
        loop {
            let mut is_quiet = true;
            for at in 0..self.sources.len() {
                for _ in 0..64 {
                    if self.is_at_rest(at) || self.is_waiting(at) {
                        break;
                    }
                    self.tally.steps += 1;
                    self.go_on(at)?;
                }
                is_quiet &= self.is_at_rest(at);
            }
            self.flush()?;
            if is_quiet {
                return Ok(());
            }
            let timers = self
                .sources
                .iter()
                .filter_map(|it| it.reflector.poll_timeout());
            let next = timers.min().ok_or("nobody waits for anything")?;
            self.tally.steps += 1;
            self.pass(next.saturating_since(self.now))?;
            ensure(self.now <= deadline, || {
                let phases: Vec<Phase> =
                    self.sources.iter().map(|it| it.reflector.phase()).collect();
                format!("it does not come to rest: {phases:?}")
            })?;
        }
    }

    /// Whether a source watches and has been sent everything.
    fn is_at_rest(&self, at: usize) -> bool {
        match &self.sources[at] {
            Source {
                exchange: Exchange::Watch(watch),
                is_stalled: false,
                ..
            } => !watch.stream.has_more(&self.server),
            _ => false,
        }
    }

    /// Whether nothing happens to a source before some time.
    fn is_waiting(&self, at: usize) -> bool {
        let source = &self.sources[at];
        source.is_stalled || matches!(source.exchange, Exchange::Nothing)
    }

    /// The store is what the server is, and everybody knows.
    pub(super) fn check_rest(&mut self) -> Verdict {
        let store = held(&self.informer.snapshot());
        for source in &self.sources {
            source.oracle.check_present(&self.server, &store)?;
        }
        ensure(self.informer.has_synced(), || {
            "it has not synced".to_owned()
        })?;
        self.check_indexes(&self.informer.snapshot())?;
        for delivery in [Delivery::Everything, Delivery::Latest, Delivery::Keys] {
            self.subscribe(delivery, Duration::ZERO)?;
        }
        self.read_all()?;
        self.check_resync(&store)
    }

    /// Everybody who wants to is shown every object again, once in a period.
    fn check_resync(&mut self, store: &State) -> Verdict {
        let Some(next) = self.informer.poll_timeout() else {
            return Ok(());
        };
        let all = self.listeners.iter_mut().chain([&mut self.witness]);
        all.for_each(|it| it.again = State::default());
        self.now = self.now.max(next);
        self.informer.handle_timeout(self.now);
        self.flush()?;
        self.read_all()?;
        let shown = store.map(|it| usize::from(it > 0));
        let was_shown = |it: &&Listener| it.again == shown;
        let mut resyncing = self.listeners.iter().filter(|it| it.resyncs);
        // One that was due, and none that does not want to.
        ensure(
            resyncing.any(|it| was_shown(&it) || it.is_bounded()),
            || "it was nobody's time to be shown objects again".to_owned(),
        )?;
        let mut all = self.listeners.iter().chain([&self.witness]);
        ensure(
            all.all(|it| {
                it.again == State::default() || (it.resyncs && was_shown(&it)) || it.is_bounded()
            }),
            || "somebody was shown some objects again, or some twice".to_owned(),
        )
    }
}

/// Within this everything is as it should be once nothing goes wrong any more: a watch that is stalled lasts eleven
/// minutes, and a wait a minute and a half.
const REST: Duration = Duration::from_secs(20 * 60);
