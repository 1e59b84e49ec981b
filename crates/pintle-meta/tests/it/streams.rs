//! Lists and watches that arrive in pieces, decoded item by item and event by event: the bytes are
//! those that Kubernetes' own servers write.

use std::error::Error as _;

use pintle_codec::{Decoder, Error, ErrorKind, Format, Frames, Prune, Value};
use pintle_meta::v1::{ListMeta, ObjectMeta, PartialObjectMetadata, PartialObjectMetadataList};
use pintle_meta::{
    Body, Lazy, ListDecoder, Metadata, ObjectList, ObjectName, Resource, UndecodableObject,
    Unstructured, UnstructuredList, WatchEvent,
};
use proptest::prelude::*;

use crate::gadget::{Gadget, GadgetList, gadget};
use crate::oracle::{Row, each, same};

const FORMATS: [Format; 3] = [Format::Json, Format::Protobuf, Format::Cbor];

fn format(row: &Row) -> Format {
    let name = row.text(0);
    FORMATS
        .into_iter()
        .find(|format| format.to_string() == name)
        .unwrap()
}

/// That metadata are what Go recorded of them.
fn same_metadata(metadata: &ObjectMeta, go: &Value) -> Result<(), String> {
    let go = Row::of(go);
    same("name", &*metadata.name, go.text(0))?;
    same("namespace", &*metadata.namespace, go.text(1))?;
    same("uid", &*metadata.uid, go.text(2))?;
    same("resource version", &*metadata.resource_version, go.text(3))?;
    same("generation", metadata.generation, go.int(4))?;
    for (map, at) in [(&metadata.labels, 5), (&metadata.annotations, 6)] {
        let texts = map.iter().map(|(key, text)| (key, text.clone().into()));
        same(
            "map",
            Value::Object(texts.collect()),
            go.get(at).unwrap().clone(),
        )?;
    }
    Ok(())
}

/// The items of a list that arrives in chunks of this size, and what it says of itself.
fn decode_list<K: Body>(
    mut list: ListDecoder<K>,
    document: &[u8],
    chunk: usize,
) -> Result<(Vec<Result<K, UndecodableObject>>, ListMeta), Error> {
    let mut items = Vec::new();
    for chunk in document.chunks(chunk) {
        list.push(chunk);
        while let Some(item) = list.next_item()? {
            items.push(item);
        }
    }
    Ok((items, list.finish()?))
}

#[test]
fn lists_are_read_as_go_wrote_them() {
    each(include_str!("oracle/lists.jsonl"), 30, |row| {
        let (format, document) = (format(row), row.bytes(1));
        let go_items = row.get(5).unwrap().as_array().unwrap();
        for chunk in [1, 7, 100, document.len()] {
            let list = ListDecoder::of_any_kind(format, Decoder::new());
            let (items, metadata) = decode_list(list, &document, chunk)
                .map_err(|error| format!("chunks of {chunk}: {error}"))?;
            same("resource version", &*metadata.resource_version, row.text(2))?;
            same("continue", &*metadata.continue_, row.text(3))?;
            let remaining = row.get(4).and_then(Value::as_int);
            same("remaining", metadata.remaining_item_count, remaining)?;
            same("items", items.len(), go_items.len())?;
            for (item, go) in items.into_iter().zip(go_items) {
                let item: PartialObjectMetadata = item.map_err(|error| error.to_string())?;
                same_metadata(&item.metadata, go)?;
            }
        }
        // As a whole too.
        let whole = PartialObjectMetadataList::decode(&document, format, &mut Decoder::new());
        same("whole", whole.unwrap().items.len(), go_items.len())
    });
}

