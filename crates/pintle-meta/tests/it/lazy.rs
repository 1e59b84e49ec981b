//! Objects that are decoded when somebody looks beyond their metadata.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use pintle_codec::{Decoder, Error, ErrorKind, Format, Prune, cbor};
use pintle_meta::v1::{ObjectMeta, PartialObjectMetadata};
use pintle_meta::{
    Body, Kind, Lazy, Metadata, Object, ObjectList, ObjectName, Time, Unstructured, WatchEvent,
};
use proptest::prelude::*;

use crate::gadget::{Gadget, GadgetList, gadget};

const FORMATS: [Format; 3] = [Format::Json, Format::Protobuf, Format::Cbor];

fn item(object: &impl Body, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    object.encode_item(format, &mut bytes).unwrap();
    bytes
}

fn document(object: &impl Body, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    object.encode(format, &mut bytes).unwrap();
    bytes
}

fn keep<T: Kind + Object>(bytes: &[u8], format: Format) -> Result<Lazy<T>, Error> {
    Lazy::decode_item(bytes, format, &mut Decoder::new())
}

/// That two answer alike what is asked of metadata.
fn assert_same_metadata(one: &impl Metadata, other: &impl Metadata) {
    assert_eq!(one.name(), other.name());
    assert_eq!(one.namespace(), other.namespace());
    assert_eq!(one.uid(), other.uid());
    assert_eq!(one.resource_version(), other.resource_version());
    assert_eq!(one.generation(), other.generation());
    assert_eq!(one.is_deleting(), other.is_deleting());
    assert_eq!(one.is_pruned(), other.is_pruned());
    for key in ["app", "tier", "note", "x", "none", ""] {
        assert_eq!(one.label(key), other.label(key), "{key}");
        assert_eq!(one.annotation(key), other.annotation(key), "{key}");
    }
}

#[test]
fn metadata_are_answered_from_the_bytes() {
    let mut deleting = gadget("b");
    deleting.metadata.deletion_timestamp = Some(Time::from_unix(7));
    // Texts that JSON has to escape.
    let mut odd = gadget("a\"b\\c\n");
    odd.metadata.namespace = "\t".into();
    odd.metadata.uid = "\u{1f600}".into();
    odd.metadata.resource_version = "<7>".into();
    odd.metadata.labels.insert("app", "\"".into());
    // What does not fit in front of an object: its name, and a version behind a name that does.
    let long = gadget(&"long".repeat(20));
    let mut versioned = gadget(&"a".repeat(50));
    versioned.metadata.resource_version = "1234567890".into();
    let plain = [gadget("a"), Gadget::default()];
    for object in plain.into_iter().chain([deleting, odd, long, versioned]) {
        for format in FORMATS {
            let lazy = keep::<Gadget>(&item(&object, format), format).unwrap();
            assert_same_metadata(&lazy, &object.metadata);
            assert_eq!(lazy.key(), ObjectName::of(&object.metadata), "{format}");
            assert_eq!(lazy.object_meta().unwrap(), object.metadata, "{format}");
            assert_eq!(*lazy.get().unwrap(), object, "{format}");
            let partial = PartialObjectMetadata::of(&lazy).unwrap();
            assert_eq!(partial.metadata, object.metadata);
        }
        let decoded = Lazy::from(object.clone());
        assert_same_metadata(&decoded, &object.metadata);
        assert_eq!(decoded.object_meta().unwrap(), object.metadata);
        assert_eq!(*decoded.get().unwrap(), object);
    }
}

#[test]
fn the_bytes_are_kept_exactly() {
    for format in FORMATS {
        let bytes = item(&gadget("a"), format);
        let mut buffer = bytes.clone();
        buffer.reserve(10_000);
        let lazy = keep::<Gadget>(&buffer, format).unwrap();
        assert_eq!(lazy.as_bytes(), Some((&bytes[..], format)));
    }
    assert_eq!(Lazy::from(gadget("a")).as_bytes(), None);
}

