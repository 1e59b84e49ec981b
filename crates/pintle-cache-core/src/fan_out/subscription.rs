//! [`Subscription`], what one subscriber is told.

use std::fmt;
use std::sync::Arc;

use super::cursor::{Cursor, Read};
use super::progress::{End, Progress};
use super::{Delivery, Event, Mailbox, Notice, Place, Subscriber, SubscriberId, Walk};
use crate::{Cached, Snapshot};

/// What one subscriber is told: every object there is when it begins, then what happens.
///
/// It holds its own place and is read without a lock; it does not wait. When there is nothing more,
/// there may be when the informer has published another version.
pub struct Subscription<O> {
    /// The objects there were when it began late.
    initial: Option<Walk<O>>,
    /// With them it has everything with which it begins.
    initial_is_all: bool,
    rest: Rest<O>,
    subscriber: Subscriber,
}

enum Rest<O> {
    Log(Cursor<O>),
    Mail(Arc<Mailbox<O>>),
}

impl<O: Cached> Subscription<O> {
    /// One that begins with a snapshot and goes on at the place in the log where that ends.
    pub(crate) fn new(
        id: SubscriberId,
        delivery: Delivery,
        snapshot: Arc<Snapshot<O>>,
        is_synced: bool,
        place: Place<O>,
        end: &Arc<End>,
    ) -> Self {
        let progress = Arc::new(match delivery {
            Delivery::Everything => Progress::in_log(end.mark()),
            _ => Progress::in_mailbox(),
        });
        let mailbox = Mailbox::new(delivery, &progress).map(Arc::new);
        let has_keys = mailbox
            .as_ref()
            .is_some_and(|mailbox| mailbox.put_keys(&snapshot));
        if let (Some(mailbox), true) = (&mailbox, has_keys && is_synced) {
            mailbox.put_synced();
        }
        let initial = (!has_keys).then(|| Walk::new(snapshot));
        progress.set_initial(initial.as_ref().map_or(0, Walk::left));
        Self {
            initial,
            initial_is_all: is_synced,
            rest: match mailbox {
                Some(mailbox) => Rest::Mail(mailbox),
                None => Rest::Log(Cursor::new(place)),
            },
            subscriber: Subscriber::new(id, progress, end.clone()),
        }
    }

    pub(crate) fn mailbox(&self) -> Option<&Arc<Mailbox<O>>> {
        match &self.rest {
            Rest::Mail(mailbox) => Some(mailbox),
            Rest::Log(_) => None,
        }
    }

    /// What comes next; `None` if that is all for now.
    pub fn next_notice(&mut self) -> Option<Notice<O>> {
        if let Some(walk) = &mut self.initial {
            let object = walk.next();
            let progress = self.subscriber.progress();
            progress.set_initial(walk.left());
            if let Some(object) = object {
                let is_initial = true;
                return Some(Notice::Event(Event::Added { object, is_initial }));
            }
            self.initial = None;
            if self.initial_is_all {
                return Some(Notice::Synced);
            }
        }
        match &mut self.rest {
            Rest::Mail(mailbox) => mailbox.take(),
            Rest::Log(cursor) => {
                let (id, progress) = (self.subscriber.id(), self.subscriber.progress());
                Some(match cursor.read(id, progress)? {
                    Read::Event(event) => Notice::Event(event),
                    Read::Synced => Notice::Synced,
                })
            }
        }
    }

    /// Says that everything with which it began has been dealt with: to be called once
    /// [`Notice::Synced`] has come, for those who ask [`Subscriber::has_synced`].
    pub fn set_synced(&self) {
        self.subscriber.progress().set_synced();
    }

    /// How far it has come, for others to look at.
    pub fn subscriber(&self) -> &Subscriber {
        &self.subscriber
    }
}

impl<O> fmt::Debug for Subscription<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("subscriber", &self.subscriber)
            .finish_non_exhaustive()
    }
}
