//! Writing events: attempts, and when to give up.

use std::sync::Arc;
use std::time::Duration;

use pintle_api::core::v1::Event as CoreEvent;
use pintle_api::events::v1::Event;
use pintle_client::{Api, Client, Error, ErrorKind, Patch};
use pintle_codec::{Object as Tree, Str, Value, json};
use pintle_env::{Random, Time, Timestamp};
use pintle_meta::v1::{CreateOptions, PatchOptions};

use crate::recorder::Losses;

#[derive(Clone)]
pub(crate) struct Writer {
    pub(crate) client: Client,
    pub(crate) time: Arc<dyn Time>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) losses: Losses,
}

/// How often the writing of an event is tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tries {
    /// Twelve times, ten seconds apart.
    Many,
    /// The program ends.
    Once,
}

impl Writer {
    /// Writes an event of `events.k8s.io`, and returns its name on the server.
    pub(crate) async fn write(&self, mut event: Event, tries: Tries) -> Option<Str> {
        let api = self
            .client
            .api::<Event>()
            .namespace(&*event.metadata.namespace);
        let is_series = event.series.is_some();
        let mut attempt = 1;
        loop {
            let error = match write_series(&api, &mut event).await {
                Ok(written) => return Some(written.metadata.name),
                // Nobody else gives such a name: it is what an attempt wrote whose answer was lost.
                Err(error) if attempt > 1 && !is_series && error.is_already_exists() => {
                    return Some(event.metadata.name);
                }
                Err(error) => error,
            };
            // The event is not there and is there: somebody is writing it at this moment.
            let again = may_try_again(&error) || is_series && error.is_already_exists();
            if !again {
                self.refused(&error, &event.regarding.name);
                return None;
            }
            if tries == Tries::Once || attempt == MOST_TRIES {
                self.unreachable(&error, &event.regarding.name);
                return None;
            }
            attempt += 1;
            self.pause(1.0 + 0.25 * self.random.unit()).await;
        }
    }

    /// Writes a core event that is new, or counts one that is not; returns what the server has.
    pub(crate) async fn write_core(
        &self,
        mut event: CoreEvent,
        counts: bool,
        tries: Tries,
    ) -> Option<CoreEvent> {
        let api = self
            .client
            .api::<CoreEvent>()
            .namespace(&*event.metadata.namespace);
        let mut attempt = 1;
        loop {
            let error = match write_core(&api, &mut event, counts).await {
                Ok(written) => return Some(written),
                Err(error) if attempt > 1 && error.is_already_exists() => return Some(event),
                Err(error) => error,
            };
            if !may_try_again(&error) {
                self.refused(&error, &event.involved_object.name);
                return None;
            }
            if tries == Tries::Once || attempt == MOST_TRIES {
                self.unreachable(&error, &event.involved_object.name);
                return None;
            }
            // The first pause is a part of one, so that not all programs come back together.
            let part = if attempt == 1 {
                self.random.unit()
            } else {
                1.0
            };
            attempt += 1;
            self.pause(part).await;
        }
    }

    async fn pause(&self, part: f64) {
        let until = self.time.now() + PAUSE.mul_f64(part);
        self.time.sleep_until(until).await;
    }

    fn refused(&self, error: &Error, object: &str) {
        tracing::warn!(%error, object, "the server refuses an event");
        self.losses.add("refused");
    }

    fn unreachable(&self, error: &Error, object: &str) {
        tracing::warn!(%error, object, "an event is lost: the server cannot be reached");
        self.losses.add("unreachable");
    }
}

async fn write_series(api: &Api<Event>, event: &mut Event) -> Result<Event, Error> {
    if let Some(series) = &event.series {
        let time = series.last_observed_time.to_string();
        let series = Tree::from([
            ("count", i64::from(series.count).into()),
            ("lastObservedTime", Value::String(time.into())),
        ]);
        let patch = patch([("series", series.into())]);
        let options = PatchOptions::default();
        match api.patch(&event.metadata.name, &patch, &options).await {
            Err(error) if error.is_not_found() => {}
            outcome => return outcome,
        }
    }
    event.metadata.resource_version = Str::default();
    api.create(event, &CreateOptions::default()).await
}

async fn write_core(
    api: &Api<CoreEvent>,
    event: &mut CoreEvent,
    counts: bool,
) -> Result<CoreEvent, Error> {
    if counts {
        let time = event.last_timestamp.to_string();
        let patch = patch([
            ("count", i64::from(event.count).into()),
            ("lastTimestamp", Value::String(time.into())),
            ("message", Value::String(event.message.clone())),
        ]);
        let options = PatchOptions::default();
        match api.patch(&event.metadata.name, &patch, &options).await {
            Err(error) if error.is_not_found() => {}
            outcome => return outcome,
        }
    }
    event.metadata.resource_version = Str::default();
    api.create(event, &CreateOptions::default()).await
}

fn patch<const N: usize>(fields: [(&'static str, Value); N]) -> Patch {
    let mut document = Vec::new();
    json::write(&Value::Object(Tree::from(fields)), &mut document);
    Patch::strategic(document)
}

/// Whether it makes sense to try again: not what the server has answered, nor what cannot be sent.
fn may_try_again(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Transport | ErrorKind::DeadlineExceeded | ErrorKind::InvalidAnswer
    )
}

/// The name of an event: that of its object and the time, or something that is a name if that is none.
pub(crate) fn name_of(object: &str, date: Timestamp) -> Str {
    let seconds = i128::from(date.unix_seconds());
    let nanoseconds = seconds * 1_000_000_000 + i128::from(date.subsecond_nanoseconds());
    let name = format!("{object}.{nanoseconds:x}");
    if is_name(&name) {
        name.into()
    } else {
        // The object's name, with what no name has left out.
        let is_plain = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let plain: String = object.chars().filter(is_plain).take(200).collect();
        format!("event{plain}.{nanoseconds:x}").into()
    }
}

/// Whether objects may have this name: a DNS subdomain.
fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        label.starts_with(inner)
            && label.ends_with(inner)
            && label.chars().all(|c| inner(c) || c == '-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

const MOST_TRIES: u32 = 12;

const PAUSE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    // claims: events.name
    #[test]
    fn an_event_is_named_for_its_object_and_the_time() {
        let date = Timestamp::from_unix(1_700_000_000, 1);
        assert_eq!(name_of("web-0", date), "web-0.17979cfe362a0001");
        for odd in ["Web_0", "system:node", &"x".repeat(253), "", "a."] {
            let name = name_of(odd, date);
            assert!(is_name(&name), "{name}");
        }
        assert_eq!(
            name_of("system:node", date),
            "eventsystemnode.17979cfe362a0001"
        );
    }
}
