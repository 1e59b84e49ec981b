//! [`Format`], the encodings of the Kubernetes API.

use std::fmt;

/// An encoding of objects.
///
/// Exhaustive: whoever handles one must handle all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON, which every resource has.
    Json,
    /// Protobuf, the smallest and fastest, which only built-in resources have.
    Protobuf,
    /// CBOR, a binary form of JSON, which servers offer behind a feature gate.
    Cbor,
}

impl Format {
    /// The media type, as `Content-Type` and `Accept` name it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Protobuf => "application/vnd.kubernetes.protobuf",
            Self::Cbor => "application/cbor",
        }
    }

    /// The format that a media type names, its parameters left aside.
    ///
    /// ```
    /// use pintle_codec::Format;
    ///
    /// let json = Format::from_media_type("application/json; charset=utf-8");
    /// assert_eq!(json, Some(Format::Json));
    /// ```
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        let (name, _) = media_type.split_once(';').unwrap_or((media_type, ""));
        [Self::Json, Self::Protobuf, Self::Cbor]
            .into_iter()
            .find(|format| name.trim().eq_ignore_ascii_case(format.media_type()))
    }
}

/// The name of the format, as messages use it.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "JSON",
            Self::Protobuf => "protobuf",
            Self::Cbor => "CBOR",
        })
    }
}
