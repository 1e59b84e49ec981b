//! Values in CBOR: what Kubernetes' own decoder made of the same documents.

use pintle_codec::{Decoder, List, Map, TypeMeta, cbor, message};
use pintle_meta::{
    Duration, FieldsV1, IntOrString, JsonValue, MicroTime, Quantity, RawExtension, Time,
};

/// As in `tools/formats`.
#[derive(Clone, Default)]
struct Scalars {
    time: Time,
    maybe_time: Option<Time>,
    micro: MicroTime,
    quantity: Option<Quantity>,
    quantities: Map<Quantity>,
    port: Option<IntOrString>,
    length: Option<Duration>,
    fields: Option<FieldsV1>,
    raw: Option<RawExtension>,
    raws: List<RawExtension>,
    any: Option<JsonValue>,
}

message! {
    Scalars "test.v1.Scalars" {
        0 time "time" 0 [OMIT_ZERO],
        1 maybe_time "maybeTime" 0 [OMIT_EMPTY OPTIONAL],
        2 micro "micro" 0 [OMIT_ZERO],
        3 quantity "quantity" 0 [OMIT_EMPTY OPTIONAL],
        4 quantities "quantities" 0 [OMIT_EMPTY],
        5 port "port" 0 [OMIT_EMPTY OPTIONAL],
        6 length "length" 0 [OMIT_EMPTY OPTIONAL],
        7 fields "fields" 0 [OMIT_EMPTY OPTIONAL],
        8 raw "raw" 0 [OMIT_EMPTY OPTIONAL],
        9 raws "raws" 0 [OMIT_EMPTY],
        10 any "any" 0 [OMIT_EMPTY OPTIONAL],
    }
}

/// Written by `tools/formats`: a document, and what it is when Kubernetes has read it and writes it
/// again; without that, Kubernetes refuses it.
const RECORDED: &str = include_str!("cbor.txt");

#[test]
fn values_are_read_and_written_as_by_kubernetes() {
    let mut count = 0;
    for line in RECORDED.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ').skip(1);
        let document = words.next().expect("a document");
        let mut scalars = Scalars::default();
        let read = Decoder::new().decode_cbor(&unhex(document), &mut scalars);
        let found = read.as_ref().ok().map(|_| {
            let mut again = Vec::new();
            cbor::encode_object(&scalars, &TypeMeta::default(), &mut again);
            again.iter().map(|byte| format!("{byte:02x}")).collect()
        });
        let expected = words.next().map(str::to_owned);
        assert_eq!(found, expected, "{document}: {read:?}");
        count += 1;
    }
    assert!(count > 290, "{count}");
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| char::from(text.as_bytes()[at]).to_digit(16).expect("hex");
    let byte = |at: usize| (digit(at) * 16 + digit(at + 1)) as u8;
    (0..text.len()).step_by(2).map(byte).collect()
}
