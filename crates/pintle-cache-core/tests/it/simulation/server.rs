//! The virtual server: everything it ever was, and what it answers.
//!
//! Two replicas answer for one etcd. Each has a cache that lags behind by itself, so that a version may be older than
//! what is remembered, or newer than what a replica knows.

use std::ops::Range;

use pintle_cache_core::EventKind;
use pintle_codec::Str;
use pintle_env::{Random as _, SeededRandom};
use pintle_meta::v1::ListOptions;

use super::object::{KEYS, Object, State};

/// The server, by revisions. In revision 0 there is nothing; each later one changed one object.
pub(super) struct Server {
    changes: Vec<Written>,
    states: Vec<State>,
    /// Events up to this revision are forgotten.
    compacted: usize,
    /// Up to which revision each replica has come.
    pub(super) replicas: [usize; 2],
    /// What it calls revision 0.
    base: usize,
    /// It keeps what it serves in memory, and need not ask etcd.
    has_cache: bool,
    /// It lets watches begin with all objects.
    pub(super) knows_initial_events: bool,
    /// In one of how many writes the object becomes one that cannot be read; never if 0.
    unreadable: u64,
    /// In one of how many writes the object becomes one that the program does not want; never if 0.
    unwanted: u64,
}

/// What a revision did.
pub(super) struct Written {
    pub(super) kind: EventKind,
    pub(super) object: Object,
    pub(super) reading: Reading,
    pub(super) is_wanted: bool,
}

/// What becomes of an object at the one who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    Whole,
    /// Its name can be read and the rest cannot.
    Unreadable,
    /// Not even its name can be read.
    Nameless,
}

/// Why the server does not do what it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Expired,
    TooLarge,
    NoInitialEvents,
}

/// A page of a list while it is sent.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// Of which revision it is.
    pub(super) revision: usize,
    /// The keys that are still to come.
    keys: Range<usize>,
    /// How many objects more this page may have.
    left: usize,
}

/// A watch while it is sent.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    replica: usize,
    keys: Range<usize>,
    /// Up to here everything was sent.
    pub(super) position: usize,
    initial: Option<Initial>,
}

#[derive(Clone, Debug)]
struct Initial {
    /// The next key of the objects with which it begins.
    next: usize,
    state: State,
    /// It is not over before this revision.
    required: usize,
}

/// What a stream has next.
pub(super) enum Sent {
    Event {
        kind: EventKind,
        revision: usize,
    },
    /// Everything up to the position was sent.
    Bookmark {
        ends_initial: bool,
    },
    /// What comes next is forgotten.
    Expired,
}

impl Server {
    pub(super) fn new(random: &SeededRandom) -> Self {
        let one_of = |n| random.below(n) == 0;
        let nobody = Object::new(0, 0, 0, Str::new());
        let mut server = Self {
            changes: vec![Written {
                kind: EventKind::Deleted,
                object: nobody,
                reading: Reading::Whole,
                is_wanted: false,
            }],
            states: vec![[0; KEYS]],
            compacted: 0,
            replicas: [0; 2],
            // Versions get longer while it is looked at.
            base: [0, 5, 90, 960][random.below(4) as usize],
            has_cache: !one_of(4),
            knows_initial_events: !one_of(6),
            unreadable: if one_of(2) { 6 } else { 0 },
            unwanted: if one_of(2) { 4 } else { 0 },
        };
        for _ in 0..1 + random.below(12) {
            server.write(random);
        }
        let behind = 1 + random.below(server.now() as u64) as usize;
        server.replicas = [server.now(), behind];
        server
    }

    /// The newest revision.
    pub(super) fn now(&self) -> usize {
        self.states.len() - 1
    }

    pub(super) fn change(&self, revision: usize) -> &Written {
        &self.changes[revision]
    }

    /// The revisions of all objects in a revision.
    pub(super) fn state(&self, revision: usize) -> &State {
        &self.states[revision]
    }