// claims: rest.watch.json, rest.watch.protobuf, rest.watch.cbor
#[test]
fn watches_are_read_as_go_wrote_them() {
    each(include_str!("oracle/watches.jsonl"), 30, |row| {
        let (format, stream) = (format(row), row.bytes(1));
        let go_events = row.get(2).unwrap().as_array().unwrap();
        for chunk in [1, 7, 100, 10_000] {
            let mut frames = Frames::new(format);
            let mut decoder = Decoder::new();
            let mut go_events = go_events.iter().map(Row::of);
            for chunk in stream.chunks(chunk) {
                frames.push(chunk);
                while let Some(frame) = frames.next_frame().unwrap() {
                    let event = WatchEvent::decode(frame, format, &mut decoder)
                        .map_err(|error| format!("{error}: {:?}", error.error()))?;
                    same_event(&event, &go_events.next().ok_or("one event too many")?)?;
                    same_lazily(frame, format, &event)?;
                }
            }
            same("whole", frames.is_between_frames(), true)?;
            same("events left", go_events.count(), 0)?;
        }
        Ok(())
    });
}

fn same_event(event: &WatchEvent<PartialObjectMetadata>, go: &Row) -> Result<(), String> {
    same("type", event.type_name(), go.text(0))?;
    let expected = go.get(1).unwrap();
    match event {
        WatchEvent::Added(object) | WatchEvent::Modified(object) | WatchEvent::Deleted(object) => {
            same_metadata(&object.metadata, expected)
        }
        WatchEvent::Bookmark(bookmark) => {
            let expected = Row::of(expected);
            same(
                "version",
                bookmark.resource_version.as_str(),
                expected.text(0),
            )?;
            same("end", bookmark.initial_events_end, expected.bool(1))
        }
        WatchEvent::Error(status) => {
            let expected = Row::of(expected);
            same("code", i64::from(status.code), expected.int(0))?;
            same("reason", status.reason.as_str(), expected.text(1))?;
            same("message", &*status.message, expected.text(2))
        }
    }
}

/// That the event says the same when its object is kept as bytes, some of them cut out.
fn same_lazily(
    frame: &[u8],
    format: Format,
    event: &WatchEvent<PartialObjectMetadata>,
) -> Result<(), String> {
    let mut decoder = Decoder::new().prune(Prune::managed_fields());
    let lazy = WatchEvent::<Lazy<PartialObjectMetadata>>::decode(frame, format, &mut decoder);
    let lazy = lazy.map_err(|error| format!("{error}: {:?}", error.error()))?;
    same("type", lazy.type_name(), event.type_name())?;
    let (Some(lazy), Some(object)) = (lazy.object(), event.object()) else {
        return Ok(());
    };
    same("name", lazy.name(), &*object.metadata.name)?;
    for (key, value) in object.metadata.labels.iter() {
        same("label", lazy.label(key), Some(&**value))?;
    }
    for (key, value) in object.metadata.annotations.iter() {
        same("annotation", lazy.annotation(key), Some(&**value))?;
    }
    let mut rest = object.clone();
    same(
        "pruned",
        lazy.is_pruned(),
        !rest.metadata.managed_fields.is_empty(),
    )?;
    rest.metadata.managed_fields.clear();
    same("object", (*lazy.get().unwrap()).clone(), rest)
}

fn document(body: &impl Body, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    body.encode(format, &mut bytes).unwrap();
    bytes
}

fn gadgets(names: &[&str]) -> GadgetList {
    let mut list = GadgetList::default();
    list.metadata.resource_version = "7".into();
    list.items = names.iter().map(|name| gadget(name)).collect();
    list
}

#[test]
fn a_streamed_list_is_what_a_whole_one_is() {
    fn compare<K: Resource + std::fmt::Debug>(equal: impl Fn(&K, &K)) {
        let list = gadgets(&["a", "b", "c"]);
        for format in FORMATS {
            let document = document(&list, format);
            let prune = || Decoder::new().prune(Prune::managed_fields());
            let whole = ObjectList::<K>::decode(&document, format, &mut prune()).unwrap();
            let streamed = ListDecoder::<K>::new(format, prune());
            let (items, metadata) = decode_list(streamed, &document, 64).unwrap();
            assert_eq!(metadata, whole.metadata);
            assert_eq!(items.len(), 3);
            for (item, whole) in items.into_iter().zip(&whole.items) {
                let item = item.unwrap();
                assert!(item.metadata().is_pruned());
                equal(&item, whole);
            }
        }
    }
    compare::<Gadget>(|one, other| assert_eq!(one, other));
    compare::<Lazy<Gadget>>(|one, other| assert_eq!(*one.get().unwrap(), *other.get().unwrap()));
}

