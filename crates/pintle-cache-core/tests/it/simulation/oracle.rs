//! What the store must be, said by the server's past alone.

use std::ops::Range;

use super::object::State;
use super::server::{Reading, Server};

/// Whether all is as it must be; if not, what is not.
pub(super) type Verdict<T = ()> = Result<T, String>;

pub(super) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// Follows what the store holds of the keys of one source.
pub(super) struct Oracle {
    keys: Range<usize>,
    /// The revision that the store was last seen to be at.
    revision: usize,
    store: State,
}

impl Oracle {
    pub(super) fn new(keys: Range<usize>) -> Self {
        Self {
            keys,
            revision: 0,
            store: State::default(),
        }
    }

    /// The store holds `store`, and claims that this is what the server was in `revision`.
    pub(super) fn check(&mut self, server: &Server, revision: usize, store: &State) -> Verdict {
        self.compare(server, revision, store)?;
        self.revision = revision;
        self.store[self.keys.clone()].copy_from_slice(&store[self.keys.clone()]);
        Ok(())
    }

    /// The store is what the server is.
    pub(super) fn check_present(&self, server: &Server, store: &State) -> Verdict {
        self.compare(server, server.now(), store)
            .map_err(|error| format!("in the end {error}"))
    }

    /// Of an object that cannot be read in a revision, the store may hold what it held, any state that could be read
    /// since then, or the last one before: a watch may begin with an older revision than the store's, and tell more of
    /// the object than the store knew. And it may be ahead by a deletion that cannot be read, since nobody knows of which
    /// revision that is.
    fn compare(&self, server: &Server, revision: usize, store: &State) -> Verdict {
        ensure(revision >= self.revision, || {
            format!(
                "the store went back from revision {} to {revision}",
                self.revision
            )
        })?;
        for key in self.keys.clone() {
            let is_past = match visible(server, revision, key) {
                Some(visible) => store[key] == visible,
                None => {
                    let read = |it| visible(server, it, key);
                    let before = (0..self.revision).rev().find_map(read);
                    let mut passed = (self.revision..revision).filter_map(read).chain(before);
                    store[key] == self.store[key] || passed.any(|it| it == store[key])
                }
            };
            let is_ahead = || store[key] == 0 && server.vanishes_after(revision, key);
            let is_right = is_past || is_ahead();
            ensure(is_right, || {
                let keys = self.keys.clone();
                format!(
                    "the store holds {:?} and claims to be at revision {revision}, which was {:?}; \
                     at revision {} it was {:?}",
                    &store[keys.clone()],
                    &server.state(revision)[keys.clone()],
                    self.revision,
                    &self.store[keys],
                )
            })?;
        }
        Ok(())
    }
}

/// The revision of an object as the program sees it, 0 if it is not there for it; `None` if it cannot be read.
fn visible(server: &Server, revision: usize, key: usize) -> Option<usize> {
    let revision = server.state(revision)[key];
    let change = server.change(revision);
    match change.reading {
        _ if revision == 0 => Some(0),
        Reading::Whole => Some(if change.is_wanted { revision } else { 0 }),
        Reading::Unreadable | Reading::Nameless => None,
    }
}
