//! The store, and those who are told: who comes and goes, and whether all is as it must be.

use std::sync::Arc;
use std::time::Duration;

use pintle_cache_core::{Delivery, Indexers, Snapshot};
use pintle_env::Random as _;
use pintle_meta::Metadata as _;

use super::World;
use crate::simulation::listener::{Listener, REMOVED};
use crate::simulation::object::{LABEL, LABELS, Object, State};
use crate::simulation::oracle::{Verdict, ensure};
use crate::simulation::tally::DELIVERIES;

impl World {
    /// Brings what waits into the store.
    pub(super) fn flush(&mut self) -> Verdict {
        self.informer.flush();
        drop(self.informer.sweep());
        self.tally.index_errors += self.informer.take_index_errors().len() as u64;
        self.check_store()
    }

    /// What is published is what the server was when each source says.
    fn check_store(&mut self) -> Verdict {
        let snapshot = self.informer.snapshot();
        if Arc::ptr_eq(&snapshot, &self.seen) {
            return Ok(());
        }
        let store = held(&snapshot);
        self.say(|| format!("the store holds {store:?}"));
        let mut least = usize::MAX;
        for source in &mut self.sources {
            let version = source.reflector.resource_version().as_str();
            let revision = self.server.revision(version);
            source.oracle.check(&self.server, revision, &store)?;
            least = least.min(revision);
        }
        let claimed = self.server.revision(snapshot.resource_version().as_str());
        ensure(claimed == least, || {
            format!("the store claims to be at revision {claimed}, and its sources are at {least}")
        })?;
        if self.one_of(4) {
            self.check_indexes(&snapshot)?;
        }
        if self.informer.has_synced() && self.first_synced.is_none() {
            self.first_synced = Some(store);
        }
        self.seen = snapshot;
        Ok(())
    }

    pub(super) fn check_indexes(&self, snapshot: &Snapshot<Object>) -> Verdict {
        for index in &self.indexes {
            for value in &LABELS[..3] {
                let found = snapshot.by_index(index, value).ok_or("an index is gone")?;
                let found: Vec<usize> = found.map(Object::revision).collect();
                let objects = snapshot.objects();
                let labelled = objects.filter(|object| object.label(LABEL) == Some(value));
                let expected: Vec<usize> = labelled.map(Object::revision).collect();
                ensure(found == expected, || {
                    format!("index {index} has {found:?} under {value}, not {expected:?}")
                })?;
            }
        }
        Ok(())
    }

    pub(super) fn add_index(&mut self) -> Verdict {
        if self.indexes.len() < 2 {
            let name = format!("index-{}", self.indexes.len());
            let by_label = |object: &Object| match object.label(LABEL) {
                Some("bad") | None => Err("there is no such value".into()),
                Some(value) => Ok(vec![value.into()]),
            };
            let indexers = Indexers::new().with(name.clone(), by_label);
            let added = self.informer.add_indexers(indexers);
            added.map_err(|error| error.to_string())?;
            self.indexes.push(name);
            self.flush()?;
            self.check_indexes(&self.informer.snapshot())?;
        }
        Ok(())
    }

    /// Somebody comes, or goes.
    pub(super) fn change_listeners(&mut self) -> Verdict {
        if self.listeners.len() >= 4 || (!self.listeners.is_empty() && self.one_of(3)) {
            let at = self.random.below(self.listeners.len() as u64) as usize;
            let gone = self.listeners.swap_remove(at);
            self.informer.unsubscribe(gone.subscriber().id());
            self.tally.told[gone.line()][REMOVED] += 1;
            return Ok(());
        }
        let delivery = match self.random.below(4) {
            0 => Delivery::Everything,
            1 => Delivery::Bounded(1 + self.random.below(12) as usize),
            2 => Delivery::Latest,
            _ => Delivery::Keys,
        };
        let resync = match self.one_of(3) {
            true => Duration::from_secs(1 + self.random.below(300)),
            false => Duration::ZERO,
        };
        self.subscribe(delivery, resync)
    }

    pub(super) fn subscribe(&mut self, delivery: Delivery, resync: Duration) -> Verdict {
        self.read_witness()?;
        let mut listener = Listener::new(&mut self.informer, self.now, delivery, resync);
        listener.witness_told = self.witness.told();
        self.listeners.push(listener);
        Ok(())
    }

    fn read_witness(&mut self) -> Verdict {
        let first_synced = self.first_synced.as_ref();
        self.witness
            .read(usize::MAX, first_synced, self.sabotage, &mut self.tally)?;
        Ok(())
    }

    pub(super) fn read_some(&mut self) -> Verdict {
        if self.listeners.is_empty() {
            return self.change_listeners();
        }
        let at = self.random.below(self.listeners.len() as u64) as usize;
        let most = self.random.below(6) as usize;
        let first_synced = self.first_synced.as_ref();
        self.listeners[at]
            .read(most, first_synced, self.sabotage, &mut self.tally)
            .map_err(|error| self.about(at, &error))?;
        Ok(())
    }

    /// Everybody reads all there is, which together is what the store holds.
    pub(super) fn read_all(&mut self) -> Verdict {
        self.read_witness()?;
        let store = held(&self.informer.snapshot());
        let is_synced = self.informer.has_synced();
        let told = self.witness.told();
        self.witness.check(&store, is_synced, told)?;
        let first_synced = self.first_synced.as_ref();
        for at in 0..self.listeners.len() {
            let listener = &mut self.listeners[at];
            listener
                .read(usize::MAX, first_synced, self.sabotage, &mut self.tally)
                .and_then(|_| listener.check(&store, is_synced, told))
                .map_err(|error| self.about(at, &error))?;
        }
        Ok(())
    }

    fn about(&self, at: usize, error: &str) -> String {
        let line = self.listeners[at].line();
        format!("a subscriber to {}: {error}", DELIVERIES[line])
    }
}

/// The revisions of what a snapshot holds.
pub(in crate::simulation) fn held(snapshot: &Snapshot<Object>) -> State {
    let mut state = State::default();
    for object in snapshot.objects() {
        state[object.number()] = object.revision();
    }
    state
}
