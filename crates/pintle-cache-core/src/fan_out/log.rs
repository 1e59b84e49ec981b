//! [`Log`], what happened, written once for all who are told.
//!
//! The log is a chain: a [`Place`] leads to the [`Segment`] that was written there, once it is, and
//! each segment to the place behind it. Only forward: whoever holds a place keeps alive what comes
//! behind it, and nothing before. So a segment can be freed when the last subscriber has passed it,
//! without anybody counting.
//!
//! Invariants: a segment never changes, and the store that is published when it becomes visible is not
//! older than its events. It is freed by the writer, who has made most of what it holds: for others
//! to free that is to meet the writer at a lock of the allocator for each of its blocks.

use std::mem;
use std::sync::{Arc, OnceLock};

use crate::fan_out::Logged;
use crate::fan_out::progress::{End, Mark, SubscriberId};
use crate::{Cached, Snapshot};

/// Where a segment is or will be.
pub(crate) struct Place<O>(Arc<Link<O>>);

struct Link<O>(OnceLock<Arc<Segment<O>>>);

/// What one batch did, or a request to show all objects again.
pub(crate) struct Segment<O> {
    pub(crate) events: Box<[Logged<O>]>,
    /// All objects are shown again to those who are due.
    pub(crate) resync: Option<Arc<Snapshot<O>>>,
    /// To whom that concerns, of what is shown again.
    pub(crate) due: Arc<[SubscriberId]>,
    /// The store has all objects with which it begins, from here on.
    pub(crate) is_synced: bool,
    /// What there is up to its end.
    pub(crate) end: Mark,
    next: Place<O>,
}

/// What was in a segment.
pub(crate) type Passed<O> = (Box<[Logged<O>]>, Option<Arc<Snapshot<O>>>);

/// The log, as its writer has it.
pub(crate) struct Log<O> {
    /// Behind everything that is known to have been passed by everybody.
    head: Place<O>,
    /// The end, at which it is added to.
    tail: Place<O>,
    end: Arc<End>,
}

/// Segments that were written and that nobody sees yet.
pub(crate) struct Unseen<O> {
    at: Place<O>,
    first: Option<Arc<Segment<O>>>,
    mark: Mark,
}

impl<O> Place<O> {
    fn new() -> Self {
        Self(Arc::new(Link(OnceLock::new())))
    }

    /// The segment here, if one was written.
    pub(crate) fn segment(&self) -> Option<&Arc<Segment<O>>> {
        self.0.0.get()
    }
}

impl<O> Segment<O> {
    /// The place behind it.
    pub(crate) fn next(&self) -> &Place<O> {
        &self.next
    }
}

impl<O: Cached> Log<O> {
    pub(crate) fn new() -> Self {
        let tail = Place::new();
        Self {
            head: tail.clone(),
            tail,
            end: Arc::new(End::default()),
        }
    }

    /// The place behind everything that was written.
    pub(crate) fn tail(&self) -> &Place<O> {
        &self.tail
    }

    /// What was written so far.
    pub(crate) fn end(&self) -> &Arc<End> {
        &self.end
    }

    /// Writes a segment behind those that `unseen` has already. It is seen after [`Log::reveal`].
    pub(crate) fn write(
        &mut self,
        unseen: &mut Option<Unseen<O>>,
        events: Vec<Logged<O>>,
        resync: Option<Arc<Snapshot<O>>>,
        due: Arc<[SubscriberId]>,
        is_synced: bool,
    ) {
        let mark = unseen
            .as_ref()
            .map_or_else(|| self.end.mark(), |unseen| unseen.mark);
        let bytes: usize = events.iter().map(Logged::size).sum();
        let mark = mark.plus(events.len(), bytes);
        let segment = Arc::new(Segment {
            events: events.into(),
            resync,
            due,
            is_synced,
            end: mark,
            next: Place::new(),
        });
        let behind = segment.next.clone();
        match unseen {
            Some(unseen) => {
                self.tail.set(segment);
                unseen.mark = mark;
            }
            None => {
                *unseen = Some(Unseen {
                    at: self.tail.clone(),
                    first: Some(segment),
                    mark,
                });
            }
        }
        self.tail = behind;
    }

    /// Shows what was written.
    pub(crate) fn reveal(&mut self, unseen: Unseen<O>) {
        self.end.advance(unseen.mark);
        if let Some(first) = unseen.first {
            unseen.at.set(first);
        }
    }

    /// Takes out what is in the segments that everybody has passed.
    pub(crate) fn sweep(&mut self) -> Vec<Passed<O>> {
        let mut passed = Vec::new();
        // Where nobody is but the log itself nobody can come any more: there is nothing before it.
        while let Some(link) = Arc::get_mut(&mut self.head.0)
            && let Some(segment) = link.0.take()
        {
            let segment = Arc::into_inner(segment).expect("only its place holds a segment");
            self.head = segment.next;
            passed.push((segment.events, segment.resync));
        }
        passed
    }
}

impl<O> Unseen<O> {
    /// The segments, in order.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &Arc<Segment<O>>> {
        std::iter::successors(self.first.as_ref(), |segment| segment.next().segment())
    }
}

impl<O> Place<O> {
    fn set(&self, segment: Arc<Segment<O>>) {
        let was_empty = self.0.0.set(segment).is_ok();
        assert!(was_empty, "the log has one writer, who writes a place once");
    }
}

impl<O> Clone for Place<O> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Drops the chain behind it link by link: to leave that to the compiler would nest as deep as the
/// chain is long.
impl<O> Drop for Link<O> {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(segment) = next {
            next = Arc::into_inner(segment)
                .map(|mut segment| mem::replace(&mut segment.next, Place::new()))
                .and_then(|place| Arc::into_inner(place.0))
                .and_then(|mut link| link.0.take());
        }
    }
}
