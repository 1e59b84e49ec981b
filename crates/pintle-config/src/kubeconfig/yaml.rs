//! Between [`Kubeconfig`] and the document on disk: named lists, base64, nulls.
//!
//! Invariant: every fault found while reading is raised where the parser stands, so that it carries
//! its line and column; and none repeats what stands there, which may be a secret.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{self, Deserializer, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_saphyr::{
    Error as YamlError, Location, MessageFormatter as _, Spanned, UserMessageFormatter,
};

use super::extra::Extra;
use super::{Base64Data, Cluster, Context, Kubeconfig, User};

/// Reads a document; an empty one is an empty kubeconfig.
pub(super) fn parse(text: &str) -> Result<Kubeconfig, Fault> {
    let options = serde_saphyr::options! {
        // A snippet would put the file's secrets into the message.
        with_snippet: false,
        // What looks like a string is one, in the fields that are only passed on; see `truth`.
        strict_booleans: true,
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
        clusters: by_name(document.clusters)?,
        contexts: by_name(document.contexts)?,
        users: by_name(document.users)?,
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
            YamlError::Unexpected { expected, .. } => match *expected {
                "sequence start" => "expected a list".to_owned(),
                "mapping start" => "expected a mapping".to_owned(),
                "scalar" | "string scalar" => "expected a single value".to_owned(),
                other => format!("expected {other}"),
            },
            YamlError::NonFiniteFloat { .. } => "found a number that is not finite".to_owned(),
            other => UserMessageFormatter.format_message(other).into_owned(),
        };
        Self {
            place: error.location().and_then(place),
            reason,
        }
    }
}

fn place(location: Location) -> Option<(u64, u64)> {
    (location.line() > 0).then(|| (location.line(), location.column()))
}

/// Takes null, which kubectl writes for an empty list, as the default.
pub(super) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A boolean in any of YAML 1.1's spellings, as kubectl takes them; null is false.
pub(super) fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct Truth;

    impl<'de> Visitor<'de> for Truth {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true or false")
        }

        fn visit_bool<E>(self, value: bool) -> Result<bool, E> {
            Ok(value)
        }

        fn visit_unit<E>(self) -> Result<bool, E> {
            Ok(false)
        }

        fn visit_str<E: de::Error>(self, value: &str) -> Result<bool, E> {
            match value {
                "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "True" | "TRUE" => {
                    Ok(true)
                }
                "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "False" | "FALSE" => {
                    Ok(false)
                }
                _ => Err(de::Error::invalid_value(de::Unexpected::Str(value), &self)),
            }
        }
    }

    deserializer.deserialize_any(Truth)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Document {
    #[serde(rename = "apiVersion")]
    api_version: Option<String>,
    kind: Option<String>,
    #[serde(deserialize_with = "null_is_default")]
    clusters: Vec<NamedEntry<Cluster>>,
    #[serde(deserialize_with = "null_is_default")]
    contexts: Vec<NamedEntry<Context>>,
    #[serde(deserialize_with = "null_is_default")]
    current_context: String,
    #[serde(deserialize_with = "null_is_default")]
    users: Vec<NamedEntry<User>>,
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

/// The entries by name, of which there may be one each.
fn by_name<T: Entry>(list: Vec<NamedEntry<T>>) -> Result<BTreeMap<String, T>, Fault> {
    let mut entries = BTreeMap::new();
    for (n, NamedEntry { name, value }) in list.into_iter().enumerate() {
        let Some(name) = name.filter(|name| !name.value.is_empty()) else {
            let reason = format!("{} number {} has no name", T::FIELD, n + 1);
            return Err(Fault::unplaced(&reason));
        };
        if entries.contains_key(&name.value) {
            return Err(Fault {
                place: place(name.referenced),
                reason: format!("the {} \"{}\" is defined twice", T::FIELD, name.value),
            });
        }
        entries.insert(name.value, value);
    }
    Ok(entries)
}

/// `- name: x` and its value.
struct NamedEntry<T> {
    name: Option<Spanned<String>>,
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
                        name = map.next_value()?;
                    } else if key == T::FIELD {
                        value = map.next_value::<Option<T>>()?;
                    } else {
                        map.next_value::<de::IgnoredAny>()?;
                    }
                }
                Ok(NamedEntry {
                    name,
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
        // In alphabetical order, as kubectl writes them.
        let name_first = "name" < T::FIELD;
        if name_first {
            map.serialize_entry("name", self.name)?;
        }
        map.serialize_entry(T::FIELD, self.value)?;
        if !name_first {
            map.serialize_entry("name", self.name)?;
        }
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
