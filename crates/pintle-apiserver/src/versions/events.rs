//! Events of `events.k8s.io`, which are those of the core group under newer names.

use pintle_codec::Object;

use super::{Conversion, rename};

pub(super) static CONVERSION: Conversion = Conversion {
    to_stored: Some(to_stored),
    from_stored: Some(from_stored),
    selectable: &[
        ("metadata.name", "metadata.name"),
        ("metadata.namespace", "metadata.namespace"),
        ("reason", "reason"),
        ("type", "type"),
        ("reportingController", "reportingComponent"),
        ("regarding.kind", "involvedObject.kind"),
        ("regarding.namespace", "involvedObject.namespace"),
        ("regarding.name", "involvedObject.name"),
        ("regarding.uid", "involvedObject.uid"),
        ("regarding.apiVersion", "involvedObject.apiVersion"),
        (
            "regarding.resourceVersion",
            "involvedObject.resourceVersion",
        ),
        ("regarding.fieldPath", "involvedObject.fieldPath"),
    ],
};

fn to_stored(event: &mut Object) {
    rename(event, &NAMES);
}

fn from_stored(event: &mut Object) {
    rename(event, &NAMES.map(|(new, old)| (old, new)));
}

/// The fields as `events.k8s.io` and as the core group name them.
const NAMES: [(&str, &str); 7] = [
    ("regarding", "involvedObject"),
    ("note", "message"),
    ("reportingController", "reportingComponent"),
    ("deprecatedSource", "source"),
    ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"),
    ("deprecatedCount", "count"),
];
