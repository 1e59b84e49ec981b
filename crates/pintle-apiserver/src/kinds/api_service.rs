//! API services: what this server serves itself is always available.

use pintle_codec::Object;

use super::{Kind, MetadataByStatus, Occasion};
use crate::{schema::Tree, validation::NameRule};

pub(super) const KIND: Kind = Kind {
    name: NameRule::PathSegment,
    on_create,
    unconditional_update: false,
    metadata_by_status: MetadataByStatus::Nothing,
    ..Kind::PLAIN
};

fn on_create(service: &mut Tree, occasion: &Occasion<'_>) {
    if service
        .at(&["spec", "service"])
        .is_some_and(|service| !service.is_null())
    {
        return;
    }
    let available = Object::from([
        ("type", "Available".into()),
        ("status", "True".into()),
        ("lastTransitionTime", occasion.now.into()),
        ("reason", "Local".into()),
        ("message", "Local APIServices are always available".into()),
    ]);
    service.set(&["status", "conditions"], vec![available.into()].into());
}
