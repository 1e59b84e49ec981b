//! [`WatchEvent`], what a watch sends.

use pintle_codec::json::Reader;
use pintle_codec::{Error, ErrorKind};

use crate::v1::Status;
use crate::{ResourceVersion, decode_json};

/// One event of a watch.
///
/// Exhaustive: Kubernetes has these five types, and a program must handle each.
#[derive(Clone, Debug, PartialEq)]
pub enum WatchEvent<K> {
    /// An object that came into existence, or into what the watch selects.
    Added(K),
    /// An object that changed.
    Modified(K),
    /// An object that was deleted, or that left what the watch selects: its last state.
    Deleted(K),
    /// Everything up to this version has been sent.
    Bookmark(Bookmark),
    /// The watch cannot go on; code 410 means that the version asked for is too old.
    Error(Status),
}

/// How far a watch has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bookmark {
    /// The version up to which everything has been sent.
    pub resource_version: ResourceVersion,
    /// Whether this bookmark ends the initial events that the watch asked for.
    pub initial_events_end: bool,
}

impl<K> WatchEvent<K> {
    /// The type as the wire spells it, such as `ADDED`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Added(_) => "ADDED",
            Self::Modified(_) => "MODIFIED",
            Self::Deleted(_) => "DELETED",
            Self::Bookmark(_) => "BOOKMARK",
            Self::Error(_) => "ERROR",
        }
    }

    /// The object, for the three types that carry one.
    pub fn object(&self) -> Option<&K> {
        match self {
            Self::Added(object) | Self::Modified(object) | Self::Deleted(object) => Some(object),
            Self::Bookmark(_) | Self::Error(_) => None,
        }
    }

    /// The same event with another object.
    ///
    /// # Errors
    /// What `convert` fails with.
    pub fn try_map<T, E>(
        self,
        convert: impl FnOnce(K) -> Result<T, E>,
    ) -> Result<WatchEvent<T>, E> {
        Ok(match self {
            Self::Added(object) => WatchEvent::Added(convert(object)?),
            Self::Modified(object) => WatchEvent::Modified(convert(object)?),
            Self::Deleted(object) => WatchEvent::Deleted(convert(object)?),
            Self::Bookmark(bookmark) => WatchEvent::Bookmark(bookmark),
            Self::Error(status) => WatchEvent::Error(status),
        })
    }
}

/// Reads one JSON frame of a watch, its object by `decode`, which is given the object's JSON.
///
/// # Errors
/// When the frame is malformed, has an unknown type, or lacks its object; and what `decode` fails
/// with. The offset is that in the frame.
pub fn decode_watch_event<K>(
    frame: &[u8],
    decode: impl FnOnce(&[u8]) -> Result<K, Error>,
) -> Result<WatchEvent<K>, Error> {
    let mut reader = Reader::new(frame)?;
    let mut type_name = String::new();
    let mut object = None;
    reader.begin_object()?;
    let mut first = true;
    while let Some(key) = reader.next_key(&mut first)? {
        match key {
            // Of a repeated key the last value counts, as in Go.
            "type" => {
                let text = reader.string();
                text.map_err(|error| error.within_field("type"))?
                    .clone_into(&mut type_name);
            }
            "object" => {
                let text = reader.raw()?;
                object = Some((text, reader.offset() - text.len()));
            }
            _ => reader.skip()?,
        }
    }
    reader.finish()?;
    let (object, start) = object.ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidValue,
            0,
            "a watch event without an object",
        )
    })?;
    let within = |error: Error| error.shifted_by(start).within_field("object");
    let decode = || decode(object.as_bytes()).map_err(within);
    Ok(match type_name.as_str() {
        "ADDED" => WatchEvent::Added(decode()?),
        "MODIFIED" => WatchEvent::Modified(decode()?),
        "DELETED" => WatchEvent::Deleted(decode()?),
        "BOOKMARK" => WatchEvent::Bookmark(bookmark(object).map_err(within)?),
        "ERROR" => WatchEvent::Error(decode_json(object.as_bytes()).map_err(within)?),
        other => {
            let detail = format!("a watch event of the unknown type {other:?}");
            return Err(Error::new(ErrorKind::InvalidValue, 0, detail));
        }
    })
}

fn bookmark(object: &str) -> Result<Bookmark, Error> {
    // A bookmark has the kind of what is watched and nothing but metadata.
    let mut partial = crate::v1::PartialObjectMetadata::default();
    pintle_codec::json::decode(object.as_bytes(), &mut partial)?;
    let end = partial.metadata.annotations.get(INITIAL_EVENTS_END);
    Ok(Bookmark {
        resource_version: partial.metadata.resource_version.into(),
        initial_events_end: end.is_some_and(|value| value == "true"),
    })
}

const INITIAL_EVENTS_END: &str = "k8s.io/initial-events-end";

#[cfg(test)]
mod tests {
    use pintle_codec::json::parse;
    use pintle_codec::{Object, Value};

    use super::{WatchEvent, decode_watch_event};

    #[test]
    fn of_a_repeated_key_the_last_value_counts() {
        let frame = br#"{"type":"ADDED","object":{"a":1},"type":"DELETED","object":{}}"#;
        let event = decode_watch_event(frame, parse).unwrap();
        assert_eq!(event, WatchEvent::Deleted(Value::Object(Object::new())));
    }

    #[test]
    fn errors_have_the_offset_in_the_frame() {
        for (type_name, object, path) in [
            ("BOOKMARK", r#"{"metadata":7}"#, "object.metadata"),
            (
                "ERROR",
                r#"{"kind":"Status","apiVersion":"v1","code":"7"}"#,
                "object.code",
            ),
        ] {
            let frame = format!(r#"{{"type":"{type_name}","object": {object} }}"#);
            let error = decode_watch_event(frame.as_bytes(), parse).unwrap_err();
            let place = frame.rfind(':').unwrap() + 1;
            assert_eq!((error.path(), error.offset()), (path.to_owned(), place));
        }
        let frame = br#"{"type":"ADDED","object":["x"]}"#;
        let decode = |json: &[u8]| parse(&json[..2]);
        let error = decode_watch_event(frame, decode).unwrap_err();
        assert_eq!(error.offset(), 27);
        assert_eq!(error.path(), "object");
    }
}