#[test]
fn an_item_that_cannot_be_decoded_costs_itself_alone() {
    let json = br#"{"kind":"GadgetList","apiVersion":"example.com/v1","items":[
        {"metadata":{"name":"a"}},
        {"metadata":{"name":"b","namespace":"c"},"spec":{"replicas":"many"}},
        {"metadata":{"name":7}},
        {"spec":tru},
        "x",
        {"metadata":{"name":"d"}}
    ]}"#;
    let list = ListDecoder::<Gadget>::new(Format::Json, Decoder::new());
    let (items, _) = decode_list(list, json, 10).unwrap();
    let said: Vec<_> = items
        .iter()
        .map(|item| match item {
            Ok(gadget) => gadget.metadata.name.to_string(),
            Err(error) => error.to_string(),
        })
        .collect();
    assert_eq!(
        said,
        [
            "a",
            "item 1, c/b, cannot be decoded",
            "item 2 cannot be decoded",
            "item 3 cannot be decoded",
            "item 4 cannot be decoded",
            "d",
        ],
    );
    let error = items[1].as_ref().unwrap_err();
    assert_eq!(
        (error.index(), error.name()),
        (Some(1), Some(&ObjectName::new("c", "b")))
    );
    assert_eq!(error.error().path(), "spec.replicas");
    let many = json
        .windows(6)
        .position(|text| text == b"\"many\"")
        .unwrap();
    assert_eq!(error.error().offset(), many);
    assert!(
        error
            .source()
            .unwrap()
            .to_string()
            .contains("spec.replicas")
    );

    // A list with an item in the middle whose number of replicas ends early.
    let protobuf = b"k8s\0\x12\x19\x12\x05\x0a\x03\x0a\x01a\x12\x09\x0a\x03\x0a\x01b\x12\x02\x08\x80\x12\x05\x0a\x03\x0a\x01c";
    let list = ListDecoder::<Gadget>::new(Format::Protobuf, Decoder::new());
    let (items, _) = decode_list(list, protobuf, 3).unwrap();
    assert_eq!(items[0].as_ref().unwrap().metadata.name, "a");
    let error = items[1].as_ref().unwrap_err();
    assert_eq!(error.to_string(), "item 1, b, cannot be decoded");
    assert_eq!(error.error().offset(), 23);
    assert_eq!(items[2].as_ref().unwrap().metadata.name, "c");
}

#[test]
fn a_list_of_another_kind_is_refused() {
    let partial = PartialObjectMetadataList {
        items: vec![PartialObjectMetadata::default()].into(),
        ..PartialObjectMetadataList::default()
    };
    let empty = PartialObjectMetadataList::default();
    for format in FORMATS {
        for list in [&partial, &empty] {
            let decoder = ListDecoder::<Gadget>::new(format, Decoder::new());
            let error = decode_list(decoder, &document(list, format), 10).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{format}");
            assert!(
                error.detail().contains("PartialObjectMetadataList"),
                "{error}"
            );
        }
    }
}

#[test]
fn a_list_that_is_cut_short_is_an_error() {
    for format in FORMATS {
        let document = document(&gadgets(&["a", "b"]), format);
        let decoder = ListDecoder::<Gadget>::new(format, Decoder::new());
        let error = decode_list(decoder, &document[..document.len() - 10], 50).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEnd, "{format}: {error}");
    }
}

#[test]
fn a_long_item_is_refused() {
    for format in FORMATS {
        let document = document(&gadgets(&["a"]), format);
        let decoder = ListDecoder::<Gadget>::new(format, Decoder::new()).item_limit(100);
        let error = decode_list(decoder, &document, 50).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{format}");
    }
}

