//! One who is told, and who puts together what the store must be by that alone.

use std::time::Duration;

use pintle_cache_core::{
    Cached as _, Delivery, Event, Informer, KeyEvent, KeyEventKind, Notice, SubscribeOptions,
    Subscriber, Subscription, Tombstone,
};
use pintle_env::Instant;

use super::object::{Object, State, number_of};
use super::oracle::{Verdict, ensure};
use super::sabotage::Sabotage;
use super::tally::Tally;
use super::world::held;

pub(super) struct Listener {
    subscription: Subscription<Object>,
    delivery: Delivery,
    /// There was everything already when it came.
    is_late: bool,
    pub(super) resyncs: bool,
    /// What it was told of every key.
    fold: State,
    /// What it is to have put together when it is told that this is all with which it began, if it came late.
    begins_with: Option<State>,
    is_synced: bool,
    /// How many of the objects with which it began are still to come.
    initial: usize,
    /// How much it was told of that happened afterwards.
    told: u64,
    /// How much the witness had been told when it came.
    pub(super) witness_told: u64,
    /// How often it was shown each object again.
    pub(super) again: State,
}

impl Listener {
    pub(super) fn new(
        informer: &mut Informer<Object>,
        now: Instant,
        delivery: Delivery,
        resync: Duration,
    ) -> Self {
        let options = SubscribeOptions::new().delivery(delivery).resync(resync);
        let snapshot = informer.snapshot();
        let is_late = informer.has_synced();
        Self {
            subscription: informer.subscribe(now, options),
            delivery,
            is_late,
            resyncs: !resync.is_zero(),
            fold: State::default(),
            begins_with: is_late.then(|| held(&snapshot)),
            is_synced: false,
            initial: snapshot.len(),
            told: 0,
            witness_told: 0,
            again: State::default(),
        }
    }

    pub(super) fn subscriber(&self) -> &Subscriber {
        self.subscription.subscriber()
    }

    /// The line of the table that it counts in.
    pub(super) fn line(&self) -> usize {
        let delivery = match self.delivery {
            Delivery::Everything => 0,
            Delivery::Bounded(_) => 2,
            Delivery::Latest => 4,
            Delivery::Keys => 6,
            other => panic!("what is {other:?}?"),
        };
        delivery + usize::from(self.is_late)
    }

    /// How much it was told of that happened.
    pub(super) fn told(&self) -> u64 {
        self.told
    }

    /// Reads so many notices, or all there are; says whether there are no more.
    pub(super) fn read(
        &mut self,
        most: usize,
        first_synced: Option<&State>,
        sabotage: Sabotage,
        tally: &mut Tally,
    ) -> Verdict<bool> {
        for _ in 0..most {
            let Some(notice) = self.subscription.next_notice() else {
                return Ok(true);
            };
            if sabotage.swallows(&notice, self.is_late) {
                continue;
            }
            let line = self.line();
            let column = self.take(notice, first_synced)?;
            tally.told[line][column] += 1;
        }
        Ok(false)
    }

    /// Checks that what it was told makes what the store holds, once it has read all.
    pub(super) fn check(&self, store: &State, is_synced: bool, witness_told: u64) -> Verdict {
        ensure(self.is_synced == is_synced, || {
            format!("it was told that it has synced: {}", self.is_synced)
        })?;
        let lag = self.subscriber().lag();
        ensure((lag.events, lag.bytes) == (0, 0), || {
            format!("it has read everything and lags behind by {lag:?}")
        })?;
        let dropped = self.subscriber().dropped();
        if let Delivery::Bounded(_) = self.delivery
            && !self.resyncs
        {
            let happened = witness_told - self.witness_told;
            ensure(self.told + dropped == happened, || {
                let told = self.told;
                format!("of {happened} events it was told {told} and {dropped} were dropped")
            })?;
        } else if !matches!(self.delivery, Delivery::Bounded(_)) {
            ensure(dropped == 0, || format!("{dropped} were dropped"))?;
        }
        if dropped > 0 {
            return Ok(());
        }
        let is_same = match self.delivery {
            Delivery::Keys => self.fold.map(|it| it > 0) == store.map(|it| it > 0),
            _ => self.fold == *store,
        };
        ensure(is_same, || {
            format!(
                "it was told of {:?}, and the store holds {store:?}",
                self.fold
            )
        })
    }

