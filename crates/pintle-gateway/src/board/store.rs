//! [`Board`].

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use pintle_meta::Unstructured;

use super::{Item, Key, Snapshot};

/// The objects of one resource.
#[derive(Debug, Default)]
pub(crate) struct Board {
    items: BTreeMap<Key, Arc<Item>>,
    /// The same, by their last changes.
    changes: BTreeMap<u64, Arc<Item>>,
    /// What was deleted lately, each with the number of its deletion.
    gone: VecDeque<(u64, Arc<Item>)>,
    /// How many bytes that takes.
    gone_bytes: usize,
    last: u64,
    /// Up to this change, deletions may be forgotten.
    forgotten: u64,
    whole: Option<Snapshot>,
    /// The same as it is sent, if somebody has put it into words since the last change.
    text: Option<Bytes>,
}

/// What happened to an object, as far as a stream is concerned.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) number: u64,
    pub(crate) is_deletion: bool,
    pub(crate) item: Arc<Item>,
}

/// What is to be told to a stream.
#[derive(Debug)]
pub(crate) enum News {
    /// What has changed since, in order, and whether that is all.
    Changes { next: Vec<Change>, is_all: bool },
    /// Nobody knows what was deleted since: everything is to be told anew.
    Everything,
}

impl Board {
    /// Takes an object that is new or has changed; one that is known in that version changes nothing.
    pub(crate) fn put(&mut self, object: &Unstructured) {
        if let Some(item) = Item::new(object) {
            self.insert(item);
        }
    }

    /// Takes note that an object is gone.
    pub(crate) fn remove(&mut self, object: &Unstructured) {
        let Some(item) = self.items.remove(&Key::of(object)) else {
            return;
        };
        self.changes.remove(&item.changed);
        let number = self.next();
        self.gone_bytes += item.json().len();
        self.gone.push_back((number, item));
        while self.gone.len() > REMEMBERED || self.gone_bytes > REMEMBERED_BYTES {
            let Some((number, item)) = self.gone.pop_front() else {
                break;
            };
            self.gone_bytes -= item.json().len();
            self.forgotten = number;
        }
    }

    /// The number of the last change.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// All objects in order.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Arc<Item>> {
        self.items.values()
    }

    /// All objects as they are sent. It is made once a change.
    pub(crate) fn whole(&mut self) -> Snapshot {
        let items = &self.items;
        self.whole
            .get_or_insert_with(|| items.values().map(|item| item.json().clone()).collect())
            .clone()
    }

    /// What is made of [`Board::whole`] to be sent, once a change.
    pub(crate) fn text(&mut self, make: impl FnOnce(&Snapshot) -> Bytes) -> Bytes {
        if self.text.is_none() {
            let whole = self.whole();
            self.text = Some(make(&whole));
        }
        self.text.clone().unwrap_or_default()
    }

    /// The objects behind a key, in order, or from the first on; so many at most, and [`ENOUGH`] of bytes.
    pub(crate) fn behind(&self, key: Option<&Key>, most: usize) -> Vec<Arc<Item>> {
        let from = key.map_or(Bound::Unbounded, Bound::Excluded);
        let items = self.items.range((from, Bound::Unbounded));
        let mut bytes = 0;
        let enough = items.take(most).take_while(|(_, item)| {
            let has_room = bytes < ENOUGH;
            bytes += item.json().len();
            has_room
        });
        enough.map(|(_, item)| item.clone()).collect()
    }

    /// What has changed since a number, of each object the last state; so many changes at most, and [`ENOUGH`] of
    /// bytes.
    pub(crate) fn since(&self, number: u64, most: usize) -> News {
        if number < self.forgotten || number > self.last {
            return News::Everything;
        }
        let first_gone = self.gone.partition_point(|(gone, _)| *gone <= number);
        let mut gone = self.gone.range(first_gone..).peekable();
        let mut changed = self.changes.range(number + 1..).peekable();
        let mut next = Vec::new();
        let mut bytes = 0;
        while next.len() < most && bytes < ENOUGH {
            let is_deletion = match (gone.peek(), changed.peek()) {
                (None, None) => break,
                (Some((gone, _)), Some((changed, _))) => gone < *changed,
                (gone, _) => gone.is_some(),
            };
            let found = match is_deletion {
                true => gone.next().map(|(number, item)| (*number, item)),
                false => changed.next().map(|(number, item)| (*number, item)),
            };
            next.extend(found.map(|(number, item)| {
                bytes += item.json().len();
                Change {
                    number,
                    is_deletion,
                    item: item.clone(),
                }
            }));
        }
        News::Changes {
            next,
            is_all: gone.peek().is_none() && changed.peek().is_none(),
        }
    }

    fn insert(&mut self, mut item: Item) {
        let known = self.items.get(&item.key).cloned();
        let is_known = |known: &Arc<Item>| known.version() == item.version();
        if !item.version().is_empty() && known.as_ref().is_some_and(is_known) {
            return;
        }
        item.changed = self.next();
        item.created = item.changed;
        if let Some(known) = known {
            self.changes.remove(&known.changed);
            item.created = known.created;
        }
        let item = Arc::new(item);
        self.changes.insert(item.changed, item.clone());
        self.items.insert(item.key.clone(), item);
    }

    fn next(&mut self) -> u64 {
        (self.whole, self.text) = (None, None);
        self.last += 1;
        self.last
    }
}

/// So many bytes of objects are taken at once, and one object more: who takes them may never send them, and
/// keeps them meanwhile.
const ENOUGH: usize = 64 << 10;

/// How many deletions are kept for streams that lag, and how many bytes of what was deleted.
const REMEMBERED: usize = 10_000;
const REMEMBERED_BYTES: usize = 16 << 20;
