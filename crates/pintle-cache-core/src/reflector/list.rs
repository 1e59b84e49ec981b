//! Listing all objects, in pages where that helps.

use pintle_env::Instant;
use pintle_meta::v1::{ListMeta, ListOptions};
use pintle_meta::{ObjectName, ResourceVersion};

use super::{Action, Failure, Next, Reflector, State};
use crate::{Cached, Change, ChangeKind, Replacement};

/// A list under way.
pub(super) struct Listing<O> {
    /// What its first page was asked for with.
    options: ListOptions,
    pages: u32,
    objects: Vec<(ObjectName, O)>,
    unreadable: Vec<ObjectName>,
    /// The version that was asked for was not to be had, and this is the second attempt.
    is_second: bool,
    /// All is asked for at once, since the version was forgotten between two pages.
    is_whole: bool,
    /// When it is given up for lost, if nothing comes until then.
    pub(super) deadline: Instant,
}

impl<O> Listing<O> {
    pub(super) fn arrived(&self) -> usize {
        self.objects.len()
    }
}

impl<O: Cached> Reflector<O> {
    pub(super) fn begin_list(&mut self, now: Instant) {
        let options = self.list_options();
        self.actions.push(Action::List(options.clone()));
        self.state = State::Listing(Listing {
            options,
            pages: 0,
            objects: Vec::new(),
            unreadable: Vec::new(),
            is_second: false,
            is_whole: false,
            deadline: now + self.options.patience,
        });
    }

    fn list_options(&self) -> ListOptions {
        // Any version will do for the first list, and no older one than the last for the next.
        let version = match (self.version_is_unavailable, self.version.as_str()) {
            (true, _) => "",
            (false, "") => ANY_VERSION,
            (false, version) => version,
        };
        let limit = match self.options.page_size {
            0 if self.has_pages => PAGE,
            // A limit would have the server read from etcd where its own cache will do.
            0 if !version.is_empty() && version != ANY_VERSION => 0,
            0 => PAGE,
            objects => objects,
        };
        ListOptions::new().resource_version(version).limit(limit)
    }

    /// An object of the list came. `is_wanted` is whether it is to be in the store.
    pub fn handle_item(&mut self, now: Instant, object: O, is_wanted: bool) {
        if let State::Listing(listing) = &mut self.state {
            listing.deadline = now + self.options.patience;
            if is_wanted {
                listing.objects.push((object.key(), object));
            }
        }
    }

    /// An object came that cannot be read, in a list or in a watch. What is known of it stays; one
    /// of which not even the name can be read may be any, so that a list with it fails.
    ///
    /// Returns whether what is under way goes on. If not, it is to be given up.
    pub fn handle_unreadable(&mut self, now: Instant, name: Option<ObjectName>) -> bool {
        match (&mut self.state, name) {
            (State::Listing(listing), Some(name)) => {
                listing.deadline = now + self.options.patience;
                listing.unreadable.push(name);
                true
            }
            (State::Streaming(streaming), name) if streaming.is_initial() => match name {
                Some(name) => {
                    streaming.note_unreadable(now, name);
                    true
                }
                None => {
                    self.handle_failure(now, Failure::Other);
                    false
                }
            },
            // What a watch says of one object says nothing of others.
            (State::Streaming(streaming), _) => {
                streaming.note_event(now);
                true
            }
            (State::Listing(_), None) => {
                self.handle_failure(now, Failure::Other);
                false
            }
            (State::Opening(_) | State::Resting { .. }, _) => false,
        }
    }

    /// A page of the list is complete.
    pub fn handle_page(&mut self, now: Instant, metadata: &ListMeta) -> Option<Change<O>> {
        let State::Listing(listing) = &mut self.state else {
            return None;
        };
        listing.pages += 1;
        if !metadata.continue_.is_empty() {
            listing.deadline = now + self.options.patience;
            // The token says which version it is of.
            let next = ListOptions::new()
                .limit(listing.options.limit)
                .continue_from(metadata.continue_.clone());
            self.actions.push(Action::List(next));
            return None;
        }
        if listing.options.resource_version == ANY_VERSION && listing.pages > 1 {
            self.has_pages = true;
        }
        let objects = std::mem::take(&mut listing.objects);
        let unreadable = std::mem::take(&mut listing.unreadable);
        self.version = metadata.resource_version.clone().into();
        self.version_is_unavailable = false;
        self.go_on(now, Next::Watch);
        let replacement = Replacement::new(objects, unreadable);
        Some(Change::new(
            ChangeKind::Replaced(replacement),
            self.version.clone(),
        ))
    }

    pub(super) fn list_failed(&mut self, now: Instant, failure: Failure) {
        let State::Listing(listing) = &mut self.state else {
            return;
        };
        // What came of an attempt that failed may be of another version than what comes of the next.
        listing.objects.clear();
        listing.unreadable.clear();
        listing.deadline = now + self.options.patience;
        if failure == Failure::Expired && listing.pages > 0 && !listing.is_whole {
            listing.is_whole = true;
            listing.pages = 0;
            let whole = ListOptions {
                limit: 0,
                ..listing.options.clone()
            };
            self.actions.push(Action::List(whole));
            return;
        }
        if failure.is_about_version() && !listing.is_second {
            self.version_is_unavailable = true;
            let options = self.list_options();
            if let State::Listing(listing) = &mut self.state {
                listing.options = options.clone();
                listing.pages = 0;
                listing.is_second = true;
                listing.is_whole = false;
            }
            self.actions.push(Action::List(options));
            return;
        }
        self.rest(now, failure, Next::Everything);
    }
}

/// Whether nothing is known of a version, so that a watch from it begins with all objects.
pub(super) fn is_unset(version: &ResourceVersion) -> bool {
    version.is_empty() || version.as_str() == ANY_VERSION
}

/// Any version that the server has at hand.
const ANY_VERSION: &str = "0";

/// client-go's page.
const PAGE: i64 = 500;
