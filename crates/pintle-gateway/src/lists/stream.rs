//! Server-sent events: what there is, and then what happens.
//!
//! Invariant: whatever happens while its client takes nothing is not kept for a stream: it holds a place,
//! a handful of objects, and names: those of what came to be while it was behind and, where it selects, of
//! what it has told of.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Sleep, sleep};

use super::Query;
use super::followed::Followed;
use crate::board::{Change, Item, Key, News};

/// The events of one stream.
pub(crate) struct Events {
    followed: Arc<Followed>,
    query: Query,
    /// Where it is while it tells what there is; after that, changes are told by their numbers.
    beginning: Option<Place>,
    /// What has changed up to this number is told, or was there at the start.
    told: u64,
    /// Every object that was created up to this number is known to the client.
    caught_up: u64,
    /// Other objects that are known to it, each with the number of the change that was told.
    fresh: BTreeMap<Key, u64>,
    /// What a selecting stream has told of.
    selected: BTreeSet<Key>,
    ready: VecDeque<Bytes>,
    state: State,
    timer: Pin<Box<Sleep>>,
    /// Among all streams.
    _place: OwnedSemaphorePermit,
}

/// Among the objects in their order.
enum Place {
    First,
    Behind(Key),
}

/// What a look has come to.
enum Seen {
    Nothing,
    /// There is more to see.
    Some,
    /// There is no more for now.
    All,
}

enum State {
    /// There may be something to see.
    Looking(watch::Receiver<u64>),
    /// It has seen everything a moment ago: what happens now is told together with what follows.
    Resting(watch::Receiver<u64>),
    /// There was nothing to see.
    Waiting(Changed),
}

type Changed = Pin<Box<dyn Future<Output = Option<watch::Receiver<u64>>> + Send>>;

