//! A file laid over the object that a server has.
//!
//! Invariant: what the file does not speak of stays as it is, for it may be somebody else's: admission adds
//! volumes to a pod, controllers annotate, people label. What the file does say, the outcome says.

use std::collections::BTreeMap;

use pintle_codec::{Object, Value};

/// The live object with the fields of the file.
///
/// - Objects are merged field by field. A `null` in the file removes the field.
/// - A list in the file replaces the live one, but for the lists of a pod that admission adds to, which are
///   merged by a key: a pod without what was added is one that may not be changed so.
///
/// A field that the file no longer has stays: to know that it once had it takes a record of who owns which
/// field, which only the server keeps.
pub(super) fn overlay(live: &Value, file: &Value) -> Value {
    let is_pod = live.get("kind").and_then(Value::as_str) == Some("Pod");
    lay(live, file, if is_pod { OF_A_POD } else { &[] })
}

/// Lists that are merged, and what their elements are known by.
type Keyed = [(&'static str, &'static str)];

fn lay(live: &Value, file: &Value, keyed: &Keyed) -> Value {
    match (live, file) {
        (Value::Object(live), Value::Object(file)) => {
            Value::Object(merge_fields(live, file, keyed))
        }
        (_, file) => file.clone(),
    }
}

fn merge_fields(live: &Object, file: &Object, keyed: &Keyed) -> Object {
    let mut merged = live.clone();
    for (field, value) in file.iter() {
        if value.is_null() {
            merged.remove(field);
            continue;
        }
        let value = match (merged.get(field), value) {
            (Some(Value::Array(live)), Value::Array(file)) => {
                let of_field = keyed.iter().find(|(list, _)| *list == field);
                let elements = of_field.and_then(|(_, key)| merge_elements(live, file, key, keyed));
                Value::Array(elements.unwrap_or_else(|| file.clone()))
            }
            (Some(live), file) => lay(live, file, keyed),
            (None, file) => file.clone(),
        };
        merged.insert(field, value);
    }
    merged
}

/// The file's elements in the file's order, in the places of those that they stand for; what only the live
/// list has keeps its place, for a pod's containers must not move. None if an element has no key of its own.
fn merge_elements(live: &[Value], file: &[Value], key: &str, keyed: &Keyed) -> Option<Vec<Value>> {
    let (live_by_key, file_by_key) = (by_key(live, key)?, by_key(file, key)?);
    let of = |element: &Value| element.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut ours = file.iter().map(|element| {
        let live = of(element).and_then(|key| live_by_key.get(key.as_str()).copied());
        live.map_or_else(|| element.clone(), |live| lay(live, element, keyed))
    });
    let mut merged = Vec::with_capacity(live.len() + file.len());
    for element in live {
        match of(element).is_some_and(|key| file_by_key.contains_key(key.as_str())) {
            true => merged.extend(ours.next()),
            false => merged.push(element.clone()),
        }
    }
    merged.extend(ours);
    Some(merged)
}

/// The elements by their keys; none unless each has one of its own, and none for an empty list: in a file it
/// is there to empty the live one.
fn by_key<'a>(list: &'a [Value], key: &str) -> Option<BTreeMap<&'a str, &'a Value>> {
    let keyed = list
        .iter()
        .map(|element| Some((element.get(key)?.as_str()?, element)));
    let keyed: BTreeMap<_, _> = keyed.collect::<Option<_>>()?;
    (!list.is_empty() && keyed.len() == list.len()).then_some(keyed)
}

