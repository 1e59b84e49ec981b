//! Objects as they are shown whole.

use pintle_codec::{Object, Value};

/// The objects of an answer: those of a list, each saying what it is, or the one that it is.
pub(crate) fn items(mut answer: Value) -> Vec<Value> {
    let text = |key| answer.get(key).and_then(Value::as_str).unwrap_or_default();
    let api_version = text("apiVersion").to_owned();
    let kind = text("kind")
        .strip_suffix("List")
        .unwrap_or_default()
        .to_owned();
    let Some(Value::Array(items)) = answer.as_object_mut().and_then(|list| list.remove("items"))
    else {
        return vec![answer];
    };
    let named = items.into_iter().map(|mut item| {
        if let Some(object) = item
            .as_object_mut()
            .filter(|object| !object.contains_key("kind"))
        {
            object.insert("apiVersion", api_version.as_str().into());
            object.insert("kind", kind.as_str().into());
        }
        item
    });
    named.collect()
}

/// Sorts the keys and, unless they are wanted, drops the managed fields, which hide everything else.
pub(crate) fn tidy(object: &mut Value, keep_managed_fields: bool) {
    let Some(object) = object.as_object_mut() else {
        return;
    };
    let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(metadata) = metadata.filter(|_| !keep_managed_fields) {
        metadata.remove("managedFields");
    }
    object.sort();
}

/// Objects of any type in one object.
pub(crate) fn list(items: Vec<Value>) -> Value {
    let metadata = Object::from([("resourceVersion", Value::from(""))]);
    Value::from(Object::from([
        ("apiVersion", Value::from("v1")),
        ("items", Value::Array(items)),
        ("kind", Value::from("List")),
        ("metadata", Value::from(metadata)),
    ]))
}

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;

    #[test]
    fn items_of_a_list_say_what_they_are() {
        let answer = json::parse(
            br#"{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"}},{"kind":"X","apiVersion":"y/v1"}]}"#,
        );
        let kinds: Vec<_> = items(answer.unwrap())
            .into_iter()
            .map(|item| (item.get("apiVersion").cloned(), item.get("kind").cloned()))
            .collect();
        let pair = |version: &str, kind: &str| (Some(version.into()), Some(kind.into()));
        assert_eq!(kinds, [pair("v1", "Pod"), pair("y/v1", "X")]);
    }

    #[test]
    fn managed_fields_are_left_out() {
        let mut object = json::parse(br#"{"metadata":{"z":1,"managedFields":[],"a":2}}"#).unwrap();
        tidy(&mut object, true);
        assert!(object.at(&["metadata", "managedFields"]).is_some());
        tidy(&mut object, false);
        let mut text = Vec::new();
        json::write(&object, &mut text);
        assert_eq!(text, br#"{"metadata":{"a":2,"z":1}}"#);
    }
}
