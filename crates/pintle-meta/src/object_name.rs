//! [`ObjectName`], what caches and queues know an object by.

use std::fmt;
use std::str::FromStr;

use pintle_codec::{Decoder, Format, Str, TypeMeta, message};

use crate::Metadata;
use crate::quote::Quoted;

/// The namespace and the name of an object of some kind: the key under which caches hold it and
/// queues pass it on.
///
/// It is written as client-go writes its keys: `default/web-0`, and `node-1` for an object of the
/// whole cluster.
///
/// ```
/// use pintle_meta::ObjectName;
///
/// let name: ObjectName = "default/web-0".parse()?;
/// assert_eq!(name, ObjectName::new("default", "web-0"));
/// assert_eq!(ObjectName::new("", "node-1").to_string(), "node-1");
/// # Ok::<(), pintle_meta::ParseObjectNameError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// The namespace; empty for an object of the whole cluster.
    pub namespace: Str,
    /// The name.
    pub name: Str,
}

/// Text that is not `namespace/name` or `name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseObjectNameError(String);

impl ObjectName {
    /// The name of an object in a namespace, which is empty for an object of the whole cluster.
    pub fn new(namespace: impl Into<Str>, name: impl Into<Str>) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// The name of the object that has these metadata.
    pub fn of(metadata: &impl Metadata) -> Self {
        Self::new(metadata.namespace(), metadata.name())
    }

    /// The name of an object that cannot be read as a whole, if its bytes say it before they become
    /// unreadable. In protobuf, the object has no envelope.
    pub(crate) fn salvage(object: &[u8], format: Format) -> Option<Self> {
        let mut partial = Partial::default();
        let mut decoder = Decoder::new();
        // What was read before an error stays.
        let _: Result<TypeMeta, _> = match format {
            Format::Json => decoder.decode_json(object, &mut partial),
            Format::Protobuf => decoder
                .decode_protobuf_item(object, &mut partial)
                .map(|()| TypeMeta::default()),
            Format::Cbor => decoder.decode_cbor(object, &mut partial),
        };
        let Names { name, namespace } = partial.metadata;
        (!name.is_empty()).then_some(Self { namespace, name })
    }
}

/// As client-go writes it: `default/web-0`, or `node-1`.
impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)
    }
}

impl FromStr for ObjectName {
    type Err = ParseObjectNameError;

    fn from_str(text: &str) -> Result<Self, ParseObjectNameError> {
        match text.split_once('/') {
            None => Ok(Self::new("", text)),
            Some((namespace, name)) if !name.contains('/') => Ok(Self::new(namespace, name)),
            Some(_) => Err(ParseObjectNameError(text.to_owned())),
        }
    }
}

impl fmt::Display for ParseObjectNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unexpected key format: {}", Quoted(&self.0))
    }
}

impl std::error::Error for ParseObjectNameError {}

/// Any object, as far as it says its name.
#[derive(Clone, Default)]
struct Partial {
    metadata: Names,
}

#[derive(Clone, Default)]
struct Names {
    name: Str,
    namespace: Str,
}

message! {
    Partial "meta.v1.PartialObjectMetadata" {
        0 metadata "metadata" 1 [],
    }
    Names "meta.v1.ObjectMeta" {
        0 name "name" 1 [],
        1 namespace "namespace" 3 [],
    }
}

#[cfg(test)]
mod tests {
    use pintle_codec::Format;

    use super::ObjectName;

    /// As client-go's `SplitMetaNamespaceKey`.
    #[test]
    fn keys_are_read_and_written_as_by_client_go() {
        for (text, namespace, name) in [
            ("default/web-0", "default", "web-0"),
            ("node-1", "", "node-1"),
            ("", "", ""),
            ("default/", "default", ""),
            ("/node-1", "", "node-1"),
        ] {
            let parsed: ObjectName = text.parse().unwrap();
            assert_eq!(parsed, ObjectName::new(namespace, name), "{text}");
        }
        let error = "a/b/c".parse::<ObjectName>().unwrap_err();
        assert_eq!(error.to_string(), r#"unexpected key format: "a/b/c""#);
        assert_eq!(ObjectName::new("", "node-1").to_string(), "node-1");
        assert_eq!(ObjectName::new("default", "web").to_string(), "default/web");
    }

    #[test]
    fn a_name_is_saved_from_an_object_that_goes_wrong_behind_it() {
        let json = br#"{"metadata":{"name":"a","namespace":"b"},"spec":tru}"#;
        let name = ObjectName::salvage(json, Format::Json);
        assert_eq!(name, Some(ObjectName::new("b", "a")));
        let protobuf = b"\x0a\x06\x0a\x01a\x1a\x01b\x12\x05";
        let name = ObjectName::salvage(protobuf, Format::Protobuf);
        assert_eq!(name, Some(ObjectName::new("b", "a")));
        let cbor = b"\xa2\x48metadata\xa1\x44name\x41a\x44spec\xff";
        let name = ObjectName::salvage(cbor, Format::Cbor);
        assert_eq!(name, Some(ObjectName::new("", "a")));
        let name = ObjectName::salvage(br#"{"spec":tru"#, Format::Json);
        assert_eq!(name, None);
    }
}
