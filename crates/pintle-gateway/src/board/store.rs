//! [`Board`].

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

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
    last: u64,
    /// Up to this change, deletions may be forgotten.
    forgotten: u64,
    whole: Option<Snapshot>,
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
    /// What has changed since, in order.
    Changes(Vec<Change>),
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
    pub(crate) fn remove(&mut self, key: &Key) {
        let Some(item) = self.items.remove(key) else {
            return;
        };
        self.changes.remove(&item.changed);
        let number = self.next();
        self.gone.push_back((number, item));
        while self.gone.len() > REMEMBERED {
            if let Some((number, _)) = self.gone.pop_front() {
                self.forgotten = number;
            }
        }
    }

    /// Takes a whole list: what is not in it is gone.
    pub(crate) fn replace(&mut self, objects: &[Unstructured]) {
        let items: Vec<Item> = objects.iter().filter_map(Item::new).collect();
        let mut before: BTreeMap<Key, ()> =
            self.items.keys().map(|key| (key.clone(), ())).collect();
        for item in items {
            before.remove(&item.key);
            self.insert(item);
        }
        before.into_keys().for_each(|key| self.remove(&key));
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
            .get_or_insert_with(|| Snapshot::of(items.values()))
            .clone()
    }

    /// What has changed since a number. Zero stands for nobody having been told anything.
    ///
    /// It is everything up to the last change: whoever has taken it knows of every object that was
    /// created until then, which is what tells an addition from a change.
    pub(crate) fn since(&self, number: u64) -> News {
        if (number < self.forgotten && number > 0) || number > self.last {
            return News::Everything;
        }
        let first_gone = self.gone.partition_point(|(gone, _)| *gone <= number);
        // Who was told nothing need not be told what is gone.
        let gone = self.gone.range(first_gone..).filter(|_| number > 0);
        let mut gone = gone.peekable();
        let mut changed = self.changes.range(number + 1..).peekable();
        let mut news = Vec::new();
        loop {
            let is_deletion = match (gone.peek(), changed.peek()) {
                (None, None) => break,
                (Some((gone, _)), Some((changed, _))) => gone < *changed,
                (gone, _) => gone.is_some(),
            };
            let next = match is_deletion {
                true => gone.next().map(|(number, item)| (*number, item)),
                false => changed.next().map(|(number, item)| (*number, item)),
            };
            news.extend(next.map(|(number, item)| Change {
                number,
                is_deletion,
                item: item.clone(),
            }));
        }
        News::Changes(news)
    }

    fn insert(&mut self, mut item: Item) {
        let known = self.items.get(&item.key);
        if known.is_some_and(|known| known.version == item.version && !item.version.is_empty()) {
            return;
        }
        let known = known.cloned();
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
        self.whole = None;
        self.last += 1;
        self.last
    }
}

/// How many deletions are kept for streams that lag.
const REMEMBERED: usize = 10_000;
