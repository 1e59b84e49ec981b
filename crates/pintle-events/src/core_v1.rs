//! [`Correlator`], the rules of core events: combine, count, and leave out.

use std::collections::BTreeSet;
use std::time::Duration;

use pintle_api::core::v1::{Event, ObjectReference};
use pintle_codec::Str;
use pintle_env::{Instant, Timestamp, TokenBucket};
use pintle_meta::Time;

use crate::lru::Lru;
use crate::write::name_of;

/// Groups and throttles core events. client-go's `EventCorrelator`, with its constants.
///
/// Three things happen to an event, in this order:
///
/// 1. From the tenth message of the same kind of event within ten minutes, the messages are combined.
/// 2. What came before is counted instead of created.
/// 3. An object may have 25 events of a type, and another every five minutes; what is more is left out.
///
/// The 4,096 entries of each that were used last are remembered.
pub struct Correlator {
    similar: Lru<Group, Similar>,
    known: Lru<Group, Known>,
    spam: Lru<Group, TokenBucket>,
}

/// What is to be done with an event.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Correlated {
    /// Create it.
    Create(Event),
    /// It came before: write its count, message and time into the event of its name, or create it if
    /// there is none any more.
    Count(Event),
    /// There are too many of them.
    LeaveOut,
}

/// What is alike in events that belong together.
type Group = Vec<Str>;

/// Events that differ in their message alone.
struct Similar {
    messages: BTreeSet<Str>,
    last: Instant,
}

/// An event as it was last written.
#[derive(Clone)]
struct Known {
    count: i32,
    first: Time,
    name: Str,
}

impl Correlator {
    /// One that knows no events.
    pub fn new() -> Self {
        Self {
            similar: Lru::new(REMEMBERED),
            known: Lru::new(REMEMBERED),
            spam: Lru::new(REMEMBERED),
        }
    }

    /// An event happened.
    pub fn correlate(&mut self, event: Event, now: Instant, date: Timestamp) -> Correlated {
        let (event, group) = self.combine(event, now, date);
        let event = self.count(event, group);
        if !self.may_pass(&event, now) {
            return Correlated::LeaveOut;
        }
        if event.count > 1 {
            Correlated::Count(event)
        } else {
            Correlated::Create(event)
        }
    }

    /// An event was written, and this is what the server has.
    pub fn written(&mut self, event: &Event) {
        let known = Known {
            count: event.count,
            first: event.first_timestamp,
            name: event.metadata.name.clone(),
        };
        self.known.insert(whole(event), known);
    }

    /// Combines an event with others of its sort, if there are many.
    fn combine(&mut self, event: Event, now: Instant, date: Timestamp) -> (Event, Group) {
        let mut sort = source_and_object(&event);
        sort.extend([
            event.type_.clone(),
            event.reason.clone(),
            event.reporting_component.clone(),
            event.reporting_instance.clone(),
        ]);
        let fresh = || Similar {
            messages: BTreeSet::new(),
            last: now,
        };
        if self.similar.get_mut(&sort).is_none() {
            self.similar.insert(sort.clone(), fresh());
        }
        let similar = self.similar.get_mut(&sort).expect("it was just put there");
        if now.saturating_since(similar.last) > COMBINED_WITHIN {
            *similar = fresh();
        }
        similar.messages.insert(event.message.clone());
        similar.last = now;
        if similar.messages.len() < COMBINED_FROM {
            let group = whole(&event);
            return (event, group);
        }
        similar.messages.pop_first();
        let time = Time::from_unix(date.unix_seconds());
        let mut combined = Event {
            count: 1,
            first_timestamp: time,
            last_timestamp: time,
            message: format!("(combined from similar events): {}", event.message).into(),
            involved_object: event.involved_object,
            type_: event.type_,
            reason: event.reason,
            source: event.source,
            reporting_component: event.reporting_component,
            reporting_instance: event.reporting_instance,
            ..Event::default()
        };
        combined.metadata.name = name_of(&combined.involved_object.name, date);
        combined.metadata.namespace = event.metadata.namespace;
        (combined, sort)
    }

    /// Counts an event that came before.
    fn count(&mut self, mut event: Event, group: Group) -> Event {
        if let Some(known) = self.known.get_mut(&group).filter(|known| known.count > 0) {
            event.metadata.name = known.name.clone();
            event.first_timestamp = known.first;
            event.count = known.count.saturating_add(1);
        }
        let known = Known {
            count: event.count,
            first: event.first_timestamp,
            name: event.metadata.name.clone(),
        };
        self.known.insert(group, known);
        event
    }

    /// Whether its object may have another event of its type.
    fn may_pass(&mut self, event: &Event, now: Instant) -> bool {
        let mut group = source_and_object(event);
        group.push(event.type_.clone());
        if self.spam.get_mut(&group).is_none() {
            let bucket = TokenBucket::new(REFILL_A_SECOND, BURST);
            self.spam.insert(group.clone(), bucket);
        }
        let bucket = self.spam.get_mut(&group).expect("it was just put there");
        bucket.try_take(now)
    }
}

impl Default for Correlator {
    fn default() -> Self {
        Self::new()
    }
}

/// Who says it, and of what.
fn source_and_object(event: &Event) -> Group {
    let ObjectReference {
        kind,
        namespace,
        name,
        uid,
        api_version,
        resource_version: _,
        field_path: _,
    } = &event.involved_object;
    let source = [&event.source.component, &event.source.host];
    let object = [kind, namespace, name, uid, api_version];
    source.into_iter().chain(object).cloned().collect()
}

/// All that is alike in events which are the same.
fn whole(event: &Event) -> Group {
    let mut group = source_and_object(event);
    group.extend([
        event.involved_object.field_path.clone(),
        event.type_.clone(),
        event.reason.clone(),
        event.message.clone(),
    ]);
    group
}

/// How many entries of each sort are remembered.
const REMEMBERED: usize = 4096;

/// From how many messages on they are combined.
const COMBINED_FROM: usize = 10;

/// How long ago the last one may be.
const COMBINED_WITHIN: Duration = Duration::from_secs(600);

/// How many events of a type an object may have at once.
const BURST: u32 = 25;

/// One in five minutes.
const REFILL_A_SECOND: f32 = 1.0 / 300.0;
