//! An OpenAPI v3 document, as far as it takes to explain types.

use pintle_codec::{Object, Value};
use pintle_meta::GroupVersionKind;

/// The document of a group and version.
pub(super) struct Document(Value);

/// A schema of the document.
#[derive(Clone, Copy)]
pub(super) struct Schema<'a> {
    document: &'a Document,
    value: &'a Value,
}

impl Document {
    pub(super) fn new(document: Value) -> Self {
        Self(document)
    }

    /// The schema of a kind.
    pub(super) fn schema_of(&self, kind: &GroupVersionKind) -> Option<Schema<'_>> {
        let schemas = self.0.at(&["components", "schemas"])?.as_object()?;
        let is_of_kind = |schema: &Value| {
            let kinds = schema
                .get("x-kubernetes-group-version-kind")
                .and_then(Value::as_array);
            kinds.into_iter().flatten().any(|one| {
                let part = |key| one.get(key).and_then(Value::as_str).unwrap_or_default();
                kind.group == part("group")
                    && kind.version == part("version")
                    && kind.kind == part("kind")
            })
        };
        let found = schemas.iter().find(|(_, schema)| is_of_kind(schema));
        found.map(|(_, value)| Schema {
            document: self,
            value,
        })
    }
}

impl<'a> Schema<'a> {
    /// Where the schema says that it is that of another place.
    pub(super) fn reference(self) -> Option<&'a str> {
        self.value.get("$ref").and_then(Value::as_str)
    }

    /// The schema itself, or that which it refers to.
    pub(super) fn resolved(self) -> Self {
        let Some(path) = self.reference().and_then(|text| text.strip_prefix("#/")) else {
            return self;
        };
        let steps: Vec<&str> = path.split('/').collect();
        match self.document.0.at(&steps) {
            Some(value) => Self { value, ..self },
            None => self,
        }
    }

    pub(super) fn text(self, key: &str) -> Option<&'a str> {
        let text = self.value.get(key).and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
    }

    /// The properties, by name.
    pub(super) fn properties(self) -> Vec<(&'a str, Self)> {
        let properties = self.value.get("properties").and_then(Value::as_object);
        let entries = properties.into_iter().flat_map(Object::iter);
        let mut properties: Vec<_> = entries
            .map(|(name, value)| (name, Self { value, ..self }))
            .collect();
        properties.sort_by_key(|(name, _)| *name);
        properties
    }

    pub(super) fn property(self, name: &str) -> Option<Self> {
        let value = self.value.at(&["properties", name])?;
        Some(Self { value, ..self })
    }

    pub(super) fn requires(self, name: &str) -> bool {
        let required = self.value.get("required").and_then(Value::as_array);
        required
            .into_iter()
            .flatten()
            .any(|one| one.as_str() == Some(name))
    }

    /// The schema of a list's elements.
    pub(super) fn items(self) -> Option<Self> {
        let value = self.value.get("items")?;
        Some(Self { value, ..self })
    }

    /// The schema of a map's values, where there is more to say than that there may be any.
    pub(super) fn additional(self) -> Option<Self> {
        let value = self.value.get("additionalProperties")?;
        value.as_object().map(|_| Self { value, ..self })
    }

    pub(super) fn all_of(self) -> Vec<Self> {
        let all = self.value.get("allOf").and_then(Value::as_array);
        let all = all.into_iter().flatten();
        all.map(|value| Self { value, ..self }).collect()
    }

    /// The values that there may be.
    pub(super) fn choices(self) -> &'a [Value] {
        self.value
            .get("enum")
            .and_then(Value::as_array)
            .unwrap_or_default()
    }

    pub(super) fn external_docs(self) -> Option<Self> {
        let value = self.value.get("externalDocs")?;
        Some(Self { value, ..self })
    }
}
