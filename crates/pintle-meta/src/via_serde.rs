//! What [`Body`](crate::Body) does for a kind that is a plain serde type.
//!
//! The invariant: a document says of what kind it is, whether or not the type has fields for that.
//! One that says that it is of another kind is refused.
//!
//! A resource is then any type that serde reads and writes, and that has metadata:
//!
//! ```
//! use pintle_meta::codec::{Decoder, Error, Format};
//! use pintle_meta::v1::ObjectMeta;
//! use pintle_meta::{Body, Kind, Namespaced, Object, Resource, decode_json, encode_json, via_serde};
//!
//! #[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
//! struct Backup {
//!     metadata: ObjectMeta,
//!     spec: BackupSpec,
//! }
//!
//! #[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
//! struct BackupSpec {
//!     schedule: String,
//! }
//!
//! impl Kind for Backup {
//!     const GROUP: &'static str = "example.com";
//!     const VERSION: &'static str = "v1";
//!     const KIND: &'static str = "Backup";
//! }
//!
//! impl Object for Backup {
//!     type Metadata = ObjectMeta;
//!
//!     fn metadata(&self) -> &ObjectMeta {
//!         &self.metadata
//!     }
//! }
//!
//! impl Resource for Backup {
//!     type Scope = Namespaced;
//!     const PLURAL: &'static str = "backups";
//!     const LIST_KIND: &'static str = "BackupList";
//! }
//!
//! impl Body for Backup {
//!     const FORMATS: &'static [Format] = via_serde::FORMATS;
//!
//!     fn decode(document: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
//!         via_serde::decode(document, format, decoder)
//!     }
//!
//!     fn decode_item(item: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
//!         via_serde::decode(item, format, decoder)
//!     }
//!
//!     fn encode(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
//!         via_serde::encode(self, format, out)
//!     }
//!
//!     fn encode_item(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
//!         via_serde::encode_item(self, format, out)
//!     }
//! }
//!
//! let mut backup = Backup::default();
//! backup.metadata.name = "nightly".into();
//! backup.spec.schedule = "0 3 * * *".into();
//! let document = encode_json(&backup)?;
//! assert_eq!(
//!     String::from_utf8_lossy(&document),
//!     r#"{"kind":"Backup","apiVersion":"example.com/v1","metadata":{"name":"nightly"},"spec":{"schedule":"0 3 * * *"}}"#,
//! );
//! assert_eq!(decode_json::<Backup>(&document)?.spec.schedule, "0 3 * * *");
//! assert!(decode_json::<Backup>(br#"{"kind":"Restore","apiVersion":"example.com/v1"}"#).is_err());
//! # Ok::<(), pintle_meta::codec::Error>(())
//! ```

use pintle_codec::json::{Reader, Token};
use pintle_codec::{Decoder, Error, ErrorKind, Format, TypeMeta, json};
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;
use serde_json::error::Category;

use crate::{Kind, described, no_such_format};

/// For [`Body::FORMATS`](crate::Body::FORMATS): JSON, which is the only format that the server has
/// for every resource.
pub const FORMATS: &[Format] = &[Format::Json];

/// For [`Body::decode`](crate::Body::decode) and [`Body::decode_item`](crate::Body::decode_item).
///
/// The type decides what it does about fields that it does not know, and nothing is left out: what
/// `decoder` says of that is for described types.
///
/// # Errors
/// When the document is malformed or of another kind, a value does not fit, or the format is not
/// JSON.
pub fn decode<K: Kind + DeserializeOwned>(
    document: &[u8],
    format: Format,
    _decoder: &mut Decoder,
) -> Result<K, Error> {
    if format != Format::Json {
        return Err(no_such_format(format));
    }
    // Before the object: of another kind it is hardly well-formed as this one.
    described::check_kind(&claim(document)?, &K::type_meta())?;
    read(document)
}