#[test]
fn a_whole_document_is_kept_without_what_is_around_it() {
    let object = gadget("a");
    for format in FORMATS {
        let bytes = document(&object, format);
        let lazy = Lazy::<Gadget>::decode(&bytes, format, &mut Decoder::new()).unwrap();
        assert_eq!(*lazy.get().unwrap(), object);
        // And comes back as it was.
        assert_eq!(document(&lazy, format), bytes, "{format}");
        for other in FORMATS {
            assert_eq!(
                document(&lazy, other),
                document(&object, other),
                "{format} to {other}"
            );
            let decoded = Lazy::from(object.clone());
            assert_eq!(document(&decoded, other), document(&object, other));
            assert_eq!(item(&decoded, other), item(&object, other));
        }
    }
    // An item does not say of what kind it is, a document of it does.
    for format in FORMATS {
        let lazy = keep::<Gadget>(&item(&object, format), format).unwrap();
        assert_eq!(
            document(&lazy, format),
            document(&object, format),
            "{format}"
        );
        assert_eq!(item(&lazy, format), item(&object, format), "{format}");
    }
}

#[test]
fn another_kind_is_refused() {
    let partial = PartialObjectMetadata::from(gadget("a").metadata);
    for format in FORMATS {
        let bytes = document(&partial, format);
        let error = Lazy::<Gadget>::decode(&bytes, format, &mut Decoder::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TypeMismatch);
        assert!(error.detail().contains("PartialObjectMetadata"), "{error}");
    }
}

#[test]
fn what_is_left_out_is_cut_out_of_the_bytes() {
    let prune = Prune::managed_fields()
        .and("spec.parts.name")
        .and("spec.secret");
    let object = gadget("a");
    for format in FORMATS {
        let bytes = item(&object, format);
        let mut decoder = Decoder::new().prune(prune.clone());
        let typed = Gadget::decode_item(&bytes, format, &mut decoder).unwrap();
        let lazy = Lazy::<Gadget>::decode_item(&bytes, format, &mut decoder).unwrap();
        let (rest, _) = lazy.as_bytes().unwrap();
        assert_eq!(rest, item(&typed, format), "{format}");
        assert_same_metadata(&lazy, &typed.metadata);
        assert!(lazy.is_pruned());
        assert_eq!(lazy.object_meta().unwrap(), typed.metadata);
        assert!(lazy.object_meta().unwrap().is_pruned());
        assert_eq!(*lazy.get().unwrap(), typed);
        assert!(lazy.get().unwrap().metadata.is_pruned());
        // What has nothing of it is whole.
        let bytes = item(&Gadget::default(), format);
        let lazy = Lazy::<Gadget>::decode_item(&bytes, format, &mut decoder).unwrap();
        assert!(!lazy.is_pruned());
        assert!(!lazy.get().unwrap().metadata.is_pruned());
    }
}

#[test]
fn debug_says_which_object_it_is_and_not_what_is_in_it() {
    let lazy = keep::<Gadget>(&item(&gadget("a"), Format::Protobuf), Format::Protobuf).unwrap();
    let said = format!("{lazy:?}");
    assert!(said.starts_with("Lazy(Gadget default/a, "), "{said}");
    assert!(said.ends_with(" bytes of protobuf)"), "{said}");
    let decoded = Lazy::from(gadget("a"));
    assert_eq!(format!("{decoded:?}"), "Lazy(Gadget default/a, decoded)");
}

#[test]
fn an_object_without_its_type_is_the_same_object() {
    let bytes = item(&gadget("a"), Format::Protobuf);
    let lazy = keep::<Gadget>(&bytes, Format::Protobuf).unwrap();
    let any = lazy.clone().erase();
    assert_same_metadata(&any, &gadget("a").metadata);
    assert_eq!((any.key(), any.size()), (lazy.key(), bytes.len()));
    assert!(any.downcast::<Gadget>().unwrap().is(&lazy));
    assert!(any.downcast::<PartialObjectMetadata>().is_none());
    let said = format!("{any:?}");
    assert!(said.starts_with("AnyObject(Gadget default/a, "), "{said}");
}

