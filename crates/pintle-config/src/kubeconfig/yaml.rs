//! Between [`Kubeconfig`] and the document on disk: named lists, base64, nulls.
//!
//! Invariant: every fault found while reading is raised where the parser stands, so that it carries
//! its line and column; and none repeats what stands there, which may be a secret.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_saphyr::{Error as YamlError, MessageFormatter as _, UserMessageFormatter};

use super::{Base64Data, Cluster, Context, Extra, Kubeconfig, User};

/// Reads a document; an empty one is an empty kubeconfig.
pub(super) fn parse(text: &str) -> Result<Kubeconfig, Fault> {
    let options = serde_saphyr::options! {
        // A snippet would put the file's secrets into the message.
        with_snippet: false,
    };
    let document: Option<Document> =
        serde_saphyr::from_str_with_options(text, options).map_err(Fault::from)?;
    let document = document.unwrap_or_default();
    if !matches!(document.api_version.as_deref(), None | Some("" | "v1")) {
        return Err(Fault::unplaced("its apiVersion is not v1"));
    }
    if !matches!(document.kind.as_deref(), None | Some("" | "Config")) {
        return Err(Fault::unplaced("its kind is not Config"));
    }
    Ok(Kubeconfig {
        current_context: document.current_context,
        clusters: document.clusters.0,
        contexts: document.contexts.0,
        users: document.users.0,
        extra: document.extra,
    })
}

/// Writes a document, the entries of each list sorted by name.
pub(super) fn render(kubeconfig: &Kubeconfig) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "kebab-case")]
    struct Out<'a> {
        #[serde(rename = "apiVersion")]
        api_version: &'static str,
        kind: &'static str,
        clusters: NamedRef<'a, Cluster>,
        contexts: NamedRef<'a, Context>,
        current_context: &'a str,
        users: NamedRef<'a, User>,
        #[serde(flatten)]
        extra: &'a Extra,
    }
    let document = Out {
        api_version: "v1",
        kind: "Config",
        clusters: NamedRef(&kubeconfig.clusters),
        contexts: NamedRef(&kubeconfig.contexts),
        current_context: &kubeconfig.current_context,
        users: NamedRef(&kubeconfig.users),
        extra: &kubeconfig.extra,
    };
    let options = serde_saphyr::ser_options! {
        // Base64 stays on one line, as kubectl writes it.
        prefer_block_scalars: false,
    };
    serde_saphyr::to_string_with_options(&document, options)
        .expect("strings, numbers, lists and string-keyed maps have a YAML form")
}

/// Why a document is not a kubeconfig, and where.
#[derive(Debug)]
pub(super) struct Fault {
    /// Line and column, from 1.
    pub(super) place: Option<(u64, u64)>,
    pub(super) reason: String,
}

impl Fault {
    fn unplaced(reason: &str) -> Self {
        Self {
            place: None,
            reason: reason.to_owned(),
        }
    }
}

impl From<YamlError> for Fault {
    fn from(error: YamlError) -> Self {
        let reason = match &error {
            // Serde quotes the offending value; say what it is, not what it says.
            YamlError::SerdeInvalidType {
                unexpected,
                expected,
                ..
            }
            | YamlError::SerdeInvalidValue {
                unexpected,
                expected,
                ..
            } => format!("expected {expected}, found {}", without_value(unexpected)),
            YamlError::NonFiniteFloat { .. } => "found a number that is not finite".to_owned(),
            other => UserMessageFormatter.format_message(other).into_owned(),
        };
        Self {
            place: error
                .location()
                .filter(|location| location.line() > 0)
                .map(|location| (location.line(), location.column())),
            reason,
        }
    }
}

/// Takes null, which kubectl writes for an empty list, as the default.
pub(super) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Document {
    #[serde(rename = "apiVersion")]
    api_version: Option<String>,
    kind: Option<String>,
    #[serde(deserialize_with = "null_is_default")]
    clusters: Named<Cluster>,
    #[serde(deserialize_with = "null_is_default")]
    contexts: Named<Context>,
    #[serde(deserialize_with = "null_is_default")]
    current_context: String,
    #[serde(deserialize_with = "null_is_default")]
    users: Named<User>,
    #[serde(flatten)]
    extra: Extra,
}

/// What an entry of a named list calls its value.
trait Entry {
    const FIELD: &'static str;
}

impl Entry for Cluster {
    const FIELD: &'static str = "cluster";
}

impl Entry for Context {
    const FIELD: &'static str = "context";
}

impl Entry for User {
    const FIELD: &'static str = "user";
}

/// `- name: x` and its value, as a map.
struct Named<T>(BTreeMap<String, T>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, T: Entry + Deserialize<'de> + Default> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<T>);

        impl<'de, T: Entry + Deserialize<'de> + Default> Visitor<'de> for List<T> {
            type Value = Named<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of named {}s", T::FIELD)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Named<T>, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some(NamedEntry { name, value }) = list.next_element::<NamedEntry<T>>()? {
                    if name.is_empty() {
                        return Err(de::Error::custom(format_args!(
                            "a {} has no name",
                            T::FIELD
                        )));
                    }
                    if entries.contains_key(&name) {
                        return Err(de::Error::custom(format_args!(
                            "the {} \"{name}\" is defined twice",
                            T::FIELD
                        )));
                    }
                    entries.insert(name, value);
                }
                Ok(Named(entries))
            }
        }

        deserializer.deserialize_seq(List(PhantomData))
    }
}

struct NamedEntry<T> {
    name: String,
    value: T,
}

impl<'de, T: Entry + Deserialize<'de> + Default> Deserialize<'de> for NamedEntry<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Entry + Deserialize<'de> + Default> Visitor<'de> for Fields<T> {
            type Value = NamedEntry<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a name and a {}", T::FIELD)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut name = None;
                let mut value = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key == "name" {
                        name = map.next_value::<Option<String>>()?;
                    } else if key == T::FIELD {
                        value = map.next_value::<Option<T>>()?;
                    } else {
                        map.next_value::<de::IgnoredAny>()?;
                    }
                }
                Ok(NamedEntry {
                    name: name.unwrap_or_default(),
                    value: value.unwrap_or_default(),
                })
            }
        }

        deserializer.deserialize_map(Fields(PhantomData))
    }
}

struct NamedRef<'a, T>(&'a BTreeMap<String, T>);

impl<T: Entry + Serialize> Serialize for NamedRef<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.0
                .iter()
                .map(|(name, value)| NamedEntryRef { name, value }),
        )
    }
}

struct NamedEntryRef<'a, T> {
    name: &'a str,
    value: &'a T,
}

impl<T: Entry + Serialize> Serialize for NamedEntryRef<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;

        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(T::FIELD, self.value)?;
        map.serialize_entry("name", self.name)?;
        map.end()
    }
}

impl Serialize for Base64Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.bytes()))
    }
}

impl<'de> Deserialize<'de> for Base64Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::deserialize(deserializer)?;
        // Long values are often folded over several lines.
        text.retain(|character| !character.is_ascii_whitespace());
        STANDARD
            .decode(&text)
            .map(Self)
            .map_err(|_| de::Error::custom("the value is not base64"))
    }
}

/// Serde's `string "abc"` or ``integer `3` `` without what is quoted.
fn without_value(unexpected: &str) -> &str {
    unexpected
        .split(['"', '`'])
        .next()
        .unwrap_or_default()
        .trim_end()
}
