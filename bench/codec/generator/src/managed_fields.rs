//! managedFields as a server would have recorded them: they follow from what each manager set.

use serde_json::{Map, Value, json};

/// The record of one manager.
pub(crate) fn entry(
    manager: &str,
    subresource: Option<&str>,
    time: &str,
    fields: Map<String, Value>,
) -> Value {
    let mut entry = json!({
        "manager": manager,
        "operation": "Update",
        "apiVersion": "v1",
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    });
    if let Some(subresource) = subresource {
        entry["subresource"] = subresource.into();
    }
    entry
}

/// The set of fields below an object that is there whoever writes, such as `spec`: it is no member itself.
pub(crate) fn set_of(object: &Map<String, Value>) -> Map<String, Value> {
    object
        .iter()
        .map(|(key, value)| {
            let below = match value {
                // A pod cannot be without containers, so that the list is nobody's.
                Value::Array(items) if key == "containers" => elements(key, items),
                value => below(key, value),
            };
            (format!("f:{key}"), below)
        })
        .collect()
}

/// What is owned below a field: nothing for a leaf, itself and its parts for anything else.
fn below(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(object) if !object.is_empty() && !ATOMIC.contains(&key) => {
            itself_and(Value::Object(set_of(object)))
        }
        Value::Array(items) if keys_of(key).is_some() => itself_and(elements(key, items)),
        _ => json!({}),
    }
}

/// The elements of a list that is merged by key.
fn elements(list: &str, items: &[Value]) -> Value {
    let keys = keys_of(list).unwrap_or_default();
    let element = |item: &Value| {
        let object = item.as_object()?;
        let named: Map<String, Value> = keys
            .iter()
            .filter_map(|&key| Some((key.to_owned(), object.get(key)?.clone())))
            .collect();
        let parts = itself_and(Value::Object(set_of(object)));
        // A reference to an owner is replaced as a whole.
        let parts = if list == "ownerReferences" {
            json!({})
        } else {
            parts
        };
        Some((format!("k:{}", Value::Object(named)), parts))
    };
    Value::Object(items.iter().filter_map(element).collect())
}

fn itself_and(mut parts: Value) -> Value {
    parts[".".to_owned()] = json!({});
    parts
}

/// The keys by which a list is merged; `None` for a list that is replaced as a whole.
fn keys_of(list: &str) -> Option<&'static [&'static str]> {
    Some(match list {
        "containers" | "initContainers" | "env" | "volumes" => &["name"],
        "ports" => &["containerPort", "protocol"],
        "volumeMounts" => &["mountPath"],
        "ownerReferences" => &["uid"],
        "conditions" => &["type"],
        "podIPs" => &["ip"],
        "topologySpreadConstraints" => &["topologyKey", "whenUnsatisfiable"],
        _ => return None,
    })
}

/// Objects that are replaced as a whole.
const ATOMIC: &[&str] = &[
    "nodeSelector",
    "fieldRef",
    "secretKeyRef",
    "configMapKeyRef",
    "labelSelector",
];
