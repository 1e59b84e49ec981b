//! [`Event`], something that happened.

use pintle_api::core::v1::ObjectReference;
use pintle_codec::{Map, Str};

use crate::Regarding;

/// Something that happened to an object, to be told with a [`Recorder`](crate::Recorder).
///
/// ```
/// use pintle_api::core::v1::Pod;
/// use pintle_events::Event;
///
/// let event = Event::warning("FailedMount", "the volume is not there").action("Mounting");
/// # let _ = event;
/// ```
#[derive(Clone, Debug)]
#[must_use = "nobody is told before it is recorded"]
pub struct Event {
    pub(crate) type_: EventType,
    pub(crate) reason: Str,
    pub(crate) note: Str,
    pub(crate) action: Str,
    pub(crate) related: Option<ObjectReference>,
    pub(crate) annotations: Map<Str>,
}

/// How an event is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventType {
    /// Nothing is wrong.
    Normal,
    /// Somebody should look.
    Warning,
}

impl EventType {
    /// As it is written in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Warning => "Warning",
        }
    }
}

impl Event {
    /// Something happened, and nothing is wrong. The reason is a short word for programs, in
    /// UpperCamelCase; the note is for people.
    pub fn normal(reason: &str, note: impl Into<String>) -> Self {
        Self::new(EventType::Normal, reason, note)
    }

    /// Something happened that somebody should look at.
    pub fn warning(reason: &str, note: impl Into<String>) -> Self {
        Self::new(EventType::Warning, reason, note)
    }

    /// Something happened. A note is at most 1,024 bytes long; what is more is cut off.
    pub fn new(type_: EventType, reason: &str, note: impl Into<String>) -> Self {
        let mut note = note.into();
        note.truncate(note.floor_char_boundary(LONGEST_NOTE));
        Self {
            type_,
            reason: reason.into(),
            note: note.into(),
            // Events of events.k8s.io must have one.
            action: reason.into(),
            related: None,
            annotations: Map::new(),
        }
    }

    /// What was done or attempted, in UpperCamelCase. It is the reason, if nothing else is said. Events
    /// of the core group do not tell it.
    pub fn action(mut self, action: &str) -> Self {
        self.action = action.into();
        self
    }

    /// Another object that has to do with it. Events of the core group do not tell it.
    pub fn related(mut self, object: &impl Regarding) -> Self {
        self.related = Some(object.reference());
        self
    }

    /// An annotation that the event is to have.
    pub fn annotation(mut self, name: &str, value: &str) -> Self {
        self.annotations.insert(name, value.into());
        self
    }
}

/// What kube-apiserver takes at most.
const LONGEST_NOTE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_as_long_as_a_server_takes() {
        assert_eq!(Event::normal("A", "x".repeat(2_000)).note.len(), 1024);
        let umlauts = Event::normal("A", format!("x{}", "ü".repeat(1_000)));
        assert_eq!(umlauts.note.len(), 1023, "no letter is cut through");
    }
}
