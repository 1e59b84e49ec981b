//! What Go makes of the same patches: the record is `cargo xtask oracle`'s.

use pintle_codec::{Value, json::parse};

use super::*;
use crate::generated::{apiextensions_v1, apps_v1, core_v1, networking_v1, rbac_v1};

/// The cases of a file: each is a list.
fn cases(file: &str) -> Vec<Vec<Value>> {
    let lines = file.lines().map(|line| parse(line.as_bytes()).unwrap());
    lines
        .map(|case| match case {
            Value::Array(case) => case,
            other => panic!("{other:?}"),
        })
        .collect()
}

fn json(value: &Value) -> Vec<u8> {
    let mut json = Vec::new();
    pintle_codec::json::write(value, &mut json);
    json
}

fn schema(kind: &str) -> &'static Struct {
    match kind {
        "Pod" => &core_v1::POD,
        "Service" => &core_v1::SERVICE,
        "ConfigMap" => &core_v1::CONFIG_MAP,
        "Node" => &core_v1::NODE,
        "Namespace" => &core_v1::NAMESPACE,
        "ServiceAccount" => &core_v1::SERVICE_ACCOUNT,
        "PersistentVolumeClaim" => &core_v1::PERSISTENT_VOLUME_CLAIM,
        "Deployment" => &apps_v1::DEPLOYMENT,
        "StatefulSet" => &apps_v1::STATEFUL_SET,
        "ControllerRevision" => &apps_v1::CONTROLLER_REVISION,
        "Ingress" => &networking_v1::INGRESS,
        "Role" => &rbac_v1::ROLE,
        "CustomResourceDefinition" => &apiextensions_v1::CUSTOM_RESOURCE_DEFINITION,
        other => panic!("{other}"),
    }
}

fn applied(
    kind: PatchKind,
    patch: &Value,
    object: &Value,
    schema: &'static Struct,
) -> Result<Value, PatchError> {
    let patch = Patch::read(kind, &json(patch), false)?;
    let patched = patch.apply(object.as_object().unwrap(), schema)?;
    Ok(parse(&patched).unwrap())
}

/// Go's answers, beside ours.
fn compare(answers: impl Iterator<Item = (String, Result<Value, String>, Result<Value, String>)>) {
    let mut count = 0;
    let mut differing = Vec::new();
    for (case, expected, found) in answers {
        count += 1;
        if expected != found {
            let shown = |answer: Result<Value, String>| match answer {
                Ok(value) => String::from_utf8(json(&value)).unwrap(),
                Err(error) => error,
            };
            let (expected, found) = (shown(expected), shown(found));
            differing.push(format!("{case}\n  Go:   {expected}\n  ours: {found}"));
        }
    }
    assert!(
        differing.is_empty(),
        "{} of {count} differ:\n{}",
        differing.len(),
        differing[..differing.len().min(10)].join("\n"),
    );
}

#[test]
fn strategic_merge_patches_do_what_they_do_in_go() {
    let objects = cases(include_str!(
        "../../tests/oracle/strategic-merge-patch-objects.jsonl"
    ));
    let object = |kind: &str| {
        let mut objects = objects.iter();
        &objects
            .find(|object| object[0].as_str() == Some(kind))
            .unwrap()[1]
    };
    let cases = cases(include_str!(
        "../../tests/oracle/strategic-merge-patch.jsonl"
    ));
    assert!(cases.len() >= 600, "{}", cases.len());
    compare(cases.iter().map(|case| {
        let kind = case[0].as_str().unwrap();
        let found = applied(PatchKind::Strategic, &case[1], object(kind), schema(kind));
        let expected = match &case[2] {
            Value::Null => Ok(case[3].clone()),
            // What Go cannot compare is a panic there.
            error if error.as_str().unwrap().starts_with("panic: ") => Err(String::new()),
            error => Err(error.as_str().unwrap().to_owned()),
        };
        let found = found.map_err(|error| match &expected {
            Err(panic) if panic.is_empty() => String::new(),
            _ => error.to_string(),
        });
        let shown = String::from_utf8(json(&case[1])).unwrap();
        (format!("{kind} {shown}"), expected, found)
    }));
}

