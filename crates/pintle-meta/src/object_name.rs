//! [`ObjectName`], what caches and queues know an object by.

use std::fmt;
use std::str::FromStr;

use pintle_codec::Str;

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

#[cfg(test)]
mod tests {
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
}
