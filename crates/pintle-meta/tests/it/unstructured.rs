//! Unstructured objects: what is read from a document, found at a path, set and removed, compared
//! with what Go's package `unstructured` makes of the same.

use std::collections::HashMap;

use pintle_codec::{Decoder, ErrorKind, Format, Map, Prune, Str, Value, cbor, json};
use pintle_meta::v1::{ManagedFieldsEntry, ObjectMeta, OwnerReference, PartialObjectMetadata};
use pintle_meta::{Body, Metadata, ObjectName, Time, Unstructured, UnstructuredList};

use crate::oracle::{Row, each, same};

/// A document, or `None` if it is refused.
fn read(document: &str) -> Option<Unstructured> {
    Unstructured::decode(document.as_bytes(), Format::Json, &mut Decoder::new()).ok()
}

fn value_of(body: &impl Body) -> Value {
    let mut document = Vec::new();
    body.encode(Format::Json, &mut document).unwrap();
    as_go(&json::parse(&document).unwrap())
}

/// The value as it comes back from Go: a fraction that is whole has no point.
fn as_go(value: &Value) -> Value {
    let mut document = Vec::new();
    json::write(value, &mut document);
    json::parse(&document).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn of_repeated_metadata_the_last_counts_whatever_it_is() {
    let document = br#"{"kind":"X","apiVersion":"v1","metadata":{"generation":7,"generation":["a"],"name":"a","name":"b"}}"#;
    let object = Unstructured::decode(document, Format::Json, &mut Decoder::new()).unwrap();
    assert_eq!((object.generation(), object.name()), (0, "b"));
}

#[test]
fn documents_are_read_as_in_go() {
    each(include_str!("oracle/unstructured.jsonl"), 80, |row| {
        let Some(object) = read(row.text(0)) else {
            return same("refused", true, row.get(1).is_none());
        };
        let Some(Value::Array(go)) = row.get(1) else {
            return Err("Go refuses it".into());
        };
        // Once as it came, and once as a tree.
        let mut tree = object.clone();
        tree.edit();
        for object in [object, tree] {
            same("kind", object.kind(), text(&go[0]))?;
            same("version", object.api_version(), text(&go[1]))?;
            same("name", object.name(), text(&go[2]))?;
            same("namespace", object.namespace(), text(&go[3]))?;
            same("uid", object.uid(), text(&go[4]))?;
            same("resource version", object.resource_version(), text(&go[5]))?;
            same("generation", object.generation(), go[6].as_int().unwrap())?;
            same("deleting", object.is_deleting(), go[7].as_bool().unwrap())?;
            for key in ["a", "c", "d", "e", "h", "x"] {
                let value = |map: &Value| map.get(key).map(|value| text(value).to_owned());
                same(key, object.label(key).map(str::to_owned), value(&go[8]))?;
                same(
                    key,
                    object.annotation(key).map(str::to_owned),
                    value(&go[9]),
                )?;
            }
            same("list", object.is_list(), go[10].as_bool().unwrap())?;
            same("object", value_of(&object), go[11].clone())?;
        }
        Ok(())
    });
}

#[test]
fn lists_are_read_as_in_go() {
    each(include_str!("oracle/unstructured-list.jsonl"), 80, |row| {
        let document = row.text(0).as_bytes();
        let list = match UnstructuredList::decode(document, Format::Json, &mut Decoder::new()) {
            Ok(list) => list,
            // What the list says of itself has types here, and Go passes over other ones.
            Err(error) if error.path().starts_with("metadata") => return Ok(()),
            Err(error) if error.path() == "apiVersion" => return Ok(()),
            Err(_) => return same("refused", true, row.get(1).is_none()),
        };
        let Some(Value::Array(go)) = row.get(1) else {
            return Err("Go refuses it".into());
        };
        same("kind", &*list.type_meta.kind, text(&go[0]))?;
        same("version", &*list.type_meta.api_version, text(&go[1]))?;
        same(
            "resource version",
            &*list.metadata.resource_version,
            text(&go[2]),
        )?;
        same("continue", &*list.metadata.continue_, text(&go[3]))?;
        same(
            "remaining",
            list.metadata.remaining_item_count,
            go[4].as_int(),
        )?;
        let items: Vec<Value> = list.items.iter().map(value_of).collect();
        let go_items = go[5].as_array().unwrap().iter();
        same("items", items, go_items.map(without_empty_names).collect())?;
        // The list comes back from what is written.
        let mut written = Vec::new();
        list.encode(Format::Json, &mut written).unwrap();
        let again = UnstructuredList::decode(&written, Format::Json, &mut Decoder::new());
        same("again", again.unwrap(), list)
    });
}

/// Go sets what it can say of an item's type even if that is nothing.
fn without_empty_names(item: &Value) -> Value {
    let mut item = item.clone();
    let object = item.as_object_mut().unwrap();
    for name in ["kind", "apiVersion"] {
        if object.get(name).and_then(Value::as_str) == Some("") {
            object.remove(name);
        }
    }
    item
}

/// What a getter answered, as the recorded rows have it.
fn answer<T>(
    answered: Result<Option<T>, pintle_meta::FieldError>,
    value: impl Fn(T) -> Value,
) -> (&'static str, Value) {
    match answered {
        Ok(Some(found)) => ("found", as_go(&value(found))),
        Ok(None) => ("missing", Value::Null),
        Err(_) => ("error", Value::Null),
    }
}

#[test]
fn fields_are_found_as_in_go() {
    let mut objects = HashMap::new();
    each(
        include_str!("oracle/unstructured-fields.jsonl"),
        1_800,
        |row| {
            let document = row.text(0).to_owned();
            let kept = objects.entry(document).or_insert_with_key(|document| {
                let object = read(document).unwrap();
                let mut tree = object.clone();
                tree.edit();
                [object, tree]
            });
            let path: Vec<&str> = row.text(1).split('.').collect();
            for object in kept {
                for asked in rows(row.get(2).unwrap()) {
                    let ours = ask(object, &path, asked.text(0));
                    let go = (asked.text(1), asked.get(2).cloned().unwrap_or_default());
                    same(asked.text(0), ours, go)?;
                }
            }
            Ok(())
        },
    );
}

fn ask(object: &Unstructured, path: &[&str], getter: &str) -> (&'static str, Value) {
    match getter {
        "any" => answer(object.get(path), Value::from),
        "string" => answer(object.string(path), Value::from),
        "bool" => answer(object.boolean(path), Value::from),
        "int64" => answer(object.int64(path), Value::from),
        "float64" => answer(object.float64(path), Value::Float),
        "number" => answer(object.number(path), Value::Float),
        "list" => answer(object.list(path), Value::from),
        "strings" => answer(object.strings(path), |texts| {
            Value::Array(texts.into_iter().map(Value::from).collect())
        }),
        "object" => answer(object.object(path), Value::from),
        "string_map" => answer(object.string_map(path), |map| {
            let entries = map.iter().map(|(key, text)| (key, text.clone().into()));
            Value::Object(entries.collect())
        }),
        other => panic!("no getter {other}"),
    }
}

#[test]
fn fields_are_set_and_removed_as_in_go() {
    each(
        include_str!("oracle/unstructured-edits.jsonl"),
        250,
        |row| {
            let mut object = read(row.text(0)).unwrap();
            for edit in rows(row.get(1).unwrap()) {
                let path: Vec<&str> = edit.text(0).split('.').collect();
                let failed = if edit.bool(1) {
                    let value = edit.get(2).cloned().unwrap_or_default();
                    object.set(&path, value).is_err()
                } else {
                    object.remove(&path);
                    false
                };
                same("failed", failed, edit.bool(3))?;
                same("object", value_of(&object), edit.get(4).cloned().unwrap())?;
            }
            Ok(())
        },
    );
}

fn rows(value: &Value) -> impl Iterator<Item = Row> + '_ {
    value.as_array().unwrap().iter().map(Row::of)
}