/// Where a list says what it is before its items, items take it from there, as they do in Go.
#[test]
fn unstructured_items_take_their_kind_from_the_list() {
    let json =
        br#"{"kind":"GadgetList","apiVersion":"example.com/v1","items":[{"a":1},{"kind":"B"}]}"#;
    let list = ListDecoder::<Unstructured>::of_any_kind(Format::Json, Decoder::new());
    let (items, _) = decode_list(list, json, 10).unwrap();
    let kinds: Vec<_> = items
        .iter()
        .map(|item| item.as_ref().unwrap().kind())
        .collect();
    assert_eq!(kinds, ["Gadget", "B"]);
    let whole = UnstructuredList::decode(json, Format::Json, &mut Decoder::new()).unwrap();
    assert!(items.into_iter().map(Result::unwrap).eq(whole.items));

    // In the order in which Go writes the list of a custom resource, whose items say it themselves.
    let json = br#"{"apiVersion":"example.com/v1","items":[{"apiVersion":"example.com/v1","kind":"Gadget"},{}],"kind":"GadgetList"}"#;
    let list = ListDecoder::<Unstructured>::of_any_kind(Format::Json, Decoder::new());
    let (items, _) = decode_list(list, json, 10).unwrap();
    let kinds: Vec<_> = items
        .iter()
        .map(|item| item.as_ref().unwrap().kind())
        .collect();
    assert_eq!(kinds, ["Gadget", ""]);
}

#[test]
fn an_event_that_cannot_be_read_names_its_object() {
    let decode = |frame: &[u8], format| {
        WatchEvent::<Gadget>::decode(frame, format, &mut Decoder::new()).unwrap_err()
    };
    let json = br#"{"type":"ADDED","object":{"metadata":{"name":"a","namespace":"b"},"spec":7}}"#;
    let error = decode(json, Format::Json);
    assert_eq!(error.to_string(), "object b/a cannot be decoded");
    assert_eq!(error.error().path(), "object.spec");
    assert_eq!(error.error().offset(), json.len() - 3);

    let object = b"k8s\0\x12\x09\x0a\x03\x0a\x01a\x12\x02\x08\x80";
    let mut protobuf = b"\x0a\x05ADDED\x12\x11\x0a\x0f".to_vec();
    protobuf.extend(object);
    let error = decode(&protobuf, Format::Protobuf);
    assert_eq!(error.to_string(), "object a cannot be decoded");
    assert_eq!(error.error().offset(), protobuf.len() - 1);

    let cbor = b"\xa2\x44type\x45ADDED\x46object\xa2\x48metadata\xa1\x44name\x41a\x44spec\x07";
    let error = decode(cbor, Format::Cbor);
    assert_eq!(error.to_string(), "object a cannot be decoded");

    for (frame, format) in [
        (&b"{}"[..], Format::Json),
        (br#"{"type":"RENAMED","object":{}}"#, Format::Json),
        (br#"{"type":"ADDED"}"#, Format::Json),
        (b"", Format::Protobuf),
        (b"\x0a\x05ADDED", Format::Protobuf),
        (b"\x0a\x05ADDED\x12\x00", Format::Protobuf),
        (b"\x0a\x05ADDED\x12\x04\x0a\x02{}", Format::Protobuf),
        (b"\xa1\x44type\x45ADDED", Format::Cbor),
        (b"\xa0", Format::Cbor),
        (b"\x80", Format::Cbor),
    ] {
        let error = decode(frame, format);
        assert_eq!(
            error.to_string(),
            "an object cannot be decoded",
            "{frame:x?}"
        );
    }
}

proptest! {
    #[test]
    fn no_frame_makes_anything_panic(
        frame in prop::collection::vec(any::<u8>(), 0..80),
        list in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        for format in FORMATS {
            let _ = WatchEvent::<Gadget>::decode(&frame, format, &mut Decoder::new());
            let decoder = ListDecoder::<Lazy<Gadget>>::new(format, Decoder::new());
            let _ = decode_list(decoder, &list, 7);
        }
    }
}