/// What admission adds to: service account tokens, sidecars, pull secrets, default tolerations.
const OF_A_POD: &Keyed = &[
    ("containers", "name"),
    ("imagePullSecrets", "name"),
    ("initContainers", "name"),
    ("tolerations", "key"),
    ("volumeMounts", "mountPath"),
    ("volumes", "name"),
];

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;

    #[track_caller]
    fn check(live: &str, file: &str, expected: &str) {
        let read = |text: &str| json::parse(text.as_bytes()).unwrap();
        assert_eq!(overlay(&read(live), &read(file)), read(expected));
    }

    #[test]
    fn fields_that_the_file_lacks_stay() {
        check(
            r#"{"metadata": {"name": "a", "resourceVersion": "7", "labels": {"x": "1", "y": "1"}}, "status": {"phase": "Running"}}"#,
            r#"{"metadata": {"name": "a", "labels": {"y": "2", "z": "2"}}, "spec": {}}"#,
            r#"{"metadata": {"name": "a", "resourceVersion": "7", "labels": {"x": "1", "y": "2", "z": "2"}}, "status": {"phase": "Running"}, "spec": {}}"#,
        );
    }

    #[test]
    fn file_that_says_what_is_there_already_changes_nothing() {
        let live = r#"{"a": [1, 2], "b": {"x": {"v": 1}, "y": 2}, "c": {"d": 1}}"#;
        for file in [live, "{}", r#"{"c": {"d": 1}, "b": {"y": 2}, "a": [1, 2]}"#] {
            check(live, file, live);
        }
    }

    #[test]
    fn null_removes_a_field() {
        check(
            r#"{"a": {"b": 1, "c": 1}}"#,
            r#"{"a": {"b": null, "d": null}, "e": null}"#,
            r#"{"a": {"c": 1}}"#,
        );
    }

    #[test]
    fn values_of_another_sort_replace() {
        check(
            r#"{"a": {"b": 1}, "c": [1], "d": "x"}"#,
            r#"{"a": [1], "c": {"b": 1}, "d": 1}"#,
            r#"{"a": [1], "c": {"b": 1}, "d": 1}"#,
        );
    }

    /// Checks a list of a pod, live and in a file.
    #[track_caller]
    fn check_containers(live: &str, file: &str, expected: &str) {
        let pod = |list: &str| format!(r#"{{"kind": "Pod", "spec": {{"containers": {list}}}}}"#);
        check(&pod(live), &pod(file), &pod(expected));
    }

    #[test]
    fn what_admission_added_to_a_pod_stays() {
        // What the live list alone has keeps its place, and what the file adds comes where the file has it.
        check_containers(
            r#"[{"name": "first"}, {"name": "a", "injected": true}, {"name": "between"}, {"name": "b", "v": 1}, {"name": "last"}]"#,
            r#"[{"name": "a", "v": 2}, {"name": "new"}, {"name": "b", "v": 2}]"#,
            r#"[{"name": "first"}, {"name": "a", "injected": true, "v": 2}, {"name": "between"}, {"name": "new"}, {"name": "last"}, {"name": "b", "v": 2}]"#,
        );
        check_containers(
            r#"[{"name": "a", "volumeMounts": [{"mountPath": "/token", "name": "t"}]}]"#,
            r#"[{"name": "a", "volumeMounts": [{"mountPath": "/data", "name": "d"}]}]"#,
            r#"[{"name": "a", "volumeMounts": [{"mountPath": "/token", "name": "t"}, {"mountPath": "/data", "name": "d"}]}]"#,
        );
    }

    #[test]
    fn elements_without_keys_of_their_own_replace() {
        for (live, file) in [
            (r#"[{"port": 1}]"#, r#"[{"port": 2}]"#),
            (r#"[{"name": "a", "x": 1}]"#, r#"[{"name": "a"}, {}]"#),
            (r#"[{"name": "a", "x": 1}, {}]"#, r#"[{"name": "a"}]"#),
            (
                r#"[{"name": "a", "x": 1}]"#,
                r#"[{"name": "a"}, {"name": "a"}]"#,
            ),
            (r#"[{"name": "a"}]"#, "[]"),
            ("[]", r#"[{"name": "a"}]"#),
        ] {
            check_containers(live, file, file);
        }
    }

    #[test]
    fn what_is_left_out_of_any_other_list_is_gone() {
        for (live, file) in [
            (
                r#"{"kind": "RoleBinding", "subjects": [{"name": "eve"}, {"name": "ann"}]}"#,
                r#"{"kind": "RoleBinding", "subjects": [{"name": "ann"}]}"#,
            ),
            (
                r#"{"kind": "Deployment", "containers": [{"name": "a"}, {"name": "b"}]}"#,
                r#"{"kind": "Deployment", "containers": [{"name": "b"}]}"#,
            ),
            (
                r#"{"kind": "Pod", "args": ["x", "y"]}"#,
                r#"{"kind": "Pod", "args": ["z"]}"#,
            ),
        ] {
            check(live, file, file);
        }
    }
}