    /// Whether nothing of what happens to an object after a revision can be read, up to its deletion.
    pub(super) fn vanishes_after(&self, revision: usize, key: usize) -> bool {
        let later = self.changes[revision + 1..].iter();
        later
            .filter(|change| change.object.number() == key)
            .take_while(|change| change.reading != Reading::Whole)
            .any(|change| change.kind == EventKind::Deleted)
    }

    /// What the server calls a revision.
    pub(super) fn version(&self, revision: usize) -> Str {
        (self.base + revision).to_string().into()
    }

    /// The revision of a version; 0 if it is unset.
    pub(super) fn revision(&self, version: &str) -> usize {
        match version {
            "" | "0" => 0,
            version => version.parse::<usize>().unwrap() - self.base,
        }
    }

    /// Changes an object.
    pub(super) fn write(&mut self, random: &SeededRandom) {
        let key = random.below(KEYS as u64) as usize;
        let happens = |one_of| one_of > 0 && random.below(one_of) == 0;
        let reading = match happens(self.unreadable) {
            true if random.below(4) == 0 => Reading::Nameless,
            true => Reading::Unreadable,
            false => Reading::Whole,
        };
        let is_wanted = !happens(self.unwanted);
        match self.state(self.now())[key] {
            0 => self.put(key, EventKind::Added, reading, is_wanted),
            _ if random.below(3) == 0 => self.delete(key),
            _ => self.put(key, EventKind::Modified, reading, is_wanted),
        }
    }

    fn put(&mut self, key: usize, kind: EventKind, reading: Reading, is_wanted: bool) {
        let revision = self.now() + 1;
        let born = match self.state(self.now())[key] {
            0 => revision,
            known => self.changes[known].object.born(),
        };
        let object = Object::new(key, revision, born, self.version(revision));
        self.changes.push(Written {
            kind,
            object,
            reading,
            is_wanted,
        });
        let mut state = *self.state(self.now());
        state[key] = revision;
        self.states.push(state);
    }

    /// What is deleted is as it was before: if that could not be read, neither can this.
    fn delete(&mut self, key: usize) {
        let Written {
            reading, is_wanted, ..
        } = self.changes[self.state(self.now())[key]];
        self.put(key, EventKind::Deleted, reading, is_wanted);
        let now = self.now();
        self.states[now][key] = 0;
    }

    /// Somebody repairs all objects that must be for the rest to be read, or all that there are.
    pub(super) fn repair(&mut self, all: bool) {
        for key in 0..KEYS {
            let reading = match self.state(self.now())[key] {
                0 => Reading::Whole,
                revision => self.changes[revision].reading,
            };
            if reading == Reading::Nameless || (all && reading == Reading::Unreadable) {
                self.put(key, EventKind::Modified, Reading::Whole, true);
            }
        }
    }

    /// A replica learns of some of what happened.
    pub(super) fn catch_up(&mut self, random: &SeededRandom) {
        let now = self.now();
        let replica = &mut self.replicas[random.below(2) as usize];
        *replica += random.below((now - *replica) as u64 + 1) as usize;
    }

    /// Every replica learns of everything.
    pub(super) fn catch_up_with_all(&mut self) {
        self.replicas = [self.now(); 2];
    }

    /// Old events are forgotten.
    pub(super) fn compact(&mut self, random: &SeededRandom) {
        self.compacted += random.below((self.now() - self.compacted) as u64 + 1) as usize;
    }

    /// A page of a list.
    pub(super) fn list(
        &self,
        options: &ListOptions,
        keys: Range<usize>,
        replica: usize,
    ) -> Result<Page, Refusal> {
        let mut keys = keys;
        let asked = &*options.resource_version;
        let revision = if let Some((revision, key)) = options.continue_.split_once(':') {
            keys.start = key.parse().unwrap();
            revision.parse().unwrap()
        } else if self.has_cache && (asked == "0" || (!asked.is_empty() && options.limit == 0)) {
            let revision = self.replicas[replica];
            if self.revision(asked) > revision {
                return Err(Refusal::TooLarge);
            }
            let left = KEYS;
            return Ok(Page {
                revision,
                keys,
                left,
            });
        } else {
            self.now()
        };
        if !options.continue_.is_empty() && revision < self.compacted {
            return Err(Refusal::Expired);
        }
        let left = match options.limit {
            0 => KEYS,
            limit => (limit as usize).min(PAGE),
        };
        Ok(Page {
            revision,
            keys,
            left,
        })
    }

