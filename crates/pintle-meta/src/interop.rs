//! serde's and schemars' traits for [`ObjectList`], which is described but generic.

#[cfg(feature = "serde")]
mod serde {
    use std::fmt;
    use std::marker::PhantomData;

    use pintle_codec::List;
    use pintle_codec::serde::check_kind;
    use serde_core::de::{IgnoredAny, MapAccess, Visitor};
    use serde_core::ser::SerializeStruct;
    use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::{Kind, ObjectList, Resource};

    /// The objects say of what kind they are, as they do outside of a list.
    impl<K: Resource + Serialize> Serialize for ObjectList<K> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let type_meta = Self::type_meta();
            let mut list = serializer.serialize_struct(K::LIST_KIND, 4)?;
            list.serialize_field("kind", type_meta.kind.as_str())?;
            list.serialize_field("apiVersion", type_meta.api_version.as_str())?;
            list.serialize_field("metadata", &self.metadata)?;
            list.serialize_field("items", &self.items)?;
            list.end()
        }
    }

    impl<'de, K: Resource + Deserialize<'de>> Deserialize<'de> for ObjectList<K> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(ListVisitor(PhantomData))
        }
    }

    struct ListVisitor<K>(PhantomData<K>);

    impl<'de, K: Resource + Deserialize<'de>> Visitor<'de> for ListVisitor<K> {
        type Value = ObjectList<K>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(K::LIST_KIND)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ObjectList<K>, A::Error> {
            let type_meta = ObjectList::<K>::type_meta();
            let mut list = ObjectList::default();
            while let Some(key) = map.next_key::<String>()? {
                match &*key {
                    "kind" => check_kind(map.next_value()?, &type_meta.kind)?,
                    "apiVersion" => check_kind(map.next_value()?, &type_meta.api_version)?,
                    "metadata" => {
                        list.metadata = map.next_value::<Option<_>>()?.unwrap_or_default();
                    }
                    "items" => list.items = map.next_value::<List<K>>()?,
                    _ => {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
            }
            Ok(list)
        }
    }
}

#[cfg(feature = "schemars")]
mod schemars {
    use std::borrow::Cow;

    use pintle_codec::schemars::{JsonSchema, Schema, SchemaGenerator};

    use crate::v1::ListMeta;
    use crate::{ObjectList, Resource};

    impl<K: Resource + JsonSchema> JsonSchema for ObjectList<K> {
        fn schema_name() -> Cow<'static, str> {
            format!("List_of_{}", K::schema_name()).into()
        }

        fn schema_id() -> Cow<'static, str> {
            format!("{}::ObjectList<{}>", module_path!(), K::schema_id()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let mut schema = Schema::default();
            let properties = serde_json::json!({
                "apiVersion": {"type": "string"},
                "kind": {"type": "string"},
                "metadata": generator.subschema_for::<ListMeta>(),
                "items": {"type": "array", "items": generator.subschema_for::<K>()},
            });
            schema.insert("type".to_owned(), "object".into());
            schema.insert("properties".to_owned(), properties);
            schema.insert("required".to_owned(), vec!["items"].into());
            schema
        }
    }
}
