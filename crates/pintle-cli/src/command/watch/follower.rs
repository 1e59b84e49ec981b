//! What a watch has seen, and what is to be shown of what comes next.
//!
//! Invariant: whatever gaps there are between watches, what is shown adds up: an object that was
//! shown as there and is gone is shown as deleted, once, and none is shown as added twice.

use std::collections::BTreeMap;

use pintle_meta::WatchEvent;
use pintle_meta::v1::Status;

use super::form::Entry;

/// Follows the objects of a watch. Without I/O: lists and events go in, lines come out.
#[derive(Default)]
pub(super) struct Follower {
    known: BTreeMap<(String, String), Entry>,
    version: Option<String>,
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Added,
    Modified,
    Deleted,
}

/// An object and what happened to it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) change: Change,
    pub(super) entry: Entry,
}

/// What is to be done about an event.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    Show(Line),
    Nothing,
    Stop(Status),
}

impl Change {
    /// As the wire spells it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }
}

impl Follower {
    /// The version to watch from; none if there must be a list first.
    pub(super) fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Takes note that the version is no longer kept by the server.
    pub(super) fn forget_version(&mut self) {
        self.version = None;
    }

    /// Takes in a list. The first one is all additions; one after a gap shows what the gap hid.
    pub(super) fn list(&mut self, version: String, entries: Vec<Entry>) -> Vec<Line> {
        let mut before = std::mem::take(&mut self.known);
        let mut lines = Vec::new();
        for entry in entries {
            let known = before.remove(&key(&entry));
            match known {
                Some(known) if known.row.uid != entry.row.uid => {
                    lines.push(Line::new(Change::Deleted, known));
                    lines.push(Line::new(Change::Added, entry.clone()));
                }
                Some(known) if known.row.resource_version != entry.row.resource_version => {
                    lines.push(Line::new(Change::Modified, entry.clone()));
                }
                Some(_) => {}
                None => lines.push(Line::new(Change::Added, entry.clone())),
            }
            self.known.insert(key(&entry), entry);
        }
        let gone = before.into_values();
        lines.extend(gone.map(|entry| Line::new(Change::Deleted, entry)));
        self.version = Some(version);
        lines
    }

    /// Takes in an event.
    pub(super) fn event(&mut self, event: WatchEvent<Entry>) -> Next {
        let (change, entry) = match event {
            WatchEvent::Added(entry) => (Change::Added, entry),
            WatchEvent::Modified(entry) => (Change::Modified, entry),
            WatchEvent::Deleted(entry) => (Change::Deleted, entry),
            WatchEvent::Bookmark(bookmark) => {
                self.advance(bookmark.resource_version.as_str());
                return Next::Nothing;
            }
            WatchEvent::Error(status) => return Next::Stop(status),
        };
        self.advance(&entry.row.resource_version);
        let known = match change {
            Change::Deleted => self.known.remove(&key(&entry)),
            Change::Added | Change::Modified => self.known.insert(key(&entry), entry.clone()),
        };
        // A server that was asked to go on from a version may begin a little before it.
        let is_old = match &known {
            Some(known) => change == Change::Added && known.row == entry.row,
            None => change == Change::Deleted,
        };
        if is_old {
            return Next::Nothing;
        }
        Next::Show(Line::new(change, entry))
    }

    fn advance(&mut self, version: &str) {
        if !version.is_empty() {
            self.version = Some(version.to_owned());
        }
    }
}

impl Line {
    fn new(change: Change, entry: Entry) -> Self {
        Self { change, entry }
    }
}

fn key(entry: &Entry) -> (String, String) {
    (entry.row.namespace.clone(), entry.row.name.clone())
}

#[cfg(test)]
mod tests {
    use pintle_meta::v1::Status;

    use super::*;
    use crate::output::Row;

    /// `name uid version`
    fn entry(text: &str) -> Entry {
        let mut words = text.split(' ').map(str::to_owned);
        let mut word = || words.next().unwrap();
        let row = Row {
            name: word(),
            uid: word(),
            resource_version: word(),
            ..Row::default()
        };
        Entry { row, object: None }
    }

    fn list(follower: &mut Follower, version: &str, entries: &[&str]) -> Vec<String> {
        let entries = entries.iter().map(|text| entry(text)).collect();
        let lines = follower.list(version.to_owned(), entries);
        lines.iter().map(text).collect()
    }

    fn event(follower: &mut Follower, event: WatchEvent<Entry>) -> String {
        match follower.event(event) {
            Next::Show(line) => text(&line),
            other => format!("{other:?}"),
        }
    }

    fn text(line: &Line) -> String {
        format!("{} {}", line.change.as_str(), line.entry.row.name)
    }

    #[test]
    fn begins_with_what_there_is_and_goes_on_from_there() {
        let mut follower = Follower::default();
        assert_eq!(follower.version(), None);
        assert_eq!(
            list(&mut follower, "5", &["a 1 3", "b 2 4"]),
            ["ADDED a", "ADDED b"]
        );
        assert_eq!(follower.version(), Some("5"));
        let modified = WatchEvent::Modified(entry("a 1 6"));
        assert_eq!(event(&mut follower, modified), "MODIFIED a");
        assert_eq!(follower.version(), Some("6"));
        let deleted = WatchEvent::Deleted(entry("b 2 7"));
        assert_eq!(event(&mut follower, deleted), "DELETED b");
        assert_eq!(follower.version(), Some("7"));
    }

    #[test]
    fn what_a_gap_hid_is_shown_after_it() {
        let mut follower = Follower::default();
        list(
            &mut follower,
            "5",
            &["same 1 1", "changed 2 2", "gone 3 3", "anew 4 4"],
        );
        follower.forget_version();
        assert_eq!(follower.version(), None);
        let lines = list(
            &mut follower,
            "9",
            &["same 1 1", "changed 2 8", "anew 5 9", "new 6 7"],
        );
        assert_eq!(
            lines,
            [
                "MODIFIED changed",
                "DELETED anew",
                "ADDED anew",
                "ADDED new",
                "DELETED gone"
            ]
        );
    }

    #[test]
    fn a_bookmark_moves_the_version_and_shows_nothing() {
        let mut follower = Follower::default();
        list(&mut follower, "5", &[]);
        let mut bookmark = pintle_meta::Bookmark::default();
        bookmark.resource_version = "9".into();
        let bookmark = WatchEvent::Bookmark(bookmark);
        assert_eq!(event(&mut follower, bookmark), "Nothing");
        assert_eq!(follower.version(), Some("9"));
    }

    #[test]
    fn nothing_is_added_or_deleted_twice() {
        let mut follower = Follower::default();
        list(&mut follower, "5", &["a 1 3"]);
        let again = WatchEvent::Added(entry("a 1 3"));
        assert_eq!(event(&mut follower, again), "Nothing");
        let deleted = WatchEvent::Deleted(entry("a 1 6"));
        assert_eq!(event(&mut follower, deleted.clone()), "DELETED a");
        assert_eq!(event(&mut follower, deleted), "Nothing");
    }

    #[test]
    fn an_error_stops_the_watch() {
        let status = Status {
            code: 410,
            ..Status::default()
        };
        let next = Follower::default().event(WatchEvent::Error(status.clone()));
        assert_eq!(next, Next::Stop(status));
    }
}