/// For [`Body::encode`](crate::Body::encode): `kind` and `apiVersion` come first, unless the type
/// writes them itself.
///
/// # Errors
/// When the value has no form in JSON, or the format is another.
pub fn encode<K: Kind + Serialize>(
    object: &K,
    format: Format,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let start = out.len();
    encode_item(object, format, out)?;
    let claimed = claim(&out[start..])?;
    let expected = K::type_meta();
    let missing = |found: &str, expected| {
        if found.is_empty() {
            expected
        } else {
            Default::default()
        }
    };
    let missing = TypeMeta {
        kind: missing(&claimed.kind, expected.kind),
        api_version: missing(&claimed.api_version, expected.api_version),
    };
    let mut heading = Vec::new();
    let mut writer = json::Writer::new(&mut heading);
    writer.begin_object();
    writer.type_meta(&missing);
    if heading.len() > 1 {
        if out[start + 1] != b'}' {
            heading.push(b',');
        }
        out.splice(start..=start, heading);
    }
    Ok(())
}

/// For [`Body::encode_item`](crate::Body::encode_item): the document as the type writes it.
///
/// # Errors
/// As [`encode`].
pub fn encode_item<T: Serialize>(
    object: &T,
    format: Format,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    if format != Format::Json {
        return Err(no_such_format(format));
    }
    let start = out.len();
    serde_json::to_writer(&mut *out, object).map_err(|error| unwritable(&error))?;
    match out.get(start) {
        Some(b'{') => Ok(()),
        _ => Err(Error::new(
            ErrorKind::TypeMismatch,
            0,
            "the type is not written as an object",
        )),
    }
}

/// Reads a value from JSON.
///
/// # Errors
/// When the document is malformed, or a value does not fit its field.
pub fn read<T: DeserializeOwned>(document: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(document).map_err(|error| unreadable(document, &error))
}

/// What the object says that it is. Nothing behind `kind` and `apiVersion` is looked at.
fn claim(document: &[u8]) -> Result<TypeMeta, Error> {
    let mut claimed = TypeMeta::default();
    let mut reader = Reader::new(document)?;
    reader.begin_object()?;
    let mut first = true;
    while claimed.kind.is_empty() || claimed.api_version.is_empty() {
        let Some(key) = reader.next_key(&mut first)? else {
            break;
        };
        let claim = match key {
            "kind" => &mut claimed.kind,
            "apiVersion" => &mut claimed.api_version,
            _ => {
                reader.skip()?;
                continue;
            }
        };
        if reader.peek()? == Token::String {
            *claim = reader.string()?.into();
        } else {
            reader.skip()?;
        }
    }
    Ok(claimed)
}

#[cold]
fn unwritable(error: &serde_json::Error) -> Error {
    Error::new(ErrorKind::InvalidValue, 0, error.to_string())
}

/// serde_json's error, which names a line and a column, as ours, which names a byte.
#[cold]
fn unreadable(document: &[u8], error: &serde_json::Error) -> Error {
    let kind = match error.classify() {
        Category::Eof => ErrorKind::UnexpectedEnd,
        Category::Data => ErrorKind::InvalidValue,
        Category::Syntax | Category::Io => ErrorKind::Syntax,
    };
    let (line, column) = (error.line(), error.column());
    let before: usize = document
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let place = format!(" at line {line} column {column}");
    let message = error.to_string();
    let detail = message.strip_suffix(&place).unwrap_or(&message);
    let offset = (before + column.saturating_sub(1)).min(document.len());
    Error::new(kind, offset, detail.to_owned())
}

#[cfg(test)]
mod tests {
    use pintle_codec::ErrorKind;

    #[test]
    fn an_error_names_the_byte() {
        let fails = |document: &str| {
            let error = super::read::<Vec<i32>>(document.as_bytes()).unwrap_err();
            (error.kind(), error.offset(), error.detail().to_owned())
        };
        let (kind, offset, detail) = fails("[1,\n 2,\n x]");
        assert_eq!((kind, offset), (ErrorKind::Syntax, 9));
        assert_eq!(detail, "expected value");
        let (kind, offset, _) = fails("[1,\n");
        assert_eq!((kind, offset), (ErrorKind::UnexpectedEnd, 4));
        let (kind, _, detail) = fails("[true]");
        assert_eq!(kind, ErrorKind::InvalidValue);
        assert_eq!(detail, "invalid type: boolean `true`, expected i32");
    }
}
