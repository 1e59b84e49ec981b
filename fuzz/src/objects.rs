//! What must hold of an object that could be read.

use pintle_api::core::v1::Pod;
use pintle_api::scheme::{self, AnyObject};
use pintle_codec::{
    Decoder, ErrorKind, FieldFlags, Format, Message, Prune, SlotRef, json, protobuf,
};
use pintle_meta::{Body, Lazy, Metadata, Unstructured};

/// Reads an object of the kind that it says it is, and checks what must hold of it in `format`:
/// what is written is read as the same object and written in the same way, whatever the decoder
/// read before and whatever it is asked to watch for.
pub fn round_trip(format: Format, document: &[u8]) {
    let mut kept = Decoder::new();
    let Ok(object) = scheme::decode(document, format, &mut kept) else {
        // A decoder goes on after an error, and reports in strict mode without failing otherwise.
        let mut strict = Decoder::new().strict(true);
        assert!(scheme::decode(document, format, &mut strict).is_err());
        return;
    };
    let written = encode(&object, format);
    let fresh = decode(&written, format, &mut Decoder::new());
    assert_eq!(shown(&encode(&fresh, format)), shown(&written));
    // The second time it shares what it read the first time.
    let shared = decode(&written, format, &mut kept);
    let shared_again = decode(&written, format, &mut kept);
    assert_eq!(shown(&encode(&shared, format)), shown(&written));
    assert_eq!(shown(&encode(&shared_again, format)), shown(&written));
    // Raw JSON that came is equal to what is written of it once it was written: `<` is spelt `\u003c`.
    if is_reflexive(&fresh) {
        let again = decode(&encode(&fresh, format), format, &mut Decoder::new());
        assert_eq!(fresh, again);
        assert_eq!(fresh, shared_again);
    }

    let mut strict = Decoder::new().strict(true);
    let violations = scheme::decode(&written, format, &mut strict);
    assert!(violations.is_ok() && strict.take_violations().is_empty());

    for other in [Format::Json, Format::Protobuf, Format::Cbor] {
        if other == format {
            continue;
        }
        let Some(back) = crossed(&object, other) else {
            continue;
        };
        if other == Format::Protobuf && !names_parts(object.message()) {
            // It carries whatever else the others can say, embedded JSON to the byte.
            assert_eq!(shown(&encode(&back, format)), shown(&written));
        }
    }
}

/// Whether an object within this one says of what kind it is, which protobuf has no place for.
fn names_parts(message: &dyn Message) -> bool {
    let fields = message.table().fields().iter().enumerate();
    fields.into_iter().any(|(index, field)| match message.get(index) {
        SlotRef::Message(inlined) if field.flags().has(FieldFlags::TYPE_META) => {
            inlined.present() != 0
        }
        slot => names_parts_at(slot),
    })
}

fn names_parts_at(slot: SlotRef<'_>) -> bool {
    match slot {
        SlotRef::Message(message) => names_parts(message),
        SlotRef::List(list) => (0..list.len()).any(|index| names_parts_at(list.at(index))),
        SlotRef::Map(map) => (0..map.len()).any(|index| names_parts_at(map.at(index).1)),
        _ => false,
    }
}

/// Checks that what is left when parts are cut out of an object is what a decoder reads that leaves
/// them out.
pub fn cut(format: Format, document: &[u8]) {
    let prune = parts();
    let mut pruning = Decoder::new().prune(prune.clone());
    let Ok(object) = scheme::decode(document, format, &mut pruning) else {
        return;
    };
    let left = match format {
        Format::Json => {
            let text = std::str::from_utf8(document).expect("it was decoded");
            prune
                .cut_json(text)
                .expect("it was decoded")
                .map(String::into_bytes)
        }
        Format::Cbor => prune.cut_cbor(document).expect("it was decoded"),
        Format::Protobuf => {
            let envelope = protobuf::Envelope::open(document).expect("it was decoded");
            let mut description = object.kind().empty();
            let cut = prune
                .cut_protobuf(envelope.raw(), description.message_mut())
                .expect("it was decoded");
            cut.map(|raw| {
                let mut writer = protobuf::Writer::new();
                writer.bytes(2, &raw);
                writer.message(1, |writer| {
                    writer.bytes(2, envelope.type_meta().kind.as_bytes());
                    writer.bytes(1, envelope.type_meta().api_version.as_bytes());
                });
                [protobuf::MAGIC, writer.written()].concat()
            })
        }
    };
    let left = left.as_deref().unwrap_or(document);
    let cut = decode(left, format, &mut Decoder::new());
    assert_eq!(
        shown(&encode(&cut, format)),
        shown(&encode(&object, format))
    );
}

