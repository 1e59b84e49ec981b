//! The schema of every type says what the facts say, which come from Kubernetes' own types and
//! OpenAPI.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pintle_api::core::v1::{EnvVar, Pod, PodSpec, PodTemplateSpec};
use pintle_codec::schemars::{JsonSchema, SchemaGenerator};
use pintle_codec::{Map, Str};
use pintle_meta::{IntOrString, Quantity, Time};
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

#[test]
fn structs_have_the_fields_of_the_facts() {
    let mut generator = SchemaGenerator::default();
    generator.subschema_for::<Pod>();
    generator.subschema_for::<pintle_api::apps::v1::StatefulSet>();
    generator.subschema_for::<pintle_api::batch::v1::CronJob>();
    generator.subschema_for::<pintle_api::core::v1::PersistentVolume>();
    generator.subschema_for::<pintle_api::core::v1::Node>();
    generator.subschema_for::<pintle_api::core::v1::Service>();
    generator.subschema_for::<pintle_meta::v1::Condition>();
    let definitions = generator.take_definitions(false);
    assert!(definitions.len() > 180, "{}", definitions.len());
    let mut facts = Facts::default();
    for (name, schema) in &definitions {
        let mut expected = Fields::default();
        facts.collect(name, &mut expected);
        let properties = schema["properties"].as_object();
        let found: BTreeSet<String> = properties
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect();
        assert_eq!(found, expected.names, "{name}");
        let required = schema["required"].as_array();
        let required: BTreeSet<String> = required
            .into_iter()
            .flatten()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(required, expected.required, "{name}");
    }
}

#[test]
fn values_have_the_formats_of_openapi() {
    let mut generator = SchemaGenerator::default();
    let schema = |schema: schemars::Schema| schema.to_value();
    assert_eq!(
        schema(Time::json_schema(&mut generator)),
        json!({"type": "string", "format": "date-time"})
    );
    assert_eq!(
        schema(IntOrString::json_schema(&mut generator))["x-kubernetes-int-or-string"],
        true
    );
    assert_eq!(
        schema(Map::<Str>::json_schema(&mut generator)),
        json!({"type": "object", "additionalProperties": {"type": "string"}})
    );
    let env = schema(EnvVar::json_schema(&mut generator));
    assert_eq!(
        env["properties"]["valueFrom"],
        json!({"$ref": "#/$defs/core.v1.EnvVarSource"})
    );
    assert_eq!(env["required"], json!(["name"]));
    let secret = schema(pintle_api::core::v1::Secret::json_schema(&mut generator));
    assert_eq!(
        secret["properties"]["data"]["additionalProperties"],
        json!({"type": "string", "format": "byte"})
    );
    assert_eq!(secret["properties"]["kind"], json!({"type": "string"}));
}

/// The pattern is the grammar that the parser has.
#[test]
fn the_pattern_of_quantities_holds_for_what_is_read_and_written() {
    let schema = Quantity::json_schema(&mut SchemaGenerator::default()).to_value();
    let pattern = schema["pattern"].as_str().unwrap();
    let pattern = regex_lite::Regex::new(pattern).unwrap();
    for text in [
        "0", "1", "-1.5Gi", "+.5", "3.", "1e3", "2E-3", "100m", "1E", "7n", "8Ei",
    ] {
        let quantity: Quantity = text.parse().unwrap();
        assert!(pattern.is_match(text), "{text}");
        assert!(pattern.is_match(&quantity.to_string()), "{quantity}");
    }
    for text in ["", "1 Gi", "1KI", "1e", "1.2.3", "--1", "1Mi3"] {
        assert!(text.parse::<Quantity>().is_err(), "{text}");
        assert!(!pattern.is_match(text), "{text}");
    }
}

/// A type's definition is one, whether a program asks for it or another type contains it.
#[test]
fn a_type_is_defined_once() {
    let mut generator = SchemaGenerator::default();
    let template = generator.subschema_for::<PodTemplateSpec>().to_value();
    assert_eq!(template, json!({"$ref": "#/$defs/core.v1.PodTemplateSpec"}));
    let before = generator.definitions().clone();
    let spec = generator.subschema_for::<PodSpec>().to_value();
    assert_eq!(spec, json!({"$ref": "#/$defs/core.v1.PodSpec"}));
    assert_eq!(*generator.definitions(), before);
}

#[test]
fn a_type_that_contains_itself_has_a_schema() {
    use pintle_api::apiextensions::v1::JSONSchemaProps;

    for inline in [false, true] {
        let settings = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = inline);
        let schema = settings
            .into_generator()
            .into_root_schema_for::<JSONSchemaProps>();
        let schema = schema.to_value();
        let not = &schema["properties"]["not"];
        assert_eq!(
            *not,
            json!({"$ref": "#/$defs/apiextensions.v1.JSONSchemaProps"})
        );
        assert!(schema["$defs"]["apiextensions.v1.JSONSchemaProps"].is_object());
    }
}

#[test]
fn definitions_are_inlined_where_the_generator_wants_it() {
    let settings = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true);
    let schema = settings
        .into_generator()
        .into_root_schema_for::<Pod>()
        .to_value();
    assert_eq!(schema.get("$defs"), None);
    let containers = &schema["properties"]["spec"]["properties"]["containers"];
    assert_eq!(
        containers["items"]["properties"]["image"],
        json!({"type": "string"})
    );
}

#[derive(Default)]
struct Facts(BTreeMap<String, Value>);

#[derive(Default)]
struct Fields {
    names: BTreeSet<String>,
    required: BTreeSet<String>,
}

impl Facts {
    /// The fields of the type `core.v1.Pod`, those of embedded types among them.
    fn collect(&mut self, name: &str, fields: &mut Fields) {
        let (package, type_name) = name.rsplit_once('.').unwrap();
        let facts = self.0.entry(package.to_owned()).or_insert_with(|| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/types");
            let file = std::fs::read(root.join(format!("{package}.json"))).unwrap();
            serde_json::from_slice(&file).unwrap()
        });
        let facts = facts["types"][type_name]["fields"].clone();
        for field in facts
            .as_array()
            .unwrap_or_else(|| panic!("no facts about {name}"))
        {
            let type_name = field["type"].as_str().unwrap().trim_start_matches('*');
            if field["inline"] == true {
                self.collect(type_name, fields);
                continue;
            }
            let name = field["json"].as_str().unwrap().to_owned();
            if field["required"] == true {
                fields.required.insert(name.clone());
            }
            fields.names.insert(name);
        }
    }
}
