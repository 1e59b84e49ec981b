//! What must hold of an object that could be read.

use pintle_api::scheme::{self, AnyObject};
use pintle_codec::{Decoder, ErrorKind, Format, Prune, protobuf};

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
    if is_reflexive(&object) {
        assert_eq!(object, fresh);
        assert_eq!(object, shared_again);
    }

    let mut strict = Decoder::new().strict(true);
    let violations = scheme::decode(&written, format, &mut strict);
    assert!(violations.is_ok() && strict.take_violations().is_empty());

    for other in [Format::Json, Format::Protobuf, Format::Cbor] {
        if other != format {
            crosses(&object, other);
        }
    }
}

/// Checks that what is left when parts are cut out of an object is what a decoder reads that leaves
/// them out.
pub fn cut(format: Format, document: &[u8]) {
    let prune = Prune::managed_fields()
        .and("metadata.labels.app")
        .and("status.conditions")
        .and("spec.template.metadata")
        .and("items.metadata.annotations");
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

/// Checks that an object comes through another format, as far as that can carry it.
fn crosses(object: &AnyObject, format: Format) {
    let mut written = Vec::new();
    if object.encode(format, &mut written).is_err() {
        return;
    }
    let back = match scheme::decode(&written, format, &mut Decoder::new()) {
        Ok(back) => back,
        // Embedded values nest on their own in protobuf.
        Err(error) if error.kind() == ErrorKind::TooDeep => return,
        Err(error) => panic!("{} is refused: {error}", shown(&written)),
    };
    assert_eq!(shown(&encode(&back, format)), shown(&written));
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
