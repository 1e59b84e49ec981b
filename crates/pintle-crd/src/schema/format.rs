//! The formats of values: JSON Schema has more of them than Kubernetes knows.

use super::checks::{Bound, Checks};
use super::read::Node;
use super::shape::Type;

/// Replaces a format that Kubernetes does not know, or understands otherwise, by what it knows.
pub(super) fn settle(node: &mut Node) {
    let Some(format) = node.checks.format.take() else {
        return;
    };
    node.checks.format = match node.shape.type_ {
        Type::Integer => integer(&format, &mut node.checks),
        Type::Number => ["double", "float"]
            .into_iter()
            .find(|known| *known == format),
        Type::String | Type::IntOrString | Type::Any => {
            OF_TEXT.iter().copied().find(|known| *known == format)
        }
        Type::Array | Type::Boolean | Type::Object => None,
    }
    .map(str::to_owned);
}

/// The format of integers that has room for the one that is meant; what it has room for beyond
/// that is refused by limits.
fn integer(format: &str, checks: &mut Checks) -> Option<&'static str> {
    let (known, least, most) = match format {
        "int8" => ("int32", Some(f64::from(i8::MIN)), Some(f64::from(i8::MAX))),
        "int16" => (
            "int32",
            Some(f64::from(i16::MIN)),
            Some(f64::from(i16::MAX)),
        ),
        "uint8" => ("int32", Some(0.0), Some(f64::from(u8::MAX))),
        "uint16" => ("int32", Some(0.0), Some(f64::from(u16::MAX))),
        "int32" => ("int32", None, None),
        "uint32" => ("int64", Some(0.0), Some(f64::from(u32::MAX))),
        // Kubernetes keeps integers of 64 bits with a sign, and no others.
        "int" | "int64" | "int128" => ("int64", None, None),
        "uint" | "uint64" | "uint128" => ("int64", Some(0.0), None),
        _ => return None,
    };
    let limits = Checks {
        minimum: least.map(Bound::inclusive),
        maximum: most.map(Bound::inclusive),
        ..Checks::default()
    };
    *checks = std::mem::take(checks).and(limits);
    Some(known)
}

/// The formats of text that mean to Kubernetes what they mean to JSON Schema, and Kubernetes' own.
/// Not among them: `duration`, which is Go's to the one and ISO 8601's to the other.
const OF_TEXT: &[&str] = &[
    "bsonobjectid",
    "byte",
    "cidr",
    "creditcard",
    "date",
    "date-time",
    "datetime",
    "email",
    "hexcolor",
    "hostname",
    "ipv4",
    "ipv6",
    "isbn",
    "isbn10",
    "isbn13",
    "k8s-long-name",
    "k8s-short-name",
    "mac",
    "password",
    "rgbcolor",
    "ssn",
    "uri",
    "uuid",
    "uuid3",
    "uuid4",
    "uuid5",
];