impl Events {
    /// From the beginning, or from what the client says it was told last.
    pub(crate) fn new(
        followed: Arc<Followed>,
        query: Query,
        last_id: Option<&str>,
        place: OwnedSemaphorePermit,
    ) -> Self {
        // Which objects a selecting stream has told of is not in the number.
        let told = last_id
            .filter(|_| query.selects_everything())
            .and_then(|id| followed.number(id));
        let mut events = Self {
            state: State::Looking(followed.changes()),
            beginning: None,
            told: 0,
            caught_up: 0,
            fresh: BTreeMap::new(),
            selected: BTreeSet::new(),
            ready: VecDeque::from([Bytes::from_static(b"retry: 1000\n\n")]),
            timer: Box::pin(sleep(REST)),
            followed,
            query,
            _place: place,
        };
        match told {
            Some(told) => (events.told, events.caught_up) = (told, told),
            None => events.begin(last_id.is_some()),
        }
        events
    }

    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Poll::Ready(Some(piece));
            }
            match &mut self.state {
                State::Looking(changes) => {
                    let mut changes = changes.clone();
                    // What comes after this makes it look again.
                    changes.borrow_and_update();
                    match self.look() {
                        Seen::Some => {}
                        Seen::All => {
                            self.timer = Box::pin(sleep(REST));
                            self.state = State::Resting(changes);
                        }
                        Seen::Nothing => {
                            self.timer = Box::pin(sleep(BREATH));
                            self.state = State::Waiting(wait(changes));
                        }
                    }
                }
                State::Resting(changes) => {
                    ready!(self.timer.as_mut().poll(cx));
                    self.state = State::Looking(changes.clone());
                }
                State::Waiting(changed) => match changed.as_mut().poll(cx) {
                    Poll::Ready(Some(changes)) => self.state = State::Looking(changes),
                    Poll::Ready(None) => return Poll::Ready(None),
                    Poll::Pending => {
                        ready!(self.timer.as_mut().poll(cx));
                        self.timer = Box::pin(sleep(BREATH));
                        self.ready
                            .push_back(Bytes::from_static(b": still here\n\n"));
                    }
                },
            }
        }
    }

    /// Begins, or begins anew.
    fn begin(&mut self, is_anew: bool) {
        self.told = self.followed.board().last();
        self.caught_up = self.told;
        self.beginning = Some(Place::First);
        self.fresh.clear();
        self.selected.clear();
        if is_anew {
            self.ready.push_back(RESET);
        }
    }

    /// Makes the next of what there is to tell ready to be sent.
    fn look(&mut self) -> Seen {
        match self.beginning.take() {
            Some(place) => self.look_at_objects(&place),
            None => self.look_at_changes(),
        }
    }

    fn look_at_objects(&mut self, place: &Place) -> Seen {
        let key = match place {
            Place::First => None,
            Place::Behind(key) => Some(key),
        };
        let items = self.followed.board().behind(key, HANDFUL);
        for item in &items {
            if item.changed > self.told {
                self.fresh.insert(item.key.clone(), item.changed);
            }
            if self.selects(item) {
                self.tell(ADDED, item);
            }
        }
        match items.last() {
            Some(last) => self.beginning = Some(Place::Behind(last.key.clone())),
            None => {
                let synced = Bytes::from_static(b"event: synced\ndata: {}\n\n");
                self.ready.extend([self.id(), synced]);
            }
        }
        Seen::Some
    }

    fn look_at_changes(&mut self) -> Seen {
        let news = self.followed.board().since(self.told, HANDFUL);
        let News::Changes { next, is_all } = news else {
            self.begin(true);
            return Seen::Some;
        };
        let Some(last) = next.last() else {
            return Seen::Nothing;
        };
        self.told = last.number;
        for change in &next {
            let Some(kind) = self.kind(change) else {
                continue;
            };
            // Who comes back with a number knows of every object that was created until then.
            if is_all && change.number == self.told {
                self.ready.push_back(self.id());
            }
            self.tell(kind, &change.item);
        }
        if !is_all {
            return Seen::Some;
        }
        self.caught_up = self.told;
        self.fresh.clear();
        Seen::All
    }

    /// What a change is to this stream; nothing if it is of no concern.
    fn kind(&mut self, change: &Change) -> Option<Bytes> {
        let item = &change.item;
        let known = match change.is_deletion {
            true => self.fresh.remove(&item.key),
            false if item.created > self.caught_up => {
                self.fresh.insert(item.key.clone(), item.changed)
            }
            false => self.fresh.get(&item.key).copied(),
        };
        if known == Some(item.changed) && !change.is_deletion {
            return None;
        }
        if !self.query.selects_everything() {
            let was_selected = self.selected.contains(&item.key);
            let is_selected = !change.is_deletion && self.selects(item);
            if !is_selected {
                self.selected.remove(&item.key);
            }
            return match (was_selected, is_selected) {
                (false, false) => None,
                (false, true) => Some(ADDED),
                (true, true) => Some(MODIFIED),
                (true, false) => Some(DELETED),
            };
        }
        let is_known = known.is_some() || item.created <= self.caught_up;
        match (is_known, change.is_deletion) {
            (true, true) => Some(DELETED),
            (true, false) => Some(MODIFIED),
            (false, false) => Some(ADDED),
            (false, true) => None,
        }
    }

    /// Whether an object is among those that are asked for; if so, that is remembered where it matters.
    fn selects(&mut self, item: &Item) -> bool {
        if self.query.selects_everything() {
            return true;
        }
        let selects = self.query.selects(item);
        if selects {
            self.selected.insert(item.key.clone());
        }
        selects
    }

    fn tell(&mut self, kind: Bytes, item: &Item) {
        let object = match self.query.has_parts() {
            true => self.query.parts_of(item).into(),
            false => item.json().clone(),
        };
        let end = Bytes::from_static(b"}\n\n");
        self.ready.extend([kind, object, end]);
    }

    fn id(&self) -> Bytes {
        format!("id: {}\n", self.followed.id(self.told)).into()
    }
}

fn wait(mut receiver: watch::Receiver<u64>) -> Changed {
    Box::pin(async move { receiver.changed().await.ok().map(|()| receiver) })
}

const RESET: Bytes = Bytes::from_static(b"event: reset\ndata: {}\n\n");
const ADDED: Bytes = Bytes::from_static(b"data: {\"type\":\"ADDED\",\"object\":");
const MODIFIED: Bytes = Bytes::from_static(b"data: {\"type\":\"MODIFIED\",\"object\":");
const DELETED: Bytes = Bytes::from_static(b"data: {\"type\":\"DELETED\",\"object\":");

/// How many objects are looked at, and made ready to be sent, at once.
const HANDFUL: usize = 32;

/// Between two looks once everything was seen: what changes often is told once, and a thousand streams do
/// not wake for each change. Nobody who watches notices.
const REST: Duration = Duration::from_millis(20);

/// After how much silence a sign of life is sent, so that nobody in between takes the stream for dead.
const BREATH: Duration = Duration::from_secs(15);
