//! Events: found by what they are about, under the names of either of their two APIs.

use super::{Dependents, Kind, SelectableField};
use crate::{schema::Tree, validation::NameRule};

/// An event of the core group.
pub(super) const KIND: Kind = Kind {
    name: NameRule::PathSegment,
    fields: &[
        SelectableField::of("involvedObject.kind"),
        SelectableField::of("involvedObject.namespace"),
        SelectableField::of("involvedObject.name"),
        SelectableField::of("involvedObject.uid"),
        SelectableField::of("involvedObject.apiVersion"),
        SelectableField::of("involvedObject.resourceVersion"),
        SelectableField::of("involvedObject.fieldPath"),
        SelectableField::of("reason"),
        SelectableField::of("reportingComponent"),
        SelectableField::computed("source", |event| {
            source(event, "source", "reportingComponent")
        }),
        SelectableField::of("type"),
    ],
    update_creates: true,
    dependents: Dependents::Ignored,
    ..Kind::PLAIN
};

/// An event of `events.k8s.io`. Its fields are the same, in the same order.
pub(super) const LATER_KIND: Kind = Kind {
    fields: &[
        SelectableField::of("regarding.kind"),
        SelectableField::of("regarding.namespace"),
        SelectableField::of("regarding.name"),
        SelectableField::of("regarding.uid"),
        SelectableField::of("regarding.apiVersion"),
        SelectableField::of("regarding.resourceVersion"),
        SelectableField::of("regarding.fieldPath"),
        SelectableField::of("reason"),
        SelectableField::of("reportingController"),
        // Selectors of this API cannot ask for it.
        SelectableField::computed("", |event| {
            source(event, "deprecatedSource", "reportingController")
        }),
        SelectableField::of("type"),
    ],
    ..KIND
};

/// The component that an event comes from.
fn source(event: &Tree, old: &str, new: &str) -> pintle_codec::Str {
    match event.text(&[old, "component"]) {
        "" => event.text(&[new]).into(),
        component => component.into(),
    }
}
