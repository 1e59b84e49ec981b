//! [`Events`], what happens to objects, as a stream.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pintle_cache_core::{Lag, Notice, Subscription};
use pintle_client::BoxFuture;
use pintle_meta::{AnyObject, Lazy, Object};
use tokio::sync::watch;

use crate::core::{Owner, STOPPED};
use crate::handler::Tombstone;
use crate::snapshot::typed;
use crate::subscribed::Subscribed;

/// What happens to the objects of an informer, from all objects there are on.
///
/// It loses nothing: whoever is slow keeps in memory what was not read yet ([`Events::lag`]). It ends
/// when the informer stops, and keeps it alive until it is dropped.
#[must_use = "events are there while they are read"]
pub struct Events<K> {
    owner: Arc<Owner>,
    subscription: Subscribed,
    state: State,
    kind: PhantomData<fn() -> K>,
}

/// What happened.
#[derive(Clone)]
#[non_exhaustive]
pub enum Event<K> {
    /// An object is there.
    Added {
        /// The object.
        object: Lazy<K>,
        /// Whether it is one of those with which the stream begins.
        is_initial: bool,
    },
    /// An object changed.
    Updated {
        /// Its state before.
        old: Lazy<K>,
        /// Its state now.
        new: Lazy<K>,
    },
    /// An object is gone.
    Deleted(Tombstone<K>),
    /// Every object with which the stream begins has come. Once.
    Synced,
}

enum State {
    /// There may be something to be read.
    Reading(watch::Receiver<u64>),
    /// There is not, until another version is published.
    Waiting(BoxFuture<'static, Option<watch::Receiver<u64>>>),
    Ended,
}

impl<K: Object> Events<K> {
    pub(crate) fn new(owner: Arc<Owner>, subscription: Subscription<AnyObject>) -> Self {
        let state = State::Reading(owner.core().versions());
        let subscription = Subscribed::new(owner.core(), subscription);
        Self {
            owner,
            subscription,
            state,
            kind: PhantomData,
        }
    }

    /// What happens next; `None` when the informer has stopped.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Event<K>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// What was not read yet.
    pub fn lag(&self) -> Lag {
        self.subscription.subscriber().lag()
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event<K>>> {
        loop {
            match &mut self.state {
                State::Ended => return Poll::Ready(None),
                State::Waiting(changed) => {
                    self.state = match ready!(changed.as_mut().poll(cx)) {
                        Some(versions) => State::Reading(versions),
                        None => State::Ended,
                    };
                }
                State::Reading(versions) => {
                    // What comes after this look wakes it again.
                    let has_stopped = *versions.borrow_and_update() == STOPPED;
                    if let Some(notice) = self.subscription.next_notice() {
                        if matches!(notice, Notice::Synced) {
                            self.subscription.set_synced();
                        }
                        match event_of(notice) {
                            Some(event) => return Poll::Ready(Some(event)),
                            None => continue,
                        }
                    }
                    let mut versions = versions.clone();
                    self.state = match has_stopped {
                        true => State::Ended,
                        false => State::Waiting(Box::pin(async move {
                            versions.changed().await.ok()?;
                            Some(versions)
                        })),
                    };
                }
            }
        }
    }
}

fn event_of<K: Object>(notice: Notice<AnyObject>) -> Option<Event<K>> {
    use pintle_cache_core::Event as Any;
    Some(match notice {
        Notice::Event(Any::Added { object, is_initial }) => Event::Added {
            object: typed(&object),
            is_initial,
        },
        Notice::Event(Any::Updated { old, new }) => Event::Updated {
            old: typed(&old),
            new: typed(&new),
        },
        Notice::Event(Any::Deleted(tombstone)) => Event::Deleted(Tombstone::new(
            typed(&tombstone.object),
            tombstone.final_state_unknown,
        )),
        Notice::Synced => Event::Synced,
        _ => return None,
    })
}

/// It is nowhere pinned: what it hands out is moved.
impl<K> Unpin for Events<K> {}

impl<K: Object> Stream for Events<K> {
    type Item = Event<K>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event<K>>> {
        self.poll_event(cx)
    }
}

impl<K> Drop for Events<K> {
    fn drop(&mut self) {
        let id = self.subscription.subscriber().id();
        self.owner.core().writer().unsubscribe(id);
    }
}

/// Prints which objects it is about, not what is in them: they may be secrets.
impl<K: Object> fmt::Debug for Event<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added { object, is_initial } => f
                .debug_struct("Added")
                .field("object", object)
                .field("is_initial", is_initial)
                .finish(),
            Self::Updated { old, new } => f
                .debug_struct("Updated")
                .field("old", old)
                .field("new", new)
                .finish(),
            Self::Deleted(tombstone) => f.debug_tuple("Deleted").field(tombstone).finish(),
            Self::Synced => f.write_str("Synced"),
        }
    }
}

impl<K> fmt::Debug for Events<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("informer", &self.owner.core().identity.label)
            .field("lag", &self.subscription.subscriber().lag())
            .finish_non_exhaustive()
    }
}
