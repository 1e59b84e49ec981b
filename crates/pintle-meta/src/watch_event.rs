//! [`WatchEvent`], what a watch sends.

use pintle_codec::protobuf::{self, Envelope, Payload};
use pintle_codec::{Decoder, Error, ErrorKind, Format, Str, cbor, json};

use crate::v1::{ObjectMeta, PartialObjectMetadata, Status};
use crate::{Body, ResourceVersion, UndecodableObject};

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

impl<K: Body> WatchEvent<K> {
    /// Reads one frame of a watch in `format`, as [`Frames`](pintle_codec::Frames) cuts them.
    ///
    /// # Errors
    /// When the frame is malformed, has an unknown type, or lacks its object, or the object cannot
    /// be read. The watch can go on: the frames behind it are none the worse.
    pub fn decode(
        frame: &[u8],
        format: Format,
        decoder: &mut Decoder,
    ) -> Result<Self, UndecodableObject> {
        Self::decode_by(frame, format, decoder, K::decode)
    }
}

impl<K> WatchEvent<K> {
    /// As [`WatchEvent::decode`], the object read by `decode`: for objects that are to be read
    /// otherwise than their type does.
    ///
    /// # Errors
    /// As [`WatchEvent::decode`].
    pub fn decode_by(
        frame: &[u8],
        format: Format,
        decoder: &mut Decoder,
        decode: impl FnOnce(&[u8], Format, &mut Decoder) -> Result<K, Error>,
    ) -> Result<Self, UndecodableObject> {
        let nameless = |error| UndecodableObject::new(error, &[], format);
        let frame = match format {
            Format::Json => Frame::read_json(frame),
            Format::Protobuf => Frame::read_protobuf(frame),
            Format::Cbor => Frame::read_cbor(frame),
        };
        let frame = frame.map_err(nameless)?;
        let event = frame.event(format, |object| decode(object, format, decoder));
        event.map_err(|error| {
            let object = match format {
                Format::Protobuf => Envelope::open(frame.object).map(|envelope| envelope.raw()),
                Format::Json | Format::Cbor => Ok(frame.object),
            };
            UndecodableObject::new(error, object.unwrap_or_default(), format)
                .deleted(frame.type_name == DELETED)
        })
    }
}

/// Reads one frame of a watch in JSON, its object by `decode`, which is given the object's JSON: for
/// objects that are no [`Body`].
///
/// # Errors
/// When the frame is malformed, has an unknown type, or lacks its object; and what `decode` fails
/// with. The offset is that in the frame.
pub fn decode_watch_event<K>(
    frame: &[u8],
    decode: impl FnOnce(&[u8]) -> Result<K, Error>,
) -> Result<WatchEvent<K>, Error> {
    Frame::read_json(frame)?.event(Format::Json, decode)
}

/// An event taken apart, its object as it came.
struct Frame<'a> {
    type_name: Str,
    object: &'a [u8],
    /// Where in the frame the object starts.
    start: usize,
}

impl<'a> Frame<'a> {
    fn read_json(frame: &'a [u8]) -> Result<Self, Error> {
        let mut reader = json::Reader::new(frame)?;
        let (mut type_name, mut object) = (Str::new(), None);
        reader.begin_object()?;
        let mut first = true;
        while let Some(key) = reader.next_key(&mut first)? {
            match key {
                // Of a repeated key the last value counts, as in Go.
                "type" => {
                    let text = reader.string().map(Str::from);
                    type_name = text.map_err(|error| error.within_field("type"))?;
                }
                "object" => {
                    // Whoever decodes the object checks it.
                    let text = reader.pass()?;
                    object = Some((text.as_bytes(), reader.offset() - text.len()));
                }
                _ => reader.skip()?,
            }
        }
        reader.finish()?;
        Self::new(type_name, object)
    }

    /// A message with the type in its field 1, and in its field 2 one whose field 1 is the object
    /// in its envelope.
    fn read_protobuf(frame: &'a [u8]) -> Result<Self, Error> {
        let mut reader = protobuf::Reader::new(frame);
        let (mut type_name, mut object) = (Str::new(), None);
        while let Some((number, payload)) = reader.next_field()? {
            match (number, payload) {
                (1, Payload::Bytes(text)) => type_name = String::from_utf8_lossy(text).into(),
                (2, Payload::Bytes(extension)) => {
                    let start = reader.offset() - extension.len();
                    let shifted = |error: Error| error.shifted_by(start);
                    let mut fields = protobuf::Reader::new(extension);
                    while let Some((number, payload)) = fields.next_field().map_err(shifted)? {
                        if let (1, Payload::Bytes(raw)) = (number, payload) {
                            object = Some((raw, start + fields.offset() - raw.len()));
                        }
                    }
                }
                _ => {}
            }
        }
        Self::new(type_name, object)
    }

    fn read_cbor(frame: &'a [u8]) -> Result<Self, Error> {
        let mut reader = cbor::Reader::new(frame);
        let (mut type_name, mut object) = (Str::new(), None);
        let mut pairs = reader.begin_map()?;
        while let Some(key) = reader.next_key(&mut pairs)? {
            match &*key {
                "type" => {
                    let text = reader.string().map(Str::from);
                    type_name = text.map_err(|error| error.within_field("type"))?;
                }
                "object" => {
                    let item = reader.raw()?;
                    object = Some((item, reader.offset() - item.len()));
                }
                _ => reader.skip()?,
            }
        }
        reader.finish()?;
        Self::new(type_name, object)
    }

    fn new(type_name: Str, object: Option<(&'a [u8], usize)>) -> Result<Self, Error> {
        let Some((object, start)) = object else {
            let detail = "a watch event without an object";
            return Err(Error::new(ErrorKind::InvalidValue, 0, detail));
        };
        Ok(Self {
            type_name,
            object,
            start,
        })
    }

    /// The event, an object of what is watched read by `decode`.
    fn event<K>(
        &self,
        format: Format,
        decode: impl FnOnce(&[u8]) -> Result<K, Error>,
    ) -> Result<WatchEvent<K>, Error> {
        let object = self.object;
        let within = |error: Error| error.shifted_by(self.start).within_field("object");
        let decode = || decode(object).map_err(within);
        let decoder = &mut Decoder::new();
        Ok(match &*self.type_name {
            "ADDED" => WatchEvent::Added(decode()?),
            "MODIFIED" => WatchEvent::Modified(decode()?),
            DELETED => WatchEvent::Deleted(decode()?),
            "BOOKMARK" => {
                // A bookmark has the kind of what is watched and nothing but metadata.
                let partial = PartialObjectMetadata::read(object, format, decoder);
                WatchEvent::Bookmark(Bookmark::of(partial.map_err(within)?.metadata))
            }
            "ERROR" => WatchEvent::Error(Status::decode(object, format, decoder).map_err(within)?),
            other => {
                let detail = format!("a watch event of the unknown type {other:?}");
                return Err(Error::new(ErrorKind::InvalidValue, 0, detail));
            }
        })
    }
}

impl Bookmark {
    fn of(metadata: ObjectMeta) -> Self {
        let end = metadata.annotations.get(INITIAL_EVENTS_END);
        Self {
            initial_events_end: end.is_some_and(|value| value == "true"),
            resource_version: metadata.resource_version.into(),
        }
    }
}

const DELETED: &str = "DELETED";

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
