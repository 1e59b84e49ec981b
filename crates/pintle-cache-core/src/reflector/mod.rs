//! [`Reflector`], what to ask the server for, and what its answers mean.
//!
//! Invariant: a version is taken over from the server only together with everything that happened up
//! to it. So whatever fails, and wherever: what is asked for next begins at or before the gap.

mod backoff;
mod failure;
mod list;
mod options;
mod watch;

use std::fmt;
use std::sync::Arc;

use pintle_env::{Instant, Random};
use pintle_meta::ResourceVersion;
use pintle_meta::v1::ListOptions;

use self::list::Listing;
use self::watch::{Opening, Streaming};
use crate::Cached;

pub use self::backoff::Backoff;
pub use self::failure::Failure;
pub use self::options::ReflectorOptions;
pub use self::watch::EventKind;

/// Follows the objects of one resource, or of one namespace of it.
///
/// It decides and does nothing: whoever drives it asks [`poll_action`](Self::poll_action) what is to
/// be done until that is nothing, tells it what came of it by the `handle_` methods, and calls
/// [`handle_timeout`](Self::handle_timeout) at [`poll_timeout`](Self::poll_timeout). The methods
/// return what the answers mean, as [`Change`](crate::Change)s.
///
/// ```
/// use std::sync::Arc;
/// use pintle_cache_core::{Action, ChangeKind, EventKind, Reflector, ReflectorOptions};
/// use pintle_env::{Instant, SeededRandom};
/// use pintle_meta::v1::{ObjectMeta, PartialObjectMetadata};
/// use pintle_meta::{Bookmark, Lazy};
///
/// let now = Instant::ORIGIN;
/// let random = Arc::new(SeededRandom::new(1));
/// let mut reflector = Reflector::new(ReflectorOptions::new(), random);
/// // It begins with a watch that begins with all objects.
/// let Some(Action::Watch(options)) = reflector.poll_action(now) else { panic!() };
/// assert_eq!(options.send_initial_events, Some(true));
/// reflector.handle_watching(now);
///
/// let object = Lazy::from(PartialObjectMetadata::from(ObjectMeta {
///     name: "web-0".into(),
///     resource_version: "7".into(),
///     ..ObjectMeta::default()
/// }));
/// assert!(reflector.handle_event(now, EventKind::Added, object, true).is_none());
/// let mut end = Bookmark::default();
/// end.resource_version = "9".into();
/// end.initial_events_end = true;
/// let change = reflector.handle_bookmark(now, &end).unwrap();
/// assert!(matches!(change.kind, ChangeKind::Replaced(all) if all.objects.len() == 1));
/// assert_eq!(reflector.resource_version().as_str(), "9");
/// ```
pub struct Reflector<O> {
    options: ReflectorOptions,
    random: Arc<dyn Random>,
    backoff: Backoff,
    state: State<O>,
    /// Everything up to here has been reported.
    version: ResourceVersion,
    /// The server has said that it does not have that version.
    version_is_unavailable: bool,
    /// The server has answered with a page where it need not have: it has no cache of the resource.
    has_pages: bool,
    /// What is to be done, in order.
    actions: Vec<Action>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// List with these options. What was under way is over.
    List(ListOptions),
    /// Watch with these options. What was under way is over.
    Watch(ListOptions),
    /// Give up what is under way.
    Close,
    /// Tell somebody.
    Warn(Warning),
}

/// What somebody should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A watch that began with all objects has not said yet that these were all.
    InitialEventsAreLate {
        /// When the watch began.
        since: Instant,
        /// When its last event came, if one did.
        last_event: Option<Instant>,
    },
    /// A watch ended at once and without an event. The objects are listed again.
    WatchWasVeryShort,
    /// Nothing came any more; what was under way was given up.
    Stalled,
}

/// What a reflector is doing, for people and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Phase {
    /// It waits before it tries again.
    Waiting,
    /// A list is under way.
    Listing,
    /// A watch was asked for that is to begin with all objects.
    OpeningWatchList,
    /// A watch was asked for.
    OpeningWatch,
    /// A watch sends the objects with which it begins.
    Initial,
    /// A watch sends what happens.
    Watching,
}

enum State<O> {
    /// Waits, then does something.
    Resting {
        until: Instant,
        then: Next,
    },
    Listing(Listing<O>),
    Opening(Opening),
    Streaming(Streaming<O>),
}

