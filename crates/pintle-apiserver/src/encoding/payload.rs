//! [`Payload`], a document that a client sent, in whatever format.

use std::fmt;

use bytes::Bytes;
use pintle_codec::{
    Error, ErrorKind, TypeMeta, Value, cbor, json,
    protobuf::{Envelope, MAGIC},
    yaml::{Documents, Node},
};

use super::Format;
use crate::{
    quote::Quoted,
    schema::{DecodeError, Decoded, Struct, decode, decode_protobuf, decode_unordered, type_meta},
};

/// A document that a client sent.
#[derive(Clone, Debug)]
pub(crate) struct Payload {
    /// As it came.
    bytes: Bytes,
    content: Content,
}

/// Why a document does not even say what it is, in the words of the real server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PayloadError(String);

#[derive(Clone, Debug)]
enum Content {
    Json,
    /// What is JSON in another spelling.
    Respelt {
        format: Format,
        json: Vec<u8>,
        /// Keys that come twice, which the other spelling had.
        twice: Vec<String>,
    },
    Protobuf,
    Unreadable(PayloadError),
}

impl Payload {
    /// A document in a format.
    pub(crate) fn new(format: Format, bytes: Bytes) -> Self {
        let content = match format {
            // Text that is not UTF-8 is mended, as Go does.
            Format::Json if str::from_utf8(&bytes).is_err() => Content::Respelt {
                format,
                json: String::from_utf8_lossy(&bytes).into_owned().into_bytes(),
                twice: Vec::new(),
            },
            Format::Json => Content::Json,
            Format::Protobuf => Content::Protobuf,
            Format::Yaml => from_yaml(&bytes).unwrap_or_else(Content::Unreadable),
            Format::Cbor => from_cbor(&bytes).unwrap_or_else(Content::Unreadable),
        };
        Self { bytes, content }
    }

    /// What it says of its own type, which may be nothing.
    pub(crate) fn type_meta(&self) -> Result<TypeMeta, PayloadError> {
        let type_meta = match &self.content {
            Content::Unreadable(error) => return Err(error.clone()),
            Content::Protobuf => self.envelope()?.into_type_meta(),
            Content::Json | Content::Respelt { .. } => {
                let found = type_meta(self.json());
                found.map_err(|error| PayloadError(self.no_type(&error)))?
            }
        };
        if type_meta.api_version.matches('/').count() > 1 {
            let version = &type_meta.api_version;
            return Err(PayloadError(format!(
                "unexpected GroupVersion string: {version}"
            )));
        }
        Ok(type_meta)
    }

    /// Reads it as a struct.
    pub(crate) fn decode(&self, schema: &'static Struct) -> Result<Decoded, DecodeError> {
        let of_cbor = |error: &DecodeError| DecodeError::new(in_cbor(error));
        match &self.content {
            Content::Json => decode(&self.bytes, schema),
            Content::Respelt {
                format: Format::Cbor,
                json,
                ..
            } => {
                let decoded = decode_unordered(json, schema);
                let mut decoded = decoded.map_err(|error| of_cbor(&error))?;
                // Go goes no further than the first one.
                decoded.excess.truncate(1);
                let index = decoded.first_excess;
                for excess in &mut decoded.excess {
                    *excess = format!("cbor: found unknown field at map element index {index}");
                }
                Ok(decoded)
            }
            Content::Respelt { json, twice, .. } => {
                let mut decoded = decode(json, schema)?;
                decoded.excess.splice(0..0, twice.iter().cloned());
                Ok(decoded)
            }
            Content::Protobuf => {
                let envelope = self.envelope().map_err(|error| DecodeError::new(error.0))?;
                let object = decode_protobuf(envelope.raw(), schema);
                let object = object.map_err(|error| DecodeError::new(in_protobuf(&error)))?;
                Ok(Decoded {
                    object,
                    excess: Vec::new(),
                    first_excess: 0,
                })
            }
            Content::Unreadable(error) => Err(DecodeError::new(error.0.clone())),
        }
    }

    /// What it says too much, as one sentence.
    pub(crate) fn strictly(&self, excess: &[String]) -> String {
        let twice = match &self.content {
            Content::Respelt { twice, .. } => twice.len(),
            _ => 0,
        };
        let (twice, other) = excess.split_at(twice);
        let twice: Vec<_> = twice.iter().map(|line| format!("\n  {line}")).collect();
        let yaml = format!("yaml: unmarshal errors:{}", twice.concat());
        let yaml = (!twice.is_empty()).then_some(yaml);
        let all: Vec<_> = yaml.into_iter().chain(other.iter().cloned()).collect();
        format!("strict decoding error: {}", all.join(", "))
    }