const GADGET: &str = r#"{"kind":"Gadget","apiVersion":"example.com/v1","metadata":{"name":"a","namespace":"b","labels":{"app":"web"},"managedFields":[{"manager":"m","fieldsV1":{"f:spec":{}}}]},"spec":{"replicas":3,"secret":"hunter2"}}"#;

#[test]
fn what_is_only_read_stays_as_it_was_spelt() {
    let document = "{ \"kind\": \"A\", \"n\": [1.0, 1e2, 12345678901234567890, -0] }";
    let object = read(document).unwrap();
    let mut written = Vec::new();
    object.encode(Format::Json, &mut written).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), document);
}

#[test]
fn an_error_has_the_path_and_the_types_and_not_the_value() {
    let mut gadget = read(GADGET).unwrap();
    let said = |error: pintle_meta::FieldError| error.to_string();
    assert_eq!(
        said(gadget.int64(&["spec", "secret"]).unwrap_err()),
        ".spec.secret: expected a whole number, found a string",
    );
    assert_eq!(
        said(gadget.get(&["spec", "secret", "x", "y"]).unwrap_err()),
        ".spec.secret: expected an object, found a string",
    );
    assert_eq!(
        said(gadget.set(&["spec", "secret", "x"], 1).unwrap_err()),
        ".spec.secret: expected an object, found a string",
    );
    assert_eq!(
        said(gadget.string_map(&["spec"]).unwrap_err()),
        ".spec.replicas: expected a string, found a whole number",
    );
    gadget
        .set(&["spec", "list"], vec!["x".into(), Value::Null])
        .unwrap();
    assert_eq!(
        said(gadget.strings(&["spec", "list"]).unwrap_err()),
        ".spec.list[1]: expected a string, found null",
    );
    assert!(gadget.set(&[], 1).is_err());
    assert_eq!(gadget.remove(&[]), None);
}

