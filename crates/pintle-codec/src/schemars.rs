//! schemars' trait for the types that are described once, behind the feature `schemars`.
//!
//! The schema of a type says what Kubernetes' OpenAPI says of it, as far as reading and writing
//! need it: the fields, which of them are required, their types and formats. A struct is a
//! definition by its name (`core.v1.EnvVar`), so a type that contains itself has a schema too;
//! values and named strings stand where they are used.

use std::borrow::Cow;

pub use ::schemars::{JsonSchema, Schema, SchemaGenerator};
use ::serde_json::{Map as JsonMap, Value as Json, json};

use crate::{ByteString, FieldFlags, List, Map, Message, SlotMut, SlotRef, Str};

/// Whether the schema of a value stands where the value is used.
#[doc(hidden)]
pub fn is_inline(value: SlotRef<'_>) -> bool {
    !matches!(value, SlotRef::Message(_))
}

/// The name of the definition of a type.
#[doc(hidden)]
pub fn name(value: SlotRef<'_>, type_name: &'static str) -> Cow<'static, str> {
    match value {
        SlotRef::Message(message) => message.table().name().into(),
        _ => type_name.into(),
    }
}

/// The schema of the type of a value, which is changed while its fields are looked at.
#[doc(hidden)]
pub fn schema(value: SlotMut<'_>, generator: &mut SchemaGenerator) -> Schema {
    let mut walk = Walk {
        generator,
        within: Vec::new(),
    };
    let schema = match value {
        SlotMut::Message(message) => walk.message(message),
        slot => walk.slot(slot),
    };
    Schema::try_from(schema).unwrap_or_default()
}

struct Walk<'g> {
    generator: &'g mut SchemaGenerator,
    /// The names of the structs whose schemas are being made, from the outside in.
    within: Vec<&'static str>,
}

impl Walk<'_> {
    fn slot(&mut self, slot: SlotMut<'_>) -> Json {
        match slot {
            SlotMut::Str(_) => json!({"type": "string"}),
            SlotMut::Bool(_) => json!({"type": "boolean"}),
            SlotMut::I32(_) => json!({"type": "integer", "format": "int32"}),
            SlotMut::I64(_) => json!({"type": "integer", "format": "int64"}),
            SlotMut::F64(_) => json!({"type": "number", "format": "double"}),
            SlotMut::Bytes(_) => bytes(),
            SlotMut::Scalar(scalar) => {
                ::serde_json::from_str(scalar.schema()).expect("schemas of scalars are JSON")
            }
            SlotMut::Message(message) => self.used(message),
            SlotMut::List(list) => json!({"type": "array", "items": self.slot(list.push())}),
            SlotMut::Map(map) => {
                let values = self.slot(map.push(Str::new()));
                json!({"type": "object", "additionalProperties": values})
            }
        }
    }

    /// A struct where it is used: by its name, or in place where the generator wants no names.
    fn used(&mut self, message: &mut dyn Message) -> Json {
        let name = message.table().name();
        let settings = self.generator.settings();
        if settings.inline_subschemas && !self.within.contains(&name) {
            return self.message(message);
        }
        let path = settings.definitions_path.trim_start_matches('#');
        let reference = format!("#{}/{name}", path.trim_end_matches('/'));
        if !self.generator.definitions().contains_key(name) {
            // Known by its name before its fields are looked at: it may contain itself.
            let definitions = self.generator.definitions_mut();
            definitions.insert(name.to_owned(), Json::Bool(true));
            let schema = self.message(message);
            let definitions = self.generator.definitions_mut();
            definitions.insert(name.to_owned(), schema);
        }
        json!({"$ref": reference})
    }

    fn message(&mut self, message: &mut dyn Message) -> Json {
        let table = message.table();
        if table.is_choice() {
            return self.choice(message);
        }
        let mut object = ObjectSchema::default();
        if table.is_kind() {
            for name in ["apiVersion", "kind"] {
                let text = json!({"type": "string"});
                object.properties.insert(name.to_owned(), text);
            }
        }
        self.within.push(table.name());
        self.fields(message, &mut object);
        self.within.pop();
        object.into_schema()
    }

    /// A struct that stands for one of its fields.
    fn choice(&mut self, message: &mut dyn Message) -> Json {
        let fields = 0..message.table().fields().len();
        let schemas: Vec<Json> = fields.map(|index| self.slot(message.slot(index))).collect();
        json!({"anyOf": schemas})
    }

    fn fields(&mut self, message: &mut dyn Message, object: &mut ObjectSchema) {
        for (index, field) in message.table().fields().iter().enumerate() {
            let flags = field.flags();
            if flags.has(FieldFlags::NOTE) {
                continue;
            }
            match message.slot(index) {
                SlotMut::Message(inlined) if flags.has(FieldFlags::INLINE) => {
                    self.fields(inlined, object);
                }
                slot => {
                    let (name, schema) = (field.json().to_owned(), self.slot(slot));
                    if flags.has(FieldFlags::REQUIRED) {
                        object.required.push(name.clone().into());
                    }
                    object.properties.insert(name, schema);
                }
            }
        }
    }
}

#[derive(Default)]
struct ObjectSchema {
    properties: JsonMap<String, Json>,
    required: Vec<Json>,
}

impl ObjectSchema {
    fn into_schema(self) -> Json {
        let mut schema = json!({"type": "object"});
        if !self.properties.is_empty() {
            schema["properties"] = self.properties.into();
        }
        if !self.required.is_empty() {
            schema["required"] = self.required.into();
        }
        schema
    }
}

impl JsonSchema for Str {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

impl JsonSchema for ByteString {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ByteString".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::try_from(bytes()).unwrap_or_default()
    }
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        Vec::<T>::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<T>::json_schema(generator)
    }
}

impl<V: JsonSchema> JsonSchema for Map<V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        std::collections::BTreeMap::<String, V>::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        std::collections::BTreeMap::<String, V>::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        std::collections::BTreeMap::<String, V>::json_schema(generator)
    }
}

fn bytes() -> Json {
    json!({"type": "string", "format": "byte"})
}