#[test]
fn what_is_decoded_for_good_is_not_decoded_again() {
    let bytes = item(&gadget("a"), Format::Json);
    let lazy = keep::<Gadget>(&bytes, Format::Json).unwrap();
    let decoded = lazy.into_decoded(&mut Decoder::new()).unwrap();
    assert!(decoded.as_bytes().is_none());
    assert_eq!(decoded.size(), bytes.len());
    let first = decoded.get().unwrap();
    assert!(
        decoded
            .into_decoded(&mut Decoder::new())
            .unwrap()
            .get()
            .unwrap()
            .is(&first)
    );
}

#[test]
fn objects_that_one_decoder_decodes_share_what_they_repeat() {
    for format in FORMATS {
        let mut decoder = Decoder::new();
        let mut name_of = |name| {
            let mut object = gadget(name);
            object.metadata.generate_name = "a-name-that-is-too-long-to-be-in-place".into();
            let lazy = keep::<Gadget>(&item(&object, format), format).unwrap();
            let decoded = lazy.into_decoded(&mut decoder).unwrap().get().unwrap();
            decoded.metadata.generate_name.clone()
        };
        // Sharing starts with the second object.
        name_of("a");
        let (one, other) = (name_of("b"), name_of("c"));
        assert_eq!(one.as_ptr(), other.as_ptr(), "{format}");
    }
}

#[test]
fn a_decoder_that_has_read_the_rest_of_an_object_reads_whole_ones() {
    let bytes = item(&gadget("a"), Format::Protobuf);
    let mut pruning = Decoder::new().prune(Prune::managed_fields());
    let rest = Lazy::<Gadget>::decode_item(&bytes, Format::Protobuf, &mut pruning).unwrap();
    let whole = keep::<Gadget>(&bytes, Format::Protobuf).unwrap();
    let mut decoder = Decoder::new();
    assert!(rest.is_pruned() && !whole.is_pruned());
    assert!(rest.into_decoded(&mut decoder).unwrap().is_pruned());
    assert!(!whole.into_decoded(&mut decoder).unwrap().is_pruned());
}

/// An object of a type that `message!` does not describe, which counts how often it is decoded.
#[derive(Clone, Debug)]
struct Counted(PartialObjectMetadata);

static DECODED: AtomicUsize = AtomicUsize::new(0);

impl Body for Counted {
    const FORMATS: &'static [Format] = &[Format::Protobuf];

    fn decode(document: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        PartialObjectMetadata::decode(document, format, decoder).map(Self)
    }

    fn decode_item(item: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        DECODED.fetch_add(1, Ordering::Relaxed);
        PartialObjectMetadata::decode_item(item, format, decoder).map(Self)
    }

    fn encode(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        self.0.encode(format, out)
    }

    fn encode_item(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        self.0.encode_item(format, out)
    }
}

impl Kind for Counted {
    const GROUP: &'static str = PartialObjectMetadata::GROUP;
    const VERSION: &'static str = PartialObjectMetadata::VERSION;
    const KIND: &'static str = PartialObjectMetadata::KIND;
}

impl Object for Counted {
    type Metadata = ObjectMeta;

    fn metadata(&self) -> &ObjectMeta {
        &self.0.metadata
    }
}