#[test]
fn debug_says_which_object_it_is_and_not_what_is_in_it() {
    let mut gadget = read(GADGET).unwrap();
    let said = "Unstructured(example.com/v1 Gadget b/a)";
    assert_eq!(format!("{gadget:?}"), said);
    gadget.edit();
    assert_eq!(format!("{gadget:?}"), said);
    let list = UnstructuredList {
        items: vec![gadget].into(),
        ..Default::default()
    };
    assert!(!format!("{list:?}").contains("hunter2"));
}

#[test]
fn a_document_without_a_kind_is_refused_and_an_item_is_not() {
    let decoder = &mut Decoder::new();
    let error = Unstructured::decode(b"{}", Format::Json, decoder).unwrap_err();
    assert_eq!(
        (error.kind(), error.path()),
        (ErrorKind::InvalidValue, "kind".to_owned())
    );
    let item = Unstructured::decode_item(b"{}", Format::Json, decoder).unwrap();
    assert_eq!(item.kind(), "");
    let error = Unstructured::decode(b"k8s\0", Format::Protobuf, decoder).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn a_clone_does_not_see_edits() {
    let gadget = read(GADGET).unwrap();
    let mut edited = gadget.clone();
    edited.set_name("other");
    assert_eq!((gadget.name(), edited.name()), ("a", "other"));
    assert_ne!(gadget, edited);
    edited.set_name("a");
    assert_eq!(gadget, edited);
}

#[test]
fn metadata_are_set_and_removed() {
    let mut object = Unstructured::new(&pintle_meta::GroupVersion::core("v1").with_kind("Pod"));
    assert_eq!((object.kind(), object.api_version()), ("Pod", "v1"));
    let labels = Map::from([("app", Str::from("web"))]);
    let time = Time::from_unix(1_773_480_093);
    let owner = OwnerReference {
        api_version: "apps/v1".into(),
        kind: "ReplicaSet".into(),
        name: "web".into(),
        uid: "1".into(),
        controller: Some(true),
        ..OwnerReference::default()
    };
    let managed = ManagedFieldsEntry {
        manager: "m".into(),
        ..ManagedFieldsEntry::default()
    };
    object.set_name("a");
    object.set_generate_name("a-");
    object.set_namespace("b");
    object.set_uid("c");
    object.set_resource_version("7");
    object.set_generation(3);
    object.set_labels(&labels);
    object.set_annotations(&labels);
    object.set_creation_timestamp(Some(time));
    object.set_deletion_timestamp(Some(time));
    object.set_deletion_grace_period_seconds(Some(30));
    object.set_finalizers(["example.com/f"]);
    object.set_owner_references(std::slice::from_ref(&owner));
    object.set_managed_fields(Some(std::slice::from_ref(&managed)));
    let expected = ObjectMeta {
        name: "a".into(),
        generate_name: "a-".into(),
        namespace: "b".into(),
        uid: "c".into(),
        resource_version: "7".into(),
        generation: 3,
        creation_timestamp: time,
        deletion_timestamp: Some(time),
        deletion_grace_period_seconds: Some(30),
        labels: labels.clone(),
        annotations: labels,
        owner_references: vec![owner].into(),
        finalizers: vec!["example.com/f".into()].into(),
        managed_fields: vec![managed].into(),
        ..ObjectMeta::default()
    };
    assert_eq!(object.object_meta().unwrap(), expected);
    assert!(object.is_deleting());
    // The same from what is written.
    let mut written = Vec::new();
    object.encode(Format::Json, &mut written).unwrap();
    let again = read(std::str::from_utf8(&written).unwrap()).unwrap();
    assert_eq!(again.object_meta().unwrap(), expected);
    assert_eq!(PartialObjectMetadata::of(&again).unwrap(), expected.into());

    object.set_managed_fields(Some(&[]));
    assert_eq!(
        object.get(&["metadata", "managedFields"]),
        Ok(Some(Value::Array(Vec::new())))
    );
    object.set_name("");
    object.set_generate_name("");
    object.set_namespace("");
    object.set_uid("");
    object.set_resource_version("");
    object.set_generation(0);
    object.set_labels(&Map::new());
    object.set_annotations(&Map::new());
    object.set_creation_timestamp(None);
    object.set_deletion_timestamp(None);
    object.set_deletion_grace_period_seconds(None);
    object.set_finalizers([]);
    object.set_owner_references(&[]);
    object.set_managed_fields(None);
    assert_eq!(
        object.object(&["metadata"]),
        Ok(Some(pintle_codec::Object::new()))
    );
}

#[test]
fn metadata_that_are_no_object_are_replaced() {
    let mut object = read(r#"{"kind":"A","metadata":7}"#).unwrap();
    object.set_name("");
    assert_eq!(object.int64(&["metadata"]), Ok(Some(7)));
    object.set_name("a");
    assert_eq!(object.name(), "a");
    assert!(
        read(r#"{"kind":"A","metadata":7}"#)
            .unwrap()
            .object_meta()
            .unwrap()
            .name
            .is_empty()
    );
    let mut object = read(r#"{"kind":"A","metadata":{"name":7}}"#).unwrap();
    assert_eq!(object.object_meta().unwrap_err().path(), "metadata.name");
    object.edit();
    assert_eq!(object.object_meta().unwrap_err().path(), "metadata.name");
}

#[test]
fn a_typed_object_comes_and_goes() {
    let partial = PartialObjectMetadata::from(ObjectMeta {
        name: "a".into(),
        labels: Map::from([("app", Str::from("web"))]),
        ..ObjectMeta::default()
    });
    let mut object = Unstructured::of(&partial).unwrap();
    assert_eq!(object.kind(), "PartialObjectMetadata");
    assert_eq!(object.to::<PartialObjectMetadata>().unwrap(), partial);
    object.set(&["metadata", "labels", "app"], 7).unwrap();
    let error = object.to::<PartialObjectMetadata>().unwrap_err();
    assert_eq!(error.path(), "metadata.labels.app");
    let other = read(GADGET)
        .unwrap()
        .to::<PartialObjectMetadata>()
        .unwrap_err();
    assert_eq!(other.kind(), ErrorKind::TypeMismatch);
    assert!(other.detail().contains("Gadget"), "{other}");
}

#[test]
fn parts_are_left_out_and_the_object_says_so() {
    let mut decoder = Decoder::new().prune(Prune::managed_fields().and("spec.secret"));
    let gadget = Unstructured::decode(GADGET.as_bytes(), Format::Json, &mut decoder).unwrap();
    assert!(gadget.is_pruned());
    assert_eq!(gadget.get(&["metadata", "managedFields"]), Ok(None));
    assert_eq!(gadget.get(&["spec", "secret"]), Ok(None));
    assert_eq!(gadget.int64(&["spec", "replicas"]), Ok(Some(3)));
    assert!(gadget.object_meta().unwrap().pruned.is_set());
    let mut tree = gadget.clone();
    tree.set_name("other");
    assert!(tree.is_pruned());
    assert!(tree.object_meta().unwrap().pruned.is_set());
    let partial = Unstructured::of(&PartialObjectMetadata::from(gadget.object_meta().unwrap()));
    let partial = partial.unwrap();
    assert!(partial.is_pruned());
    assert!(
        partial
            .to::<PartialObjectMetadata>()
            .unwrap()
            .metadata
            .is_pruned()
    );
    let whole = read(GADGET).unwrap();
    assert!(!whole.is_pruned());
    assert!(!whole.object_meta().unwrap().pruned.is_set());
}

#[test]
fn cbor_is_read_and_written() {
    let gadget = read(GADGET).unwrap();
    let mut written = Vec::new();
    gadget.encode(Format::Cbor, &mut written).unwrap();
    assert!(written.starts_with(cbor::MAGIC));
    assert_eq!(
        cbor::parse(&written).unwrap(),
        json::parse(GADGET.as_bytes()).unwrap()
    );
    let again = Unstructured::decode(&written, Format::Cbor, &mut Decoder::new()).unwrap();
    assert_eq!(again, gadget);
    assert_eq!(again.key(), ObjectName::new("b", "a"));

    let list = UnstructuredList {
        type_meta: pintle_codec::TypeMeta {
            api_version: "example.com/v1".into(),
            kind: "GadgetList".into(),
        },
        items: vec![gadget].into(),
        ..UnstructuredList::default()
    };
    let mut written = Vec::new();
    list.encode(Format::Cbor, &mut written).unwrap();
    let again = UnstructuredList::decode(&written, Format::Cbor, &mut Decoder::new()).unwrap();
    assert_eq!(again, list);
}

#[test]
fn a_list_is_an_object_too() {
    let document = r#"{"kind":"AList","apiVersion":"v1","items":[{"a":1}]}"#;
    let object = read(document).unwrap();
    let list = UnstructuredList::from_object(&object).unwrap();
    assert_eq!(list.items[0].kind(), "A");
    let error = UnstructuredList::from_object(&read(GADGET).unwrap()).unwrap_err();
    assert_eq!(error.path(), "items");
}