#[test]
fn json_patches_do_what_they_do_in_go() {
    let cases = cases(include_str!("../../tests/oracle/json-patch.jsonl"));
    assert!(cases.len() >= 300, "{}", cases.len());
    let (document, cases) = cases.split_first().unwrap();
    compare(cases.iter().map(|case| {
        let found = applied(PatchKind::Json, &case[0], &document[1], &core_v1::POD);
        // The server does not tell its clients what Go says of a patch that does not apply.
        let expected = match &case[1] {
            Value::Null => Ok(case[2].clone()),
            _ => Err(PatchError::Inapplicable.to_string()),
        };
        let shown = String::from_utf8(json(&case[0])).unwrap();
        (shown, expected, found.map_err(|error| error.to_string()))
    }));
}

#[test]
fn merge_patches_do_what_they_do_in_go() {
    let cases = cases(include_str!("../../tests/oracle/merge-patch.jsonl"));
    assert!(cases.len() >= 200, "{}", cases.len());
    let (document, cases) = cases.split_first().unwrap();
    compare(cases.iter().map(|case| {
        let found = applied(PatchKind::Merge, &case[0], &document[1], &core_v1::POD);
        let shown = String::from_utf8(json(&case[0])).unwrap();
        let expected = Ok(case[1].clone());
        (shown, expected, found.map_err(|error| error.to_string()))
    }));
}

#[test]
fn what_is_no_patch_is_refused() {
    let refused = |kind, document: &str, strict| {
        let error = Patch::read(kind, document.as_bytes(), strict).unwrap_err();
        error.to_string()
    };
    // Every expectation is what kube-apiserver 1.36.3 answered.
    assert_eq!(
        refused(PatchKind::Json, r#"{"op":"foo"}"#, true),
        "error decoding patch: json: cannot unmarshal object into Go value of type \
         []handlers.jsonPatchOp"
    );
    assert_eq!(
        refused(PatchKind::Json, r#"[{"op":5}]"#, true),
        "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op \
         of type string"
    );
    assert_eq!(
        refused(PatchKind::Merge, "null", true),
        "Invalid JSON Patch"
    );
    assert_eq!(
        refused(PatchKind::Merge, "[]", true),
        "error decoding patch: json: cannot unmarshal array into Go value of type \
         map[string]interface {}"
    );
    assert_eq!(
        refused(PatchKind::Strategic, "[]", true),
        "json: cannot unmarshal array into Go value of type map[string]interface {}"
    );
    let many = format!("[{}null]", "null,".repeat(10_000));
    assert_eq!(
        refused(PatchKind::Json, &many, true),
        "The allowed maximum operations in a JSON patch is 10000, got 10001"
    );
}

#[test]
fn what_a_patch_says_too_much_is_found() {
    let excess = |kind, document: &str| {
        let patch = Patch::read(kind, document.as_bytes(), true).unwrap();
        patch.excess().to_vec()
    };
    assert_eq!(
        excess(
            PatchKind::Json,
            r#"[{"op":"add","path":"/data/z","value":"x","foo":1,"op":"add"}]"#
        ),
        [
            "json patch unknown field \"[0].foo\"",
            "json patch duplicate field \"[0].op\""
        ]
    );
    assert_eq!(
        excess(PatchKind::Merge, r#"{"foo":5,"data":{"q":"a","q":"b"}}"#),
        ["duplicate field \"data.q\""]
    );
}

#[test]
fn a_small_patch_cannot_make_a_lot_of_work() {
    let object = parse(br#"{"a":{"b":"cccccccccccccccccccccccccccccccc"}}"#).unwrap();
    let refused = |patch: String| {
        let patch = Patch::read(PatchKind::Json, patch.as_bytes(), true).unwrap();
        patch.apply(object.as_object().unwrap(), &core_v1::POD)
    };
    // Each step doubles the document.
    let step = r#"{"op":"copy","from":"/a","path":"/x"},{"op":"move","from":"/x","path":"/a/b"}"#;
    let doubling: Vec<_> = (0..100)
        .map(|n| format!(r#"{{"op":"copy","from":"/a","path":"/x"}},{{"op":"move","from":"/x","path":"/a/n{n}"}}"#))
        .collect();
    let doubling = format!("[{}]", doubling.join(","));
    assert_eq!(refused(doubling).unwrap_err(), PatchError::Inapplicable);
    // Each step makes it one level deeper.
    let deeper = format!("[{}]", vec![step; 2_000].join(","));
    assert_eq!(refused(deeper).unwrap_err(), PatchError::Inapplicable);
    // Each step moves a long list by one.
    let long = format!(
        r#"[{{"op":"add","path":"/l","value":[{}0]}}{}]"#,
        "0,".repeat(200_000),
        r#",{"op":"add","path":"/l/0","value":0}"#.repeat(9_999)
    );
    assert_eq!(refused(long).unwrap_err(), PatchError::Inapplicable);
}