#[test]
fn an_object_is_decoded_once_while_somebody_holds_it() {
    let bytes = item(
        &PartialObjectMetadata::from(gadget("a").metadata),
        Format::Protobuf,
    );
    let mut decoder = Decoder::new().prune(Prune::managed_fields());
    let lazy = Lazy::<Counted>::decode_item(&bytes, Format::Protobuf, &mut decoder).unwrap();
    let decoded = || DECODED.load(Ordering::Relaxed);
    assert_eq!((lazy.name(), lazy.label("app")), ("a", Some("web")));
    // Metadata of what is not described are cut nevertheless.
    assert!(lazy.is_pruned());
    assert_eq!(decoded(), 0);

    let held = lazy.get().unwrap();
    assert!(held.is(&lazy.clone().get().unwrap()));
    assert_eq!(decoded(), 1);
    assert!(held.0.metadata.is_pruned());
    drop(held);
    let held = lazy.get().unwrap();
    assert_eq!(decoded(), 2);
    // Whoever wants to own it does not take it from others.
    let mut own = held.clone().into_inner();
    own.0.metadata.name = "b".into();
    assert_eq!(held.0.metadata.name, "a");

    let error = Lazy::<Counted>::decode_item(b"{}", Format::Json, &mut decoder).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn all_who_ask_at_the_same_time_get_the_same_object() {
    let lazy = keep::<Gadget>(&item(&gadget("a"), Format::Json), Format::Json).unwrap();
    const READERS: usize = 8;
    for _ in 0..50 {
        let barrier = Barrier::new(READERS);
        let held: Vec<_> = std::thread::scope(|scope| {
            let ask = || {
                barrier.wait();
                lazy.get().unwrap()
            };
            let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(ask)).collect();
            readers
                .into_iter()
                .map(|reader| reader.join().unwrap())
                .collect()
        });
        assert!(held.iter().all(|object| object.is(&held[0])));
    }
}

#[test]
fn what_is_wrong_beyond_the_metadata_is_noticed_when_it_is_decoded() {
    let json = br#"{"metadata":{"name":"a"},"spec":{"replicas":"many"}}"#;
    let lazy = keep::<Gadget>(json, Format::Json).unwrap();
    assert_eq!(lazy.name(), "a");
    assert_eq!(lazy.get().unwrap_err().path(), "spec.replicas");
    // A number of replicas that ends early.
    let protobuf = b"\x0a\x03\x0a\x01a\x12\x02\x08\x80";
    let lazy = keep::<Gadget>(protobuf, Format::Protobuf).unwrap();
    assert_eq!(lazy.name(), "a");
    assert_eq!(lazy.get().unwrap_err().kind(), ErrorKind::UnexpectedEnd);
}