/// Checks that a pod that is kept as bytes is the pod that they are: the same metadata before it is
/// decoded, and the same whole afterwards.
pub fn lazy(format: Format, pod: &[u8], prune: bool) {
    let decoder = || {
        let parts = if prune { parts() } else { Prune::default() };
        Decoder::new().prune(parts)
    };
    let typed = Pod::decode_item(pod, format, &mut decoder());
    let lazy = Lazy::<Pod>::decode_item(pod, format, &mut decoder());
    match (typed, lazy) {
        (Ok(typed), Ok(lazy)) => {
            let decoded = lazy.get().expect("the typed pod was read");
            assert_eq!(
                shown(&item(&*decoded, format)),
                shown(&item(&typed, format))
            );
            same_metadata(&lazy, &typed.metadata);
            assert_eq!(lazy.is_pruned(), typed.metadata.is_pruned());
        }
        // Metadata that do not stand in one place, and kinds that are no text, cannot be relied on.
        (Ok(_), Err(error)) if error.to_string().contains("two metadata") => {}
        (Ok(_), Err(error)) if matches!(&*error.path(), "kind" | "apiVersion") => {}
        (Ok(_), Err(error)) => panic!("{} is refused: {error}", shown(pod)),
        (Err(_), Ok(lazy)) => assert!(lazy.get().is_err()),
        (Err(_), Err(_)) => {}
    }
}

/// Checks that an object of a kind that nobody knows is the tree that its text is, whether it was
/// edited or not.
pub fn unstructured(format: Format, document: &[u8]) {
    let Ok(object) = Unstructured::decode(document, format, &mut Decoder::new()) else {
        return;
    };
    let kept = tree(&object);
    let mut edited = object.clone();
    edited.edit();
    assert_eq!(tree(&edited), kept);
    same_metadata(&object, &edited);
    for path in [&["spec"][..], &["metadata", "labels"], &["a", "b", "c"]] {
        let of_kept = object.get(path).ok();
        assert_eq!(of_kept, edited.get(path).ok());
        let _ = (
            object.string(path),
            object.int64(path),
            object.list(path),
            object.object(path),
        );
    }
    if edited.set(&["spec", "size"], 3).is_ok() {
        assert_eq!(edited.int64(&["spec", "size"]), Ok(Some(3)));
    }
    let _ = object.to::<Pod>();
}

fn same_metadata(one: &dyn Metadata, other: &dyn Metadata) {
    assert_eq!(one.name(), other.name());
    assert_eq!(one.namespace(), other.namespace());
    assert_eq!(one.uid(), other.uid());
    assert_eq!(one.resource_version(), other.resource_version());
    assert_eq!(one.generation(), other.generation());
    assert_eq!(one.is_deleting(), other.is_deleting());
    assert_eq!(one.label("app"), other.label("app"));
}

fn tree(object: &Unstructured) -> pintle_codec::Value {
    let mut out = Vec::new();
    let written = object.encode(Format::Json, &mut out);
    written.expect("an unstructured object is JSON");
    json::parse(&out).expect("it was written as JSON")
}

fn item<T: Body>(object: &T, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    let written = object.encode_item(format, &mut out);
    written.expect("a pod has every format");
    out
}

/// What is left out, where something is.
fn parts() -> Prune {
    Prune::managed_fields()
        .and("metadata.labels.app")
        .and("status.conditions")
        .and("spec.template.metadata")
        .and("items.metadata.annotations")
}

/// The object that comes out of another format, which is to be the same there ever after; `None` if
/// it cannot be said there.
fn crossed(object: &AnyObject, format: Format) -> Option<AnyObject> {
    let mut written = Vec::new();
    object.encode(format, &mut written).ok()?;
    let back = match scheme::decode(&written, format, &mut Decoder::new()) {
        Ok(back) => back,
        // Embedded values nest on their own in protobuf.
        Err(error) if error.kind() == ErrorKind::TooDeep => return None,
        // As in Go, a year of five digits can be written as text and not read.
        Err(error) if error.detail().contains("is not a time") => return None,
        Err(error) => panic!("{} is refused: {error}", shown(&written)),
    };
    // Only once may something be lost: protobuf can say what JSON writes as null.
    let settled = encode(&back, format);
    let again = decode(&settled, format, &mut Decoder::new());
    assert_eq!(shown(&encode(&again, format)), shown(&settled));
    Some(back)
}

/// Whether an object equals itself, as all do but those with a number that is none.
fn is_reflexive(object: &AnyObject) -> bool {
    #[expect(clippy::eq_op, reason = "that is the question")]
    let equal = object == object;
    equal
}

fn decode(document: &[u8], format: Format, decoder: &mut Decoder) -> AnyObject {
    match scheme::decode(document, format, decoder) {
        Ok(object) => object,
        Err(error) => panic!("{} is refused: {error}", shown(document)),
    }
}

pub(crate) fn encode(object: &AnyObject, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    let encoded = object.encode(format, &mut out);
    encoded.expect("an object that was read in a format has it");
    out
}

/// A document as a message shows it.
fn shown(document: &[u8]) -> String {
    document.escape_ascii().to_string()
}