    /// Takes a notice in; returns its column in the table.
    fn take(&mut self, notice: Notice<Object>, first_synced: Option<&State>) -> Verdict<usize> {
        match notice {
            Notice::Event(event) => self.event(event),
            Notice::Key(event) => self.key_event(&event),
            Notice::Synced => {
                ensure(!self.is_synced, || "it has synced twice".to_owned())?;
                self.is_synced = true;
                self.subscription.set_synced();
                let expected = self.begins_with.as_ref().or(first_synced);
                if self.delivery == Delivery::Everything {
                    ensure(expected == Some(&self.fold), || {
                        format!("it begins with {:?}, not {expected:?}", self.fold)
                    })?;
                }
                Ok(SYNCED)
            }
            other => Err(format!("what is {other:?}?")),
        }
    }

    fn event(&mut self, event: Event<Object>) -> Verdict<usize> {
        let is_walk = self.initial > 0;
        self.initial = self.initial.saturating_sub(1);
        let is_exact = self.is_exact();
        let (number, before) = match &event {
            Event::Added { object, .. } | Event::Updated { new: object, .. } => {
                (object.number(), self.fold[object.number()])
            }
            Event::Deleted(gone) => (gone.object.number(), self.fold[gone.object.number()]),
            other => return Err(format!("what is {other:?}?")),
        };
        if !is_walk {
            self.told += 1;
        }
        let knows_all = self.subscriber().dropped() == 0;
        let wrong =
            |event: &Event<Object>| format!("it knew revision {before} and is told {event:?}");
        let column = match &event {
            Event::Added { object, is_initial } => {
                ensure(before == 0 || !knows_all, || wrong(&event))?;
                ensure(!(*is_initial && self.is_synced), || wrong(&event))?;
                ensure(*is_initial || !is_walk, || wrong(&event))?;
                self.fold[number] = object.revision();
                if *is_initial { INITIAL } else { ADDED }
            }
            Event::Updated { old, new } => {
                let is_again = old.revision() == new.revision();
                ensure(old.key() == new.key(), || wrong(&event))?;
                ensure(before > 0 || !knows_all, || wrong(&event))?;
                ensure(!is_exact || old.revision() == before, || wrong(&event))?;
                ensure(new.revision() >= old.revision(), || wrong(&event))?;
                // What came back as it was, of a list that is older than its deletion, may not have been told.
                ensure(!is_again || self.resyncs || !is_exact, || wrong(&event))?;
                self.fold[number] = new.revision();
                self.again[number] += usize::from(is_again);
                if is_again { AGAIN } else { UPDATED }
            }
            Event::Deleted(gone) => {
                let Tombstone { object, .. } = gone;
                ensure(before > 0 || !knows_all, || wrong(&event))?;
                let is_right = match gone.final_state_unknown {
                    true => object.revision() == before,
                    false => object.revision() >= before,
                };
                ensure(is_right || !is_exact, || wrong(&event))?;
                self.fold[number] = 0;
                if gone.final_state_unknown {
                    MISSED
                } else {
                    DELETED
                }
            }
            other => return Err(format!("what is {other:?}?")),
        };
        Ok(column)
    }

    fn key_event(&mut self, event: &KeyEvent) -> Verdict<usize> {
        let number = number_of(&event.key);
        let is_known = self.fold[number] > 0;
        let wrong = || format!("it knew of it: {is_known}, and is told {event:?}");
        ensure(!(event.is_initial && self.is_synced), wrong)?;
        ensure(is_known == (event.kind != KeyEventKind::Added), wrong)?;
        self.fold[number] = usize::from(event.kind != KeyEventKind::Deleted);
        self.again[number] += usize::from(event.kind == KeyEventKind::Updated);
        Ok(match event.kind {
            KeyEventKind::Added if event.is_initial => INITIAL,
            KeyEventKind::Added => ADDED,
            KeyEventKind::Updated => UPDATED,
            KeyEventKind::Deleted => DELETED,
            other => return Err(format!("what is {other:?}?")),
        })
    }

    /// Whether it may miss what happens.
    pub(super) fn is_bounded(&self) -> bool {
        matches!(self.delivery, Delivery::Bounded(_))
    }

    /// Whether it is told of everything, in order.
    fn is_exact(&self) -> bool {
        match self.delivery {
            Delivery::Everything => true,
            Delivery::Bounded(_) => self.subscriber().dropped() == 0,
            _ => false,
        }
    }
}

const INITIAL: usize = 0;
const ADDED: usize = 1;
const UPDATED: usize = 2;
const DELETED: usize = 3;
const MISSED: usize = 4;
const AGAIN: usize = 5;
const SYNCED: usize = 6;
pub(super) const REMOVED: usize = 7;