    /// The beginning of what was sent: as text if it looks like JSON, else in hexadecimal.
    pub(crate) fn summary(&self) -> String {
        const SHOWN: usize = 30;
        let (shown, more) = match &*self.bytes {
            [] => return "<empty>".to_owned(),
            bytes if bytes.len() > SHOWN => (&bytes[..SHOWN], " ..."),
            bytes => (bytes, ""),
        };
        if shown[0] == b'{' {
            return format!("{}{more}", String::from_utf8_lossy(shown));
        }
        let digits: String = shown.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{digits}{more}")
    }

    fn json(&self) -> &[u8] {
        match &self.content {
            Content::Respelt { json, .. } => json,
            _ => &self.bytes,
        }
    }

    fn no_type(&self, error: &DecodeError) -> String {
        match &self.content {
            Content::Respelt {
                format: Format::Cbor,
                ..
            } => format!("unable to determine group/version/kind: {}", in_cbor(error)),
            _ => format!("couldn't get version/kind; json parse error: {error}"),
        }
    }

    fn envelope(&self) -> Result<Envelope<'_>, PayloadError> {
        let refuse = |why: &str| Err(PayloadError(why.to_owned()));
        match &*self.bytes {
            [] => refuse("empty data"),
            bytes if bytes == MAGIC => refuse("empty body"),
            bytes if !bytes.starts_with(MAGIC) => refuse(
                "provided data does not appear to be a protobuf message, expected prefix \
                 [107 56 115 0]",
            ),
            bytes => Envelope::open(bytes).map_err(|error| PayloadError(in_protobuf(&error))),
        }
    }
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first document of a text, of which the real server reads no more.
fn from_yaml(bytes: &[u8]) -> Result<Content, PayloadError> {
    let text = String::from_utf8_lossy(bytes);
    let document = Documents::new(&text).next().transpose();
    let document = document.map_err(|error| {
        let line = error.place().line();
        PayloadError(format!("yaml: line {line}: {}", error.detail()))
    })?;
    let mut twice = Vec::new();
    let mut value = document.map_or(Value::Null, |document| {
        collect_twice(&document, &mut twice);
        document.to_value()
    });
    // As Go makes JSON of it.
    value.sort();
    let mut json = Vec::new();
    json::write(&value, &mut json);
    Ok(Content::Respelt {
        format: Format::Yaml,
        json,
        twice,
    })
}

/// Notes the keys that come twice in a mapping, where they come again.
fn collect_twice(node: &Node, twice: &mut Vec<String>) {
    for element in node.elements().unwrap_or_default() {
        collect_twice(element, twice);
    }
    let pairs = node.pairs().unwrap_or_default();
    let mut keys = std::collections::HashSet::new();
    for (key, value) in pairs {
        if !keys.insert(key.as_str()) {
            let line = key.place().line();
            let key = Quoted(key.as_str());
            twice.push(format!("line {line}: key {key} already set in map"));
        }
        collect_twice(value, twice);
    }
}

fn from_cbor(bytes: &[u8]) -> Result<Content, PayloadError> {
    let untyped =
        |why: &str| PayloadError(format!("unable to determine group/version/kind: {why}"));
    if bytes.is_empty() {
        return Err(untyped("EOF"));
    }
    let value = cbor::parse(bytes).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEnd => untyped("unexpected EOF"),
        _ => untyped(&format!("cbor: {}", error.detail())),
    })?;
    let mut json = Vec::new();
    json::write(&value, &mut json);
    Ok(Content::Respelt {
        format: Format::Cbor,
        json,
        twice: Vec::new(),
    })
}

/// An error in JSON's words in those of CBOR.
fn in_cbor(error: &DecodeError) -> String {
    let text = error.to_string();
    let Some(rest) = text.strip_prefix("json: cannot unmarshal ") else {
        return text;
    };
    let rest = match rest.split_once(' ') {
        Some(("number", rest)) => format!("positive integer {rest}"),
        Some(("string", rest)) => format!("byte string {rest}"),
        Some(("object", rest)) => format!("map {rest}"),
        _ => rest.to_owned(),
    };
    format!("cbor: cannot unmarshal {rest}")
}

fn in_protobuf(error: &Error) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEnd => "unexpected EOF".to_owned(),
        _ => format!("proto: {}", error.detail()),
    }
}