#[test]
fn metadata_that_cannot_be_relied_on_are_refused() {
    for (document, path) in [
        (r#"{"metadata":7}"#, "metadata"),
        (r#"{"metadata":{"name":7}}"#, "metadata.name"),
        (r#"{"metadata":{"generation":1.5}}"#, "metadata.generation"),
        (r#"{"metadata":{"labels":["a"]}}"#, "metadata.labels"),
        (
            r#"{"metadata":{"annotations":{"a":7}}}"#,
            "metadata.annotations",
        ),
        (
            r#"{"metadata":{"deletionTimestamp":"x"}}"#,
            "metadata.deletionTimestamp",
        ),
        (r#"{"metadata":{},"metadata":{}}"#, ""),
        (r#"{"kind":7}"#, "kind"),
        (r#"{"spec":tru}"#, ""),
        (r#"{}{}"#, ""),
        ("", ""),
    ] {
        let error = keep::<Gadget>(document.as_bytes(), Format::Json).unwrap_err();
        assert_eq!(error.path(), path, "{document}: {error}");
    }
    for (document, path) in [
        // Metadata, a name and a generation of another type; an entry of labels that is none.
        (&b"\x08\x01"[..], "metadata"),
        (b"\x0a\x02\x08\x01", "metadata.name"),
        (b"\x0a\x02\x3a\x00", "metadata.generation"),
        (b"\x0a\x02\x58\x01", "metadata.labels"),
        (b"\x0a\x04\x5a\x02\x0a\x05", "metadata.labels"),
        (b"\x0a\x04\x62\x02\x10\x05", "metadata.annotations"),
        // Two metadata.
        (b"\x0a\x00\x0a\x00", ""),
        (b"\x0a\x05", ""),
    ] {
        let error = keep::<Gadget>(document, Format::Protobuf).unwrap_err();
        assert_eq!(error.path(), path, "{document:x?}: {error}");
    }
}

/// As the typed decoder reads it: each byte that is not UTF-8 becomes a replacement character.
#[test]
fn text_of_protobuf_need_not_be_utf8() {
    let protobuf = b"\x0a\x0d\x0a\x02a\xff\x5a\x07\x0a\x01k\x12\x02\xfev";
    let lazy = keep::<Gadget>(protobuf, Format::Protobuf).unwrap();
    let typed = lazy.get().unwrap();
    assert_eq!(typed.metadata.name, "a\u{fffd}");
    assert_same_metadata(&lazy, &typed.metadata);
    assert_eq!(lazy.label("k"), Some("\u{fffd}v"));
}

#[test]
fn of_entries_with_one_key_the_last_counts() {
    let json = br#"{"metadata":{"labels":{"app":"a","app":"b"}}}"#;
    let protobuf = b"\x0a\x16\x5a\x09\x0a\x03app\x12\x02ab\x5a\x09\x12\x02cd\x0a\x03app";
    for (bytes, format) in [(&json[..], Format::Json), (protobuf, Format::Protobuf)] {
        let lazy = keep::<Gadget>(bytes, format).unwrap();
        assert_same_metadata(&lazy, &lazy.get().unwrap().metadata);
        assert!(lazy.label("app").is_some());
    }
}

#[test]
fn lists_and_watches_hold_lazy_objects() {
    let list = GadgetList {
        items: vec![gadget("a"), gadget("b")].into(),
        ..GadgetList::default()
    };
    for format in FORMATS {
        let bytes = document(&list, format);
        let mut decoder = Decoder::new().prune(Prune::managed_fields());
        let lazy = ObjectList::<Lazy<Gadget>>::decode(&bytes, format, &mut decoder).unwrap();
        let names: Vec<_> = lazy
            .items
            .iter()
            .map(|item| item.name().to_owned())
            .collect();
        assert_eq!(names, ["a", "b"]);
        assert!(lazy.items[1].is_pruned());
    }
    let frame = br#"{"type":"ADDED","object":{"metadata":{"name":"a"}}}"#;
    let decode = |json: &[u8]| keep::<Gadget>(json, Format::Json);
    let event = pintle_meta::decode_watch_event(frame, decode).unwrap();
    assert!(matches!(event, WatchEvent::Added(lazy) if lazy.name() == "a"));
}

#[test]
fn a_lazy_object_becomes_an_unstructured_one() {
    let object = gadget("a");
    let lazy = keep::<Gadget>(&item(&object, Format::Protobuf), Format::Protobuf).unwrap();
    let unstructured = Unstructured::of(&lazy).unwrap();
    assert_eq!(unstructured.kind(), "Gadget");
    assert_eq!(unstructured.to::<Gadget>().unwrap(), object);
    assert_eq!(
        *unstructured.to::<Lazy<Gadget>>().unwrap().get().unwrap(),
        object
    );
}

#[test]
fn a_document_of_cbor_is_kept_without_its_magic() {
    let bytes = document(&gadget("a"), Format::Cbor);
    let lazy = Lazy::<Gadget>::decode(&bytes, Format::Cbor, &mut Decoder::new()).unwrap();
    assert_eq!(lazy.as_bytes().unwrap().0, &bytes[cbor::MAGIC.len()..]);
}

proptest! {
    #[test]
    fn nothing_panics(
        mut bytes in prop_oneof![
            Just(item(&gadget("a"), Format::Json)),
            Just(item(&gadget("a"), Format::Protobuf)),
            Just(item(&gadget("a"), Format::Cbor)),
        ],
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let mut decoder = Decoder::new().prune(Prune::managed_fields().and("spec.parts.name"));
        for format in FORMATS {
            for decoder in [&mut Decoder::new(), &mut decoder] {
                let lazy = Lazy::<Gadget>::decode_item(&bytes, format, decoder);
                if let Ok(lazy) = lazy {
                    let _ = lazy.object_meta();
                    // Where the object can be decoded, its metadata are those of the bytes.
                    if let Ok(object) = lazy.get() {
                        assert_same_metadata(&lazy, &object.metadata);
                    }
                }
            }
            let _ = Unstructured::decode_item(&bytes, format, &mut decoder);
        }
    }
}
