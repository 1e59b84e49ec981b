//! Mistakes that a cache could make, made where the harness passes things on, so that the oracle is seen to find them.

use pintle_cache_core::{Change, ChangeKind, Event, Notice};

use super::object::{Object, name_of};

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sabotage {
    None,
    /// A new list deletes nothing.
    LostDelete,
    /// When a page of a list fails, what came is taken for all, in the version of the list.
    FailedPage,
    /// A bookmark overtakes the events before it.
    EarlyBookmark,
    /// Who comes late is not told of what there is.
    MissedInitial,
    /// An item that cannot be read is taken not to be there.
    FalseDelete,
    /// A deletion whose object cannot be read is passed over.
    Ghost,
    /// What a new list deletes, nobody is told.
    SilentRelist,
    /// A watch whose version is forgotten is asked for again as it was.
    SameVersion,
}

impl Sabotage {
    /// What becomes of a change on its way from the reflector to the informer.
    pub(super) fn change(self, mut change: Change<Object>) -> Change<Object> {
        if let (Self::LostDelete, ChangeKind::Replaced(all)) = (self, &mut change.kind) {
            // What is said to be there unseen stays.
            let keys = (0..super::object::KEYS).map(name_of);
            let is_missing = |key: &_| all.objects.iter().all(|(known, _)| known != key);
            all.unreadable = keys.filter(is_missing).collect();
        }
        change
    }

    /// Whether a notice is lost on its way to a listener.
    pub(super) fn swallows(self, notice: &Notice<Object>, is_late: bool) -> bool {
        match (self, notice) {
            (Self::MissedInitial, Notice::Event(Event::Added { is_initial, .. })) => {
                is_late && *is_initial
            }
            (Self::MissedInitial, Notice::Key(event)) => is_late && event.is_initial,
            (Self::SilentRelist, Notice::Event(Event::Deleted(gone))) => gone.final_state_unknown,
            _ => false,
        }
    }
}
