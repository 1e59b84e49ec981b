//! serde's side of the objects that the derive makes.
//!
//! The invariant is that of the described types: an object says `kind` and `apiVersion` when it is
//! written, and refuses a document that says to be another when it is read.

use std::fmt;
use std::marker::PhantomData;

use pintle_codec::serde::check_kind;
use pintle_meta::Kind;
use pintle_meta::v1::ObjectMeta;
use serde_core::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde_core::ser::SerializeStruct;
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes an object of kind `K`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<K: Kind, S: Serializer>(
    serializer: S,
    metadata: &ObjectMeta,
    spec: &impl Serialize,
    status: Option<&impl Serialize>,
) -> Result<S::Ok, S::Error> {
    let type_meta = K::type_meta();
    let mut object = serializer.serialize_struct(K::KIND, 4 + usize::from(status.is_some()))?;
    object.serialize_field("kind", type_meta.kind.as_str())?;
    object.serialize_field("apiVersion", type_meta.api_version.as_str())?;
    object.serialize_field("metadata", metadata)?;
    object.serialize_field("spec", spec)?;
    match status {
        Some(status) => object.serialize_field("status", status)?,
        None => object.skip_field("status")?,
    }
    object.end()
}

/// The parts of an object: its metadata, its spec, its status if there is one.
pub type Parts<P, T> = (ObjectMeta, P, Option<T>);

/// Reads an object of kind `K`.
///
/// # Errors
/// Those of the deserializer, and when the document is of another kind or has no spec.
pub fn deserialize<'de, K, P, T, D>(deserializer: D) -> Result<Parts<P, T>, D::Error>
where
    K: Kind,
    P: Deserialize<'de>,
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(ObjectVisitor::<K, P, T>(PhantomData))
}

/// A status that a resource does not have: whatever comes is passed over.
pub type NoStatus = IgnoredAny;

struct ObjectVisitor<K, P, T>(PhantomData<(K, P, T)>);

impl<'de, K: Kind, P: Deserialize<'de>, T: Deserialize<'de>> Visitor<'de>
    for ObjectVisitor<K, P, T>
{
    type Value = Parts<P, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(K::KIND)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let type_meta = K::type_meta();
        let (mut metadata, mut spec, mut status) = (ObjectMeta::default(), None, None);
        // Of a repeated key the last value counts, as in Go.
        while let Some(key) = map.next_key::<String>()? {
            match &*key {
                "kind" => check_kind(map.next_value()?, &type_meta.kind)?,
                "apiVersion" => check_kind(map.next_value()?, &type_meta.api_version)?,
                "metadata" => metadata = map.next_value::<Option<_>>()?.unwrap_or_default(),
                "spec" => spec = Some(map.next_value()?),
                "status" => status = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let spec = spec.ok_or_else(|| A::Error::missing_field("spec"))?;
        Ok((metadata, spec, status))
    }
}
