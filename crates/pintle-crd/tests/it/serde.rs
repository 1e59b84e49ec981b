//! What serde reads and writes is what the codec for JSON does, which Kubernetes' own documents
//! prove.

use pintle_api::core::v1::{ConfigMap, EnvVar, Pod, PodList};
use pintle_api::scheme;
use pintle_codec::json::{self, Reader};
use pintle_codec::serde::{deserialize, serialize};
use pintle_codec::{FieldFlags, Message, SlotMut, SlotRef, equal};
use pintle_meta::v1::{Condition, ObjectMeta};
use pintle_meta::{Duration, FieldsV1, IntOrString, Quantity, Time};

#[test]
fn every_kind_is_written_as_the_codec_writes_it() {
    let mut numbers = Numbers(1);
    for registered in scheme::kinds() {
        for _ in 0..20 {
            let mut object = registered.empty();
            fill(object.message_mut(), &mut numbers, 0);
            let message = object.message();

            let mut native = Vec::new();
            json::encode_object(message, &message.table().type_meta(), &mut native);
            let mut written = Vec::new();
            let mut serializer = serde_json::Serializer::new(&mut written);
            serialize(SlotRef::Message(message), &mut serializer).unwrap();
            let (native, written) = (text(native), text(written));
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&written).unwrap(),
                serde_json::from_str::<serde_json::Value>(&native).unwrap(),
                "{registered:?}"
            );

            let mut from_native = registered.empty();
            json::decode(native.as_bytes(), from_native.message_mut()).unwrap();
            let mut from_serde = registered.empty();
            let mut deserializer = serde_json::Deserializer::from_str(&native);
            let slot = SlotMut::Message(from_serde.message_mut());
            deserialize(slot, &mut deserializer).unwrap();
            assert!(
                equal(from_native.message(), from_serde.message()),
                "{registered:?}: {native}"
            );
        }
    }
}

#[test]
fn the_order_of_fields_is_gos() {
    let document = r#"{"metadata":{"name":"n","labels":{"a":"1","b":"2"}},"data":{"k":"v"}}"#;
    let config_map: ConfigMap = serde_json::from_str(document).unwrap();
    assert_eq!(
        serde_json::to_string(&config_map).unwrap(),
        r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"n","labels":{"a":"1","b":"2"}},"data":{"k":"v"}}"#
    );
}

