//! [`Cursor`], one reader's place in the log.

use std::sync::Arc;

use crate::Cached;
use crate::fan_out::log::Segment;
use crate::fan_out::progress::{Progress, SubscriberId};
use crate::fan_out::{Event, Logged, Place, Walk};

/// Reads the log from a place on, to its end.
pub(super) struct Cursor<O> {
    place: Place<O>,
    /// What is left of the segment at the place.
    within: Within<O>,
}

enum Within<O> {
    Events(usize),
    Resync(Walk<O>),
    End,
}

/// What is next in the log.
pub(super) enum Read<O> {
    Event(Event<O>),
    Synced,
}

impl<O: Cached> Cursor<O> {
    pub(super) fn new(place: Place<O>) -> Self {
        Self {
            place,
            within: Within::Events(0),
        }
    }

    /// What comes next for a subscriber; `None` at the end of the log.
    pub(super) fn read(&mut self, id: SubscriberId, progress: &Progress) -> Option<Read<O>> {
        loop {
            let segment = self.place.segment()?;
            match &mut self.within {
                Within::Events(at) => match segment.events.get(*at) {
                    Some(logged) => {
                        *at += 1;
                        progress.pass_one();
                        if concerns(logged, segment, id) {
                            return Some(Read::Event(logged.event()));
                        }
                    }
                    None => {
                        self.within = match &segment.resync {
                            Some(snapshot) if segment.due.contains(&id) => {
                                Within::Resync(Walk::new(snapshot.clone()))
                            }
                            _ => Within::End,
                        };
                    }
                },
                Within::Resync(walk) => match walk.next() {
                    Some(object) => return Some(Read::Event(Logged::Again(object).event())),
                    None => self.within = Within::End,
                },
                Within::End => {
                    progress.set(segment.end);
                    let is_synced = segment.is_synced;
                    let next = segment.next().clone();
                    // If nobody else is at the place before or behind it, the writer may free it now.
                    self.place = next;
                    self.within = Within::Events(0);
                    if is_synced {
                        return Some(Read::Synced);
                    }
                }
            }
        }
    }
}

fn concerns<O>(logged: &Logged<O>, segment: &Arc<Segment<O>>, id: SubscriberId) -> bool {
    match logged {
        Logged::Event(_) => true,
        Logged::Again(_) => segment.due.contains(&id),
    }
}