/// What to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// All objects.
    Everything,
    /// The objects by a list, whatever would be better.
    List,
    /// What happens from the version on.
    Watch,
}

impl<O: Cached> Reflector<O> {
    /// A reflector that has not begun.
    pub fn new(options: ReflectorOptions, random: Arc<dyn Random>) -> Self {
        Self {
            backoff: options.backoff.clone(),
            options,
            random,
            state: State::Resting {
                until: Instant::ORIGIN,
                then: Next::Everything,
            },
            version: ResourceVersion::default(),
            version_is_unavailable: false,
            has_pages: false,
            actions: Vec::new(),
        }
    }

    /// What is to be done now; to be asked until it is nothing, after each other method.
    pub fn poll_action(&mut self, now: Instant) -> Option<Action> {
        if self.actions.is_empty()
            && let State::Resting { until, then } = self.state
            && until <= now
        {
            self.begin(now, then);
        }
        (!self.actions.is_empty()).then(|| self.actions.remove(0))
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do, whatever else happens.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Resting { until, .. } => Some(*until),
            State::Listing(listing) => Some(listing.deadline),
            State::Opening(opening) => Some(opening.deadline),
            State::Streaming(streaming) => Some(streaming.timeout()),
        }
    }

    /// Takes note of the time.
    pub fn handle_timeout(&mut self, now: Instant) {
        let is_lost = match &mut self.state {
            State::Resting { .. } => return,
            State::Listing(listing) => listing.deadline <= now,
            State::Opening(opening) => opening.deadline <= now,
            State::Streaming(streaming) => {
                if let Some(warning) = streaming.warn_if_late(now) {
                    self.actions.push(Action::Warn(warning));
                }
                streaming.deadline <= now
            }
        };
        if !is_lost {
            return;
        }
        self.actions.push(Action::Close);
        self.actions.push(Action::Warn(Warning::Stalled));
        match &self.state {
            State::Streaming(_) => self.handle_end(now, None),
            _ => self.handle_failure(now, Failure::Other),
        };
    }

    /// What was asked for failed, or the watch said that it cannot go on.
    pub fn handle_failure(&mut self, now: Instant, failure: Failure) {
        match &self.state {
            // It was over already.
            State::Resting { .. } => {}
            State::Listing(_) => self.list_failed(now, failure),
            State::Opening(_) => self.opening_failed(now, failure),
            State::Streaming(_) => self.stream_failed(now, failure),
        }
    }

    /// Up to which version everything has been reported; empty if nothing has.
    pub fn resource_version(&self) -> &ResourceVersion {
        &self.version
    }

    /// What it is doing.
    pub fn phase(&self) -> Phase {
        match &self.state {
            State::Resting { .. } => Phase::Waiting,
            State::Listing(_) => Phase::Listing,
            State::Opening(opening) if opening.is_initial => Phase::OpeningWatchList,
            State::Opening(_) => Phase::OpeningWatch,
            State::Streaming(streaming) if streaming.is_initial() => Phase::Initial,
            State::Streaming(_) => Phase::Watching,
        }
    }

    /// How many objects have come of the list, or of the watch that begins with all of them, that is
    /// under way; 0 if neither is.
    pub fn arrived(&self) -> usize {
        match &self.state {
            State::Listing(listing) => listing.arrived(),
            State::Streaming(streaming) => streaming.arrived(),
            State::Resting { .. } | State::Opening(_) => 0,
        }
    }

    fn begin(&mut self, now: Instant, what: Next) {
        match what {
            Next::Everything if self.options.watch_list => self.open_watch_list(now),
            Next::Everything | Next::List => self.begin_list(now),
            Next::Watch => self.open_watch(now),
        }
    }

    /// Tries again later, at the earliest after what the failure asks for.
    fn rest(&mut self, now: Instant, failure: Failure, then: Next) {
        let delay = self.backoff.delay(now, &*self.random);
        let until = now + delay.max(failure.retry_after());
        self.state = State::Resting { until, then };
    }

    /// Tries at once.
    fn go_on(&mut self, now: Instant, then: Next) {
        self.state = State::Resting { until: now, then };
    }
}

impl<O: Cached> fmt::Debug for Reflector<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reflector")
            .field("phase", &self.phase())
            .field("resource_version", &self.version)
            .field("timeout", &self.poll_timeout())
            .finish_non_exhaustive()
    }
}
