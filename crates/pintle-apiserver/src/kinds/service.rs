//! Services: their names are the names of hosts, and an update may create them.

use super::{Kind, SelectableField};
use crate::validation::NameRule;

pub(super) static KIND: Kind = Kind {
    name: NameRule::DnsLabel,
    fields: &[
        SelectableField {
            names: &["spec.clusterIP"],
            value: |service| service.text(&["spec", "clusterIP"]).into(),
        },
        SelectableField {
            names: &["spec.type"],
            value: |service| service.text(&["spec", "type"]).into(),
        },
    ],
    update_creates: true,
    ..Kind::PLAIN
};