#[test]
fn a_document_of_another_kind_is_refused() {
    let refused = |document| {
        serde_json::from_str::<Pod>(document)
            .unwrap_err()
            .to_string()
    };
    let error = refused(r#"{"kind":"Service","apiVersion":"v1","spec":{}}"#);
    assert!(
        error.starts_with("expected an object of Pod, found one of Service"),
        "{error}"
    );
    let error = refused(r#"{"kind":"Pod","apiVersion":"v2"}"#);
    assert!(
        error.starts_with("expected an object of v1, found one of v2"),
        "{error}"
    );
    assert!(serde_json::from_str::<Pod>(r#"{"spec":{}}"#).is_ok());
}

#[test]
fn a_list_says_what_it_is_and_so_do_its_objects() {
    let list: PodList = serde_json::from_str(
        r#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a"}}]}"#,
    )
    .unwrap();
    assert_eq!(list.metadata.resource_version, "7");
    assert_eq!(list.items[0].metadata.name, "a");
    assert_eq!(
        serde_json::to_value(&list).unwrap()["items"][0]["kind"],
        "Pod"
    );
    assert!(serde_json::from_str::<PodList>(r#"{"kind":"Pod","items":[]}"#).is_err());
}

#[test]
fn a_null_is_the_zero_value_and_a_missing_value_is_none() {
    #[derive(serde::Deserialize, serde::Serialize)]
    struct Spec {
        env: pintle_codec::List<EnvVar>,
        since: Time,
        condition: Condition,
    }
    let spec: Spec = serde_json::from_str(
        r#"{"env":null,"since":null,"condition":{"type":"Ready","lastTransitionTime":null}}"#,
    )
    .unwrap();
    assert!(spec.env.is_empty() && spec.since.is_zero());
    // Go writes the zero time as null.
    let written = serde_json::to_value(&spec).unwrap();
    assert_eq!(written["since"], serde_json::Value::Null);
    let error = serde_json::from_str::<Spec>(r#"{"env":[],"since":null}"#).err();
    assert_eq!(
        error.unwrap().to_string(),
        "missing field `condition` at line 1 column 23"
    );
}

#[test]
fn values_have_their_own_spelling() {
    fn round_trip<T: serde::Serialize + serde::de::DeserializeOwned>(document: &str) -> String {
        let value: T = serde_json::from_str(document).unwrap();
        serde_json::to_string(&value).unwrap()
    }
    assert_eq!(round_trip::<Quantity>("1.5"), r#""1500m""#);
    assert_eq!(round_trip::<Quantity>(r#""0.5Gi""#), r#""512Mi""#);
    assert_eq!(round_trip::<IntOrString>("80"), "80");
    assert_eq!(round_trip::<IntOrString>(r#""25%""#), r#""25%""#);
    assert_eq!(round_trip::<Duration>(r#""90s""#), r#""1m30s""#);
    assert_eq!(
        round_trip::<FieldsV1>(r#"{"f:z":{},"f:a":{".":{}}}"#),
        r#"{"f:z":{},"f:a":{".":{}}}"#
    );
    assert_eq!(
        round_trip::<pintle_codec::ByteString>(r#""AAEC""#),
        r#""AAEC""#
    );
    let error = serde_json::from_str::<Quantity>(r#""much""#).unwrap_err();
    assert!(error.to_string().contains("much"), "{error}");
}

/// As a crate of the program may ask serde_json for by its feature `arbitrary_precision`.
#[test]
fn numbers_of_arbitrary_precision_are_read() {
    let number = serde_json::json!({"$serde_json::private::Number": "42"});
    assert_eq!(
        serde_json::from_value::<IntOrString>(number).unwrap(),
        IntOrString::Int(42)
    );
}

#[test]
fn text_that_is_not_base64_is_not_repeated() {
    let error = serde_json::from_str::<pintle_codec::ByteString>(r#""s3cret!""#).unwrap_err();
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[test]
fn values_that_nest_too_deeply_are_refused() {
    let mut value = serde_json::Value::Null;
    for _ in 0..600 {
        value = serde_json::Value::Array(vec![value]);
    }
    assert!(serde_json::from_value::<pintle_codec::Value>(value).is_err());
}

#[test]
fn metadata_can_be_flattened() {
    #[derive(serde::Deserialize, serde::Serialize)]
    struct Named {
        #[serde(flatten)]
        metadata: ObjectMeta,
        extra: i32,
    }
    let named: Named = serde_json::from_str(r#"{"extra":1,"name":"n","generation":3}"#).unwrap();
    assert_eq!((&*named.metadata.name, named.metadata.generation), ("n", 3));
    assert_eq!(
        serde_json::to_string(&named).unwrap(),
        r#"{"name":"n","generation":3,"extra":1}"#
    );
}

/// Fills some fields with values that differ.
fn fill(message: &mut dyn Message, numbers: &mut Numbers, depth: u32) {
    for (index, field) in message.table().fields().iter().enumerate() {
        let skipped = numbers.below(2 + depth / 2) > 0;
        if !skipped && !field.flags().has(FieldFlags::NOTE) {
            fill_slot(message.slot(index), numbers, depth);
        }
    }
}

fn fill_slot(slot: SlotMut<'_>, numbers: &mut Numbers, depth: u32) {
    match slot {
        SlotMut::Str(text) => *text = format!("text <{}>", numbers.below(1000)).into(),
        SlotMut::Bool(truth) => *truth = numbers.below(2) > 0,
        SlotMut::I32(number) => *number = numbers.below(u32::MAX) as i32,
        SlotMut::I64(number) => *number = i64::from(numbers.below(u32::MAX)) << numbers.below(32),
        SlotMut::F64(number) => *number = f64::from(numbers.below(100)) / 4.0,
        SlotMut::Bytes(bytes) => *bytes = vec![numbers.below(256) as u8; 5].into(),
        SlotMut::Scalar(scalar) => {
            let spellings = [
                r#""2024-02-29T12:00:00.123456Z""#,
                r#""1m30s""#,
                r#""1536Mi""#,
                r#"{"b":[1,null,"x",true],"a":{"c":-2.5}}"#,
            ];
            let read = |text: &&str| scalar.decode_json(&mut Reader::over(text)).is_ok();
            assert!(spellings.iter().any(read));
        }
        SlotMut::Message(message) if depth < 12 => fill(message, numbers, depth + 1),
        SlotMut::Message(_) => {}
        SlotMut::List(list) => {
            for _ in 0..numbers.below(3) {
                fill_slot(list.push(), numbers, depth + 1);
            }
        }
        SlotMut::Map(map) => {
            for _ in 0..numbers.below(3) {
                let key = format!("key-{}", numbers.below(100));
                fill_slot(map.push(key.into()), numbers, depth + 1);
            }
            map.settle();
        }
    }
}

/// The same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.0 >> 33) % u64::from(bound)) as u32
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}
