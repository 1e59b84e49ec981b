//! What the codecs are to reach, on the reference pod and on the seeded pods.

use super::{KEPT, LAZY, MAIN, Operation, PINTLE, REFERENCE, Results, Subject};
use crate::bench::peer::Format;
use crate::bench::target::Target;

pub(super) fn all(results: &Results) -> Vec<Target> {
    let mut targets = Vec::new();
    for input in MAIN {
        for (format, operation, peer, limit) in RATIOS {
            for variant in variants(operation) {
                targets.extend(ratio(
                    results, input, *format, *operation, variant, peer, *limit,
                ));
            }
        }
        for (variant, pruned, limit) in WEIGHTS {
            let subject = Subject::new(PINTLE, variant);
            let bytes = results.bytes(&subject, Format::Protobuf, input, *pruned);
            let without = if *pruned {
                ", managedFields pruned"
            } else {
                ""
            };
            targets.extend(bytes.map(|bytes| Target {
                what: format!("{input}: live KiB{}{without}", named(variant)),
                limit: *limit,
                found: bytes / 1024.0,
                range: None,
                by_cpu: None,
            }));
        }
    }
    let pintle = Subject::new(PINTLE, "");
    let decode = results.time(&pintle, Format::Protobuf, Operation::Decode, REFERENCE);
    targets.extend(decode.map(|time| Target {
        what: format!("{REFERENCE}: allocations, protobuf decode"),
        limit: 80.0,
        found: time.allocations.unwrap_or(f64::NAN),
        range: None,
        by_cpu: None,
    }));
    targets
}

/// Time as a share of a peer's.
fn ratio(
    results: &Results,
    input: &str,
    format: Format,
    operation: Operation,
    variant: &str,
    peer: &str,
    limit: f64,
) -> Option<Target> {
    let time = |subject| results.time(&subject, format, operation, input);
    let ours = time(Subject::new(PINTLE, variant))?;
    let theirs = time(Subject::new(peer, ""))?;
    let ratio = ours.thread.over(&theirs.thread);
    let what = match (format, operation) {
        (Format::Json, Operation::Decode) => "JSON decode",
        (Format::Json, Operation::Encode) => "JSON encode",
        (Format::Protobuf, Operation::Decode) => "protobuf decode",
        (Format::Json, Operation::Walk) => "JSON decode and walk",
        (Format::Protobuf, Operation::Walk) => "protobuf decode and walk",
        (Format::Protobuf, Operation::Encode) => "protobuf encode",
    };
    Some(Target {
        what: format!("{input}: {what}, time / {peer}'s{}", named(variant)),
        limit,
        found: ratio.median(),
        range: Some((ratio.min(), ratio.max())),
        by_cpu: Some(ours.cpu.over(&theirs.cpu).median()),
    })
}

fn named(variant: &str) -> &'static str {
    match variant {
        KEPT => ", decoder kept",
        LAZY => ", lazy",
        _ => "",
    }
}

/// Whether a decoder is kept matters to decoding.
fn variants(operation: &Operation) -> &'static [&'static str] {
    match operation {
        Operation::Decode => &["", KEPT],
        Operation::Encode | Operation::Walk => &[""],
    }
}

const RATIOS: &[(Format, Operation, &str, f64)] = &[
    (Format::Protobuf, Operation::Decode, "client-go", 1.0 / 4.0),
    (Format::Json, Operation::Decode, "kube-rs", 1.0 / 3.0),
    (Format::Protobuf, Operation::Encode, "client-go", 1.0 / 3.0),
    (Format::Json, Operation::Encode, "client-go", 1.0 / 3.0),
];

/// How objects are kept, whether without managedFields, and the KiB that one may hold.
const WEIGHTS: &[(&str, bool, f64)] = &[
    ("", false, 8.0),
    ("", true, 6.0),
    (KEPT, false, 8.0),
    (KEPT, true, 6.0),
    (LAZY, false, 5.5),
    (LAZY, true, 3.5),
];