    /// A watch.
    pub(super) fn watch(
        &self,
        options: &ListOptions,
        keys: Range<usize>,
        replica: usize,
    ) -> Result<Stream, Refusal> {
        let from = self.revision(&options.resource_version);
        if options.send_initial_events != Some(true) {
            assert!(from > 0, "a watch from nowhere");
            assert!(from <= self.now(), "a watch from the future");
            return match from < self.compacted {
                true => Err(Refusal::Expired),
                false => Ok(Stream {
                    replica,
                    keys,
                    position: from,
                    initial: None,
                }),
            };
        }
        if !self.knows_initial_events {
            return Err(Refusal::NoInitialEvents);
        }
        let required = match &*options.resource_version {
            "" => self.now(),
            _ => from,
        };
        let position = self.replicas[replica];
        // Some wait until they know that version, some do not.
        if required > position && replica == 0 && from > 0 {
            return Err(Refusal::TooLarge);
        }
        Ok(Stream {
            replica,
            position,
            initial: Some(Initial {
                next: keys.start,
                state: *self.state(position),
                required,
            }),
            keys,
        })
    }
}

impl Page {
    /// The revision of the next object.
    pub(super) fn next(&mut self, server: &Server) -> Option<usize> {
        if self.left == 0 {
            return None;
        }
        let state = server.state(self.revision);
        let revision = self
            .keys
            .by_ref()
            .map(|key| state[key])
            .find(|it| *it > 0)?;
        self.left -= 1;
        Some(revision)
    }

    /// Where to go on, once the page is at its end; empty if the list is.
    pub(super) fn token(&self, server: &Server) -> String {
        let state = server.state(self.revision);
        match self.keys.clone().find(|key| state[*key] > 0) {
            Some(key) => format!("{}:{key}", self.revision),
            None => String::new(),
        }
    }
}

impl Stream {
    /// What comes next, if anything does; a bookmark if one is `due`.
    pub(super) fn next(&mut self, server: &Server, is_bookmark_due: bool) -> Option<Sent> {
        if let Some(initial) = &mut self.initial {
            while initial.next < self.keys.end {
                let revision = initial.state[initial.next];
                initial.next += 1;
                if revision > 0 {
                    let kind = EventKind::Added;
                    return Some(Sent::Event { kind, revision });
                }
            }
            if self.position >= initial.required && is_bookmark_due {
                self.initial = None;
                return Some(Sent::Bookmark { ends_initial: true });
            }
        }
        let until = server.replicas[self.replica];
        while self.position < until {
            if self.position < server.compacted {
                return Some(Sent::Expired);
            }
            self.position += 1;
            let change = server.change(self.position);
            if self.keys.contains(&change.object.number()) {
                return Some(Sent::Event {
                    kind: change.kind,
                    revision: self.position,
                });
            }
        }
        let is_due = is_bookmark_due && self.initial.is_none() && self.position > 0;
        is_due.then_some(Sent::Bookmark {
            ends_initial: false,
        })
    }

    pub(super) fn is_initial(&self) -> bool {
        self.initial.is_some()
    }

    /// Whether there is something that it will send.
    pub(super) fn has_more(&self, server: &Server) -> bool {
        self.initial.is_some() || self.position < server.replicas[self.replica]
    }

    /// The revision up to which its replica has come.
    pub(super) fn replica_revision(&self, server: &Server) -> usize {
        server.replicas[self.replica]
    }
}

/// The most objects that the server puts into a page, however many may be in it.
const PAGE: usize = 2;
